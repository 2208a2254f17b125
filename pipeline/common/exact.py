"""Arithmetic that must be exact where a value equals its threshold.

polars divides a column by a single value by multiplying with its reciprocal: 29 / 100 becomes
0.29000000000000004. Every quotient that is compared with a threshold is therefore calculated here.
"""

import numpy as np
import polars as pl


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Return the correctly rounded quotient; null if either is null or the denominator is 0."""
    both = pl.struct(
        numerator.cast(pl.Float64).alias("numerator"),
        pl.when(denominator != 0).then(denominator).cast(pl.Float64).alias("denominator"),
    )
    return both.map_batches(_divide, return_dtype=pl.Float64)


def _divide(pairs: pl.Series) -> pl.Series:
    above, below = pairs.struct.unnest()
    with np.errstate(invalid="ignore", divide="ignore"):
        quotients = np.divide(above.to_numpy(), below.to_numpy())
    return pl.Series(pairs.name, quotients, nan_to_null=True)


def ceil_at(value: pl.Expr, digits: int) -> pl.Expr:
    """Round up at a decimal place, ignoring rounding errors of the arithmetic."""
    scale = 10**digits
    return ratio((value * scale).round(6).ceil(), pl.lit(scale) + value * 0)


def cents(amount: pl.Expr) -> pl.Expr:
    """Return an amount in EUR as whole cents."""
    return (amount * 100).round(0).cast(pl.Int64)


def completed_months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return the largest n with start + n months <= end (months clamped at their ends)."""
    n = (end.dt.year() - start.dt.year()) * 12 + (
        end.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)
    )
    reached = pl.min_horizontal(start.dt.day(), end.dt.month_end().dt.day())
    return n - (reached > end.dt.day()).cast(pl.Int32)


def months_before(day: pl.Expr, months: int) -> pl.Expr:
    """Return the day so many calendar months earlier, limited to the month's end."""
    return day.dt.offset_by(f"-{months}mo")
