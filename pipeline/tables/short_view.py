"""A readable number of findings, where people read them all at once."""

import polars as pl

KIND = ["source_file", "sheet", "code"]


def shorten(findings: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the first findings of each file, sheet and code, at most `most` of them.

    findings: as in contract 3. Adds others (i64): how many more stand behind the last one shown.
    """
    number = pl.int_range(pl.len()).over(KIND)
    total = pl.len().over(KIND)
    shown = findings.with_columns(number=number, total=total).filter(pl.col("number") < most)
    rest = pl.when(pl.col("number") == most - 1).then(pl.col("total").cast(pl.Int64) - most)
    return shown.with_columns(others=rest.fill_null(0)).drop("number", "total")
