"""Sheets of very many plain cells, inserted into a finished file: XlsxWriter is slow with formulas.

Such a sheet is first written empty; its content is inserted afterwards.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name

# A third of the time of the highest level for a twentieth more bytes. A run may write hundreds.
LEVEL = 6
EMPTY = "<sheetData/>"
DIMENSION = '<dimension ref="A1"/>'


@dataclass(frozen=True)
class Formula:
    """A formula without `=` and stored value: the program that opens the file calculates it."""

    text: str


# The content of a sheet, by row and column from 1.
Cells = dict[int, dict[int, str | float | Formula]]


def sheet_data(cells: Cells) -> str:
    """Return the cells as the element sheetData."""
    letters = [xl_col_to_name(at) for at in range(max(max(row) for row in cells.values()))]
    rows = []
    for number, row in sorted(cells.items()):
        inner = "".join(cell(f"{letters[at - 1]}{number}", v) for at, v in sorted(row.items()))
        rows.append(f'<row r="{number}">{inner}</row>')
    return f"<sheetData>{''.join(rows)}</sheetData>"


def cell(address: str, value: str | float | Formula) -> str:
    """Return one cell's element."""
    if isinstance(value, Formula):
        return f'<c r="{address}"><f>{escape(value.text)}</f><v></v></c>'
    if isinstance(value, str):
        return f'<c r="{address}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{address}"><v>{value!r}</v></c>'


def fill_sheets(file: bytes, contents: Mapping[int, str]) -> bytes:
    """Return the xlsx file with the (empty) sheets' contents; key: the sheet's number from 1."""
    parts = {f"xl/worksheets/sheet{number}.xml": data for number, data in contents.items()}
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(file)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for info in source.infolist():
            data = source.read(info)
            if info.filename in parts:
                data = filled(data.decode("utf-8"), parts[info.filename]).encode("utf-8")
            out.writestr(info, data, zipfile.ZIP_DEFLATED, LEVEL)
    return target.getvalue()


def filled(sheet: str, content: str) -> str:
    """Return the XML of an empty sheet with its content."""
    if EMPTY not in sheet or DIMENSION not in sheet:
        raise ValueError("the sheet to be filled is not empty")
    return sheet.replace(DIMENSION, "").replace(EMPTY, content)
