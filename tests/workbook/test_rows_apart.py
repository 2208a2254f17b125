"""A portfolio with too many rows for one workbook: every row stands in a file of its own kind."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.report.workbook.book import write_workbook
from pipeline.report.workbook.rows import clusters_of_files
from pipeline.report.workbook.rows_apart import write_rows_apart
from pipeline.review import Review
from tests.libreoffice import recalculated
from tests.workbook.conftest import Demo
from tests.workbook.office_suite import differing

MOST = 400


@pytest.fixture(scope="module")
def large(demo: Demo) -> Review:
    """A review with more rows than one workbook shall have."""
    settings = demo.review.settings
    few = replace(settings, workbook=replace(settings.workbook, most_rows=MOST))
    return replace(demo.review, settings=few)


@pytest.fixture(scope="module")
def files(large: Review, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """portfolio.xlsx and the files of rows."""
    folder = tmp_path_factory.mktemp("apart")
    write_workbook(large, folder / "portfolio.xlsx", "de")
    return [folder / "portfolio.xlsx", *write_rows_apart(large, folder, "de")]


def rows_of(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(6, values_only=True))


def test_every_row_stands_in_one_file(large: Review, files: list[Path]) -> None:
    book, *parts = files
    assert len(parts) >= 3
    for sheet, table in (("Zeilen Akteure", "actors"), ("Zeilen Kennzahlen", "rows")):
        found = Counter(row[0] for path in parts for row in rows_of(path, sheet))
        assert found == Counter(large.tables[table]["cluster_id"])
        assert sheet not in openpyxl.load_workbook(book).sheetnames
    assert all(
        sum(large.tables["actors"]["cluster_id"].is_in(own)) <= MOST or len(own) == 1
        for own in clusters_of_files(large)
    )


def test_the_workbook_names_each_clusters_file(files: list[Path]) -> None:
    book, *parts = files
    named = {row[0]: row[-1] for row in rows_of(book, "Zeilen")}
    theirs = {row[0]: path.name for path in parts for row in rows_of(path, "Zeilen")}
    assert named == theirs
    link = openpyxl.load_workbook(book)["Zeilen"].cell(6, len(rows_of(book, "Zeilen")[0])).value
    assert link == '=HYPERLINK("rows/rows-01.xlsx","rows-01.xlsx")'


def test_another_program_calculates_the_same(files: list[Path], tmp_path: Path) -> None:
    for path, again in zip(files, recalculated(files, tmp_path), strict=True):
        assert differing(path, again) == []


def test_a_portfolio_of_the_usual_size_has_its_rows_with_it(demo: Demo, tmp_path: Path) -> None:
    assert write_rows_apart(demo.review, tmp_path, "de") == []
    assert list(tmp_path.iterdir()) == []
