"""A portfolio with too many rows of members: the workbook counts them and says where they are."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.report.workbook.book import write_workbook
from tests.declared import changed_in
from tests.libreoffice import recalculated
from tests.workbook.conftest import Demo
from tests.workbook.office_suite import differing, formulas_of

SHEETS = {"Zeilen Akteure", "Zeilen Kennzahlen"}
TABLES = ("data/actors.parquet", "data/rows.parquet")


@pytest.fixture(scope="module")
def rows(demo: Demo) -> int:
    return demo.review.tables["actors"].height


def written(demo: Demo, folder: Path, most: int) -> Path:
    """The workbook of a review whose settings allow so many rows."""
    rules = changed_in(demo.review.settings.workbook, most_rows=most)
    review = replace(demo.review, settings=changed_in(demo.review.settings, workbook=rules))
    path = folder / "portfolio.xlsx"
    write_workbook(review, path, "de")
    return path


@pytest.fixture(scope="module")
def without(demo: Demo, rows: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(demo, tmp_path_factory.mktemp("without"), rows - 1)


def test_there_are_no_sheets_of_rows(without: Path) -> None:
    book = openpyxl.load_workbook(without)
    assert not SHEETS & set(book.sheetnames)


@pytest.mark.parametrize("sheet", ["Überblick", "Zeilen"])
def test_the_workbook_says_where_the_rows_stand(without: Path, sheet: str) -> None:
    cells = openpyxl.load_workbook(without)[sheet].iter_rows(values_only=True)
    assert any(
        isinstance(value, str) and all(table in value for table in TABLES)
        for row in cells
        for value in row
    )


def test_the_counts_are_values_and_those_of_the_formulas(demo: Demo, without: Path) -> None:
    values, own, usual = (
        list(openpyxl.load_workbook(path, data_only=data_only)["Zeilen"].iter_rows(5))
        for path, data_only in ((without, True), (without, False), (demo.workbook, True))
    )
    assert {cell.data_type for row in own for cell in row} <= {"s", "n"}
    assert [[c.value for c in row] for row in values] == [[c.value for c in row] for row in usual]


def test_no_formula_reads_the_rows(without: Path) -> None:
    assert not [f for f in formulas_of(without) if re.search("Akteurszeilen|Kennzahlzeilen", f)]


def test_another_program_calculates_the_same(without: Path, tmp_path: Path) -> None:
    (again,) = recalculated([without], tmp_path)
    assert differing(without, again) == []


def test_as_many_rows_as_the_settings_allow_stand_in_it(
    demo: Demo, rows: int, tmp_path: Path
) -> None:
    path = written(demo, tmp_path, rows)
    assert set(openpyxl.load_workbook(path, read_only=True).sheetnames) >= SHEETS
    assert path.read_bytes() == demo.workbook.read_bytes()
