"""A portfolio in portions: what is examined some files at a time is what is examined at once."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline import periods
from pipeline.catalogue import load
from pipeline.commands.run import read_here
from pipeline.examine import Examined, examine, examine_many
from pipeline.frames import stack_all
from pipeline.intake.discover import discover
from pipeline.intake.gather import Intake
from pipeline.run import read_all
from pipeline.settings import load_settings
from pipeline.tables.findings import findings_table
from schemas.declaration import submission, wanted_sheet_keys
from tests.workbook.conftest import PERIOD, Demo

LAST_DAY = periods.last_day(PERIOD)
# Fewer cells than a file has, some files, all of them.
PORTIONS = [1, 5000, 10**9]


def read(demo: Demo) -> Intake:
    found = discover(demo.inputs, PERIOD)
    return read_all(found, read_here, wanted_sheet_keys(submission()))[0]


@pytest.fixture(scope="module")
def sent(demo: Demo) -> Intake:
    return read(demo)


@pytest.fixture(scope="module")
def whole(sent: Intake) -> Examined:
    return examine(*sent.stacked(), load_settings(), LAST_DAY)


@pytest.mark.parametrize("most", PORTIONS)
def test_portions_are_the_whole(sent: Intake, most: int) -> None:
    sheets, cells = (pl.concat(part) for part in zip(*sent.batches(most), strict=True))
    assert_frame_equal(sheets, sent.sheets)
    assert_frame_equal(cells, sent.cells)


@pytest.mark.parametrize("most", PORTIONS)
def test_nothing_else_is_found_in_portions(sent: Intake, whole: Examined, most: int) -> None:
    parts = examine_many(sent.batches(most), load_settings(), LAST_DAY)
    for key, table in whole.valid.tables.items():
        assert_frame_equal(parts.valid.tables[key], table)
    assert_frame_equal(parts.counted, whole.counted)
    assert_frame_equal(said(sent, parts), said(sent, whole))
    assert parts.parsed.cells.height < whole.parsed.cells.height


def said(sent: Intake, examined: Examined) -> pl.DataFrame:
    """Return the table of findings, with cells and suggestions."""
    nobody = {"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32, "row_cluster": pl.String}
    files = sent.files.with_columns(cluster_id=pl.lit("DE-0001"))
    table = findings_table(
        examined.findings,
        examined.parsed.cells,
        files,
        pl.DataFrame(schema=nobody),
        [submission()],
        load("go-cluster"),
    )
    assert table.height
    return table.sort(pl.all())


def test_what_goes_is_gone(demo: Demo, sent: Intake) -> None:
    again = read(demo)
    _, cells = (pl.concat(part) for part in zip(*again.batches(5000, let_go=True), strict=True))
    assert_frame_equal(cells, sent.cells)
    assert again.readings == []
    assert_frame_equal(again.files, sent.files)


def test_nothing_read_is_one_portion_of_nothing(sent: Intake) -> None:
    none = sent.of(pl.Series([], dtype=pl.UInt32))
    ((sheets, cells),) = none.batches()
    assert (none.files.height, sheets.height, cells.height) == (0, 0, 0)


def test_records_are_stacked_part_by_part() -> None:
    one, other = ({"a": pl.DataFrame({"x": [n]})} for n in (1, 2))
    assert stack_all([one, other])["a"]["x"].to_list() == [1, 2]
    assert stack_all([one]) is one
