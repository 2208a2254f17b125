"""Arithmetic at the edges: quotients, rounding up, months."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.exact import ceil_at, cents, completed_months, months_before, ratio


def one(expression: pl.Expr, **columns: object) -> object:
    return pl.DataFrame({k: [v] for k, v in columns.items()}).select(expression).item()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=50))
def test_ratio_is_correctly_rounded(pairs: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(pairs, schema=["k", "n"], orient="row")
    assert frame.select(ratio(pl.col("k"), pl.col("n"))).to_series().to_list() == [
        k / n for k, n in pairs
    ]


@pytest.mark.parametrize(
    ("k", "n", "expected"),
    [(1, 0, None), (None, 2, None), (1, None, None), (0, 3, 0.0), (18, 30, 0.6), (7, 70, 0.1)],
)
def test_ratio(k: int | None, n: int | None, expected: float | None) -> None:
    frame = pl.DataFrame({"k": [k], "n": [n]}, schema={"k": pl.Int64, "n": pl.Int64})
    assert frame.select(ratio(pl.col("k"), pl.col("n"))).item() == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.1 + 0.2, 2, 0.3),  # 0.30000000000000004 is 0.3
        (0.301, 2, 0.31),
        (2.0, 0, 2.0),
        (2.0000001, 0, 2.0),  # noise
        (2.001, 0, 3.0),
        (None, 2, None),
    ],
)
def test_ceil_at(value: float | None, digits: int, expected: float | None) -> None:
    frame = pl.DataFrame({"x": [value]}, schema={"x": pl.Float64})
    assert frame.select(ceil_at(pl.col("x"), digits)).item() == expected


@pytest.mark.parametrize(
    ("eur", "expected"), [(0.29, 29), (1.15, 115), (50_000_000.01, 5_000_000_001)]
)
def test_cents(eur: float, expected: int) -> None:
    assert one(cents(pl.col("x")), x=eur) == expected


def add_months(day: dt.date, months: int) -> dt.date:
    """Step by step, clamped at the month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    for number in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


@given(DAYS, DAYS)
def test_completed_months_is_the_largest_number_that_fits(start: dt.date, end: dt.date) -> None:
    n = one(completed_months(pl.col("a"), pl.col("b")), a=start, b=end)
    assert isinstance(n, int)
    assert add_months(start, n) <= end < add_months(start, n + 1)


@given(DAYS, st.integers(0, 60))
def test_months_before(day: dt.date, months: int) -> None:
    assert one(months_before(pl.col("a"), months), a=day) == add_months(day, -months)
