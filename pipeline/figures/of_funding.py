"""The budget and the cluster's own share of it (contract 2.3, criterion 7.1)."""

import polars as pl

from pipeline.common.exact import cents, ratio
from pipeline.figures.base import FiguresAndRows, Portfolio, figure_frame, rows_of

ACTUAL, PLANNED = "Ist", "Plan"
PUBLIC_SHARE = "public_share"


def funding_figures(portfolio: Portfolio) -> FiguresAndRows:
    """Return own_funds_share, public_share, budget_eur of one year; sums are in whole cents.

    The year is the latest one with Ist rows that ended on or before as_of, else the latest one with
    Plan rows. A row of unknown year or status may belong to that year, so all three are unknown.
    Where no row counts, the budget is unknown, not zero.
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
    return FiguresAndRows(
        pl.concat(
            [
                figure_frame(table, "own_funds_share", share, share, own, total),
                figure_frame(table, PUBLIC_SHARE, of_public, of_public, public, total),
                figure_frame(table, "budget_eur", budget, budget, budget),
            ]
        ),
        pl.concat(
            [
                rows_of(rows, "own_funds_share", "funding"),
                rows_of(whatever_source(rows), "budget_eur", "funding"),
            ]
        ),
    )


def money_by_source(portfolio: Portfolio) -> pl.DataFrame:
    """Return file, source, amount_eur, share: who pays, over the rows that criterion 7.1 uses.

    One row for each source of a cluster. source is null where it is unknown, amount_eur where one
    of its amounts is. share: of the total, null where an amount or a source is unknown. A cluster
    has no rows here if a year or status is unknown, or if no row counts.
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


def whatever_source(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Set rows of unknown source to counted: the budget does not depend on the source."""
    spent = pl.col("of_year") & pl.col("amount_eur").is_not_null() & pl.col("counted").is_null()
    spent = spent & pl.col("year").is_not_null() & pl.col("status").is_not_null()
    return rows.with_columns(
        counted=pl.when(spent).then(statement=True).otherwise("counted"),
        reason_code=pl.when(spent).then(pl.lit("counts")).otherwise("reason_code"),
    )


def used_rows(rows: pl.LazyFrame, own_sources: tuple[str, ...]) -> pl.LazyFrame:
    """Add of_year, counted, reason_code, gaps, cents, is_own.

    rows: of Finanzierung. of_year: whether the row is of the year and status that count. cents: the
    amount in whole cents. is_own: whether its source is one of the cluster's own.
    """
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
