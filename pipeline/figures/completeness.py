"""How much of what the form asks for each cluster filled in: cells by sheet, and what is wrong."""

from collections.abc import Mapping

import polars as pl

from schemas.declaration import Sheet, submission

# Codes of findings: the cell cannot be used; a required cell is empty.
UNUSABLE = ["bad_type", "bad_value", "bad_date", "out_of_range", "formula_without_value"]
MISSING = "missing_value"
COUNTS = ["rows", "cells", "filled", "unusable", "empty", "missing"]
KEY = ["file", "sheet_key"]


def completeness(
    offices: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    sheets: pl.DataFrame,
    found: pl.DataFrame,
) -> pl.DataFrame:
    """Return file, sheet_key, there (bool) and COUNTS (i64) of every submission and sheet.

    cells: rows times declared fields, whether the file has the column or not. filled: cells with a
    valid value. unusable: cells with a finding of UNUSABLE. empty: the rest. missing: empty cells
    of required fields. offices: file. tables: the valid ones by sheet key. sheets: file, sheet_key
    of the sheets in the file. found: every finding about cells, see `findings.FINDINGS`.
    """
    bad = cells_with(found, UNUSABLE)
    per_file = pl.concat([of_sheet(s, tables[s.key], bad) for s in submission().sheets])
    for name, codes in (("unusable", UNUSABLE), ("missing", [MISSING])):
        number = cells_with(found, codes).group_by(KEY).agg(pl.len().alias(name))
        per_file = per_file.join(number, on=KEY, how="left")
    order = pl.DataFrame({"sheet_key": [sheet.key for sheet in submission().sheets]})
    every = offices.select("file").join(order, how="cross")
    table = every.join(per_file, on=KEY, how="left")
    there = sheets.select(*KEY, there=pl.lit(value=True)).unique()
    table = table.join(there, on=KEY, how="left")
    table = table.with_columns(
        pl.col("there").fill_null(value=False),
        pl.col("rows", "cells", "filled", "unusable", "missing").fill_null(0).cast(pl.Int64),
    )
    empty = pl.col("cells") - pl.col("filled") - pl.col("unusable")
    return table.with_columns(empty=empty).select(*KEY, "there", *COUNTS)


def cells_with(found: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """Return file, sheet_key, row, field of the cells with one of the findings, each once."""
    own = found.filter(pl.col("code").is_in(codes)).drop_nulls(["row", "field"])
    return own.select(*KEY, "row", "field").unique()


def of_sheet(sheet: Sheet, table: pl.DataFrame, bad: pl.DataFrame) -> pl.DataFrame:
    """Return KEY, rows, cells, filled of each file with rows on a sheet."""
    fields = [field.key for field in sheet.fields]
    own = table.select("file", "row", *(pl.col(f).is_not_null() for f in fields))
    at = ["file"] if sheet.layout == "form" else ["file", "row"]
    bad = bad.filter(pl.col("sheet_key") == sheet.key)
    for field in bad["field"].unique():
        bad_cells = (
            bad.filter(pl.col("field") == field).select(*at, hit=pl.lit(value=True)).unique()
        )
        own = own.join(bad_cells, on=at, how="left")
        own = own.with_columns(pl.col(field) & pl.col("hit").is_null()).drop("hit")
    return own.group_by("file").agg(
        sheet_key=pl.lit(sheet.key),
        rows=pl.len().cast(pl.Int64),
        cells=pl.len().cast(pl.Int64) * len(fields),
        filled=pl.sum_horizontal(pl.col(fields).sum()).cast(pl.Int64),
    )
