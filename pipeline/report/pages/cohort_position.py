"""A cluster's position in its cohorts, without ranks, names or extremes, and its own trend."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.common.rows import Row
from pipeline.report.pages.comparison import cohort_name
from pipeline.report.pages.figures import indicator, rounded, rounded_value
from pipeline.report.pages.trends import Trend, trend_of
from pipeline.report.pages.words import Words
from schemas.benchmarks import declared_indicators

QUARTILES = ("p25", "median", "p75")
# Of the drawing, in pixels: its length and the room for the mark at both ends.
LENGTH, EDGE = 120, 6
# With more cohorts than this, paper has room for the lines alone.
FEW = 2
# A trend has at least so many quarters.
TWO = 2


@dataclass(frozen=True)
class Line:
    """A value between a cohort's rounded quartiles, in pixels: the box from p25 to p75, its median.

    at: the mark of the value, in the quarter in which the value lies.
    """

    left: str
    width: str
    median: str
    at: str


@dataclass(frozen=True)
class Quarter:
    """A value's part of a cohort: as text and as a drawing."""

    text: str
    quartiles: str
    n: str
    line: Line


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator's value, its trend over the quarters, its position in each cohort.

    None: without an earlier quarter; if it is unknown.
    """

    title: str
    value: str
    trend: Trend | None
    places: Sequence[Quarter | None]


@dataclass(frozen=True)
class CohortPosition:
    """All indicators; the cohorts shown, and a sentence about those that are too small.

    has_trend: whether an earlier quarter knows a value. many: whether the quartiles' numbers do
    not fit on paper.
    """

    cohorts: Sequence[str]
    rows: Sequence[IndicatorRow]
    too_small: str
    has_trend: bool
    many: bool


def cohort_position(
    benchmarks: Sequence[Row],
    earlier: Sequence[Row],
    period: str,
    minimum: int,
    words: Words,
) -> CohortPosition:
    """Return the cluster's position from its rows of the table benchmarks.

    earlier: its rows of `Quarters.indicators`. period: the one of the benchmarks.
    """
    visible = {_cohort(r): None for r in benchmarks if r["n"] >= minimum and r["p25"] is not None}
    every = {_cohort(r): None for r in benchmarks}
    by_indicator: dict[str, dict[tuple[str, str], Row]] = {}
    for row in benchmarks:
        by_indicator.setdefault(row["indicator"], {})[_cohort(row)] = row
    before: dict[str, dict[str, float | None]] = {}
    for row in earlier:
        before.setdefault(row["indicator"], {})[row["at_period"]] = row["value"]
    rows = [
        _indicator(
            name,
            by_indicator[name],
            list(visible),
            minimum,
            words,
            _trend(name, before.get(name, {}), by_indicator[name], period, words),
        )
        for name in declared_indicators()
        if name in by_indicator
    ]
    small = [_title(c, words) for c in every if c not in visible]
    sentence = words("too_small", minimum=minimum, names="; ".join(small)) if small else ""
    return CohortPosition(
        cohorts=[_title(c, words) for c in visible],
        rows=rows,
        too_small=sentence,
        has_trend=any(row.trend for row in rows),
        many=len(visible) > FEW,
    )


def _trend(
    name: str,
    before: Mapping[str, float | None],
    of_cohort: Mapping[tuple[str, str], Row],
    period: str,
    words: Words,
) -> Trend | None:
    """Return an indicator's trend: the quarter before in words, all quarters as a line."""
    now = next(iter(of_cohort.values()))["value"]
    values = {at: v for at, v in sorted({**before, period: now}.items()) if v is not None}
    if len(values) < TWO:
        return None
    texts = {at: indicator(value, name, words) for at, value in values.items()}
    last = max(at for at in values if at != period)
    return trend_of(values, words("value_at", period=last, value=texts[last]), texts)


def _cohort(row: Row) -> tuple[str, str]:
    return row["cohort_kind"], row["cohort"]


def _title(cohort: tuple[str, str], words: Words) -> str:
    kind, name = words.code("cohort_kind", cohort[0]), cohort_name(*cohort, words)
    return kind if cohort[0] == "portfolio" else f"{kind} {name}"


def _indicator(
    name: str,
    of_cohort: Mapping[tuple[str, str], Row],
    cohorts: Sequence[tuple[str, str]],
    minimum: int,
    words: Words,
    trend: Trend | None,
) -> IndicatorRow:
    value = next(iter(of_cohort.values()))["value"]
    places = [_quarter(of_cohort.get(c), minimum, words) for c in cohorts]
    return IndicatorRow(words.code("indicator", name), indicator(value, name, words), trend, places)


def _quarter(row: Row | None, minimum: int, words: Words) -> Quarter | None:
    if row is None or row["n"] < minimum or row["value"] is None or row["p25"] is None:
        return None
    bounds = tuple(row[q] for q in QUARTILES)
    first, last = quarters(row["value"], bounds)
    return Quarter(
        text=words(f"quarter_{first}" if first == last else "middle_half"),
        quartiles=_quartiles(bounds, row["indicator"], words),
        n=_count(row["n"], words),
        line=line(
            row["value"], [rounded_value(q, row["indicator"]) for q in bounds], (first, last)
        ),
    )


@cache
def _count(n: int, words: Words) -> str:
    return words("n_clusters", n=words.number(n))


@cache
def _quartiles(bounds: tuple[float, ...], indicator_name: str, words: Words) -> str:
    """Return a cohort's quartiles, which all of its clusters' pages show."""
    return " · ".join(rounded(q, indicator_name, words) for q in bounds)


def line(value: float, quartiles: Sequence[float], part: tuple[int, int]) -> Line:
    """Return the drawing; part: the first and last quarter of the value, see `quarters`.

    Rounding may move a quartile past the value: the mark stays in the value's quarter.
    """
    p25, median, p75 = quartiles
    bounds = [-math.inf, p25, median, p75, math.inf]
    at = min(max(value, bounds[part[0] - 1]), bounds[part[1]])
    room = (p75 - p25) / 2
    least, most = min(at, p25 - room), max(at, p75 + room)
    scale = (LENGTH - 2 * EDGE) / ((most - least) or 1)

    def across(one: float) -> float:
        return EDGE + scale * (one - least) if most > least else LENGTH / 2

    return Line(
        left=f"{across(p25):.1f}",
        width=f"{max(across(p75) - across(p25), 1):.1f}",
        median=f"{across(median):.1f}",
        at=f"{across(at):.1f}",
    )


def quarters(value: float, quartiles: Sequence[float]) -> tuple[int, int]:
    """Return the first and last quarter of a value; on a boundary the lower one.

    If several quartiles equal the value, these are the quarters between them: the second or third,
    or with all three the middle half.
    """
    below = sum(q < value for q in quartiles)
    equal = sum(q == value for q in quartiles)
    return (below + 2, below + equal) if equal > 1 else (below + 1, below + 1)
