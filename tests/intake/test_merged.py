"""Merged areas of several rows are noted by the readers of every kind of workbook."""

import io
import struct

import openpyxl
import pytest
import xlsxwriter

from pipeline.common.settings import load_settings
from pipeline.intake.reader import read_content

from .raw import ods, ods_cell, ods_row, record, xlsb

SEVERAL_ROWS = [(0, 1, 3, 0, 0)]


def merged_xlsx() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("S")
        sheet.merge_range("A2:A4", "x")
        sheet.merge_range("A1:C1", "of one row")
    return buffer.getvalue()


def merged_by_openpyxl() -> bytes:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A2"] = "x"
    sheet.merge_cells("A2:A4")
    book.save(buffer)
    return buffer.getvalue()


CELL = ods_cell("<text:p>x</text:p>", 'table:number-rows-spanned="3"')
MERGED = record(176, struct.pack("<4I", 1, 3, 0, 0)) + record(176, struct.pack("<4I", 0, 0, 0, 2))
BOOKS = {
    "xlsx": merged_xlsx(),
    "openpyxl": merged_by_openpyxl(),
    "ods": ods(ods_row(ods_cell()) + ods_row(CELL)),
    "xlsb": xlsb(MERGED),
}


@pytest.mark.parametrize("kind", BOOKS)
def test_merged_areas_are_noted(kind: str) -> None:
    reading = read_content(BOOKS[kind], load_settings().intake, lambda _: True)
    assert reading.cells.merged == SEVERAL_ROWS
