"""Rows with nothing but a form's defaults: "DE", "nein", unticked boxes (contract 1.2, rule 5)."""

import polars as pl

from pipeline.submissions.parse.cells import as_text
from pipeline.submissions.parse.facts import ROW, SHEET, identifying_fields
from schemas.declaration import Workbook


def default_rows(workbook: Workbook, data: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in which no identifying column is filled: ROW, alike, run, first and last.

    data: cells with facts of the remaining rows. run: consecutive such rows, from row first to
    last, have the same number. alike: whether all rows of the run hold the same values.
    """
    named = identifying_fields(workbook)
    ours = data.filter(
        pl.col("field").is_not_null(),
        pl.col("sheet_key").is_in(named["sheet_key"].unique().implode()),
    )
    known = ours.filter("filled").join(named, on=["sheet_key", "field"])
    known = known.group_by(*ROW, "group").agg(found=pl.len(), needs=pl.col("needs").first())
    known = known.filter(pl.col("found") >= pl.col("needs")).select(ROW).unique()
    rows = ours.select(ROW).unique()
    if rows.height == known.height:
        return rows.clear().with_columns(run=pl.lit(0), last=pl.lit(0), alike=pl.lit(value=True))
    rows = rows.join(known.with_columns(known=pl.lit(value=True)), on=ROW, how="left").sort(ROW)
    rows = rows.with_columns(run=pl.col("known").is_not_null().cum_sum().over(SHEET))
    rows = rows.filter(pl.col("known").is_null()).drop("known")
    return with_runs(rows, ours)


def with_runs(rows: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """Add first, last and alike of each run."""
    value = pl.concat_str("field", as_text().fill_null(""), separator="=")
    cells = ours.join(rows, on=ROW, how="semi").sort(*ROW, "column")
    values = cells.group_by(ROW).agg(values=value.str.join("\n"))
    run = [*SHEET, "run"]
    return (
        rows.join(values, on=ROW, how="left")
        .with_columns(
            first=pl.col("row").min().over(run),
            last=pl.col("row").max().over(run),
            alike=pl.col("values").n_unique().over(run) == 1,
        )
        .drop("values")
    )
