"""Full-time equivalents of the management, and actors per FTE (contract 2.2, criterion 4.2)."""

import polars as pl

from pipeline.common.exact import ratio
from pipeline.figures.base import (
    UNLIMITED,
    FiguresAndRows,
    Portfolio,
    RowTest,
    exact_sum,
    figure_frame,
    is_filled,
    judge,
    rows_of,
)
from pipeline.submissions.actors.status import empty_or


def fte_figures(portfolio: Portfolio) -> FiguresAndRows:
    """Return fte: the sum of VZÄ of the rows that are in force on as_of.

    The figure is unknown if such a row has an empty or bad VZÄ, or if a bad Beginn or Ende leaves
    open whether a row is in force.
    """
    as_of = pl.col("as_of")
    began = empty_or("from", pl.col("from") <= as_of)
    goes_on = empty_or("until", pl.col("until") > as_of)
    tests = [
        RowTest(began, "not_yet_begun", "from_unknown", "from"),
        RowTest(goes_on, "ended", "until_unknown", "until"),
        is_filled("fte"),
    ]
    rows = judge(portfolio.table("management"), tests)
    sums = rows.group_by("file").agg(
        fte=exact_sum(pl.col("fte").filter(pl.col("counted"))),
        unknown=pl.col("counted").is_null().sum(),
    )
    table = portfolio.per_cluster("management", sums)
    value = pl.when(pl.col("unknown") == 0).then(pl.col("fte"))
    return FiguresAndRows(
        figure_frame(table, "fte", value, value, numerator=value),
        rows_of(rows, "fte", "management"),
    )


def actors_per_fte_figures(figures_so_far: pl.LazyFrame, rows: pl.LazyFrame) -> FiguresAndRows:
    """Return bound actors per full-time equivalent; infinite, beyond every limit, for 0 FTE.

    figures_so_far, rows: FIGURES and ROWS with those of bound_actors and fte.
    """
    wide = figures_so_far.filter(pl.col("metric").is_in(["bound_actors", "fte"]))
    bound = wide.filter(pl.col("metric") == "bound_actors").select("file", "low", "high")
    fte = wide.filter(pl.col("metric") == "fte").select("file", fte="low")
    table = bound.join(fte, on="file")
    nobody = pl.col("fte") == 0
    low = pl.when(nobody).then(UNLIMITED).otherwise(ratio(pl.col("low"), pl.col("fte")))
    high = pl.when(nobody).then(UNLIMITED).otherwise(ratio(pl.col("high"), pl.col("fte")))
    behind = rows.filter(pl.col("metric").is_in(["bound_actors", "fte"]))
    return FiguresAndRows(
        figure_frame(table, "actors_per_fte", low, high, pl.col("low"), pl.col("fte")),
        behind.with_columns(metric=pl.lit("actors_per_fte")),
    )
