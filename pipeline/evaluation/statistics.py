"""The statistics of a cohort, each as a polars expression and as an Excel formula, side by side.

The review stores the values of the expressions; the workbook calculates the formulas. Whoever
changes one of the two must change the other: a test compares their values. Formulas are
single-cell array formulas for Excel 2010 and later. Functions new in 2010 carry their prefix, such
as _xlfn.PERCENTILE.EXC.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.exact import ratio


@dataclass(frozen=True)
class Statistic:
    """A statistic of the known values.

    expression: an aggregation of the column value; null is unknown. formula: {values} is an array
    of the values, with FALSE for clusters that do not count.
    """

    expression: pl.Expr
    formula: str

    def of(self, values: str) -> str:
        """Return the formula over an array of values."""
        return self.formula.format(values=values)


VALUE = pl.col("value")
# How the reports name the method of the quartiles.
QUANTILES = {"de": "linearer Interpolation", "en": "linear interpolation"}
MEDIAN = Statistic(VALUE.quantile(0.5, "linear"), "MEDIAN({values})")
STATISTICS: Mapping[str, Statistic] = {
    "min": Statistic(VALUE.min(), "MIN({values})"),
    "p25": Statistic(VALUE.quantile(0.25, "linear"), "QUARTILE({values},1)"),
    "median": MEDIAN,
    "p75": Statistic(VALUE.quantile(0.75, "linear"), "QUARTILE({values},3)"),
    "max": Statistic(VALUE.max(), "MAX({values})"),
}
POOLED = "pooled"
# All statistics of a cohort but its size. Only ratios have a pooled value.
SHOWN = (*STATISTICS, POOLED)


# ------------------------------------------------------------------------------------------ size
def size_expression() -> pl.Expr:
    """Return how many clusters have a known value."""
    return VALUE.count().cast(pl.Int64)


def size_formula(members: str) -> str:
    """Return the formula of that number. members: an array of whether each cluster counts."""
    return f"SUMPRODUCT(1*({members}))"


# -------------------------------------------------------------------------------------- pooled
def pooled_sums() -> Mapping[str, pl.Expr]:
    """Return the sums of numerators and of denominators of the known values."""
    known = VALUE.is_not_null()
    return {part: pl.col(part).filter(known).sum() for part in ("numerator", "denominator")}


def pooled_expression() -> pl.Expr:
    """Return the quotient of the sums of `pooled_sums`."""
    return ratio(pl.col("numerator"), pl.col("denominator"))


def pooled_formula(members: str, values: str, denominators: str) -> str:
    """Return the formula of that quotient; the sheet has value times denominator as numerator."""
    above = f"SUM(IF({members},{values}*{denominators}))"
    return f"{above}/SUM(IF({members},{denominators}))"


# ---------------------------------------------------------------------------------------- rank
def rank_expression(cohort: str) -> pl.Expr:
    """Return the percentile rank of each value within its cohort (contract 2.5).

    It is 100 x (less + 0.5 x equal) / n; a value equals itself. cohort: the column that identifies
    the cohort.
    """
    less = VALUE.rank("min").over(cohort).cast(pl.Float64) - 1
    equal = VALUE.rank("max").over(cohort).cast(pl.Float64) - less
    return ratio(100 * (less + 0.5 * equal), pl.col("n"))


def rank_formula(members: str, values: str, own: str, n: str) -> str:
    """Return the formula of that rank. own: the cell of the value."""
    less, equal = (f"SUMPRODUCT({members}*({values}{sign}{own}))" for sign in "<=")
    return f"100*({less}+0.5*{equal})/{n}"
