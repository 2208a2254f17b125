"""Merged cells: the value belongs to the first cell, the rows below have none (contract 1.2)."""

import polars as pl

from pipeline.common.findings import findings
from pipeline.submissions.parse.cells import as_text
from pipeline.submissions.parse.facts import SHEET

KEY = [*SHEET, "row", "column"]


def merges_of(sheets: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return SHEET, row, column, last_row, last_column of merged areas that hold several rows.

    sheets: see `intake.frames.stack`. known: file, sheet, sheet_key.
    """
    some = sheets.filter(pl.col("merged").list.len() > 0).select("file", "sheet", "merged")
    some = some.join(known.select("file", "sheet", "sheet_key"), on=["file", "sheet"])
    return some.explode("merged").unnest("merged").drop("sheet")


def merged_columns(
    merges: pl.DataFrame, columns: pl.DataFrame, cells: pl.DataFrame
) -> pl.DataFrame:
    """Return a warning for each merge that leaves cells of rows of data empty.

    columns: SHEET, sheet, column, field of tables. cells: placed cells of rows of data.
    """
    if merges.is_empty():
        return findings(merges)
    over = merges.with_columns(first="column").drop("column").join(columns, on=SHEET)
    over = over.filter(pl.col("column").is_between("first", "last_column"))
    rows = cells.select(*SHEET, at="row").unique()
    over = over.join(rows, on=SHEET).filter(pl.col("at").is_between("row", "last_row"))
    filled = cells.select(*SHEET, "column", at="row")
    value = cells.select(*KEY, value=as_text())
    empty = over.filter(pl.col("at") > pl.col("row")).join(filled, on=filled.columns, how="anti")
    found = empty.sort(*KEY, "at").unique([*SHEET, "row", "first"], keep="first")
    found = found.with_columns(column="first").join(value, on=KEY)
    span = pl.format("{}–{}", "row", "last_row")
    return findings(found.with_columns(check=pl.lit("merged"), detail=span), "inconsistent")
