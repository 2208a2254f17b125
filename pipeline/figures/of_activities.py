"""Services, working structures and communication (contract 2.3: 8, 9.1, 9.2, part of 11, 13)."""

import polars as pl

from pipeline.common.exact import months_before, ratio
from pipeline.common.keys import word_key_expr
from pipeline.figures.base import (
    UNLIMITED,
    Measures,
    Portfolio,
    Test,
    asked,
    at_least,
    exact_sum,
    figures,
    join_measures,
    judge,
    kind_is,
    known,
    rows_of,
    simple_count,
)

SHEET = "activities"
TIMES = "times_per_year"
TOO_RARE = "too_rare"
GROUP, FORUM, SUPPORT = "Arbeitsgruppe", "Clusterforum", "Innovationsunterstützung"
SERVICES = ("Service", SUPPORT)
# Least times per year of a working structure: a yearly forum is the usual one.
MEETINGS = {GROUP: 2, FORUM: 1}
STANDING_MONTHS = 12
# The form asks for innovation support from this version on.
ASKS_SUPPORT = 2


def measure_activities(portfolio: Portfolio) -> Measures:
    """Return all figures from the sheet Aktivitäten.

    "Held n times per year" always means that the activity has begun.
    """
    rows = portfolio.table(SHEET)
    counts = {
        "working_structures": [kind_is(GROUP, FORUM), standing(), meets_often()],
        "internal_communication": held("Interne Kommunikation", 4),
        "external_communication": held("Externe Kommunikation", 1),
        "innovation_support": held(SUPPORT, 1),
    }
    parts = {m: simple_count(portfolio, m, SHEET, judge(rows, t)) for m, t in counts.items()}
    parts["innovation_support"] = where_asked(portfolio, parts["innovation_support"])
    return join_measures(
        [*parts.values(), services_per_year(portfolio, rows), service_fields(portfolio, rows)]
    )


def held(kind: str, least: float) -> list[Test]:
    """Return the tests that a row is of the kind, has begun and is held so often per year."""
    return [kind_is(kind), has_begun(), at_least(TIMES, least, TOO_RARE)]


def has_begun() -> Test:
    """Beginn is empty or not after as_of; a bad one leaves it open."""
    holds = (
        pl.when(pl.col("from_bad"))
        .then(None)
        .when(pl.col("from").is_null())
        .then(statement=True)
        .otherwise(pl.col("from") <= pl.col("as_of"))
    )
    return Test(holds, "not_yet_begun", "from_unknown", "from")


def standing() -> Test:
    """Begun at least 12 months ago; an empty Beginn leaves it possible."""
    begun = pl.col("from") <= months_before(pl.col("as_of"), STANDING_MONTHS)
    return Test(begun, "begun_too_late", "from_unknown", "from")


def meets_often() -> Test:
    """A working group is held twice a year, a forum once; a row of unknown kind may be a forum."""
    least = pl.col("kind").replace_strict(
        MEETINGS, default=min(MEETINGS.values()), return_dtype=pl.Int64
    )
    return Test(pl.col(TIMES) >= least, TOO_RARE, f"{TIMES}_unknown", TIMES)


def where_asked(portfolio: Portfolio, measures: Measures) -> Measures:
    """Make a figure unknown where nothing is certain and the form did not ask for it."""
    version = portfolio.clusters.lazy().select("file", version=pl.col("form_version").fill_null(1))
    table = measures.figures.join(version, on="file", how="left")
    asked_for = (pl.col("low") > 0) | (pl.col("version") >= ASKS_SUPPORT)
    values = [pl.when(asked_for).then(c).alias(c) for c in ("low", "high", "numerator")]
    return Measures(table.with_columns(values).drop("version"), measures.rows)


def services_per_year(portfolio: Portfolio, rows: pl.LazyFrame) -> Measures:
    """Return how often services are held per year, all together; an unknown term has no limit."""
    judged = judge(rows, [kind_is(*SERVICES), has_begun(), known(TIMES)])
    maybe = pl.col("counted").is_null()
    sums = judged.group_by("file").agg(
        low=exact_sum(pl.col(TIMES).filter(pl.col("counted"))),
        most=exact_sum(pl.col(TIMES).filter(pl.col("counted") | maybe)),
        unlimited=(maybe & pl.col(TIMES).is_null()).sum(),
    )
    table = portfolio.per_cluster(SHEET, sums)
    low = pl.col("low")
    high = pl.when(pl.col("unlimited") > 0).then(UNLIMITED).otherwise(pl.col("most"))
    metric = "services_per_year"
    behind = rows_of(judged, metric, SHEET).drop("gain")
    gain = judged.select("file", "row", gain=pl.col(TIMES).fill_null(UNLIMITED))
    behind = behind.join(gain, on=["file", "row"], how="left")
    return Measures(figures(table, metric, low, high, numerator=low), behind)


