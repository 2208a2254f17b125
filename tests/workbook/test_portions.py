"""Results of a portfolio in portions, stacked, equal the results of the whole."""

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline import read as reading
from pipeline.common import periods
from pipeline.common.frames import frames_of, stack_all
from pipeline.common.settings import load_settings
from pipeline.common.stages import LEAST_IN_BATCH, MOST_IN_BATCH, in_batches
from pipeline.figures.each_submission import ProcessingOptions, Received
from pipeline.intake.discover import discover, distinct_names
from pipeline.intake.sent_file import numbered
from pipeline.read import ReadBatch, read_and_examine
from pipeline.report.pages.pages import make_pages, page_batches
from schemas.declaration import submission, wanted_sheet_keys
from tests.workbook.conftest import PERIOD, Demo

ASKED = ProcessingOptions(load_settings(), periods.last_day(PERIOD))
FILES = 3
# Fewer cells than a file has, some files; the whole is one portion.
PORTIONS = [1, 2000]


@pytest.fixture(scope="module")
def batch(demo: Demo) -> ReadBatch:
    paths = discover(demo.inputs, PERIOD).submissions[:FILES]
    files = numbered(paths, distinct_names(paths))
    return ReadBatch(files, load_settings().intake, wanted_sheet_keys(submission()))


@pytest.fixture(scope="module")
def whole(batch: ReadBatch) -> Received:
    whole = read_and_examine(ASKED, batch)
    assert len(whole.parts) == 1
    return whole


@pytest.mark.parametrize("most", PORTIONS)
def test_portions_are_the_whole(
    batch: ReadBatch, whole: Received, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CELLS_AT_ONCE", most)
    found = read_and_examine(ASKED, batch)
    one_by_one = len(batch) - found.refusals.height
    assert {1: one_by_one}.get(most, 2) <= len(found.parts) <= one_by_one
    one, other = (frames_of(stack_all(sent.parts)) for sent in (found, whole))
    for name, frame in other.items():
        assert_frame_equal(one[name], frame)


def test_another_process_finds_the_same(
    batch: ReadBatch, whole: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WORTH_A_PROCESS", 1)
    found = read_and_examine(ASKED, batch)
    assert_frame_equal(found.files, whole.files)
    one, other = (frames_of(stack_all(sent.parts)) for sent in (found, whole))
    for name, frame in other.items():
        assert_frame_equal(one[name], frame)


def test_nothing_read_is_one_portion_of_nothing(batch: ReadBatch) -> None:
    (part,) = read_and_examine(ASKED, replace(batch, files=[])).parts
    assert all(frame.is_empty() for frame in frames_of(part).values())


def test_pages_in_batches_are_those_of_all_clusters(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.common.stages.CORES", 2)
    monkeypatch.setattr("pipeline.common.stages.LEAST_IN_BATCH", 1)
    *others, index = page_batches(demo.review, "de")
    every = demo.review.tables["clusters"]["cluster_id"].to_list()
    whole = make_pages(replace(others[0], clusters=every))
    in_parts = [make_pages(batch) for batch in others]
    assert len(others) > 1
    assert {name: text for part in in_parts for name, text in part.items()} == whole
    assert "index.html" in make_pages(index)


@pytest.mark.parametrize("count", [0, 1, 2, 30, 99, 100, 101, 430, 1500])
def test_no_item_is_lost_in_batches(count: int) -> None:
    items = list(range(count))
    batches = in_batches(items)
    assert all(len(batch) >= LEAST_IN_BATCH for batch in batches[:-1])
    assert [item for batch in batches for item in batch] == items
    assert all(0 < len(batch) <= MOST_IN_BATCH for batch in batches)
    assert len({len(batch) for batch in batches[:-1]}) <= 1


def test_records_are_stacked_part_by_part() -> None:
    one, other = ({"a": pl.DataFrame({"x": [n]})} for n in (1, 2))
    assert stack_all([one, other])["a"]["x"].to_list() == [1, 2]
    assert stack_all([one]) is one
