"""Figures from Stammdaten: age, secured funding, strategy (contract 2.3: 4.1, 6, 7.2)."""

import polars as pl

from pipeline.common.exact import completed_months
from pipeline.figures.base import FiguresAndRows, Portfolio, figure_frame, join_figures


def master_data_figures(portfolio: Portfolio) -> FiguresAndRows:
    """Return the figures that are made of one cell each; unknown where it is empty or bad."""
    as_of = pl.col("as_of")
    age = completed_months(pl.col("founded"), as_of)
    secured = completed_months(as_of, pl.col("funding_secured_until"))
    dated = (pl.col("strategy_dated") <= as_of).cast(pl.Float64)
    # An empty text says that there is none.
    prospect = (pl.col("long_term_prospect") != "").cast(pl.Float64)
    return join_figures(
        [
            # Whole years of completed months: a + 12 n months <= b.
            _cell(portfolio, "age_years", "founded", age.floordiv(12), numerator=age),
            _cell(portfolio, "secured_months", "funding_secured_until", secured, numerator=secured),
            _cell(portfolio, "strategy_actors", "strategy_actors", pl.col("strategy_actors")),
            _cell(portfolio, "strategy_dated", "strategy_dated", dated),
            _cell(
                portfolio,
                "revision_concept",
                "revision_concept",
                pl.col("revision_concept").cast(pl.Float64),
            ),
            _cell(portfolio, "long_term_prospect", "long_term_prospect", prospect),
        ]
    )


def _cell(
    portfolio: Portfolio,
    metric: str,
    field: str,
    value: pl.Expr,
    numerator: pl.Expr | None = None,
) -> FiguresAndRows:
    number = value if numerator is None else numerator
    result = figure_frame(portfolio.clusters.lazy(), metric, value, value, numerator=number)
    is_known = pl.col(field).is_not_null()
    rows = portfolio.clusters.lazy().select(
        "file",
        metric=pl.lit(metric),
        sheet_key=pl.lit("master_data"),
        row=pl.lit(0, pl.UInt32),
        counted=pl.when(is_known).then(statement=True),
        reason_code=pl.when(is_known).then(pl.lit("counts")).otherwise(pl.lit("cell_unknown")),
        gaps=pl.when(is_known).then(pl.lit([], pl.List(pl.String))).otherwise(pl.lit([field])),
        gain=pl.lit(1.0),
    )
    return FiguresAndRows(result, rows)