def service_fields(portfolio: Portfolio, rows: pl.LazyFrame) -> Measures:
    """Return the share of the strategic action fields in which a service is held every year.

    A row may serve several fields, and any if its own are unknown. Where it is said that there are
    no action fields, none is served.
    """
    fields = action_fields(portfolio.clusters.lazy())
    own = stated(rows, fields).group_by("file", "row").agg("key")
    rows = rows.join(own, on=["file", "row"], how="left")
    said = pl.col("action_field").is_not_null()
    strategic = pl.when(said).then(pl.col("key").is_not_null())
    of_field = Test(strategic, "other_field", "action_field_unknown", "action_field")
    tests = [kind_is(*SERVICES), of_field, has_begun(), at_least(TIMES, 1, TOO_RARE)]
    judged = without_needless_fields(judge(rows, tests))
    sums = covered(judged).join(
        fields.group_by("file").agg(n=pl.len()), on="file", how="full", coalesce=True
    )
    none = pl.col("action_fields").list.len() == 0
    stating = portfolio.clusters.lazy().select("file", none=none.fill_null(value=False))
    table = portfolio.per_cluster(SHEET, sums).fill_null(0).join(stating, on="file")
    there = portfolio.sheets.filter(pl.col("sheet_key") == SHEET)["file"].implode()
    n = pl.when(pl.col("file").is_in(there) & (pl.col("n") > 0)).then(pl.col("n").cast(pl.Int64))
    certain = pl.col("certain").cast(pl.Int64)
    named_too = pl.min_horizontal(certain + pl.col("possible").cast(pl.Int64), n)
    most = pl.when(pl.col("wild") > 0).then(n).otherwise(named_too)
    metric = "service_fields_share"
    number = pl.when(n.is_not_null()).then(certain)
    asked = missing_action_fields(portfolio.clusters.lazy(), metric)
    behind = rows_of(judged, metric, SHEET).drop("gain")
    gain = judged.select("file", "row", gain="gained")
    behind = behind.join(gain, on=["file", "row"], how="left")
    unless = pl.when("none").then(0)  # no action fields: none of them is served
    shares = (pl.coalesce(unless, ratio(part, n)) for part in (certain, most))
    parts = (pl.coalesce(unless, part) for part in (number, n))
    return Measures(figures(table, metric, *shares, *parts), pl.concat([behind, asked]))


def action_fields(clusters: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, key: the strategic action fields of each cluster."""
    fields = clusters.select("file", key="action_fields").explode("key").drop_nulls("key")
    return fields.with_columns(word_key_expr(pl.col("key"))).unique()


def stated(rows: pl.LazyFrame, fields: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, row, key: the strategic action fields that each row names."""
    named = rows.select("file", "row", key="action_field").explode("key").drop_nulls("key")
    named = named.with_columns(word_key_expr(pl.col("key"))).unique()
    return named.join(fields, on=["file", "key"], how="semi")


def without_needless_fields(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Take the gaps from possible rows that would add no field, and add gained.

    Of the possible rows of a field the first is enough, and none where one counts already. gained:
    how many fields a row may add, all where its own are unknown.
    """
    each = judged.select("file", "row", "key", "counted").explode("key").drop_nulls("key")
    field, possible = ["file", "key"], pl.col("counted").is_null()
    first = pl.col("row").filter(possible).min().over(field)
    adds = possible & ~pl.col("counted").fill_null(value=False).any().over(field)
    adds = adds & (pl.col("row") == first)
    gained = each.group_by("file", "row").agg(gained=adds.sum().cast(pl.Float64))
    judged = judged.join(gained, on=["file", "row"], how="left")
    nothing = pl.lit([], pl.List(pl.String))
    needless = pl.col("counted").is_null() & (pl.col("gained") == 0).fill_null(value=False)
    return judged.with_columns(
        gaps=pl.when(needless).then(nothing).otherwise("gaps"),
        gained=pl.col("gained").fill_null(UNLIMITED),
    )


def covered(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, certain, possible (other fields that rows may cover), wild (rows of any)."""
    each = judged.explode("key").drop_nulls("key")
    certain = each.filter(pl.col("counted")).select("file", "key").unique()
    maybe = each.filter(pl.col("counted").is_null())
    named = maybe.select("file", "key").unique().join(certain, on=["file", "key"], how="anti")
    wild = judged.filter(pl.col("counted").is_null(), pl.col("key").is_null())
    parts = {"certain": certain, "possible": named, "wild": wild}
    result = judged.select("file").unique()
    for name, part in parts.items():
        result = result.join(part.group_by("file").agg(pl.len().alias(name)), on="file", how="left")
    return result.fill_null(0)


def missing_action_fields(clusters: pl.LazyFrame, metric: str) -> pl.LazyFrame:
    """Return the cell to fill where a cluster names no action fields."""
    rows = clusters.filter(pl.col("action_fields").is_null())
    return asked(rows.with_columns(row=pl.lit(0)), metric, "master_data", "action_fields")
