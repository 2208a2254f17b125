"""Two periods published one after the other, a quarter between them missing."""

from pathlib import Path

import polars as pl
import pytest

from pipeline import run as runs
from pipeline.common.stages import Direct
from pipeline.demo import write_portfolio
from tests.sparing import ALL, sparing

pytestmark = pytest.mark.thorough
EARLIER, PERIOD = "2026-Q1", "2026-Q3"
# two of three clusters turn
SEED = 11


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> runs.Published:
    """Publish both without workbooks and pages; return the later publication."""
    root = tmp_path_factory.mktemp("history")
    write_portfolio(root / "inputs", clusters=3, periods=[EARLIER, PERIOD], seed=SEED)
    with sparing(*ALL):
        for period in (EARLIER, PERIOD):
            request = runs.Request(period, root / "inputs", root / "outputs", ("go-cluster",))
            found = runs.run(request, Direct())
    return found


def criteria(folder: Path) -> pl.DataFrame:
    """Return the published statuses."""
    keys = ["catalogue", "cluster_id", "criterion_id", "status"]
    return pl.read_parquet(folder / "data" / "criteria.parquet").select(keys)


def test_changes_are_those_of_the_two_publications(published: runs.Published) -> None:
    folder, keys = published.folder, ["catalogue", "cluster_id", "criterion_id"]
    both = criteria(folder).join(criteria(folder.parent / EARLIER), on=keys, suffix="_then")
    expected = both.filter(pl.col("status") != pl.col("status_then")).select(keys).sort(keys)
    changes = pl.read_parquet(folder / "data" / "changes.parquet")
    assert changes.height
    assert changes.select(keys).sort(keys).equals(expected)
    assert not changes["cause"].null_count()


def test_the_gap_is_known_and_the_first_period_tells_no_changes(published: runs.Published) -> None:
    since = published.review.since
    assert since is not None
    assert (since.period, since.skipped, since.problem) == (EARLIER, ("2026-Q2",), None)
    first = published.folder.parent / EARLIER
    assert not (first / "data" / "changes.parquet").exists()
    assert (first / "state" / "state.json").exists()
