"""The first screen names whose result changed; pictures say what lapses and where clusters are."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.history.lapses import LAPSE
from pipeline.report.pages import landmap
from pipeline.report.pages.first_screen import SHOWN, decided_anew
from pipeline.report.pages.outlook import drawn
from pipeline.report.pages.words import Words
from pipeline.review import Review

DE = Words("de")
CATALOGUE = load("go-cluster")


def review(**parts: Any) -> Review:
    """Return what these parts of the page need of a review."""
    found = {
        "period": "2026-Q3",
        "since": SimpleNamespace(period="2026-Q2"),
        "last_day": dt.date(2026, 9, 30),
        "catalogues": (CATALOGUE,),
        "settings": load_settings(),
    }
    return cast(Review, SimpleNamespace(**found | parts))


def decided(*changes: tuple[str, str, str]) -> Review:
    """Return a review with these changes: cluster, decision before and now."""
    columns = ["cluster_id", "previous_decision", "decision"]
    rows = [(CATALOGUE.id, *change) for change in changes]
    table = pl.DataFrame(
        rows, schema=dict.fromkeys(["catalogue", *columns], pl.String), orient="row"
    )
    names = table.select("cluster_id", name=pl.format("Cluster {}", "cluster_id"))
    return review(tables={"decision_changes": table, "clusters": names})


def test_clusters_with_another_result_are_named_with_the_new_one() -> None:
    line = decided_anew(
        decided(
            ("DE-2", "eligible", "not_eligible"),
            ("DE-1", "open", "eligible"),
            ("DE-3", "open", "open"),
        ),
        DE,
    )
    assert line is not None
    assert line.text == "Anderes Ergebnis als 2026-Q2"
    assert [e.text for e in line.entries] == ["DE-1\u00a0✓", "DE-2\u00a0✗"]
    assert line.entries[0].title == "Cluster DE-1: rechnerisch erfüllt"
    assert line.more == ""


def test_of_many_the_first_are_named_and_without_any_there_is_no_line() -> None:
    many = [(f"DE-{n:04}", "open", "eligible") for n in range(SHOWN + 3)]
    line = decided_anew(decided(*many), DE)
    assert line is not None
    assert (len(line.entries), line.more) == (SHOWN, "und 3 weitere")
    assert decided_anew(decided(("DE-1", "open", "open")), DE) is None
    assert decided_anew(review(since=None), DE) is None


def test_what_lapses_is_a_bar_for_each_criterion_parted_by_months() -> None:
    rows = [
        (CATALOGUE.id, cluster, criterion, months, "2026-Q4", True)
        for cluster, criterion, months in [
            *((f"A{n}", "12", 12) for n in range(3)),
            ("A1", "7.2", 3),
            ("B", "7.2", 6),
        ]
    ]
    (chart,) = drawn(review(), pl.DataFrame(rows, schema=LAPSE, orient="row"), DE)
    assert chart.caption.title == "Am häufigsten läuft aus: 12 Erfolgsgeschichten (3 Cluster)"
    assert chart.caption.unit.endswith("n = 5 Kriterien von 4 Clustern.")
    svg = str(chart.svg)
    assert {
        "Monat 1 bis 3",
        "Monat 4 bis 6",
        "Monat 7 bis 12",
        "7.2 Gesicherte Finanzierung",
    } <= set(re.findall(r">([^<>]+)</text>", svg))
    part = r'd="M[\d.]+,[\d.]+h([\d.]+)v20h[^"]*" fill="var\(--series-([a-c])\)"'
    wide = {(kind, float(width)) for width, kind in re.findall(part, svg) if float(width)}
    unit = min(width for _, width in wide)
    assert {(kind, round(width / unit)) for kind, width in wide} == {("a", 1), ("b", 1), ("c", 3)}


@pytest.mark.parametrize(
    ("cities", "title"),
    [
        (["Köln", "Köln", "Bonn"], "Die meisten Cluster an einem Ort: Köln (2)"),
        (["Köln", "Köln", "Bonn", "Bonn"], "Die meisten Cluster an einem Ort: Bonn, Köln (je 2)"),
        (["Köln", "Bonn"], "Karte der Geschäftsstellen"),
        ([], "Karte der Geschäftsstellen"),
    ],
)
def test_the_map_says_where_most_clusters_are(cities: list[str], title: str) -> None:
    own = [[{"city": name}] * cities.count(name) for name in sorted(set(cities))]
    assert landmap.seen(sorted(own, key=len, reverse=True), DE) == title
