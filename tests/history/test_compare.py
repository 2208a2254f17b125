"""What both periods published, side by side: medians, movements, decisions, and the outlook."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.history.compare import compare
from pipeline.history.lapses import decisions_to_lapse, lapses
from pipeline.history.model import EarlierPeriod, EarlierReview
from tests.making.frames import published

from .world import DAY_NOW, Says, catalogue, figures, state

SINCE = EarlierPeriod("2026-Q2")


def clusters(**actors: float | None) -> pl.DataFrame:
    """Return a table of clusters with their bound actors."""
    rows = [{"cluster_id": i, "name": i.upper(), "actors": n} for i, n in actors.items()]
    return published("clusters", rows)


def criteria(*statuses: tuple[str, str, str]) -> pl.DataFrame:
    """Return a table of criteria from cluster, criterion, status."""
    names = ("catalogue", "cluster_id", "criterion_id", "status")
    rows = [dict(zip(names, ("go-cluster", *row), strict=True)) for row in statuses]
    return published("criteria", rows)


def decisions(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    """Return a table of decisions from cluster, decision, confirmed one, fulfilled."""
    names = ("catalogue", "cluster_id", "decision", "decision_confirmed", "fulfilled")
    said = [dict(zip(names, ("go-cluster", *row), strict=True)) for row in rows]
    return published("decisions", said)


def compared(then: dict[str, pl.DataFrame], now: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Return the comparison of two publications, the earlier one without a stored state."""
    states = {"a": "reviewed", "gone": "missing"}
    coverage = published("coverage", [{"cluster_id": i, "state": s} for i, s in states.items()])
    same = {
        "criteria": criteria(("a", "1", "fulfilled")),
        "decisions": decisions(("a", "open", "open", 10)),
        "clusters": clusters(a=1.0),
    }
    present, own = state({"a": Says()}), {**same, "coverage": coverage, **now}
    earlier = {**same, **then}
    return compare(EarlierReview(SINCE, earlier), own, present, figures(present))


def test_medians_over_all_and_over_those_known_in_both() -> None:
    then = clusters(a=1, b=2, c=3, d=4, e=5, f=None)
    now = clusters(b=12, c=13, d=14, e=15, f=16, a=11, g=100)
    found = compared({"clusters": then}, {"clusters": now})["medians"]
    rows = found.filter(pl.col("indicator") == "actors")
    assert rows.select("scope", "n_previous", "previous", "n", "value").rows() == [
        ("all", 5, 3.0, 7, 14.0),
        ("panel", 5, 3.0, 5, 13.0),
    ]


def test_no_median_of_fewer_than_five() -> None:
    four = clusters(a=1, b=2, c=3, d=4)
    found = compared({"clusters": four}, {"clusters": four})["medians"]
    rows = found.filter(pl.col("indicator") == "actors")
    assert rows["n"].to_list() == [4, 4]
    assert rows["value"].null_count() == rows["previous"].null_count() == 2


def test_who_came_and_who_went() -> None:
    found = compared({"clusters": clusters(a=1, gone=2, left=3)}, {"clusters": clusters(a=1, n=4)})
    told = found["movements"].select("cluster_id", "movement", "state").rows()
    assert told == [("n", "came", None), ("gone", "went", "missing"), ("left", "went", None)]


def test_indicators_are_told_of_clusters_in_both() -> None:
    found = compared({"clusters": clusters(a=5, gone=1)}, {"clusters": clusters(a=7, new=1)})
    rows = found["indicator_changes"]
    assert rows["cluster_id"].unique().to_list() == ["a"]
    assert rows.filter(pl.col("indicator") == "actors")["change"].to_list() == [2.0]


def test_without_the_earlier_state_changes_have_no_cause() -> None:
    then = criteria(("a", "1", "fulfilled"), ("a", "2.1", "fulfilled"), ("gone", "1", "fulfilled"))
    now = criteria(("a", "1", "not_fulfilled"), ("a", "2.1", "fulfilled"), ("n", "1", "fulfilled"))
    found = compared({"criteria": then}, {"criteria": now})["changes"]
    assert found.select("cluster_id", "criterion_id", "cause").rows() == [("a", "1", None)]


