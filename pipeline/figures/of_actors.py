"""Figures from the sheet Akteure: how many, of what kind, how near (contract 2.2)."""

import polars as pl

from pipeline.common.exact import ratio
from pipeline.figures.base import (
    ROWS,
    FiguresAndRows,
    Portfolio,
    cells_to_fill,
    figure_frame,
    join_figures,
)
from pipeline.submissions.actors.actors import count
from pipeline.submissions.actors.status import Definition, has_joined, lately
from schemas.declaration import values
from schemas.properties import properties

CERTAIN = pl.col("counts")
POSSIBLE = pl.col("counts").is_null()
JOINED, LEFT = "joined_12m", "left_12m"


def actor_figures(portfolio: Portfolio, counted: pl.LazyFrame) -> FiguresAndRows:
    """Return the figures about bound actors. counted: see `actors.count`, by one definition."""
    parts = [
        _all(portfolio, counted, "bound_actors"),
        *(
            _property(portfolio, counted, name, pl.col(f"judged_{name}"))
            for name in ("sme", *properties(), "near")
        ),
        _types(portfolio, counted),
        _moved(portfolio, counted),
    ]
    return join_figures(parts)


def loose_actor_figures(portfolio: Portfolio) -> FiguresAndRows:
    """Return how many actors are bound by the loose definition, whatever definition is used."""
    counted = count(portfolio.actors, portfolio.settings.actors, Definition(loose=True))
    return _all(portfolio, counted.lazy(), "bound_actors_loose")


def _all(portfolio: Portfolio, counted: pl.LazyFrame, metric: str) -> FiguresAndRows:
    """Return the number of bound actors: low is the certain ones, high adds the possible ones."""
    sums = counted.group_by("file").agg(certain=CERTAIN.sum(), possible=POSSIBLE.sum())
    table = portfolio.per_cluster("actors", sums)
    low, high = pl.col("certain"), pl.col("certain") + pl.col("possible")
    return FiguresAndRows(
        figure_frame(table, metric, low, high, numerator=low), _gaps(counted, metric, None)
    )


def _property(
    portfolio: Portfolio, counted: pl.LazyFrame, name: str, holds: pl.Expr
) -> FiguresAndRows:
    """Return <name>_count and <name>_share of the bound actors.

    The interval of the share is its least and greatest value over all ways to fill the unknown
    cells (contract 2.2). The least: every unknown property is no, and the possible rows without the
    property count. The greatest: the other way round. Without a certain actor the share is unknown.
    """
    counted = counted.with_columns(has=holds)
    has, lacks, open_ = pl.col("has"), ~pl.col("has"), pl.col("has").is_null()
    sums = counted.group_by("file").agg(
        n=CERTAIN.sum(),
        k=(CERTAIN & has).sum(),
        u=(CERTAIN & open_).sum(),
        py=(POSSIBLE & has).sum(),
        pn=(POSSIBLE & lacks).sum(),
        pu=(POSSIBLE & open_).sum(),
    )
    table = portfolio.per_cluster("actors", sums)
    n, k, u, py, pn, pu = (pl.col(c).cast(pl.Int64) for c in ("n", "k", "u", "py", "pn", "pu"))
    anyone = n > 0
    if name == "near":  # without the position of the office all distances are unknown
        office = portfolio.clusters.lazy().select("file", office=pl.col("lat").is_not_null())
        table = table.join(office, on="file")
        anyone = anyone & pl.col("office")
    low = pl.when(anyone).then(ratio(k, n + pn + pu))
    high = pl.when(anyone).then(ratio(k + u + py + pu, n + py + pu))
    share = figure_frame(
        table, f"{name}_share", low, high, pl.when(anyone).then(k), pl.when(anyone).then(n)
    )
    number = figure_frame(table, f"{name}_count", k, k + u + py + pu, numerator=k)
    rows = [_gaps(counted, f"{name}_share", name), _gaps(counted, f"{name}_count", name)]
    if name == "near":
        rows.append(_office_gap(portfolio))
    return FiguresAndRows(pl.concat([share, number]), pl.concat(rows))


def _types(portfolio: Portfolio, counted: pl.LazyFrame) -> FiguresAndRows:
    """Return how many different actor types the bound actors have; each row adds at most one."""
    certain = (
        counted.filter(CERTAIN).drop_nulls("judged_type").select("file", "judged_type").unique()
    )
    maybe = (
        counted.filter(POSSIBLE).drop_nulls("judged_type").select("file", "judged_type").unique()
    )
    maybe = maybe.join(certain, on=["file", "judged_type"], how="anti")
    blank = counted.filter((CERTAIN | POSSIBLE) & pl.col("judged_type").is_null())
    sums = (
        certain.group_by("file")
        .agg(certain=pl.len())
        .join(maybe.group_by("file").agg(maybe=pl.len()), on="file", how="full", coalesce=True)
        .join(blank.group_by("file").agg(blank=pl.len()), on="file", how="full", coalesce=True)
    )
    table = portfolio.per_cluster("actors", sums)
    low = pl.col("certain")
    high = pl.min_horizontal(
        low + pl.col("maybe") + pl.col("blank"), pl.lit(len(values("actor_types")))
    )
    return FiguresAndRows(
        figure_frame(table, "actor_types", low, high, numerator=low),
        _gaps(counted, "actor_types", "type"),
    )


