"""A portfolio with too many rows of members: the workbook counts them and says where they are."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.report.workbook.book import write_workbook
from tests.declared import changed_in
from tests.libreoffice import Recalculate
from tests.workbook.conftest import Demo
from tests.workbook.office_suite import differing, formulas_of, opened, table_rows

OF_ROWS = {"Akteurszeilen", "Kennzahlzeilen"}
FILES = ("data/actors.parquet", "data/rows.parquet")


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


def tables(path: Path) -> set[str]:
    """The names of the Excel tables of a workbook."""
    return {name for sheet in opened(path, values=False) for name in sheet.tables}


def test_there_are_no_tables_of_rows(without: Path) -> None:
    assert not OF_ROWS & tables(without)


@pytest.mark.parametrize("sheet", ["Überblick", "Zeilen"])
def test_the_workbook_says_where_the_rows_stand(without: Path, sheet: str) -> None:
    cells = opened(without, values=False)[sheet].iter_rows(values_only=True)
    assert any(
        isinstance(value, str) and all(file in value for file in FILES)
        for row in cells
        for value in row
    )


def test_the_counts_are_values_and_those_of_the_formulas(demo: Demo, without: Path) -> None:
    values, own, usual = (
        table_rows(opened(path, values=stored), "Zeilenzahl")
        for path, stored in ((without, True), (without, False), (demo.workbook, True))
    )
    assert values == own == usual
    assert values


def test_no_formula_reads_the_rows(without: Path) -> None:
    assert not [f for f in formulas_of(without) if re.search("Akteurszeilen|Kennzahlzeilen", f)]


@pytest.mark.soak  # of the same formulas test_what_if.py knows that, and no other ones are left
def test_another_program_calculates_the_same(
    without: Path, tmp_path: Path, recalculated: Recalculate
) -> None:
    (again,) = recalculated([without], tmp_path)
    assert differing(without, again) == []


@pytest.mark.thorough
def test_as_many_rows_as_the_settings_allow_stand_in_it(
    demo: Demo, rows: int, tmp_path: Path
) -> None:
    path = written(demo, tmp_path, rows)
    assert tables(path) >= OF_ROWS
    assert path.read_bytes() == demo.workbook.read_bytes()