def test_what_is_published_otherwise_than_it_is_evaluated_again_is_another_rule() -> None:
    """The earlier publication is another version's: nothing changed but how figures are read."""
    then, now = state({"a": Says()}), state({"a": Says(as_of=DAY_NOW)})
    earlier = {
        "criteria": criteria(("a", "1", "undetermined")),
        "decisions": decisions(("a", "open", "open", 4)),
        "clusters": clusters(a=29.0),
    }
    own = {
        "criteria": criteria(("a", "1", "fulfilled")),
        "decisions": decisions(("a", "eligible", "open", 5)),
        "clusters": clusters(a=30.0),
        "coverage": pl.DataFrame({"cluster_id": ["a"], "state": ["reviewed"]}),
    }
    found = compare(EarlierReview(SINCE, earlier, then), own, now, figures(now))
    assert found["changes"]["cause"].to_list() == ["rule"]
    assert found["decision_changes"]["cause"].to_list() == ["rule"]
    actors = found["indicator_changes"].filter(pl.col("indicator") == "actors")
    assert actors["cause"].to_list() == ["rule"]


@pytest.mark.parametrize(
    ("then", "now", "moved"),
    [
        (("open", "open", 10), ("eligible", "open", 12), True),
        (("eligible", "open", 12), ("eligible", "eligible", 12), True),
        (("open", "open", 10), ("open", "open", 11), False),
    ],
)
def test_who_moved(then: tuple[str, str, int], now: tuple[str, str, int], moved: bool) -> None:
    found = compared({"decisions": decisions(("a", *then))}, {"decisions": decisions(("a", *now))})
    assert found["decision_changes"].height == moved


# --------------------------------------------------------------------------------- the outlook
def ahead(*statuses: str) -> pl.DataFrame:
    """Return a table outlook of one criterion: its status in 3, 6 and 12 months."""
    months = {"months": [3, 6, 12], "status": list(statuses)}
    return pl.DataFrame(months).with_columns(
        catalogue=pl.lit("go-cluster"), cluster_id=pl.lit("a"), criterion_id=pl.lit("7.2")
    )


GOOD, BAD, OPEN = "fulfilled", "not_fulfilled", "undetermined"


@pytest.mark.parametrize(
    ("now", "later", "expected"),
    [
        (GOOD, (GOOD, GOOD, GOOD), []),
        (GOOD, (BAD, BAD, BAD), [(3, "2026-Q4", True)]),
        (GOOD, (GOOD, BAD, BAD), [(6, "2027-Q1", True)]),
        (GOOD, (GOOD, GOOD, OPEN), [(12, "2027-Q3", False)]),
        (BAD, (BAD, BAD, BAD), []),
    ],
)
def test_the_quarter_in_which_a_criterion_lapses(
    now: str, later: tuple[str, str, str], expected: list[tuple[int, str, bool]]
) -> None:
    days = pl.DataFrame({"cluster_id": ["a"], "as_of": [date(2026, 9, 30)]})
    own = criteria(("a", "7.2", now))
    found = lapses(own, ahead(*later), days, own.clear())
    assert found.select("months", "quarter", "sure").rows() == expected
    assert lapses(own, ahead(*later), days, own).is_empty()


def test_what_lapses_stands_in_the_order_of_the_catalogue() -> None:
    ids = ["4.2", "7.2", "10.1", "12"]
    later = [(BAD, BAD, BAD), (GOOD, BAD, BAD), (BAD, BAD, BAD), (BAD, BAD, BAD)]
    table = pl.concat(
        ahead(*statuses).with_columns(criterion_id=pl.lit(one))
        for one, statuses in zip(ids, later, strict=True)
    )
    days = pl.DataFrame({"cluster_id": ["a"], "as_of": [date(2026, 9, 30)]})
    own = criteria(*(("a", one, GOOD) for one in ids))
    found = lapses(own, table, days, own.clear())
    assert found["criterion_id"].to_list() == ["4.2", "10.1", "12", "7.2"]


def test_who_falls_below_the_pass_mark() -> None:
    each = [ahead(GOOD, s, BAD) for s in (GOOD, GOOD, GOOD, BAD)]
    table = pl.concat(t.with_columns(criterion_id=pl.lit(str(n))) for n, t in enumerate(each))
    found = decisions_to_lapse([catalogue()], decisions(("a", "eligible", "open", 4)), table)
    assert found.rows() == [("go-cluster", "a", 6, 3, "not_eligible")]
    none = decisions_to_lapse([catalogue()], decisions(("a", "open", "open", 3)), table)
    assert none.is_empty()
