"""The draft of a mapping as TOML, to be edited: what is clear is filled in, the rest are comments.

Strings of strangers stand only in quoted form, in comments too: they cannot leave their line.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.common.texts import texts
from pipeline.submissions.mapping.columns import Column, Word
from pipeline.submissions.mapping.content import SHORT_YEARS
from pipeline.submissions.mapping.propose import Found, Proposal
from schemas.declaration import Field, Sheet, registers, submission, word_in
from schemas.words import name_pattern, word_key

# Of one column no more words are listed, and a comment names no more of our words.
MOST_WORDS, MOST_CHOICES = 60, 12
SURE = ("name",)
# A number of so many digits in a sheet's name is a date, a year or a running number.
DIGITS_OF_DATE = 4


def draft(proposal: Proposal, file_name: str, lang: str) -> str:
    """Return the draft as TOML; it can be loaded as it is if one of the sheets was found."""
    say = {code: entry[lang] for code, entry in texts("mapping_draft").items()}
    lines = [
        *comment(say["head"].format(file=quoted(file_name))),
        f"title = {quoted(Path(file_name).stem)}",
        *notations(proposal, say),
        *ignored_sheets(proposal, say),
        "",
        *recognise(proposal, file_name, say),
    ]
    for found in proposal.sheets:
        if found.sheet is not None:
            name = name_of(found, proposal)
            lines += ["", *sheet_lines(found, name, found.sheet, say, lang)]
    for sheet in proposal.lacking:
        lines += ["", *lacking_lines(sheet, say, lang)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text as a TOML string; what is invisible or breaks the line is escaped."""
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    category = unicodedata.category(letter)
    if category[0] == "C" or category in ("Zl", "Zp"):
        number = 0xFFFD if category == "Cs" else ord(letter)  # half a letter is none
        return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
    return letter


def comment(text: str) -> list[str]:
    """Return the lines of a text as comments."""
    return [f"# {line}".rstrip() for line in text.strip().splitlines()]


# -------------------------------------------------------------------------------------------- top
def notations(proposal: Proposal, say: dict[str, str]) -> Iterator[str]:
    """Yield how numbers and dates in texts are written."""
    if proposal.numbers:
        yield f"numbers = {quoted(proposal.numbers)}   # {say['check_notation']}"
    if proposal.dates == "?":
        yield f'# dates = "31/12/2026"   # {say["which_date"]} "12/31/2026"'
    elif proposal.dates:
        more = f"; {say['short_years']}" if proposal.dates == SHORT_YEARS else ""
        yield f"dates = {quoted(proposal.dates)}   # {say['check_notation']}{more}"


def ignored_sheets(proposal: Proposal, say: dict[str, str]) -> Iterator[str]:
    """Yield the sheets that are like none of ours; those named as ours must not be read as such."""
    others = [found.name for found in proposal.sheets if found.sheet is None]
    ours = {key for sheet in submission().sheets for key in sheet.keys}
    if others:
        names = ", ".join(quoted(name) for name in others[:MOST_WORDS])
        mark = "" if any(word_key(name) in ours for name in others) else "# "
        yield f"{mark}ignore = [{names}]   # {say['ignore_sheets']}"


def recognise(proposal: Proposal, file_name: str, say: dict[str, str]) -> Iterator[str]:
    """Yield the section by which the next export is recognised."""
    yield f"[recognise]   # {say['recognise']}"
    pattern = any_number(file_name, 1)
    if re.search(r"[^\W\d_]", Path(pattern).stem):
        yield f"file = {quoted(pattern)}   # {say['file']}"
    found = [f for f in proposal.sheets if f.sheet is not None]
    names = [name_of(f, proposal) for f in found] or [f.name for f in proposal.sheets]
    yield f"sheets = [{', '.join(map(quoted, names[:5]))}]"
    tables = [f for f in found if f.header_row is not None]
    if tables:
        heads = [c.text for c in tables[0].columns if c.field and c.basis != "content"][:4]
        headers = ", ".join(map(quoted, heads))
        yield f"headers = {{ {quoted(name_of(tables[0], proposal))} = [{headers}] }}"


def any_number(name: str, least: int) -> str:
    """Return the name with * for dates and numbers of so many digits, which change."""
    return re.sub(r"\d+(?:[-_.]\d+)*", lambda m: m[0] if len(m[0]) < least else "*", name)


def name_of(found: Found, proposal: Proposal) -> str:
    """Return the name by which the sheet is known in the next export, too."""
    name = any_number(found.name, DIGITS_OF_DATE)
    alike = [f for f in proposal.sheets if re.search(name_pattern(name), f.name)]
    return name if len(alike) == 1 and re.search(r"[^\W\d_]", name) else found.name


