"""Findings as many as one can read: of one file, sheet and kind the first ones stand for all."""

import polars as pl

KIND = ["source_file", "sheet", "code"]
CELLS = ["from_cell", "to_cell"]


def shorten(findings: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the first `most` findings of each file, sheet and kind, in their order.

    findings: the table of the contract. Added is others (i64): how many more of the same file,
    sheet and kind stand behind the last of the rows that are kept; 0 in all other rows.
    """
    if most < 1:
        raise ValueError("at least one finding of each kind must be shown")
    counted = findings.with_columns(
        at=pl.int_range(pl.len()).over(KIND), of=pl.len().cast(pl.Int64).over(KIND)
    )
    last = pl.col("at") == most - 1
    others = pl.when(last).then(pl.col("of") - most).otherwise(0)
    return counted.filter(pl.col("at") < most).with_columns(others=others).drop("at", "of")


def left_out(findings: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return source_file, sheet, code, from_cell, to_cell of what `shorten` leaves out.

    The first and the last cell, in the table's order.
    """
    hidden = findings.filter(pl.int_range(pl.len()).over(KIND) >= most)
    cells = hidden.group_by(KIND)
    return cells.agg(from_cell=pl.col("cell").first(), to_cell=pl.col("cell").last())


def with_range(findings: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return `shorten` with from_cell and to_cell: between which cells the others stand.

    Both are null in rows behind which none stands.
    """
    rows = shorten(findings, most)
    rows = rows.join(left_out(findings, most), on=KIND, how="left", maintain_order="left")
    some = pl.col("others") > 0
    return rows.with_columns(pl.when(some).then(name).alias(name) for name in CELLS)
