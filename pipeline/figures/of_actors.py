"""Figures from the sheet Akteure: how many, of what kind, how near (contract 2.2)."""

import polars as pl

from pipeline.common.exact import ratio
from pipeline.figures.base import ROWS, Measures, Portfolio, asked, figures, join_measures
from pipeline.submissions.actors.actors import count
from pipeline.submissions.actors.status import PROPERTIES, Definition, has_joined, lately
from schemas.columns import values

CERTAIN = pl.col("counts")
POSSIBLE = pl.col("counts").is_null()
JOINED, LEFT = "joined_12m", "left_12m"


def measure_actors(portfolio: Portfolio, counted: pl.LazyFrame) -> Measures:
    """Return the figures about bound actors; counted: the actors by one definition."""
    rules = portfolio.settings.actors
    loose = count(portfolio.actors, rules, Definition(loose=True)).lazy()
    parts = [
        _all(portfolio, counted, "bound_actors"),
        _all(portfolio, loose, "bound_actors_loose"),
        *(
            _property(portfolio, counted, name, pl.col(f"judged_{name}"))
            for name in ("sme", *PROPERTIES, "near")
        ),
        _types(portfolio, counted),
        _moved(portfolio, counted),
    ]
    return join_measures(parts)


def _all(portfolio: Portfolio, counted: pl.LazyFrame, metric: str) -> Measures:
    """Return the number of bound actors: certain, and with the possibly bound."""
    sums = counted.group_by("file").agg(certain=CERTAIN.sum(), possible=POSSIBLE.sum())
    table = portfolio.per_cluster("actors", sums)
    low, high = pl.col("certain"), pl.col("certain") + pl.col("possible")
    return Measures(figures(table, metric, low, high, numerator=low), _gaps(counted, metric, None))


def _property(portfolio: Portfolio, counted: pl.LazyFrame, name: str, holds: pl.Expr) -> Measures:
    """Return <name>_count and <name>_share of the bound actors.

    The least and greatest share over all ways to fill what is unknown (contract 2.2): the least
    fills every unknown property with no and adds the possible rows without it, the greatest the
    other way round. Of no certain actor there is no share.
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
    if name == "near":  # without the office's own place nothing is known of any distance
        office = portfolio.clusters.lazy().select("file", office=pl.col("lat").is_not_null())
        table = table.join(office, on="file")
        anyone = anyone & pl.col("office")
    low = pl.when(anyone).then(ratio(k, n + pn + pu))
    high = pl.when(anyone).then(ratio(k + u + py + pu, n + py + pu))
    share = figures(
        table, f"{name}_share", low, high, pl.when(anyone).then(k), pl.when(anyone).then(n)
    )
    number = figures(table, f"{name}_count", k, k + u + py + pu, numerator=k)
    rows = [_gaps(counted, f"{name}_share", name), _gaps(counted, f"{name}_count", name)]
    if name == "near":
        rows.append(_office_gap(portfolio))
    return Measures(pl.concat([share, number]), pl.concat(rows))


def _types(portfolio: Portfolio, counted: pl.LazyFrame) -> Measures:
    """Return how many different actor types the bound actors have; a row covers at most one."""
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
    return Measures(
        figures(table, "actor_types", low, high, numerator=low),
        _gaps(counted, "actor_types", "type"),
    )


def _moved(portfolio: Portfolio, counted: pl.LazyFrame) -> Measures:
    """Return joined_12m and left_12m: bound actors that joined, and actors that left, lately.

    Within the twelve months up to as_of; who left had a bound commitment and had joined. Only what
    is certain; nothing is judged by them, so no rows stand behind them.
    """
    committed = pl.col("commitment").is_in(list(portfolio.settings.actors.bound_commitments))
    gone = committed & has_joined() & lately("left") & ~pl.col("duplicate")
    sums = counted.group_by("file").agg(
        joined=(CERTAIN & pl.col("joined_lately")).fill_null(value=False).sum(),
        left=gone.fill_null(value=False).sum(),
    )
    table = portfolio.per_cluster("actors", sums)
    of_each = {JOINED: pl.col("joined"), LEFT: pl.col("left")}
    parts = [figures(table, name, n, n, numerator=n) for name, n in of_each.items()]
    nothing = pl.LazyFrame(schema=ROWS)
    return Measures(pl.concat(parts), nothing)


# Which cell settles an unknown property.
PROPERTY_FIELDS = {
    "sme": pl.when(pl.col("actor_type").is_null())
    .then(pl.lit("actor_type"))
    .otherwise(pl.lit("sme_stated")),
    **{name: pl.lit(one.cell) for name, one in PROPERTIES.items()},
    "type": pl.lit("actor_type"),
    "near": pl.when(pl.col("country_bad")).then(pl.lit("country")).otherwise(pl.lit("postcode")),
}
# What filling a row favourably does to a share: one more of both, of the whole, one fewer of it.
PROPERTY_OPEN, MAY_JOIN, MAY_STAY_AWAY = "property_open", "may_join", "may_stay_away"
# A possibly bound row of unknown property: it is in the whole of the least share already.
MAY_JOIN_OPEN = "may_join_open"


def _gaps(counted: pl.LazyFrame, metric: str, prop: str | None) -> pl.LazyFrame:
    """Return the rows of Akteure on which the figure's interval hangs, with the cells to fill."""
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
        if prop == "near":  # without the office's own place no actor's helps
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
    """Return the office's postcode as the cell to fill where its position is unknown."""
    lost = portfolio.clusters.lazy().filter(pl.col("lat").is_null())
    return asked(lost.with_columns(row=pl.lit(0)), "near_share", "master_data", "postcode")