def _moved(portfolio: Portfolio, counted: pl.LazyFrame) -> FiguresAndRows:
    """Return joined_12m and left_12m: how many joined and left in the twelve months up to as_of.

    Who left had a bound commitment and had joined (contract 2.5). Only certain rows count. No
    criterion uses these figures, so they have no rows behind them.
    """
    committed = pl.col("commitment").is_in(list(portfolio.settings.actors.bound_commitments))
    has_left = committed & has_joined() & lately("left") & ~pl.col("duplicate")
    sums = counted.group_by("file").agg(
        joined=(CERTAIN & pl.col("joined_lately")).fill_null(value=False).sum(),
        left=has_left.fill_null(value=False).sum(),
    )
    table = portfolio.per_cluster("actors", sums)
    of_each = {JOINED: pl.col("joined"), LEFT: pl.col("left")}
    parts = [figure_frame(table, name, n, n, numerator=n) for name, n in of_each.items()]
    nothing = pl.LazyFrame(schema=ROWS)
    return FiguresAndRows(pl.concat(parts), nothing)


# The field whose cell decides an unknown property.
PROPERTY_FIELDS = {
    "sme": pl.when(pl.col("actor_type").is_null())
    .then(pl.lit("actor_type"))
    .otherwise(pl.lit("sme_stated")),
    **{key: pl.lit(one.field) for key, one in properties().items()},
    "type": pl.lit("actor_type"),
    "near": pl.when(pl.col("country_bad")).then(pl.lit("country")).otherwise(pl.lit("postcode")),
}
# What a row does to a share if its cells are filled favourably: property_open adds one to the part,
# may_join adds one to part and whole, may_stay_away takes one from the whole.
PROPERTY_OPEN, MAY_JOIN, MAY_STAY_AWAY = "property_open", "may_join", "may_stay_away"
# A possibly bound row of unknown property; the whole of the least share includes it already.
MAY_JOIN_OPEN = "may_join_open"


def _gaps(counted: pl.LazyFrame, metric: str, prop: str | None) -> pl.LazyFrame:
    """Return the rows of Akteure (ROWS) whose unknown cells make the figure an interval."""
    commitment = (
        pl.when(POSSIBLE & pl.col("commitment").is_null())
        .then(pl.lit("commitment"))
        .when(POSSIBLE & pl.col("joined_bad"))
        .then(pl.lit("joined"))
        .when(POSSIBLE)
        .then(pl.lit("left"))
    )
    blank, reason = pl.lit(None, pl.String), pl.lit(MAY_JOIN)
    if prop is not None:
        has = pl.col("judged_type").is_not_null() if prop == "type" else pl.col("has")
        unknown = pl.col("judged_type").is_null() if prop == "type" else has.is_null()
        if prop == "near":  # without the position of the office no actor's position helps
            unknown = unknown & pl.col("office_lat").is_not_null()
        blank = pl.when(unknown & (CERTAIN | POSSIBLE)).then(PROPERTY_FIELDS[prop])
        reason = (
            pl.when(unknown & POSSIBLE)
            .then(pl.lit(MAY_JOIN_OPEN))
            .when(unknown)
            .then(pl.lit(PROPERTY_OPEN))
            .when(has)
            .then(pl.lit(MAY_JOIN))
            .otherwise(pl.lit(MAY_STAY_AWAY))
        )
    open_ = counted.with_columns(one=commitment, other=blank, reason_code=reason)
    open_ = open_.filter(pl.col("one").is_not_null() | pl.col("other").is_not_null())
    gaps = open_.with_columns(gaps=pl.concat_list("one", "other").list.drop_nulls())
    if metric.endswith("_count"):
        gaps = gaps.filter(pl.col("reason_code") != MAY_STAY_AWAY)
    return gaps.select(
        "file",
        pl.lit(metric).alias("metric"),
        pl.lit("actors").alias("sheet_key"),
        "row",
        pl.lit(None, pl.Boolean).alias("counted"),
        "reason_code",
        "gaps",
        pl.lit(1.0).alias("gain"),
    ).select(pl.col(name).cast(dtype) for name, dtype in ROWS.items())


def _office_gap(portfolio: Portfolio) -> pl.LazyFrame:
    """Return the cell of the office's postcode (ROWS) where its position is unknown."""
    lost = portfolio.clusters.lazy().filter(pl.col("lat").is_null())
    return cells_to_fill(lost.with_columns(row=pl.lit(0)), "near_share", "master_data", "postcode")
