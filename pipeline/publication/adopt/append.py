"""Appends rows to a table of an .xlsx file with openpyxl, and finds what the file would lose.

openpyxl reads the whole file and writes it again. What it does not know is lost, and so are the
results of formulas: a rating that is a formula would no longer apply. Such a file must not be
edited.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

Value = str | date
LOOKS = ("font", "fill", "border", "alignment", "protection", "number_format")
# Parts of a file that openpyxl writes, or that Excel creates again: the prefixes of their names.
KEPT_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/|docProps/|customXml/|xl/_rels/|xl/workbook\.xml|xl/styles\.xml"
    r"|xl/theme/|xl/sharedStrings\.xml|xl/worksheets/|xl/tables/|xl/calcChain\.xml"
    r"|xl/printerSettings/|xl/comments|xl/drawings/(vmlDrawing|commentsDrawing|_rels/vmlDrawing)"
)
# What is lost: the prefixes of the part names.
LOST = {
    "macros": re.compile(r"xl/vba"),
    "threads": re.compile(r"xl/(threadedComments|persons)/"),
    "drawings": re.compile(r"xl/(drawings|charts|chartsheets|diagrams|media)/"),
}
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"


@dataclass(frozen=True)
class Loss:
    """What a file would lose: formulas, lists, threads, drawings, macros, parts, all; and where."""

    code: str
    where: str = ""


# ------------------------------------------------------------------------------ possible losses
def losses(content: bytes) -> list[Loss]:
    """Return what openpyxl would lose of the file, one of each kind; none if it can be edited."""
    found = {loss.code: loss for loss in reversed(list(every_loss(content)))}
    return list(reversed(found.values()))


def every_loss(content: bytes) -> Iterator[Loss]:
    """Yield everything that the file would lose."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = file.namelist()
            is_strict = STRICT in file.read("xl/workbook.xml")
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", UserWarning)
            book = opened(content)
    except Exception:
        # openpyxl has no error of its own for files that it cannot read
        yield Loss("all")
        return
    if is_strict:
        yield Loss("all")
    for sheet in book.worksheets:
        formulas = (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
        yield from (Loss("formulas", f"{sheet.title}!{cell.coordinate}") for cell in formulas)
    yield from map(loss_of_part, (part for part in parts if not KEPT_PARTS.match(part)))
    if warned:
        # for example lists that refer to other sheets; openpyxl warns about what it leaves out
        yield Loss("lists")


def loss_of_part(part: str) -> Loss:
    """Return what is lost with a part."""
    return next((Loss(code) for code, own in LOST.items() if own.match(part)), Loss("parts", part))


def opened(content: bytes) -> openpyxl.Workbook:
    """Return the file, with the formats of parts of a cell's text."""
    return openpyxl.load_workbook(io.BytesIO(content), rich_text=True)


# ----------------------------------------------------------------------------------- adding rows
def append_rows(content: bytes, sheet: str, rows: Sequence[Mapping[int, Value]]) -> bytes:
    """Return the file, which loses nothing (`losses`), with rows below the last one used.

    rows: column (from 1) to value. A new cell has the format of the one above it; a date becomes a
    number if the cell above is a number, else a text.
    """
    book = opened(content)
    own = book[sheet]
    last = last_used(own)
    for number, row in enumerate(rows, last + 1):
        for column, value in row.items():
            put(own.cell(number, column), value, own.cell(last, column))
    for table in own.tables.values():
        extend(table, last, len(rows))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def last_used(sheet: Worksheet) -> int:
    """Return the last row with a cell that is not empty."""
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    return max(number for number, row in rows if any(value is not None for value in row))


def put(cell: Cell, value: Value, above: Cell) -> None:
    """Write a value into a cell, in the cell's own format or else in that of the cell above."""
    look = cell if cell.has_style else above
    looks = {name: copy(getattr(look, name)) for name in LOOKS}
    if isinstance(value, date):
        looks["number_format"] = above.number_format
        if not isinstance(above.value, date | int | float):
            value = value.strftime("%d.%m.%Y")
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # even if it looks like a formula
    for name, own in looks.items():
        setattr(cell, name, own)


def extend(table: Table, last: int, rows: int) -> None:
    """Extend a table that ends in the row `last` by the rows below."""
    left, top, right, bottom = range_boundaries(table.ref)
    if bottom != last or table.totalsRowCount:
        return
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{last + rows}"
    if table.autoFilter is not None:
        table.autoFilter.ref = table.ref
