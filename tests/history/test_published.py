"""Two periods published one after the other, a quarter between them missing."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.commands.run import read_here
from pipeline.demo import write_portfolio
from pipeline.report.html.pages import write_pages
from pipeline.review import Review
from pipeline.run import Request, run

EARLIER, PERIOD, CLUSTERS = "2026-Q1", "2026-Q3", 6


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Review]:
    """Publish both; return the folder of the later one, and its review."""
    root = tmp_path_factory.mktemp("history")
    write_portfolio(root / "inputs", clusters=CLUSTERS, periods=[EARLIER, PERIOD])
    for period in (EARLIER, PERIOD):
        request = Request(period, root / "inputs", root / "outputs", ("go-cluster",))
        published = run(request, read_here)
    return published.folder, published.review


def table(folder: Path, name: str) -> pl.DataFrame:
    """Return a published table."""
    return pl.read_parquet(folder / "data" / f"{name}.parquet")


def test_changes_are_those_of_the_two_publications(outputs: tuple[Path, Review]) -> None:
    folder, _ = outputs
    keys = ["catalogue", "cluster_id", "criterion_id"]
    then, now = (table(folder.parent / p, "criteria") for p in (EARLIER, PERIOD))
    both = now.join(then, on=keys, suffix="_then")
    expected = both.filter(pl.col("status") != pl.col("status_then")).select(keys).sort(keys)
    changes = table(folder, "changes")
    assert changes.height
    assert changes.select(keys).sort(keys).equals(expected)
    assert not changes["cause"].null_count()
    assert "changes" not in {p.stem for p in (folder.parent / EARLIER / "data").iterdir()}


def test_the_index_says_since_when_what_changed_and_what_will_lapse(
    outputs: tuple[Path, Review],
) -> None:
    page = (outputs[0] / "report" / "index.html").read_text(encoding="utf-8")
    assert "Verglichen mit 2026-Q1" in page
    assert "Für 2026-Q2 ist nichts veröffentlicht" in page
    assert 'id="outlook"' in page
    assert "Ursache nicht feststellbar" not in page


def test_a_clusters_page_tells_its_own_changes_and_outlook(
    outputs: tuple[Path, Review], tmp_path: Path
) -> None:
    folder, review = outputs
    write_pages(review, tmp_path, "en")
    changed = set(table(folder, "changes")["cluster_id"])
    now = table(folder, "criteria").filter(pl.col("status") == "fulfilled")
    keys = ["cluster_id", "criterion_id"]
    ahead = table(folder, "outlook").filter(pl.col("status") != "fulfilled")
    lapsing = set(ahead.join(now, on=keys, how="semi")["cluster_id"])
    assert lapsing
    for cluster_id in table(folder, "clusters")["cluster_id"]:
        page = (tmp_path / "clusters" / f"{cluster_id}.html").read_text(encoding="utf-8")
        assert ('id="changes"' in page) == (cluster_id in changed)
        assert ('id="outlook"' in page) == (cluster_id in lapsing)
        assert ("lapses in 202" in page or "lapses by 202" in page) == (cluster_id in lapsing)
