"""Long texts that make careless patterns and comparisons slow; `python -m tests.fuzz.long_texts`.

The program passes them through everything that reads texts of submissions. It has no time limit of
its own: its caller sets one.
"""

import datetime as dt
import sys
from collections.abc import Mapping
from xml.sax.saxutils import escape

from pipeline.intake.reader import LONGEST_NAME
from pipeline.intake.values import NUMBER_FORM, kind_shown_by
from pipeline.report.feedback.comments import own_notes
from pipeline.report.feedback.package import MAIN
from pipeline.report.feedback.worksheet import is_odd
from pipeline.submissions.mapping.draft import draft
from pipeline.submissions.mapping.propose import propose
from schemas.declaration import Field, registers, submission
from schemas.words import header_key

from .books import Drawn, book, see, stacked
from .effort import LONG
from .oracle import Given

LENGTH = 32_767
"""Of the longest text a cell of Excel holds."""


def long(part: str, before: str = "", after: str = "") -> str:
    """The part again and again."""
    room = LENGTH - len(before) - len(after)
    return before + (part * (room // len(part) + 1))[:room] + after


TEXTS: Mapping[str, str] = {
    "one letter": long("x"),
    "one umlaut": long("ä"),
    "one sharp s": long("ß"),
    "letters that change their length": long("İ"),
    "other case each": long("aB"),
    "blanks": long(" ", "a", "b"),
    "hard blanks": long("\u00a0", "a", "b"),
    "line breaks": long("\n", "a", "b"),
    "tabs": long("\t", "a", "b"),
    "short words": long("a "),
    "words": " ".join(f"wort{n}" for n in range(4000))[:LENGTH],
    "digits": long("9"),
    "digits before a letter": long("9", "", "x"),
    "zeros": long("0"),
    "open brackets": long("("),
    "square brackets": long("["),
    "remarks": long("(a) ", "Name ", "(b]"),
    "stars": long("* ", "Name", "x:"),
    "points and commas": long(".,"),
    "address of a computer": long("1."),
    "groups by points": long(".111", "1"),
    "groups by commas": long(",111", "1", "x"),
    "groups by blanks": long(" 111", "1", "x"),
    "groups by apostrophes": long("'111", "1", "x"),
    "dates": long("31.12.2025 "),
    "times": long(" 10:00", "31.12.2025"),
    "dashes": long("-"),
    "long dashes": long("–"),
    "combining marks": long("\u0301", "a"),
    "combining marks in turn": long("\u0301\u0323", "a"),
    "joiners": long("\u200d", "", "a"),
    "joined pictures": long("\U0001f469\u200d")[: LENGTH // 2],
    "soft hyphens": long("a\u00ad"),
    "other direction": long("\u202e", "", "a"),
    "marks of direction": long("\u200fa"),
    "semicolons": long(";"),
    "items": long("a;"),
    "different items": ";".join(f"p{n}" for n in range(5000))[:LENGTH],
    "commas": long("a, "),
    "slashes": long("a/"),
    "lists by und": long("a und "),
    "lines": long("a\r\n"),
    "bullets": long("• "),
    "tags": long("<b>"),
    "entities": long("&amp;"),
    "quotes": long('"'),
    "single quotes": long("'"),
    "backslashes": long("\\"),
    "escapes": long("_x000D_"),
    "mail addresses": long("a@"),
    "places of cells": long("!A1"),
    "placeholders": long("{0}%s"),
    "totals": long("2025 ", "Summe "),
    "legal forms": long("e. v. gmbh "),
    "country before the postcode": long("- ", "D", "x"),
    "wide letters": long("Ａ"),
}
COLUMNS = [(sheet.key, field.key) for sheet in submission().sheets for field in sheet.fields]
SHARE = 1 if LONG else 24
"""Of so many columns one holds the text, always another one; in `make fuzz` all do."""
AT_ONCE = 16 if LONG else 64
MAPPED = 12
"""Of so many workbooks one is mapped; in `make fuzz` all are."""
FAR = 60
"""Rows and columns from here on are free."""
COMMENTS = f"""<comments xmlns="{MAIN}"><authors><author>tc=1</author></authors><commentList>
<comment ref="A1" authorId="0"><text><t>[a]{{text}}</t></text></comment></commentList></comments>"""
MANY = 100
"""As many names as are compared with each other."""


def usual(field: Field, number: int) -> Given:
    """A cell as good clusters fill it in."""
    if field.key in ("left", "until"):
        return Given("s", "")
    if field.key == "as_of":
        return Given("d", dt.date(2026, 9, 30))
    by_key = {"cluster_id": "DE-0042", "city": "Dresden", "country": "DE", "name": f"N{number}"}
    if field.key in by_key:
        return Given("s", by_key[field.key])
    if field.list:
        return Given("s", registers()[field.list][0].de)
    by_type = {
        "number": Given("n", 5.0),
        "integer": Given("n", 2025.0),
        "date": Given("d", dt.date(2026, 1, 31)),
        "yes_no": Given("s", "ja"),
        "postcode": Given("s", "01067"),
    }
    return by_type.get(field.type, Given("s", f"Text {number}"))


Rows = dict[str, list[dict[str, Given]]]


def clean(actors: int = 3) -> Rows:
    """Rows in which nothing is wrong, by sheets."""
    return {
        sheet.key: [
            {field.key: usual(field, number) for field in sheet.fields}
            for number in range(actors if sheet.key == "actors" else 1)
        ]
        for sheet in submission().sheets
    }


def with_cell(sheet: str, field: str, text: str) -> Drawn:
    """A workbook with the text in one cell."""
    rows = clean()
    rows[sheet][0][field] = Given("s", text)
    return book(rows)


def in_columns(text: str, first: int) -> Drawn:
    """A workbook with the text in every SHARE-th column, in headers and labels, and as names."""
    rows = clean()
    chosen = COLUMNS[first % SHARE :: SHARE]
    for sheet, field in chosen:
        if field not in ("cluster_id", "as_of", "country"):
            rows[sheet][0][field] = Given("s", text)
    sheets = {name: dict(grid) for name, grid in book(rows).sheets.items()}
    for number, (sheet, field) in enumerate(chosen):
        own = submission().sheet(sheet)
        place = (FAR + number, 1) if own.layout == "form" else (1, FAR + number)
        head = Given("s", own.field(field).name["de"] + text)
        sheets[own.name["de"]] |= {place: head, (place[0], place[1] + 1): head}
    return Drawn(sheets | {text[:LONGEST_NAME]: {(1, 1): Given("s", text)}})


def many(field: str, text: str) -> Drawn:
    """A workbook with many actors whose texts differ at their beginning and their end."""
    rows = clean(MANY)
    for number, row in enumerate(rows["actors"]):
        own = chr(97 + number % 26) + chr(97 + number // 26)
        row[field] = Given("s", f"x{own}{text[6:]}{own}")
    return book(rows)


def examined(*drawn: Drawn) -> None:
    """What `check` does with the workbooks once they are read."""
    see(drawn)


def mapped(one: Drawn) -> None:
    """What `map` does with it."""
    draft(propose(*stacked([one])), "export-1.xlsx", "de")


def stored(text: str) -> None:
    """What readers and writers of workbooks make of texts that are stored beside the cells."""
    NUMBER_FORM.fullmatch(text)
    kind_shown_by(text)
    header_key(32 * text)  # the name of a sheet may be longer
    is_odd(b"<worksheet>" + text.encode() + long("xmlns:").encode() + b"<sheetData>")
    own_notes(COMMENTS.format(text=escape(8 * text)).encode())  # a comment may be longer


def main() -> None:
    """Take every text through everything, and print where it is."""
    drawn = {name: in_columns(text, n) for n, (name, text) in enumerate(TEXTS.items())}
    drawn |= {f"many in {field}": many(field, TEXTS["one letter"]) for field in ("name", "city")}
    names = list(drawn)
    for some in (names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE)):
        print("check:", *some, sep="\n", flush=True)
        examined(*(drawn[name] for name in some))
    for name, one in list(drawn.items())[:: 1 if LONG else MAPPED]:
        print("map:", name, flush=True)
        mapped(one)
    for name, text in TEXTS.items():
        print("stored:", name, flush=True)
        stored(text)


if __name__ == "__main__":
    sys.exit(main())
