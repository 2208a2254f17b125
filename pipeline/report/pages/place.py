"""A cluster's position in its cohorts, without ranks, names or extremes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.report.pages.comparison import cohort_name
from pipeline.report.pages.figures import indicator, rounded
from pipeline.report.pages.words import Words
from schemas.benchmarks import declared_indicators

Row = Mapping[str, Any]
QUARTILES = ("p25", "median", "p75")


@dataclass(frozen=True)
class Quarter:
    """A value's part of a cohort: as text, and the strip that shows it (1 to 4 or middle)."""

    text: str
    quartiles: str
    n: str
    strip: str


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator's value and its position in each cohort; None if it is unknown."""

    title: str
    value: str
    places: Sequence[Quarter | None]


@dataclass(frozen=True)
class Place:
    """All indicators; the cohorts shown, and a sentence about those that are too small."""

    cohorts: Sequence[str]
    rows: Sequence[IndicatorRow]
    too_small: str


def place(benchmarks: Sequence[Row], minimum: int, words: Words) -> Place:
    """Return the cluster's position from its rows of the table benchmarks."""
    shown = {_cohort(r): None for r in benchmarks if r["n"] >= minimum and r["p25"] is not None}
    every = {_cohort(r): None for r in benchmarks}
    by_indicator: dict[str, dict[tuple[str, str], Row]] = {}
    for row in benchmarks:
        by_indicator.setdefault(row["indicator"], {})[_cohort(row)] = row
    rows = [
        _indicator(name, by_indicator[name], list(shown), minimum, words)
        for name in declared_indicators()
        if name in by_indicator
    ]
    small = [_title(c, words) for c in every if c not in shown]
    sentence = words("too_small", minimum=minimum, names="; ".join(small)) if small else ""
    return Place([_title(c, words) for c in shown], rows, sentence)


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
) -> IndicatorRow:
    value = next(iter(of_cohort.values()))["value"]
    places = [_quarter(of_cohort.get(c), minimum, words) for c in cohorts]
    return IndicatorRow(words.code("indicator", name), indicator(value, name, words), places)


def _quarter(row: Row | None, minimum: int, words: Words) -> Quarter | None:
    if row is None or row["n"] < minimum or row["value"] is None or row["p25"] is None:
        return None
    bounds = tuple(row[q] for q in QUARTILES)
    first, last = quarters(row["value"], bounds)
    return Quarter(
        text=words(f"quarter_{first}" if first == last else "middle_half"),
        quartiles=_quartiles(bounds, row["indicator"], words),
        n=_count(row["n"], words),
        strip=str(first) if first == last else "middle",
    )


@cache
def _count(n: int, words: Words) -> str:
    return words("n_clusters", n=words.number(n))


@cache
def _quartiles(bounds: tuple[float, ...], indicator_name: str, words: Words) -> str:
    """Return a cohort's quartiles, which all of its clusters' pages show."""
    return " · ".join(rounded(q, indicator_name, words) for q in bounds)


def quarters(value: float, quartiles: Sequence[float]) -> tuple[int, int]:
    """Return the first and last quarter of a value; on a boundary the lower one.

    If several quartiles equal the value, these are the quarters between them: the second or third,
    or with all three the middle half.
    """
    below = sum(q < value for q in quartiles)
    equal = sum(q == value for q in quartiles)
    return (below + 2, below + equal) if equal > 1 else (below + 1, below + 1)
