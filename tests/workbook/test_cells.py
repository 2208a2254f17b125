"""Columns: the content of a cell by its value's own type, and of cells with formulas."""

import datetime as dt
import re
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter

from pipeline.report.workbook.cells import Column, put_column
from tests.workbook.conftest import Demo

FORMATS = {"text": "@", "int": "0", "date": "yyyy-mm-dd"}
COLUMNS = {
    "texts stay texts": (Column("h", ["a", "=1+1", "1"]), ["a", "=1+1", "1"], "sss"),
    "numbers": (Column("h", [1, 0.1 + 0.2, -3.5e300], "int"), [1, 0.3, -3.5e300], "nnn"),
    "days": (Column("h", [dt.date(2026, 9, 30)], "date"), [dt.datetime(2026, 9, 30)], "d"),
    "mixed": (Column("h", ["x", 1.5, None, float("inf")]), ["x", 1.5, None, "∞"], "snns"),
    "formulas": (
        Column("h", [1, "ä<&>", "", None], "int", lambda row: f"=B{row}"),
        ["=B3", "=B4", "=B5", None],
        "fffn",
    ),
    "no row": (Column("h", []), [], ""),
}


def cells_of(column: Column, *, values: bool = False) -> list[Any]:
    """Return the cells of a column that begins in A3."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as file:
        looks = {name: file.add_format({"num_format": f}) for name, f in FORMATS.items()}
        put_column(file.add_worksheet("S"), 2, 0, column, looks, "de")
    sheet = openpyxl.load_workbook(target, data_only=values)["S"]
    return [sheet.cell(3 + index, 1) for index in range(len(column.values))]


@pytest.mark.parametrize(("column", "wanted", "types"), COLUMNS.values(), ids=COLUMNS)
def test_a_column_is_written_by_the_types_of_its_values(
    column: Column, wanted: list[Any], types: str
) -> None:
    found = cells_of(column)
    assert [cell.value for cell in found] == wanted
    assert "".join(cell.data_type for cell in found) == types


def test_formulas_carry_their_values() -> None:
    column = Column("h", [1.5, "ä<&>", True, None], "int", lambda row: f"=B{row}")
    assert [cell.value for cell in cells_of(column, values=True)] == [1.5, "ä<&>", True, None]


def test_formulas_over_whole_columns_are_those_of_their_own_cell() -> None:
    column = Column("h", [2, 3], "int", lambda row: f"=SUM(B:B<{row})", array=True)
    assert [cell.value.ref for cell in cells_of(column)] == ["A3", "A4"]


def test_every_cell_has_its_own_look() -> None:
    column = Column("h", ["a", None, 2], ["text", "text", "int"])
    assert [cell.number_format for cell in cells_of(column)] == ["@", "@", "0"]


def formulas_of(target: Any) -> list[str]:
    """Return the different formulas of all cells of a workbook."""
    with ZipFile(target) as file:
        parts = [file.read(n).decode() for n in file.namelist() if "worksheets/sheet" in n]
    found = [f for part in parts for f in re.findall("<f(?: [^>]*)?>([^<]+)</f>", part)]
    return sorted(set(map(unescape, found)))


def test_no_formula_lacks_a_prefix_that_xlsxwriter_would_add(demo: Demo) -> None:
    ours = formulas_of(demo.workbook)
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as file:
        sheet = file.add_worksheet()
        for row, formula in enumerate(ours):
            sheet.write_formula(row, 0, formula)
    assert len(ours) > 1000
    assert formulas_of(target) == ours
