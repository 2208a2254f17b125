"""From cells to the bytes of an xlsx file: the same cells give the same bytes."""

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.demo.grid import Grid
from pipeline.demo.model import Formula, Value

CREATED = datetime(2026, 1, 1)
LABEL = "Erfundene Demo-Daten (made-up demo data)"


def workbook_bytes(grids: Iterable[Grid], title: str) -> bytes:
    """Return a workbook as bytes."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
    book.set_properties({"title": title, "comments": LABEL, "created": CREATED})
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for grid in grids:
        _write_sheet(book.add_worksheet(grid.name), grid, bold, day)
    book.close()
    return target.getvalue()


def _write_sheet(sheet: Worksheet, grid: Grid, bold: Format, day: Format) -> None:
    for column, width in enumerate(grid.widths):
        sheet.set_column(column, column, width)
    for number, row in enumerate(grid.rows):
        style = bold if number in grid.bold else None
        for column, value in enumerate(row):
            if value is not None:
                _write_cell(sheet, number, column, value, style, day)


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: Value, style: Format | None, day: Format
) -> None:
    """Write one cell; an error value such as #DIV/0! is written as Excel stores it."""
    if isinstance(value, str):
        if value.startswith("#"):
            sheet.write_formula(row, column, "=1/0", style, value)
        else:
            sheet.write_string(row, column, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
    elif isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, style, value.value)
    else:
        sheet.write_number(row, column, value, style)
