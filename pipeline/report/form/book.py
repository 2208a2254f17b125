"""The form under construction, and what its sheets have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.report.form.plan import Filled, Value, own_sheet, text, yes_no
from pipeline.report.form.stored import Stored
from pipeline.report.workbook.cells import put
from pipeline.report.workbook.formats import DATES, HEAD, INK, RULE, Look, make_formats
from schemas.declaration import Field

A4 = 9
TITLE_HEIGHT = 24
# A column that no sheet uses.
OUTSIDE = 200
# First characters of a submitted text that Excel might not treat as plain text.
SUSPICIOUS = ("=", "+", "-", "@", "'")
ENTRY: Look = {"border": 1, "border_color": RULE, "bg_color": "#FFFDF3", "font_color": INK,
               "valign": "top"}  # fmt: skip
# Lines are drawn where something stands: LibreOffice prints pages of empty cells that have lines.
COLUMN: Look = {"font_color": INK}
# type of a field -> name of its cell format; a number keeps its distance from the text beside it
KINDS: Mapping[str, Look] = {
    "text": {"num_format": "@"},
    "date": {"align": "center"},
    "integer": {"num_format": "#,##0_)"},
    "euros": {"num_format": "#,##0.00_)"},
    "degrees": {"num_format": "0.0000##"},
    "year": {"num_format": "0_)"},
    "plain": {},
}
BOX: Look = {"valign": "top", "border": 1, "border_color": RULE}
GREY: Look = {"font_color": "#3D444B"}
WRAP: Look = {"text_wrap": True}
RIGHT: Look = {"align": "right"}
OWN: Mapping[str, Look] = {
    "hint": {"italic": True, "font_size": 8, "align": "center", "valign": "bottom"} | GREY | WRAP,
    "must": HEAD | {"bg_color": "#0B4F9E"},
    "name": BOX | {"bold": True},
    "note": BOX | GREY | WRAP,
    "centre": BOX | WRAP | {"align": "center"},
    "lines": {"border": 1, "border_color": RULE},
    "above": {"valign": "vcenter"},
    "line": WRAP | {"valign": "top"},
    "alert": BOX | WRAP | {"bold": True, "bg_color": "#FBF3C0", "font_color": "#4A4000"},
    "box": BOX,
    "box_wrap": BOX | WRAP,
    "box_int": BOX | RIGHT | {"num_format": "#,##0_)"},
    "box_share": BOX | RIGHT | {"num_format": "0.0 %_)"},
    "box_cents": BOX | RIGHT | {"num_format": "#,##0.00_)"},
}


@dataclass(frozen=True)
class Book:
    """The file, its language, the values to fill in, those of its self-check, and cell formats."""

    file: Workbook
    lang: str
    filled: Filled
    stored: Stored
    looks: Mapping[str, Format]

    def text(self, group: str, code: str, **parts: object) -> str:
        """Return one of the form's own texts."""
        return text(group, code, self.lang, **parts)

    def put(self, sheet: Worksheet, row: int, column: int, value: Value, look: str) -> None:
        """Write a value (row and column from 0); booleans become words, texts stay texts."""
        if isinstance(value, bool):
            value = yes_no(self.lang)[0 if value else 1]
        if isinstance(value, str) and value.startswith(SUSPICIOUS):
            look = f"{look}_foreign"
        put(sheet, row, column, value, self.looks[look], self.lang)


def all_looks(file: Workbook, lang: str) -> dict[str, Format]:
    """Return every cell format by name: those of the reports, and those of cells to fill in."""
    looks = dict(make_formats(file, lang))
    for kind, own in KINDS.items():
        date: Look = {"num_format": DATES[lang]} if kind == "date" else {}
        for name, frame in {"entry": ENTRY, "column": COLUMN}.items():
            more: Look = {"text_wrap": True, "align": "left"} if name == "entry" else {}
            look: Look = {**frame, **own, **date, **more}
            looks[f"{name}_{kind}"] = file.add_format(look)
            looks[f"{name}_{kind}_foreign"] = file.add_format(look | {"quote_prefix": True})
    return looks | {name: file.add_format(look) for name, look in OWN.items()}


def kind_of(item: Field) -> str:
    """Return the name of the cell format of a field."""
    if item.type == "postcode" or item.pattern:
        return "text"
    if item.type in ("date", "integer"):
        return "year" if item.key == "year" else item.type
    return {"°": "degrees", "EUR": "euros"}.get(item.unit or "", "plain")


def add_sheet(book: Book, name: str, *, hidden: bool = False) -> Worksheet:
    """Return a new sheet that prints across the width of one page."""
    sheet = book.file.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{book.text('about', 'title')}: &A&R{book.text('about', 'page')}")
    if hidden:
        sheet.hide()
    return sheet


def leave_out(sheet: Worksheet) -> None:
    """Leave a sheet out of what is printed: its print area is a cell that is always empty."""
    sheet.print_area(0, OUTSIDE, 0, OUTSIDE)


def add_title(book: Book, sheet: Worksheet, title: str, about: str) -> None:
    """Write the title, what the sheet is about, and the link back."""
    guide = own_sheet("guide", book.lang)
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.write_string(0, 0, title, book.looks["title"])
    sheet.write_string(1, 0, about, book.looks["about"])
    link = book.text("about", "back")
    sheet.write_url(2, 0, f"internal:'{guide}'!A1", book.looks["link"], link)
