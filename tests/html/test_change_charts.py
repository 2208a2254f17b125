"""What changed since the quarter before, as pictures: of a few clusters, read from the SVG."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.report.pages.change_charts import criteria_moved, medians_moved, then_and_now
from pipeline.report.pages.charts import Chart
from pipeline.report.pages.history import criteria_turned
from pipeline.report.pages.words import Words
from pipeline.review import Review

DE = Words("de")
CATALOGUE = load("go-cluster")
KEYS = ("catalogue", "cluster_id", "criterion_id")


def review(*changed: tuple[str, str, str, str]) -> Review:
    """Return what the pictures need: A, B, C of both quarters, D only now.

    changed: cluster, criterion, status before and now.
    """
    turned = {(cluster, criterion): now for cluster, criterion, _, now in changed}
    criteria = [
        (CATALOGUE.id, cluster, c.id, turned.get((cluster, c.id), "fulfilled"))
        for cluster in "ABCD"
        for c in CATALOGUE.criteria
    ]
    changes = [(CATALOGUE.id, cluster, key, then, now) for cluster, key, then, now in changed]
    medians = [("actors", "panel", 80.0, 3, 90.0), ("fte", "panel", 4.0, 3, 3.0)]
    medians += [("sme_share", "panel", None, 2, 0.5), ("actors", "all", 1.0, 4, 2.0)]
    tables = {
        "criteria": pl.DataFrame(criteria, schema=[*KEYS, "status"], orient="row"),
        "changes": pl.DataFrame(
            changes,
            schema=dict.fromkeys([*KEYS, "previous_status", "status"], pl.String),
            orient="row",
        ),
        "indicator_changes": pl.DataFrame({"cluster_id": ["A", "A", "B", "C"]}),
        "medians": pl.DataFrame(
            medians, schema=["indicator", "scope", "previous", "n", "value"], orient="row"
        ),
    }
    found = SimpleNamespace(
        period="2026-Q3",
        since=SimpleNamespace(period="2026-Q2"),
        last_day=dt.date(2026, 9, 30),
        catalogues=(CATALOGUE,),
        tables=tables,
    )
    return cast(Review, found)


MOVED = review(
    ("A", "3", "not_fulfilled", "fulfilled"),
    ("B", "3", "undetermined", "fulfilled"),
    ("C", "5", "fulfilled", "not_fulfilled"),
    ("A", "12", "not_fulfilled", "undetermined"),
)


def shown(chart: Chart | None) -> dict[str, list[float]]:
    """Return by the texts at the right the places of the marks before and now, in pixels."""
    assert chart is not None
    svg = str(chart.svg)
    text = r'transform="translate\([-\d.]+,([\d.]+)\)"[^>]*>([^<]* → [^<]*)</text>'
    rows = {round(float(y) - 3.5): said for y, said in re.findall(text, svg)}
    marks = r'<path transform="translate\(([\d.]+),([\d.]+)\)" d="M[^"]*" fill="var\(--(\w+)\)"'
    found: dict[str, list[float]] = {said: [] for said in rows.values()}
    for x, y, _ in re.findall(marks, svg):
        nearest = min(rows, key=lambda row: abs(row - float(y)))
        if abs(nearest - float(y)) < 3:  # the key has marks, too
            found[rows[nearest]].append(float(x))
    return found


def test_counts_are_those_of_the_clusters_of_both_quarters() -> None:
    assert then_and_now(MOVED, CATALOGUE) == {"3": (1, 3), "5": (3, 2), "12": (2, 2)}
    ((_, _, table),) = criteria_turned(MOVED, DE)
    assert [row[1:] for row in table.rows] == [
        ["2", "0", "1", "3"],
        ["0", "1", "3", "2"],
        ["1", "0", "2", "2"],
    ]


def test_marks_stand_at_the_counts_before_and_now() -> None:
    drawn = criteria_moved(MOVED, CATALOGUE, 1, then_and_now(MOVED, CATALOGUE), DE)
    assert drawn is not None
    assert drawn.caption.title.startswith(
        "Bei 1 von 19 Kriterien erfüllen mehr Cluster als vorher, bei 1 "
    )
    places = shown(drawn)
    assert set(places) == {"1 → 3 (+2)", "3 → 2 (−1)", "2 → 2 (±0)"}
    one, three = places["1 → 3 (+2)"]
    two = (one + three) / 2
    assert places["3 → 2 (−1)"] == pytest.approx([three, two], abs=0.3)
    assert places["2 → 2 (±0)"] == pytest.approx([two, two], abs=0.3)
    assert criteria_moved(review(), CATALOGUE, 1, then_and_now(review(), CATALOGUE), DE) is None


def test_medians_are_shares_of_those_before() -> None:
    drawn = medians_moved(MOVED, DE)
    assert drawn is not None
    assert "VZÄ" in drawn.caption.title
    places = shown(drawn)
    assert set(places) == {"80,0 → 90,0", "4,00 → 3,00"}
    (whole, more), (again, less) = places["80,0 → 90,0"], places["4,00 → 3,00"]
    assert whole == again
    assert (whole - less) / (more - whole) == pytest.approx(0.25 / 0.125, abs=0.02)
