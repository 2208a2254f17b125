"""A portfolio in portions: what is surveyed some files at a time is what is surveyed at once."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline import periods
from pipeline.commands.run import read_here
from pipeline.frames import frames_of, stack_all
from pipeline.intake.discover import discover
from pipeline.intake.gather import Intake
from pipeline.run import read_all
from pipeline.settings import load_settings
from pipeline.survey import Asked, Survey, survey, survey_each
from schemas.declaration import submission, wanted_sheet_keys
from tests.workbook.conftest import PERIOD, Demo, review_of

ASKED = Asked(load_settings(), periods.last_day(PERIOD))
# Fewer cells than a file has, some files, all of them.
PORTIONS = [1, 5000, 10**9]


def read(demo: Demo) -> Intake:
    found = discover(demo.inputs, PERIOD)
    return read_all(found, read_here, wanted_sheet_keys(submission()))[0]


@pytest.fixture(scope="module")
def sent(demo: Demo) -> Intake:
    return read(demo)


@pytest.fixture(scope="module")
def whole(sent: Intake) -> Survey:
    return survey(ASKED, sent.files, *sent.stacked())


@pytest.mark.parametrize("most", PORTIONS)
def test_portions_are_the_whole(sent: Intake, most: int) -> None:
    sheets, cells = (pl.concat(part) for part in zip(*sent.batches(most), strict=True))
    assert_frame_equal(sheets, sent.sheets)
    assert_frame_equal(cells, sent.cells)


@pytest.mark.parametrize("most", PORTIONS)
def test_nothing_else_is_found_in_portions(sent: Intake, whole: Survey, most: int) -> None:
    parts = stack_all(list(survey_each(ASKED, sent.files, sent.batches(most))))
    for name, frame in frames_of(whole).items():
        assert_frame_equal(frames_of(parts)[name], frame)


@pytest.mark.parametrize("most", [1, 5, 1000])
def test_clusters_are_judged_otherwise_in_portions(
    demo: Demo, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.otherwise.AT_ONCE", most)
    tables = review_of(demo.inputs).tables
    assert tables["clusters"].height > 5
    for name in ("robustness", "outlook"):
        assert tables[name].height > 0
        assert_frame_equal(tables[name], demo.review.tables[name])


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
