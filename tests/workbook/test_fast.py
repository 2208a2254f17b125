"""Columns that go to a sheet whole give the file that XlsxWriter writes cell by cell."""

import datetime as dt
import gc
import weakref
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.report.workbook.cells import Column, put, put_column
from pipeline.report.workbook.fast import FastFile, FastSheet
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.sheets import Book
from tests.workbook.conftest import Demo

LONG = [f"t{n % 7}" for n in range(2100)]  # more rows than are made at a time
COLUMNS = {
    "texts": [Column("h", ["a", None, "b", "a", " ä<&>\n"])],
    "numbers": [Column("h", [1, 0.1 + 0.2, None, -3.5e300, 12345678901234567], "int")],
    "no value": [Column("h", [None, None])],
    "no row": [Column("h", [])],
    "each its own look": [Column("h", ["a", "b", None, "a"], ["text", "int", "two", "text"])],
    "looks that begin late": [
        Column("h", ["a", "b", "c"], ["text", "text", "two"]),
        Column("h", [1, 2, 3], "int"),
    ],
    "days and mixed": [
        Column("h", [dt.date(2026, 9, 30), None]),
        Column("h", ["x", 1.5]),
        Column("h", [float("inf"), True]),
    ],
    "formulas between": [
        Column("h", ["a", "b"]),
        Column("h", [1, None], "int", lambda row: f"=A{row}&1"),
        Column("h", [2.5, 3.5], "two"),
    ],
    "values of formulas": [
        Column(
            "h",
            [0.1 + 0.2, "", "#N/A", 'ä<&>"\n', True, False, 1e-300, 7, None],
            "int",
            lambda row: f'=IF(A{row}<>"&",{row},"ä")',
        ),
    ],
    "formulas of whole columns": [
        Column("h", [1.5, "", "a<b", "12", None], "two", lambda r: f"=SUM(A:A<{r})", array=True),
    ],
    "formulas each with its own look": [
        Column("h", [1, 2, 3], ["text", "int", "two"], lambda row: f"=A{row}"),
    ],
    "long formulas": [Column("h", LONG, "text", lambda row: f"=B{row}")],
    "of unlike length": [Column("h", ["a"] * 40), Column("h", [1.0, 2.0]), Column("h", ["z"])],
    "long": [Column("h", LONG), Column("h", list(range(2100)), "int")],
}


def parts(file_class: type[xlsxwriter.Workbook], columns: list[Column]) -> dict[str, bytes]:
    target = BytesIO()
    with file_class(target, {"in_memory": True}) as file:
        looks = {n: file.add_format({"num_format": f}) for n, f in FORMATS.items()}
        sheet = file.add_worksheet("S")
        sheet.write_string(0, 0, "title", looks["text"])
        for at, column in enumerate(columns):
            fill(sheet, at, column, looks)
        sheet.set_row(3, 40)
        sheet.write_url(2, 0, "internal:'S'!A1", looks["text"], string="link")
        chart = file.add_chart({"type": "bar"})
        chart.add_series({"categories": "=S!$A$1:$A$8", "values": "=S!$B$3:$C$6"})
        sheet.insert_chart(0, 9, chart)
    with ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


FORMATS = {"text": "@", "int": "0", "two": "0.00"}


def fill(sheet: Worksheet, at: int, column: Column, looks: dict[str, Format]) -> None:
    if isinstance(sheet, FastSheet):
        put_column(sheet, 2, at, column, looks, "de")
        return
    for index, value in enumerate(column.values):
        row, look = 2 + index, looks[column.kind_of(index)]
        if column.formula is None or value is None:
            put(sheet, row, at, value, look, "de")
        elif column.array:
            sheet.write_array_formula(row, at, row, at, column.formula(row + 1), look, value)
        else:
            sheet.write_formula(row, at, column.formula(row + 1), look, value)


@pytest.mark.parametrize("columns", COLUMNS.values(), ids=COLUMNS)
def test_the_bytes_are_those_of_cell_by_cell(columns: list[Column]) -> None:
    fast, slow = parts(FastFile, columns), parts(xlsxwriter.Workbook, columns)
    assert fast.keys() == slow.keys()
    moving = "docProps/core.xml"  # the moment of writing
    assert {n: c for n, c in fast.items() if n != moving} == {
        n: c for n, c in slow.items() if n != moving
    }


def test_a_sheet_takes_one_table_and_notes_none_of_its_cells() -> None:
    sheet = FastFile(BytesIO(), {"in_memory": True}).add_worksheet("S")
    sheet.add_table(0, 0, 3, 1)
    assert not sheet.table_cells
    with pytest.raises(ValueError, match="a second table"):
        sheet.add_table(0, 5, 3, 6)


def test_a_file_that_is_written_takes_no_more_memory(demo: Demo, tmp_path: Path) -> None:
    files: list[weakref.ref[FastFile]] = []

    def write(book: Book) -> None:
        files.append(weakref.ref(book.file))
        book.file.add_worksheet("S").write_string(0, 0, "text", book.looks["text"])

    gc.disable()
    try:
        write_file(demo.review, tmp_path / "a.xlsx", "de", write)
    finally:
        gc.enable()
    assert [file() for file in files] == [None]
