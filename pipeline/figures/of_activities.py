"""Services, working structures and communication (contract 2.3: 8, 9.1, 9.2, part of 11)."""

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
    without_needless_gaps,
)

SHEET = "activities"
TIMES = "times_per_year"
TOO_RARE = "too_rare"


def measure_activities(portfolio: Portfolio) -> Measures:
    """Return all figures from the sheet Aktivitäten."""
    rows = portfolio.table(SHEET)
    begun = Test(
        pl.col("from") <= months_before(pl.col("as_of"), 12),
        "begun_too_late",
        "from_unknown",
        "from",
    )
    structures = [kind_is("Arbeitsgruppe", "Clusterforum"), begun, at_least(TIMES, 2, TOO_RARE)]
    internal = [kind_is("Interne Kommunikation"), at_least(TIMES, 4, TOO_RARE)]
    external = [kind_is("Externe Kommunikation"), at_least(TIMES, 1, TOO_RARE)]
    counts = {
        "working_structures": structures,
        "internal_communication": internal,
        "external_communication": external,
    }
    parts = [simple_count(portfolio, m, SHEET, judge(rows, tests)) for m, tests in counts.items()]
    return join_measures(
        [*parts, services_per_year(portfolio, rows), service_fields(portfolio, rows)]
    )


def services_per_year(portfolio: Portfolio, rows: pl.LazyFrame) -> Measures:
    """Return how often services are held per year, all together; an unknown term has no limit."""
    judged = judge(rows, [kind_is("Service"), known(TIMES)])
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
    """Return the share of the strategic action fields in which a service is held every year."""
    fields = action_fields(portfolio.clusters.lazy())
    rows = rows.with_columns(key=word_key_expr(pl.col("action_field")))
    rows = rows.join(
        fields.with_columns(strategic=pl.lit(value=True)),
        on=["file", "key"],
        how="left",
    )
    said = pl.col("key").is_not_null()
    strategic = pl.when(said).then(pl.col("strategic").fill_null(value=False))
    of_field = Test(strategic, "other_field", "action_field_unknown", "action_field")
    judged = judge(rows, [kind_is("Service"), of_field, at_least(TIMES, 1, TOO_RARE)])
    judged = without_needless_gaps(judged, ["key"])
    sums = covered(judged).join(
        fields.group_by("file").agg(n=pl.len()), on="file", how="full", coalesce=True
    )
    table = portfolio.per_cluster(SHEET, sums).fill_null(0)
    there = portfolio.sheets.filter(pl.col("sheet_key") == SHEET)["file"].implode()
    n = pl.when(pl.col("file").is_in(there) & (pl.col("n") > 0)).then(pl.col("n").cast(pl.Int64))
    certain = pl.col("certain").cast(pl.Int64)
    most = pl.min_horizontal(
        certain + pl.col("possible").cast(pl.Int64) + pl.col("wild").cast(pl.Int64), n
    )
    metric = "service_fields_share"
    number = pl.when(n.is_not_null()).then(certain)
    asked = missing_action_fields(portfolio.clusters.lazy(), metric)
    return Measures(
        figures(table, metric, ratio(certain, n), ratio(most, n), number, n),
        pl.concat([rows_of(judged, metric, SHEET), asked]),
    )


def action_fields(clusters: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, key: the strategic action fields of each cluster."""
    fields = clusters.select("file", key="action_fields").explode("key").drop_nulls("key")
    return fields.with_columns(word_key_expr(pl.col("key"))).unique()


def covered(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, certain, possible (other fields a row may cover), wild (rows of any field)."""
    certain = judged.filter(pl.col("counted")).select("file", "key").unique()
    maybe = judged.filter(pl.col("counted").is_null())
    named = maybe.drop_nulls("key").select("file", "key").unique()
    named = named.join(certain, on=["file", "key"], how="anti")
    wild = maybe.filter(pl.col("key").is_null())
    parts = {"certain": certain, "possible": named, "wild": wild}
    result = judged.select("file").unique()
    for name, part in parts.items():
        result = result.join(part.group_by("file").agg(pl.len().alias(name)), on="file", how="left")
    return result.fill_null(0)


def missing_action_fields(clusters: pl.LazyFrame, metric: str) -> pl.LazyFrame:
    """Return the cell to fill where a cluster names no action fields."""
    rows = clusters.filter(pl.col("action_fields").is_null())
    return asked(rows.with_columns(row=pl.lit(0)), metric, "master_data", "action_fields")
