"""The budget and the cluster's own share of it (contract 2.3, criterion 7.1)."""

import polars as pl

from pipeline.common.exact import cents, ratio
from pipeline.figures.base import Measures, Portfolio, figures, rows_of

ACTUAL, PLANNED = "Ist", "Plan"
PUBLIC_SHARE = "public_share"


def measure_funding(portfolio: Portfolio) -> Measures:
    """Return own_funds_share, public_share, budget_eur of the year that counts, in whole cents.

    The Ist rows of the latest year that ended on or before as_of and has any, else the Plan rows
    of the latest year that has any. A row whose year or status is unknown could be of that year.
    Where no row counts, the budget is unknown: it is not a budget of zero.
    """
    rules = portfolio.settings.funding
    rows = used_rows(portfolio.table("funding"), rules.own_sources)
    is_public = pl.col("source").is_in(list(rules.public_sources))
    used = pl.col("counted")
    sums = rows.group_by("file").agg(
        total=pl.col("cents").filter(pl.col("of_year")).sum(),
        used=pl.col("of_year").sum(),
        own=pl.col("cents").filter(used & pl.col("is_own")).sum(),
        public=pl.col("cents").filter(used & is_public).sum(),
        undated=(pl.col("year").is_null() | pl.col("status").is_null()).sum(),
        no_amount=(pl.col("of_year") & pl.col("amount_eur").is_null()).sum(),
        no_source=(pl.col("of_year") & pl.col("source").is_null()).sum(),
    )
    table = portfolio.per_cluster("funding", sums)
    sure = (pl.col("used") > 0) & (pl.col("undated") == 0) & (pl.col("no_amount") == 0)
    total = pl.when(sure).then(pl.col("total"))
    named = sure & (pl.col("no_source") == 0)
    own, public = (pl.when(named).then(pl.col(name)) for name in ("own", "public"))
    share, of_public = ratio(own, total), ratio(public, total)
    budget = ratio(total, pl.lit(100) + total * 0)
    budget = pl.when(total == 0).then(0.0).otherwise(budget)
    return Measures(
        pl.concat(
            [
                figures(table, "own_funds_share", share, share, own, total),
                figures(table, PUBLIC_SHARE, of_public, of_public, public, total),
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


def money_by_source(portfolio: Portfolio) -> pl.DataFrame:
    """Return file, source, amount_eur, share: who pays, over the rows that criterion 7.1 uses.

    One row for each source of a cluster; source is null where it is unknown, amount_eur where an
    amount of it is. share: of the total; null where the cluster's share of own funds is unknown.
    Nothing of a cluster in which a row of unknown year or status may be one of the rows, or none
    counts.
    """
    rows = used_rows(portfolio.table("funding"), portfolio.settings.funding.own_sources)
    undated = (pl.col("year").is_null() | pl.col("status").is_null()).any().over("file")
    used = rows.filter(~undated).filter("of_year")
    amount = pl.when(pl.col("cents").null_count() == 0).then(pl.col("cents").sum())
    table = used.group_by("file", "source").agg(cents=amount)
    known = (pl.col("cents").is_not_null() & pl.col("source").is_not_null()).all().over("file")
    total = pl.when(known).then(pl.col("cents").sum().over("file"))
    table = table.with_columns(total=total).select(
        "file",
        "source",
        amount_eur=ratio(pl.col("cents"), pl.lit(100) + pl.col("cents") * 0),
        share=ratio(pl.col("cents"), pl.col("total")),
        zero=pl.col("cents") == 0,
    )
    nothing = pl.when("zero").then(0.0)
    table = table.with_columns(amount_eur=nothing.otherwise("amount_eur"))
    return table.drop("zero").collect().sort("file", "source", nulls_last=True)


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
