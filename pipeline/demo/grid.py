"""From rows to the cells of a workbook: headers, words and layout, all from the declaration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from pipeline.demo.model import Layout, Row, Sheets, Value
from schemas.declaration import Field, Sheet, Workbook, submission, words
from schemas.words import word_key

SME, LARGE = "KMU", "Großunternehmen"
EXTRA_HEADERS = ("Bemerkung", "Interne Nummer")
REMARKS: tuple[str | None, ...] = (None, None, "siehe Vorquartal", "Rückmeldung steht aus")
NARROW, WIDE, NAMES = 12, 24, 38


@dataclass(frozen=True)
class Grid:
    """One sheet as cells; some rows are bold."""

    name: str
    rows: list[list[Value]]
    widths: list[int]
    bold: frozenset[int] = field(default=frozenset())


def workbook_grids(sheets: Sheets, layout: Layout) -> Iterator[Grid]:
    """Yield the sheets of a submission as its cluster fills them in.

    A declared sheet of which the demo knows nothing has its header and no rows.
    """
    declared = submission()
    for sheet in declared.sheets:
        if sheet.key not in layout.missing_sheets:
            yield sheet_grid(sheet, sheets.get(sheet.key, []), layout)
    if layout.example_sheet:
        yield _example(declared, layout)
    if layout.note:
        yield Grid("Hinweise", [[layout.note]], [80])


def sheet_grid(sheet: Sheet, rows: list[Row], layout: Layout) -> Grid:
    """Return one sheet: a form or a table, in the style of the cluster."""
    fields = [f for f in sheet.fields if (sheet.key, f.key) not in layout.missing_columns]
    written = [_habits(sheet, row, layout) for row in rows]
    name = sheet.name[layout.language]
    if sheet.layout == "form":
        return _form(name, fields, written[0] if written else {}, layout)
    return _table(name, fields, written, layout, extra=sheet.key == "actors")


def _form(name: str, fields: list[Field], row: Row, layout: Layout) -> Grid:
    cells = [[_header(f, layout), _cell(f, row.get(f.key), layout)] for f in fields]
    rows = _title(layout) + cells
    return Grid(name, rows, [34, 52], frozenset(range(len(rows) - len(cells))))


def _table(name: str, fields: list[Field], rows: list[Row], layout: Layout, extra: bool) -> Grid:
    header: list[Value] = [_header(f, layout) for f in fields]
    writers = [(f.key, _writer(f, layout)) for f in fields]
    body = [[write(row.get(key)) for key, write in writers] for row in rows]
    if extra and layout.extra_columns:
        header += EXTRA_HEADERS
        for number, (cells, row) in enumerate(zip(body, rows, strict=True)):
            if "actor_type" in row:
                cells += (REMARKS[number % len(REMARKS)], 1000 + number)
    above = _title(layout)
    widths = [_width(f) for f in fields] + [WIDE] * (len(header) - len(fields))
    return Grid(name, [*above, header, *body], widths, frozenset(range(len(above) + 1)))


def _title(layout: Layout) -> list[list[Value]]:
    return [[layout.title], []] if layout.title else []


def _header(declared: Field, layout: Layout) -> str:
    name = declared.name[layout.language]
    if declared.key in layout.units:
        name = f"{name.removesuffix(' EUR')} ({layout.units[declared.key]})"
    return f"{name}*" if declared.required and layout.stars else name


def _width(declared: Field) -> int:
    if declared.key in ("name", "title"):
        return NAMES
    return WIDE if declared.type in ("text", "text_list", "choice") else NARROW


def _cell(declared: Field, value: Value, layout: Layout) -> Value:
    return _writer(declared, layout)(value)


def _writer(declared: Field, layout: Layout) -> Callable[[Value], Value]:
    """Return a function from a value of a field to the cell its cluster writes."""
    write, unseen = _word_writer(declared, layout), layout.unseen.get(declared.key)
    return write if unseen is None else lambda value: _with_unseen(write(value), unseen)


def _with_unseen(value: Value, unseen: str) -> Value:
    return f"{value[:1]}{unseen}{value[1:]}" if isinstance(value, str) else value


def _word_writer(declared: Field, layout: Layout) -> Callable[[Value], Value]:
    """Return a function from a value of a field to its word in the cluster's language."""
    register = declared.list
    if register is None:
        return lambda value: _yes_no(value, layout.language)
    if declared.type == "choices":
        return lambda value: _words(register, value, layout.language)
    form = "code" if layout.country_codes and declared.type == "country" else layout.language
    return lambda value: _word(register, value, form)


def _yes_no(value: Value, language: str) -> Value:
    if not isinstance(value, bool):
        return value
    answers: list[str] = submission().words["yes" if value else "no"]
    return answers[0 if language == "de" else 1]


def _word(register: str, value: Value, form: str) -> Value:
    """Return the word in the requested form; words of no register are not changed."""
    return _form_of(register, value, form) if isinstance(value, str) else value


@cache
def _form_of(register: str, word: str, form: str) -> str:
    entry = words(register).get(word_key(word))
    if entry is None:
        return word
    return str(entry.extra["code"]) if form == "code" else {"de": entry.de, "en": entry.en}[form]


def _words(register: str, value: Value, form: str) -> Value:
    if not isinstance(value, str):
        return value
    return "; ".join(str(_word(register, part, form)) for part in value.split("; "))


def _habits(sheet: Sheet, row: Row, layout: Layout) -> Row:
    """Return the row as this cluster writes it: postcodes as numbers, SME as a type."""
    row = dict(row)
    postcode = row.get("postcode")
    if layout.numeric_postcodes and isinstance(postcode, str) and postcode.isdigit():
        row["postcode"] = int(postcode)
    if layout.sme_as_type and isinstance(row.get("sme_stated"), bool):
        row["actor_type"] = SME if row["sme_stated"] else LARGE
        row["sme_stated"] = None
    return row


def _example(declared: Workbook, layout: Layout) -> Grid:
    """Return the sheet that is never read, with one row as an example."""
    fields = list(declared.sheet("actors").fields)
    row: list[Value] = ["Demo-Beispiel GmbH", "Unternehmen", "Mitgliedschaft"]
    header: list[Value] = [_header(f, layout) for f in fields]
    name = declared.words["never_read"][0]
    return Grid(name, [header, row], [_width(f) for f in fields], frozenset({0}))
