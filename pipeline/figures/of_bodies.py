"""Whether the groups of actors have seats in the bodies (contract 2.3, criterion 5)."""

import polars as pl

from pipeline.common.exact import ratio
from pipeline.figures.base import (
    FiguresAndRows,
    Portfolio,
    RowTest,
    at_least,
    cells_to_fill,
    figure_frame,
    judge,
    rows_of,
    without_needless_gaps,
)
from pipeline.submissions.actors.status import group_of_type


def seat_figures(portfolio: Portfolio, counted: pl.LazyFrame) -> FiguresAndRows:
    """Return group_seats_share: the share of the big groups that have a seat.

    Only certainly bound actors make a group big; one of unknown type may belong to any group. A row
    of unknown Akteursgruppe may be the seat of any one group. counted: see `actors.count`.
    """
    group = pl.col("group")
    tests = [
        RowTest(pl.when(group.is_not_null()).then(statement=True), "", "group_unknown", "group"),
        at_least("seats", 1, "no_seat"),
    ]
    rows = judge(portfolio.table("bodies"), tests)
    groups = group_sizes(portfolio, counted).join(seats(rows), on=["file", "group"], how="left")
    groups = groups.with_columns(pl.col("seated", "maybe").fill_null(value=False))
    wild = (
        rows.filter(group.is_null() & pl.col("counted").is_null())
        .group_by("file")
        .agg(wild=pl.len())
    )
    sums = groups.group_by("file").agg(
        possible=pl.col("possibly_big").sum(),
        seated=(pl.col("possibly_big") & pl.col("seated")).sum(),
        unseated=(pl.col("certainly_big") & ~pl.col("seated") & ~pl.col("maybe")).sum(),
    )
    table = portfolio.per_cluster("bodies", sums.join(wild, on="file", how="left"))
    possible, seated = pl.col("possible").cast(pl.Int64), pl.col("seated").cast(pl.Int64)
    never = pl.max_horizontal(pl.col("unseated").cast(pl.Int64) - pl.col("wild").cast(pl.Int64), 0)
    return FiguresAndRows(
        figure_frame(
            table,
            "group_seats_share",
            ratio(seated, possible),
            ratio(possible - never, possible),
            seated,
            possible,
        ),
        pl.concat(
            [
                rows_of(without_useless_gaps(rows, groups), METRIC, "bodies"),
                cells_of_unknown_type(counted),
            ],
        ),
    )


METRIC = "group_seats_share"


def without_useless_gaps(rows: pl.LazyFrame, groups: pl.LazyFrame) -> pl.LazyFrame:
    """Empty the gaps of rows that would give no further big group a seat."""
    rows = without_needless_gaps(rows, ["group"])
    big = groups.filter("possibly_big").select("file", "group", big=pl.lit(value=True))
    rows = rows.join(big, on=["file", "group"], how="left")
    useful = pl.col("group").is_null() | pl.col("big").fill_null(value=False)
    nothing = pl.lit([], pl.List(pl.String))
    return rows.with_columns(gaps=pl.when(useful).then("gaps").otherwise(nothing)).drop("big")


def cells_of_unknown_type(counted: pl.LazyFrame) -> pl.LazyFrame:
    """Return the cells (ROWS) of bound actors of unknown type: they may make a group big."""
    rows = counted.filter(pl.col("counts") & pl.col("judged_group").is_null())
    return cells_to_fill(rows, METRIC, "actors", "actor_type")


def group_sizes(portfolio: Portfolio, counted: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, group, certainly_big, possibly_big for every group of every cluster."""
    least = portfolio.settings.actors.big_group_share
    bound = counted.filter(pl.col("counts"))
    totals = bound.group_by("file").agg(n=pl.len(), open=pl.col("judged_group").is_null().sum())
    sizes = (
        bound.drop_nulls("judged_group").group_by("file", group="judged_group").agg(size=pl.len())
    )
    every = pl.LazyFrame({"group": sorted(set(group_of_type().values()))})
    table = totals.join(every, how="cross").join(sizes, on=["file", "group"], how="left")
    size = pl.col("size").fill_null(0).cast(pl.Int64)
    n, unknown = pl.col("n").cast(pl.Int64), pl.col("open").cast(pl.Int64)
    return table.with_columns(
        certainly_big=ratio(size, n) >= least,
        possibly_big=ratio(size + unknown, n) >= least,
    )


def seats(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, group, seated (a row that counts is its seat), maybe (a possible row may)."""
    return (
        rows.drop_nulls("group")
        .group_by("file", "group")
        .agg(seated=pl.col("counted").any(), maybe=pl.col("counted").is_null().any())
        .with_columns(pl.col("seated").fill_null(value=False))
    )
