"""Causes: cases by hand from every side, and a second, plain way to find them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from random import Random

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.history.causes import STEPS, cause, evaluate_steps
from pipeline.history.state import State
from tests.declared import changed_in

from .world import (
    CRITERIA,
    DAY_NOW,
    DAY_THEN,
    Limits,
    Rating,
    Says,
    catalogue,
    figures,
    state,
)

THEN = Says()
NOW = THEN.but(as_of=DAY_NOW)
BETWEEN = date(2026, 8, 1)
OLD, AGEING = date(2025, 1, 1), date(2024, 7, 1)
FEW, MANY = (None,) * 29, (None,) * 30
YES, NO = Rating("fulfilled"), Rating("not_fulfilled")

# cluster: its earlier value, its present value, the changed criterion, the cause
CASES: dict[str, tuple[Says, Says, str, str]] = {
    "a member more": (THEN.but(joined=FEW), NOW, "1", "own_data"),
    "joined since, and told since": (
        THEN.but(joined=FEW),
        NOW.but(joined=(*FEW, BETWEEN)),
        "1",
        "own_data",
    ),
    "joined since, told long ago": (
        THEN.but(joined=(*FEW, BETWEEN)),
        NOW.but(joined=(*FEW, BETWEEN)),
        "1",
        "time",
    ),
    "money runs out": (
        THEN.but(secured=date(2028, 7, 15)),
        NOW.but(secured=date(2028, 7, 15)),
        "7.2",
        "time",
    ),
    "money was cut, and would have run out": (
        THEN.but(secured=date(2028, 7, 15)),
        NOW.but(secured=date(2028, 1, 15)),
        "7.2",
        "own_data",
    ),
    "a story ages and one is taken back: only both": (
        THEN.but(stories=(OLD, OLD, OLD, AGEING)),
        NOW.but(stories=(OLD, OLD, AGEING)),
        "12",
        "own_data",
    ),
    "stories age": (
        THEN.but(stories=(OLD, OLD, AGEING)),
        NOW.but(stories=(OLD, OLD, AGEING)),
        "12",
        "time",
    ),
    "the catalogue asks for less": (
        THEN.but(competitors=2),
        NOW.but(competitors=2),
        "10.1",
        "rule",
    ),
    "the limit fell": (THEN.but(fte=6.5), NOW.but(fte=6.5), "4.2", "reference"),
    "grown into a band of another limit": (
        THEN.but(fte=8.5, joined=(None,) * 34),
        NOW.but(fte=17.0, joined=(None,) * 68),
        "4.2",
        "own_data",
    ),
    "an expert objects": (THEN, NOW.but(ratings=(("12", NO),)), "12", "assessment"),
    "an expert's word is taken back": (
        THEN.but(competitors=1, ratings=(("10.1", YES),)),
        NOW.but(competitors=1),
        "10.1",
        "assessment",
    ),
    "a rating has lapsed": (
        THEN.but(competitors=1, ratings=(("10.1", Rating("fulfilled", BETWEEN)),)),
        NOW.but(competitors=1),
        "10.1",
        "time",
    ),
    "data made it unknown, an expert then decided": (
        THEN.but(secured=None),
        NOW.but(secured=date(2026, 12, 1), ratings=(("7.2", YES),)),
        "7.2",
        "assessment",
    ),
}
LIMITS: tuple[Limits, Limits] = ((5.0, 3.0), (4.0, 3.0))


def found(then: Mapping[str, Says], now: Mapping[str, Says]) -> pl.DataFrame:
    """Return the causes between two periods; the catalogue asks for one competitor less now."""
    before = state(then, catalogue(3.0), LIMITS[0])
    after = state(now, catalogue(2.0), LIMITS[1])
    table = evaluate_steps(before, after, figures(after)).criteria
    published = evaluate_steps(before, before, figures(before)).criteria  # by the rules of then
    assert table is not None
    assert published is not None
    keys = ["cluster_id", "criterion_id"]
    table = table.join(published.select(*keys, published="assessment"), on=keys)
    turned = table.filter(pl.col("published") != pl.col("assessment"))
    return turned.select(*keys, "published", "assessment", cause=cause())


@pytest.fixture(scope="module")
def causes() -> pl.DataFrame:
    """Return the causes of all cases, found for the whole portfolio at once."""
    return found({n: c[0] for n, c in CASES.items()}, {n: c[1] for n, c in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_what_brings_a_status_to_what_it_is(causes: pl.DataFrame, name: str) -> None:
    own = causes.filter(pl.col("cluster_id") == name)
    assert own["criterion_id"].to_list() == [CASES[name][2]]
    assert own["cause"].to_list() == [CASES[name][3]]


def test_another_definition_is_a_rule() -> None:
    settings = load_settings()
    loose = ("Aktive Mitwirkung",)
    then = changed_in(settings, actors=changed_in(settings.actors, bound_commitments=loose))
    before, after = state({"a": THEN}, settings=then), state({"a": THEN})
    raw = {"employees": 1.0, "turnover_eur": 1.0, "balance_sheet_eur": 1.0}
    said = [pl.lit(None, pl.Boolean).alias(c) for c in ("sme_stated", "sme_by_type")]
    actors = after.portfolio.actors.with_columns(*said, **{k: pl.lit(v) for k, v in raw.items()})
    after = replace(after, portfolio=replace(after.portfolio, actors=actors))
    table = evaluate_steps(before, after, figures(after)).criteria
    assert table is not None
    turned = table.filter(pl.col("then") != pl.col("assessment"), pl.col("criterion_id") == "1")
    assert turned.select(cause()).to_series().to_list() == ["rule"]


def test_the_whole_portfolio_of_then_and_of_now_makes_the_limit() -> None:
    """A cluster that stays as it is turns, because another one came that was not there before.

    30 actors each on 10, 7.5, 6, 5 and 4 posts are 3, 4, 5, 6 and 7.5 per post: p75 is 6. With 30
    on 20 posts more, 1.5, p75 is three quarters of the way from 5 to 6.
    """
    rules = load("go-cluster")
    said = {f"DE-000{n}": THEN.but(fte=fte) for n, fte in enumerate((10.0, 7.5, 6.0, 5.0, 4.0), 1)}
    before, same = (state(said, rules) for _ in range(2))
    after = state(said | {"DE-0006": THEN.but(fte=20.0)}, rules)

    def turned(now: State) -> list[tuple[str, str, str]]:
        table = evaluate_steps(before, now, figures(now)).criteria
        assert table is not None
        table = table.filter(pl.col("then").ne_missing(pl.col("assessment")))
        return table.select("cluster_id", "criterion_id", cause()).rows()

    assert turned(same) == []
    assert turned(after) == [("DE-0004", "4.2", "reference")]


def test_nothing_changed_that_is_evaluated_is_another_rule() -> None:
    """The program of the earlier publication calculated the same figures in another way."""
    same = pl.DataFrame({step: ["fulfilled"] for step in STEPS})
    assert same.select(cause()).item() == "rule"


# ---------------------------------------------------------------------------------- the plain way
def plain_status(says: Says, criterion: str, day: date, asked: float, limits: Limits) -> str:
    """Return the status of a criterion, by counting."""
    bound = sum(joined is None or joined <= day for joined in says.joined)
    first = date(day.year - 2, day.month, day.day)
    month = (says.secured.year - day.year) * 12 + says.secured.month - day.month
    good = {
        "1": bound >= 30,
        "4.2": bound / says.fte <= limits[bound > 50],
        "7.2": month - (says.secured.day < day.day) >= 24,
        "10.1": says.competitors >= asked,
        "12": sum(first <= story <= day for story in says.stories) >= 3,
    }
    return "fulfilled" if good[criterion] else "not_fulfilled"


def plain_cause(then: Says, now: Says, criterion: str) -> tuple[str, str, str | None]:
    """Return the status then and now, and the cause: one cluster, one step after the other."""

    def at(says: Says, day: date, rule: int, limit: int, ratings: Says) -> str:
        for rated, rating in ratings.ratings:
            lapsed = rating.until is not None and ratings is then and rating.until < day
            if rated == criterion and not lapsed:
                return rating.status
        return plain_status(says, criterion, day, (3.0, 2.0)[rule], LIMITS[limit])

    published = at(then, then.as_of, 0, 0, then)
    first = at(then, then.as_of, 1, 0, then)  # by the rules of now
    both = at(now, now.as_of, 1, 0, then)
    path = [first, both, at(now, now.as_of, 1, 1, then), at(now, now.as_of, 1, 1, now)]
    if published == path[-1]:
        return published, path[-1], None
    for k, name in ((3, "assessment"), (2, "reference")):
        if path[k] != path[k - 1]:
            return published, path[-1], name
    if first == both:
        return published, path[-1], "rule"
    first = published
    alone = {
        "own_data": at(now, then.as_of, 1, 0, then),
        "time": at(then, now.as_of, 1, 0, then),
    }
    return first, path[-1], next((n for n, s in alone.items() if s == both), "own_data")


def drawn(rng: Random, day: date) -> Says:
    """Return what a cluster may say, near every threshold."""

    def some_day(year: int, months: tuple[int, int]) -> date:
        return date(year, rng.randint(*months), rng.randint(1, 28))

    bound = rng.choice((28, 29, 49, 50))
    lately = tuple(some_day(2026, (5, 9)) for _ in range(rng.randint(0, 3)))
    rated = rng.sample(CRITERIA, rng.choice((0, 0, 1, 2)))
    ratings = [
        (c, Rating(rng.choice(("fulfilled", "not_fulfilled")), some_day(2026, (10, 12))))
        for c in rated
    ]
    return Says(
        as_of=day,
        joined=(*(None,) * bound, *lately),
        fte=(bound + 1) / rng.choice((2.5, 3.5, 4.5, 5.5)),
        secured=some_day(2028, (5, 11)),
        competitors=rng.randint(1, 3),
        stories=tuple(some_day(2024, (5, 10)) for _ in range(rng.randint(2, 5))),
        ratings=tuple(ratings),
    )


def drawn_pair(rng: Random) -> tuple[Says, Says]:
    """Return the earlier and present values of a cluster: some equal, some ratings lapsed."""
    then, now = drawn(rng, DAY_THEN), drawn(rng, DAY_NOW)
    kept = rng.sample(("joined", "fte", "secured", "competitors", "stories"), rng.randint(0, 5))
    now = now.but(**{name: getattr(then, name) for name in kept})
    if rng.random() < 0.3:
        lapsing = [(c, Rating(r.status, BETWEEN)) for c, r in then.ratings]
        return then.but(ratings=tuple(lapsing)), now
    return (then, now.but(ratings=then.ratings)) if rng.random() < 0.5 else (then, now)


def test_causes_are_those_of_the_plain_way() -> None:
    rng = Random(7)
    pairs = {f"DE-{n:04}": drawn_pair(rng) for n in range(400)}
    table = found({i: p[0] for i, p in pairs.items()}, {i: p[1] for i, p in pairs.items()})
    expected = {(i, c, *plain_cause(*pair, c)) for i, pair in pairs.items() for c in CRITERIA}
    expected = {row for row in expected if row[-1] is not None}
    assert set(table.iter_rows()) == expected
    assert {row[-1] for row in expected} == {
        "own_data",
        "time",
        "rule",
        "reference",
        "assessment",
    }


def test_without_a_catalogue_or_a_cluster_in_both_there_is_nothing_to_tell() -> None:
    one, other, nobody = state({"a": THEN}), state({"b": NOW}), state({})
    for before, after in ((one, other), (nobody, other), (one, nobody)):
        told = evaluate_steps(before, after, figures(after))
        assert told.criteria is not None
        assert told.criteria.is_empty()
        assert told.values.is_empty()
    alone = replace(one, catalogues={"another": catalogue()})
    told = evaluate_steps(alone, one, figures(one))
    assert told.criteria is told.decisions is None
    assert told.values.height
