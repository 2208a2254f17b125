"""The limit that stands in for 4.2, worked out by hand: which quartile holds in which size band."""

from typing import Any

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.evaluation.benchmark import stand_in
from pipeline.evaluation.evaluate import reference_condition, reference_limits, without_stand_in
from tests.declared import changed_in

A, B, C, D, E = "0–50", "51–100", "101–200", "201–500", "über 500"
RULES = load_settings().cohorts
# Their upper quartile is the fourth value.
LOW, MIDDLE, HIGH = (
    (1.0, 2.0, 3.0, 4.0, 5.0),
    (6.0, 7.0, 8.0, 9.0, 9.5),
    (20.0, 21.0, 22.0, 23.0, 24.0),
)
Ratios = dict[str, tuple[float, ...]]
Found = list[tuple[str, float | None, str | None, int | None]]


def clusters(ratios: Ratios, fte: float = 1.0) -> pl.DataFrame:
    rows = [(band, fte, ratio) for band, own in ratios.items() for ratio in own]
    return pl.DataFrame(
        rows,
        schema={"size_band": pl.String, "fte": pl.Float64, "actors_per_fte": pl.Float64},
        orient="row",
    )


def own(band: str) -> str:
    return f"size_band {band}"


CASES: dict[str, tuple[pl.DataFrame, Found]] = {
    "each band has its own, rising": (
        clusters({A: LOW, B: MIDDLE, C: HIGH, D: (30.0,) * 5, E: (40.0,) * 5}),
        [(A, 4.0, own(A), 5), (B, 9.0, own(B), 5), (C, 23.0, own(C), 5), (D, 30.0, own(D), 5),
         (E, 40.0, own(E), 5)],
    ),
    # 32.3 → 21.1 → 30.3 → 42.9 → 66.8: what the next band may have, the smaller one has already
    "a falling band keeps the limit of the one before": (
        clusters({A: (32.3,) * 5, B: (21.1,) * 5, C: (30.3,) * 5, D: (42.9,) * 5, E: (66.8,) * 5}),
        [(A, 32.3, own(A), 5), (B, 32.3, own(A), 5), (C, 32.3, own(A), 5), (D, 42.9, own(D), 5),
         (E, 66.8, own(E), 5)],
    ),
    # of equal ones it is the band's own that is named
    "equal bands": (
        clusters({A: LOW, B: LOW, C: LOW, D: LOW, E: LOW}),
        [(b, 4.0, own(b), 5) for b in (A, B, C, D, E)],
    ),
    # all ten: 1 2 3 4 5 20 21 22 23 24, p75 lies three quarters of the way from 21 to 22
    "the portfolio stands in for bands without enough": (
        clusters({A: LOW, C: HIGH}),
        [(A, 4.0, own(A), 5), (B, 21.75, "portfolio", 10), (C, 23.0, own(C), 5),
         (D, 23.0, own(C), 5), (E, 23.0, own(C), 5)],
    ),
    # all fourteen: five of 1 to 5, four of 50 to 53, five of 60
    "what stands in for a smaller band holds for larger ones too": (
        clusters({A: (50.0, 51.0, 52.0, 53.0), B: LOW, C: (60.0,) * 5}),
        [(A, 60.0, "portfolio", 14), (B, 60.0, "portfolio", 14), (C, 60.0, own(C), 5),
         (D, 60.0, "portfolio", 14), (E, 60.0, "portfolio", 14)],
    ),
    "four in a band, five in all": (
        clusters({A: (1.0, 2.0, 3.0, 4.0), E: (9.0,)}),
        [(b, 4.0, "portfolio", 5) for b in (A, B, C, D, E)],
    ),
    "four in all": (
        clusters({A: (1.0, 2.0, 3.0, 4.0)}),
        [(b, None, None, None) for b in (A, B, C, D, E)],
    ),
    "nobody": (clusters({}), [(b, None, None, None) for b in (A, B, C, D, E)]),
    "less than half a post does not count": (
        pl.concat([clusters({A: LOW}), clusters({A: (99.0,) * 5, B: HIGH}, fte=0.49)]),
        [(b, 4.0, own(A) if b == A else "portfolio", 5) for b in (A, B, C, D, E)],
    ),
    # half a post does: 1 2 3 4 5 99 of the band, p75 is three quarters of the way from 4 to 5
    "half a post does": (
        pl.concat([clusters({A: LOW}), clusters({A: (99.0,)}, fte=0.5)]),
        [(b, 4.75, own(A) if b == A else "portfolio", 6) for b in (A, B, C, D, E)],
    ),
    "four with enough posts and one with hardly any are four": (
        pl.concat([clusters({A: LOW[:4]}), clusters({A: (5.0,)}, fte=0.4)]),
        [(b, None, None, None) for b in (A, B, C, D, E)],
    ),
    "unknown ratios are no values": (
        pl.concat([clusters({A: LOW}), pl.DataFrame({"size_band": [A, None], "fte": [None, 2.0],
                   "actors_per_fte": [None, None]}, schema=clusters({}).schema)]),
        [(b, 4.0, own(A) if b == A else "portfolio", 5) for b in (A, B, C, D, E)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_limit_of_each_size_band(name: str) -> None:
    table, expected = CASES[name]
    for order in (table, table.reverse()):
        found = stand_in(order, RULES)
        assert found.columns == ["size_band", "limit", "cohort", "n"]
        assert found.rows() == expected


def test_size_bands_minimum_and_posts_are_settings() -> None:
    rules = changed_in(RULES, size_bands=(10, 20), minimum=2, small_fte=2.0)
    table = pl.concat(
        [clusters({"0–10": (1.0, 2.0), "11–20": (9.0,)}, fte=2.0), clusters({A: LOW})]
    )
    assert stand_in(table, rules).rows() == [
        ("0–10", 1.75, own("0–10"), 2),
        ("11–20", 5.5, "portfolio", 3),  # of 1 2 9
        ("über 20", 5.5, "portfolio", 3),
    ]


# ----------------------------------------------------------------------- which limit a cluster has
BANDS = pl.DataFrame(
    {"file": [1, 2, 3], "size_band": [A, B, None]}, schema_overrides={"file": pl.UInt32}
)
ACTORS = pl.DataFrame(
    {"file": [1, 2, 3], "value": [40.0, 70.0, None]}, schema_overrides={"file": pl.UInt32}
)
FALLING = stand_in(clusters({A: HIGH, B: LOW}), RULES)
NONE = (None, "none")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"stand_in": "quartile"},
         [(23.0, f"quartile: {own(A)}"), (23.0, f"quartile: {own(A)}"), NONE]),
        ({"stand_in": "frozen", "frozen_period": "2026-Q1"},
         [(23.0, f"frozen 2026-Q1: {own(A)}"), (23.0, f"frozen 2026-Q1: {own(A)}"), NONE]),
        ({"stand_in": "none"}, [NONE, NONE, NONE]),
    ],
)  # fmt: skip
def test_which_limit_holds_is_said(declared: dict[str, Any], expected: list[Any]) -> None:
    usual = reference_condition(load("go-cluster"))
    assert usual is not None
    condition = changed_in(usual, **declared)
    found = reference_limits(condition, ACTORS, BANDS, FALLING)
    assert found.select("limit", "limit_source").rows() == expected
    nothing = without_stand_in(found)
    assert set(nothing.select("limit", "limit_source").rows()) == {NONE}


def test_without_a_condition_or_values_there_is_no_limit() -> None:
    nobody = stand_in(clusters({}), RULES)
    usual = reference_condition(load("go-cluster"))
    for condition, limits in ((None, FALLING), (usual, nobody)):
        found = reference_limits(condition, ACTORS, BANDS, limits)
        assert set(found.select("limit", "limit_source").rows()) == {NONE}
