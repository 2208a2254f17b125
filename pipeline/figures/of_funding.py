"""The budget and the cluster's own share of it (contract 2.3, criterion 7.1)."""

import polars as pl

from pipeline.common.exact import cents, ratio
from pipeline.figures.base import Measures, Portfolio, figures, rows_of

ACTUAL, PLANNED = "Ist", "Plan"


def measure_funding(portfolio: Portfolio) -> Measures:
    """Return own_funds_share and budget_eur of the year that counts, summed in whole cents.

    The Ist rows of the latest year that ended on or before as_of and has any, else the Plan rows
    of the latest year that has any. A row whose year or status is unknown could be of that year.
    """
    rows = used_rows(portfolio.table("funding"), portfolio.settings.funding.own_sources)
    used = pl.col("counted")
    sums = rows.group_by("file").agg(
        total=pl.col("cents").filter(pl.col("of_year")).sum(),
        own=pl.col("cents").filter(used & pl.col("is_own")).sum(),
        undated=(pl.col("year").is_null() | pl.col("status").is_null()).sum(),
        no_amount=(pl.col("of_year") & pl.col("amount_eur").is_null()).sum(),
        no_source=(pl.col("of_year") & pl.col("source").is_null()).sum(),
    )
    table = portfolio.per_cluster("funding", sums)
    sure = (pl.col("undated") == 0) & (pl.col("no_amount") == 0)
    total = pl.when(sure).then(pl.col("total"))
    own = pl.when(sure & (pl.col("no_source") == 0)).then(pl.col("own"))
    share = ratio(own, total)
    budget = ratio(total, pl.lit(100) + total * 0)
    budget = pl.when(total == 0).then(0.0).otherwise(budget)
    return Measures(
        pl.concat(
            [
                figures(table, "own_funds_share", share, share, own, total),
                figures(table, "budget_eur", budget, budget, total),
            ]
        ),
        pl.concat(
            [
                rows_of(rows, "own_funds_share", "funding"),
                rows_of(known_source_or_not(rows), "budget_eur", "funding"),
            ]
        ),
    )


def known_source_or_not(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Let rows of unknown source count: the budget is known all the same."""
    spent = pl.col("of_year") & pl.col("amount_eur").is_not_null() & pl.col("counted").is_null()
    spent = spent & pl.col("year").is_not_null() & pl.col("status").is_not_null()
    return rows.with_columns(
        counted=pl.when(spent).then(statement=True).otherwise("counted"),
        reason_code=pl.when(spent).then(pl.lit("counts")).otherwise("reason_code"),
    )


def used_rows(rows: pl.LazyFrame, own_sources: tuple[str, ...]) -> pl.LazyFrame:
    """Add of_year (of the rows that count), counted, reason_code, gaps, cents, is_own."""
    year, status = pl.col("year"), pl.col("status")
    ended = pl.date(year.cast(pl.Int32), 12, 31) <= pl.col("as_of")
    actual = year.filter((status == ACTUAL) & ended).max().over("file")
    planned = year.filter(status == PLANNED).max().over("file")
    chosen = (
        pl.when(actual.is_not_null())
        .then((status == ACTUAL) & (year == actual))
        .otherwise((status == PLANNED) & (year == planned))
    )
    rows = rows.with_columns(of_year=chosen.fill_null(value=False))
    undated = year.is_null() | status.is_null()
    blank = pl.col("of_year") & (pl.col("amount_eur").is_null() | pl.col("source").is_null())
    gaps = [
        pl.when((pl.col("of_year") | undated) & pl.col(f).is_null()).then(pl.lit(f))
        for f in ("year", "source", "amount_eur", "status")
    ]
    return rows.with_columns(
        cents=cents(pl.col("amount_eur")),
        is_own=pl.col("source").is_in(list(own_sources)).fill_null(value=False),
        counted=pl.when(undated | blank).then(None).otherwise(pl.col("of_year")),
        reason_code=pl.when(undated)
        .then(pl.lit("year_or_status_unknown"))
        .when(blank)
        .then(pl.lit("amount_or_source_unknown"))
        .when(pl.col("of_year"))
        .then(pl.lit("counts"))
        .otherwise(pl.lit("other_year")),
        gaps=pl.concat_list(gaps).list.drop_nulls(),
    )
