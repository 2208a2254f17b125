"""Full-time equivalents of the management, and actors per FTE (contract 2.2, criterion 4.2)."""

import polars as pl

from pipeline.common.exact import ratio
from pipeline.figures.base import (
    UNLIMITED,
    Measures,
    Portfolio,
    Test,
    exact_sum,
    figures,
    judge,
    known,
    rows_of,
)
from pipeline.submissions.actors.status import empty_or


def measure_fte(portfolio: Portfolio) -> Measures:
    """Return fte: the sum of VZÄ of the rows that hold on as_of.

    A bad or empty VZÄ in such a row makes it unknown, and so does a bad Beginn or Ende in a row
    that the other date does not rule out.
    """
    as_of = pl.col("as_of")
    began = empty_or("from", pl.col("from") <= as_of)
    goes_on = empty_or("until", pl.col("until") > as_of)
    tests = [
        Test(began, "not_yet_begun", "from_unknown", "from"),
        Test(goes_on, "ended", "until_unknown", "until"),
        known("fte"),
    ]
    rows = judge(portfolio.table("management"), tests)
    sums = rows.group_by("file").agg(
        fte=exact_sum(pl.col("fte").filter(pl.col("counted"))),
        unknown=pl.col("counted").is_null().sum(),
    )
    table = portfolio.per_cluster("management", sums)
    value = pl.when(pl.col("unknown") == 0).then(pl.col("fte"))
    return Measures(
        figures(table, "fte", value, value, numerator=value), rows_of(rows, "fte", "management")
    )


def actors_per_fte(figures_so_far: pl.LazyFrame, rows: pl.LazyFrame) -> Measures:
    """Return bound actors per full-time equivalent; without any FTE it is beyond every limit."""
    wide = figures_so_far.filter(pl.col("metric").is_in(["bound_actors", "fte"]))
    bound = wide.filter(pl.col("metric") == "bound_actors").select("file", "low", "high")
    fte = wide.filter(pl.col("metric") == "fte").select("file", fte="low")
    table = bound.join(fte, on="file")
    nobody = pl.col("fte") == 0
    low = pl.when(nobody).then(UNLIMITED).otherwise(ratio(pl.col("low"), pl.col("fte")))
    high = pl.when(nobody).then(UNLIMITED).otherwise(ratio(pl.col("high"), pl.col("fte")))
    behind = rows.filter(pl.col("metric").is_in(["bound_actors", "fte"]))
    return Measures(
        figures(table, "actors_per_fte", low, high, pl.col("low"), pl.col("fte")),
        behind.with_columns(metric=pl.lit("actors_per_fte")),
    )
