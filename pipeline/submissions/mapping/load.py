"""From mapping files to checked mappings; every mistake is named with its file and key."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.common.texts import LANGUAGES
from pipeline.intake.discover import shown_name
from pipeline.submissions.mapping.fixed import fixed_problems
from pipeline.submissions.mapping.hints import scale_of
from pipeline.submissions.mapping.model import (
    ExportMapping,
    MappedColumn,
    MappedSheet,
    MappingError,
    Problem,
    Value,
)
from pipeline.submissions.mapping.toml import Section, names, read_section, shorten_key
from pipeline.submissions.parse.words_for_nothing import NONE, nothing_in_text
from schemas.declaration import LISTS, Field, Sheet, Workbook, submission, words
from schemas.slips import as_written
from schemas.words import choice_key, collapse, header_key, word_key

# Of a sheet.
LAST_ROW = 1_048_576
NUMBERS = {"1.234,5": None, "1,234.5": "english"}
DATES = {
    "31.12.2026": None,
    "31.12.26": "short years",
    "31/12/2026": "day/month",
    "12/31/2026": "month/day",
}
NOTHING = {"number", "integer", "date"}  # of their words only "nothing" can be meant
NUMBERS_OF = {"number", "integer"}
FREE = {"text", "postcode", "text_list", "criterion"}


def load_mappings(paths: Sequence[Path]) -> tuple[ExportMapping, ...]:
    """Return the mappings; MappingError names every mistake of all files."""
    loaded, problems = [], list[Problem]()
    for path in paths:
        try:
            loaded.append(load_mapping(path))
        except MappingError as error:
            problems += error.problems
    if problems:
        raise MappingError(problems)
    return tuple(loaded)


def load_mapping(path: Path) -> ExportMapping:
    """Return one mapping; MappingError names its mistakes."""
    problems: list[Problem] = []
    name = shown_name(path)
    top, data = read_section(path, name, problems)
    top.only("title", "recognise", "ignore", "numbers", "dates", "sheets")
    result = ExportMapping(
        name,
        sha256(data).hexdigest(),
        top.text("title") or path.stem,
        mapped_sheets(top, name),
        left_out=frozenset(word_key(name) for name in top.texts("ignore")),
        numbers=one_of(top, "numbers", NUMBERS),
        dates=one_of(top, "dates", DATES),
        **recognised_by(top),
    )
    if problems:
        raise MappingError(problems)
    return result


def one_of(section: Section, key: str, choices: Mapping[str, str | None]) -> str | None:
    """Return what the text at the key stands for; one of the choices must be written."""
    text = section.text(key)
    if text is not None and text not in choices:
        section.wrong("unknown_choice", key, value=text, names=", ".join(map(shorten_key, choices)))
    return choices.get(text or "")


def recognised_by(top: Section) -> dict[str, Any]:
    """Return file, has_sheets, has_headers; at least one must be given."""
    section = top.section("recognise")
    section.only("file", "sheets", "headers")
    headers = section.section("headers")
    result = {
        "file": section.text("file"),
        "has_sheets": frozenset(word_key(name) for name in section.texts("sheets")),
        "has_headers": {
            word_key(sheet): frozenset(header_key(text) for text in headers.texts(sheet))
            for sheet in headers.entries
        },
    }
    if not section.entries:
        top.wrong("not_recognisable")
    return result


# ----------------------------------------------------------------------------------------- sheets
def mapped_sheets(top: Section, name: str) -> tuple[MappedSheet, ...]:
    """Return what the file says of each sheet; of ours and of theirs each once."""
    read = [(s, mapped_sheet(s, name)) for s in top.sections("sheets")]
    if not top.entries.get("sheets"):
        top.wrong("no_sheets")
    known = [(section, sheet) for section, sheet in read if sheet is not None]
    for place in ("sheet_key", "key"):
        seen: set[str] = set()
        for section, sheet in known:
            value = getattr(sheet, place)
            if value is not None and value in seen:
                section.wrong("sheet_twice", "to" if place == "sheet_key" else "from")
            seen.add(value)
    return tuple(sheet for _, sheet in known)


def mapped_sheet(section: Section, name: str) -> MappedSheet | None:
    """Return what one [[sheets]] says; None if it does not say which sheet it is about."""
    section.only("from", "to", "header_row", "columns", "ignore", "words", "fixed")
    foreign_name, to = section.text("from"), section.text("to")
    if foreign_name is not None:
        section.place += f" {shorten_key(foreign_name)}"
    ours = our_sheet(section, to)
    workbook = submission()
    if foreign_name and word_key(foreign_name) in {
        word_key(n) for n in workbook.words["never_read"]
    }:
        section.wrong("never_read", "from")
    if ours is None:
        return None
    header_row = section.whole("header_row", LAST_ROW)
    if header_row is not None and ours.layout == "form":
        section.wrong("row_of_form", "header_row", sheet=ours.name)
    fixed = fixed_values(section.section("fixed"), ours, f"{name}: {ours.name['de']}, fixed")
    return MappedSheet(
        sheet_key=ours.key,
        name=ours.name["de"],
        key=word_key(foreign_name) if foreign_name else None,
        header_row=header_row,
        columns=columns(section.section("columns"), ours),
        left_out=frozenset(header_key(text) for text in section.texts("ignore")),
        words=their_words(section.section("words"), ours, workbook),
        fixed=fixed,
    )


def our_sheet(section: Section, to: str | None) -> Sheet | None:
    """Return our sheet of that name, German or English."""
    if "to" not in section.entries:
        section.wrong("missing_key", names="to")
    if to is None:
        return None
    sheets = submission().sheets
    found = next((s for s in sheets if word_key(to) in s.keys), None)
    if found is None:
        known = [s.name[lang] for lang in LANGUAGES for s in sheets]
        section.wrong("unknown_sheet", "to", value=to, names=names(known, to))
    return found


def our_field(section: Section, sheet: Sheet, name: object, key: str) -> Field | None:
    """Return the sheet's field of that name; a mistake is noted at the key."""
    if not isinstance(name, str) or not name.strip():
        section.wrong("no_field_name", key, sheet=sheet.name)
        return None
    found = next((f for f in sheet.fields if header_key(name) in f.keys), None)
    if found is None:
        known = [f.name[lang] for lang in LANGUAGES for f in sheet.fields]
        near = names(known, name)
        section.wrong("unknown_field", key, value=name, sheet=sheet.name, names=near)
    return found


