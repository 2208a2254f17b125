"""What the pages show about changes and the coming months."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.history.model import EarlierPeriod
from pipeline.review import Review
from tests.making.frames import published
from tests.reports import write_report
from tests.test_html import BAD, DAY, GOOD, PERIOD, Row, context, tables

KEYS = {"catalogue": "go-cluster", "cluster_id": GOOD}
CHANGES = [
    {"criterion_id": "4.2", "previous_status": "not_fulfilled", "cause": "reference"},
    {"criterion_id": "12", "previous_status": "undetermined", "cause": None},
]
MOVED = {
    "previous_decision": "open",
    "decision": "eligible",
    "previous_decision_confirmed": "open",
    "decision_confirmed": "open",
    "previous_fulfilled": 10,
    "fulfilled": 19,
    "cause": "own_data",
}
MEDIAN = {"indicator": "actors", "n_previous": 7, "previous": 30.5, "n": 4}
AHEAD = {"criterion_id": "7.2", "months": 6, "status": "not_fulfilled"}


def history(cluster_id: str) -> dict[str, list[Row]]:
    """Return the rows of the tables of changes, of one cluster."""
    own = KEYS | {"cluster_id": cluster_id}
    return {
        "changes": [own | {"status": "fulfilled"} | row for row in CHANGES],
        "decision_changes": [own | MOVED],
        "medians": [MEDIAN | {"scope": scope} for scope in ("all", "panel")],
        "indicator_changes": [{"cluster_id": cluster_id, "indicator": "actors"}],
        "movements": [{"cluster_id": "DE-0077", "name": "<Fort>", "movement": "went"}],
        "outlook": [own | AHEAD],
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages of a review whose earlier publication has no stored state."""
    catalogue = load("go-cluster")
    rows = tables(catalogue) | history(GOOD)
    statuses = pl.lit("fulfilled")
    found = {name: published(name, rows_) for name, rows_ in rows.items()}
    found |= {name: published(name, []) for name in ("limits", "funding", "lapsed")}
    own = pl.col("cluster_id") == GOOD
    found["criteria"] = found["criteria"].with_columns(
        status=pl.when(own).then(statuses).otherwise("status")
    )
    done = Review(PERIOD, DAY, (catalogue,), load_settings(), found, context=context())
    since = EarlierPeriod("2025-Q4", ("2026-Q1", "2026-Q2"), "missing")
    folder = tmp_path_factory.mktemp("pages")
    write_report(replace(done, since=since), folder, "de")
    return folder


def read(folder: Path, name: str) -> str:
    """Return a page in one line."""
    return " ".join((folder / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "told",
    [
        "Verglichen mit 2025-Q4",
        "Für 2026-Q1, 2026-Q2 ist nichts veröffentlicht",
        "Ursache nicht feststellbar: Die frühere Veröffentlichung 2025-Q4 enthält nicht",
        "Geänderte Urteile über Kriterien: 2, davon 2 zum Besseren und 0 zum Schlechteren.",
        "10 → 19",
        "eigene Angaben",
        "Grenzwert von 4.2",
        "nicht feststellbar",
        "30,5 (7)",
        "DE-0077 &lt;Fort&gt;",
        "weggefallen",
        "6 Monaten",
    ],
)
def test_the_index_tells(pages: Path, told: str) -> None:
    assert told in read(pages, "index.html")


def test_a_clusters_page_tells_only_its_own(pages: Path) -> None:
    own, other = (read(pages, f"clusters/{i}.html") for i in (GOOD, BAD))
    assert "Grenzwert von 4.2" in own.split('id="changes"')[1]
    assert "7.2 Gesicherte Finanzierung: läuft spätestens " in own
    assert 'id="changes"' not in other
    assert 'id="outlook"' not in other
