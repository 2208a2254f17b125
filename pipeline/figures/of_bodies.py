"""Whether the groups of actors have seats in the bodies (contract 2.3, criterion 5)."""

import polars as pl

from pipeline.common.exact import ratio
from pipeline.figures.base import (
    Measures,
    Portfolio,
    Test,
    asked,
    at_least,
    figures,
    judge,
    rows_of,
    without_needless_gaps,
)
from pipeline.submissions.actors.status import group_of_type


def measure_seats(portfolio: Portfolio, counted: pl.LazyFrame) -> Measures:
    """Return group_seats_share: of the big groups the share with a seat.

    Looks at the certainly bound actors only. Unknown actor types may make a group big; a row of
    unknown Akteursgruppe may seat one group. counted: the actors by one definition.
    """
    group = pl.col("group")
    tests = [
        Test(pl.when(group.is_not_null()).then(statement=True), "", "group_unknown", "group"),
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
    return Measures(
        figures(
            table,
            "group_seats_share",
            ratio(seated, possible),
            ratio(possible - never, possible),
            seated,
            possible,
        ),
        pl.concat(
            [rows_of(asked_rows(rows, groups), METRIC, "bodies"), types_asked(counted)],
        ),
    )


METRIC = "group_seats_share"


def asked_rows(rows: pl.LazyFrame, groups: pl.LazyFrame) -> pl.LazyFrame:
    """Take the gaps from rows that would seat no further big group."""
    rows = without_needless_gaps(rows, ["group"])
    big = groups.filter("possibly_big").select("file", "group", big=pl.lit(value=True))
    rows = rows.join(big, on=["file", "group"], how="left")
    useful = pl.col("group").is_null() | pl.col("big").fill_null(value=False)
    nothing = pl.lit([], pl.List(pl.String))
    return rows.with_columns(gaps=pl.when(useful).then("gaps").otherwise(nothing)).drop("big")


def types_asked(counted: pl.LazyFrame) -> pl.LazyFrame:
    """Return the bound actors of unknown type: they may make a group big."""
    rows = counted.filter(pl.col("counts") & pl.col("judged_group").is_null())
    return asked(rows, METRIC, "actors", "actor_type")


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
    """Return file, group, seated (a row certainly seats it), maybe (a row of its own may)."""
    return (
        rows.drop_nulls("group")
        .group_by("file", "group")
        .agg(seated=pl.col("counted").any(), maybe=pl.col("counted").is_null().any())
        .with_columns(pl.col("seated").fill_null(value=False))
    )
