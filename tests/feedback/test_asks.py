"""What a marked copy asks for shows no limit that is another cluster's value (contract 2.5)."""

import datetime as dt
from typing import Any

import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.report.feedback.gather import asks_by_cluster
from pipeline.review import Review
from tests.making.frames import published

A = "DE-0001"
REQUEST = "Bitte ausfüllen: Management!B5; höchstens 17,85 erreicht"


def review(source: str, n: int) -> Review:
    """A cluster asked for its FTE; the cohort that gives the limit has n clusters."""
    where = {"catalogue": "go-cluster", "cluster_id": A, "criterion_id": "4.2"}
    limit = {"metric": "actors_per_fte", "operator": "<=", "threshold": 17.85}
    stands_in = {"size_band": "0–50", "limit": 17.85, "cohort": "portfolio", "n": n}
    rows: dict[str, dict[str, Any]] = {
        "criteria": where | {"request_de": REQUEST, "request_en": "at most 17.85"},
        "conditions": where | limit | {"condition": 1, "limit_source": source},
        "limits": stands_in,
    }
    frames = {name: published(name, [row]) for name, row in rows.items()}
    day = dt.date(2026, 9, 30)
    return Review("2026-Q3", day, (load("go-cluster"),), load_settings(), frames)


@pytest.mark.parametrize(
    ("source", "n", "shown"),
    [
        ("quartile: portfolio", 9, False),
        ("quartile: portfolio", 10, True),
        ("frozen 2026-Q2: portfolio", 10, False),  # how many there were then is not known here
        ("bands: ESCA", 3, True),
    ],
)
def test_limits_of_small_cohorts_are_kept_back(source: str, n: int, shown: bool) -> None:
    (ask,) = asks_by_cluster(review(source, n))[A]
    assert ("17,85" in ask.request[0], "17.85" in ask.request[1]) == (shown, shown)
    assert ask.request[0].startswith("Bitte ausfüllen: Management!B5; höchstens")