# ----------------------------------------------------------------------------------------- sheets
def sheet_lines(
    found: Found, name: str, sheet: Sheet, say: dict[str, str], lang: str
) -> Iterator[str]:
    """Yield the section of one sheet that was found. name: what it is called in any export."""
    yield "[[sheets]]"
    yield f"from = {quoted(name)}" + ("" if name == found.name else f"   # {say['file']}")
    yield f"to = {quoted(sheet.name[lang])}"
    if found.header_row is not None:
        yield f"# header_row = {found.header_row}   # {say['header_row']}"
    yield from ignored_columns(found, say)
    yield "[sheets.columns]"
    written: set[str] = set()
    for column in found.columns:
        title = found.header_row is None and not column.content.size and not column.near
        if not (column.left_out or column.key in written or (title and column.field is None)):
            yield column_line(column, say, lang)
            written.add(column.key)
    yield from word_sections(found.words, say, lang)
    if found.missing:
        yield f"[sheets.fixed]   # {say['fixed']}"
        yield from (fixed_line(field, say, lang) for field in found.missing)


def ignored_columns(found: Found, say: dict[str, str]) -> Iterator[str]:
    """Yield the list of columns that are better not read, one a line with the reason."""
    reasons = {column.text: column.left_out for column in found.columns if column.left_out}
    if reasons:
        lines = [f"  {quoted(text)},   # {say[why]}" for text, why in reasons.items()]
        yield from ("ignore = [", *lines, "]")


def column_line(column: Column, say: dict[str, str], lang: str) -> str:
    """Return the line of one column; where nothing is clear it is a comment with the nearest."""
    if column.field is not None:
        value, reasons = column_value(column, column.field, say, lang)
        reasons = [*reasons, *([] if column.basis in SURE else [say["check"]])]
        remark = f"   # {'; '.join(reasons)}" if reasons else ""
        return f"{quoted(column.text)} = {value}{remark}"
    near = ", ".join(field.name[lang] for field in column.near)
    return f'# {quoted(column.text)} = ""' + (f"   # {say['nearest']}: {near}" if near else "")


def column_value(
    column: Column, field: Field, say: dict[str, str], lang: str
) -> tuple[str, list[str]]:
    """Return what stands behind the header in the draft, and the comment on it."""
    name = quoted(field.name[lang])
    if column.also is not None:
        return f"[{name}, {quoted(column.also.name[lang])}]", [say["split"]]
    if column.factor is not None:
        return f"{{ to = {name}, factor = {column.factor} }}", [say["factor"]]
    if column.years:
        return f"{{ to = {name}, years = true }}", [say["years"]]
    return name, []


def word_sections(words: Sequence[Word], say: dict[str, str], lang: str) -> Iterator[str]:
    """Yield the sections of the words that are not ours, field by field."""
    fields = {word.field.key: word.field for word in words}
    for key, field in fields.items():
        own = [word for word in words if word.field.key == key]
        yield f"[sheets.words.{quoted(field.name[lang])}]"
        yield f"# {say['possible']}: {choices(field, lang)}"
        yield from (word_line(word, say, lang) for word in own[:MOST_WORDS])
        if len(own) > MOST_WORDS:
            yield f"# {say['more'].format(count=len(own) - MOST_WORDS)}"


def word_line(word: Word, say: dict[str, str], lang: str) -> str:
    """Return the line of one word; where nothing is clear it is a comment with the nearest."""
    if word.ours is not None:
        ours = quoted(in_language(word.field, word.ours, lang))
        return f"{quoted(word.text)} = {ours}   # {say['check']} ({word.count}×)"
    near = ", ".join(in_language(word.field, ours, lang) for ours in word.near)
    nearest = f", {say['nearest']}: {near}" if near else ""
    return f'# {quoted(word.text)} = ""   # {word.count}×{nearest}'


def in_language(field: Field, ours: str, lang: str) -> str:
    """Return a word of the field's list (given in German) in the language."""
    return word_in(field.list, ours, lang) if field.list else ours


def choices(field: Field, lang: str) -> str:
    """Return the words a field may hold."""
    if field.list is None:
        return "ja, nein" if lang == "de" else "yes, no"
    entries = registers()[field.list]
    named = [in_language(field, entry.de, lang) for entry in entries[:MOST_CHOICES]]
    return ", ".join(named) + (", …" if len(entries) > MOST_CHOICES else "")


def fixed_line(field: Field, say: dict[str, str], lang: str) -> str:
    """Return the commented line of a value that has to be given for the whole file."""
    value = {"date": "2026-09-30"}.get(field.type, quoted(field.example or ""))
    possible = f" {say['possible']}: {choices(field, lang)}" if field.list else ""
    return f"# {quoted(field.name[lang])} = {value}   # {say['required']}.{possible}"


def lacking_lines(sheet: Sheet, say: dict[str, str], lang: str) -> Iterator[str]:
    """Yield the section of one of our sheets that the file does not have."""
    name = sheet.name[lang]
    if not sheet.required:
        yield f"# {say['lacking'].format(sheet=name)}"
        return
    yield f"# {say['lacking_required'].format(sheet=name)}"
    yield "[[sheets]]"
    if sheet.layout == "table":
        yield '# from = ""'
    yield f"to = {quoted(name)}"
    yield "[sheets.fixed]" if sheet.layout == "form" else "[sheets.columns]"
    for field in sheet.fields:
        if field.required:
            line = fixed_line(field, say, lang)
            yield line if sheet.layout == "form" else f'# "" = {quoted(field.name[lang])}'