def columns(section: Section, sheet: Sheet) -> dict[str, MappedColumn]:
    """Return what each column is by the key of its header."""
    result: dict[str, MappedColumn] = {}
    for header, value in section.entries.items():
        column = mapped_column(section, sheet, header, value)
        if column is not None and result.setdefault(header_key(header), column) != column:
            section.wrong("header_twice", header)
    return result


def mapped_column(
    section: Section, sheet: Sheet, header: str, value: object
) -> MappedColumn | None:
    """Return what one column is mapped to: a field, a postcode with a city, or a table with to."""
    if isinstance(value, list):
        return postcode_and_city(section, sheet, header, value)
    if not isinstance(value, dict):
        field = our_field(section, sheet, value, header)
        if field is not None and field.type in NUMBERS_OF and scale_of(header):
            section.wrong("no_factor", header, field=field.name, factor=f"{scale_of(header)}")
        return None if field is None else MappedColumn((field.key,))
    details = section.section(header)
    details.only("to", "factor", "years")
    if "to" not in value:
        details.wrong("missing_key", names="to")
        return None
    field = our_field(details, sheet, value["to"], "to")
    factor, years = details.factor("factor"), details.flag("years")
    if field is None:
        return None
    if "factor" in value and field.type not in NUMBERS_OF:
        details.wrong("factor_of_no_number", "factor", field=field.name)
    if years and field.type != "date":
        details.wrong("years_of_no_date", "years", field=field.name)
    return MappedColumn((field.key,), factor, years)


def postcode_and_city(
    section: Section, sheet: Sheet, header: str, names: list[object]
) -> MappedColumn | None:
    """Return a column with two of our fields; only a postcode and a city can be separated."""
    found = [our_field(section, sheet, name, header) for name in names]
    fields = [field for field in found if field is not None]
    if len(fields) < len(found):
        return None
    keys = tuple(field.key for field in fields)
    if sorted(keys) != ["city", "postcode"]:
        section.wrong("no_pair", header)
        return None
    return MappedColumn(keys)


# ------------------------------------------------------------------------------------------ words
def their_words(section: Section, sheet: Sheet, workbook: Workbook) -> dict[str, dict[str, str]]:
    """Return our words by field and key of theirs."""
    result = {}
    for name in section.entries:
        field = our_field(section, sheet, name, name)
        entries = section.section(name)
        if field is not None:
            words = {
                word_key(foreign_word): our_word(entries, foreign_word, field, workbook)
                for foreign_word in entries.entries
            }
            result[field.key] = words
    return result


def our_word(section: Section, foreign_word: str, field: Field, workbook: Workbook) -> str:
    """Return our word as a cell would hold it: "" where nothing is meant ("k. A.")."""
    value = section.entries[foreign_word]
    if isinstance(value, bool) and field.type == "yes_no":
        return "ja" if value else "nein"
    text = section.text(foreign_word)
    if text is None:
        return ""
    allowed = allowed_words(field, workbook)
    if allowed is None or choice_key(text) not in allowed:
        nothing = nothing_in_text(workbook, text)
        if nothing is not None:
            stated = nothing == NONE and (field.says_none or field.type in LISTS)
            return collapse(text) if stated else ""
        if allowed is not None:
            near = names(allowed.values(), text)
            section.wrong("unknown_word", foreign_word, value=text, field=field.name, names=near)
    return collapse(text)


def allowed_words(field: Field, workbook: Workbook) -> dict[str, str] | None:
    """Return the words a field may hold, by key; None if it may hold any."""
    empty = workbook.words["no_answer"][0]
    if field.list is not None:
        return {key: entry.de for key, entry in words(field.list).items()} | {"": empty}
    if field.type == "yes_no":
        return {choice_key(w): w for w in (*workbook.words["yes"], *workbook.words["no"])}
    return None if field.type in FREE else {"": empty}


def fixed_values(section: Section, sheet: Sheet, place: str) -> dict[str, Value]:
    """Return the values by field; each must be one that a cell of the field may hold."""
    result: dict[str, Value] = {}
    for name, value in section.entries.items():
        field = our_field(section, sheet, name, name)
        if field is not None:
            result[field.key] = value
    for key, code in fixed_problems(sheet, result, place).items():
        found = as_written(result[key])
        section.wrong("bad_fixed", sheet.field(key).name["de"], **code, value=found)
    return result
