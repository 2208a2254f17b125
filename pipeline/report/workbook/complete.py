"""The block Vollständigkeit: which part of the form's fields each cluster filled in."""

import polars as pl

from pipeline.figures.completeness import COUNTS
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.cluster_columns import named_columns
from pipeline.report.workbook.formats import COLOURS
from pipeline.report.workbook.sheets import Book, last_row
from pipeline.report.workbook.stack import Stack
from schemas.declaration import submission

EMPTY = pl.DataFrame(
    schema={"cluster_id": pl.String, "sheet_key": pl.String, "there": pl.Boolean}
    | dict.fromkeys(COUNTS, pl.Int64)
)
# letters of the columns that formulas refer to
CELLS, FILLED, UNUSABLE = "F", "G", "H"


def completeness_of(book: Book) -> pl.DataFrame:
    """Return the counts of cells (see `tables.completeness`); empty if only tables are known."""
    return book.review.context.get("completeness", EMPTY)


def put_completeness(stack: Stack) -> None:
    """Write for every cluster and sheet how many cells are filled, unusable, empty."""
    book, text = stack.book, stack.book.text
    table = completeness_of(book)
    own = {s.key: s.name[book.lang] for s in submission().sheets}
    share = table.select(share=pl.col("filled") / pl.col("cells").replace(0, None))["share"]
    columns = [
        *named_columns(book, table),
        Column(text("h_sheet"), [own[key] for key in table["sheet_key"]]),
        Column(text("h_there"), book.yes_no(table["there"].to_list())),
        *(Column(text(f"h_{c}"), table[c].to_list(), "int") for c in COUNTS[:4]),
        Column(
            text("h_empty"),
            table["empty"].to_list(),
            "int",
            lambda row: f"={CELLS}{row}-{FILLED}{row}-{UNUSABLE}{row}",
        ),
        Column(text("h_missing_cells"), table["missing"].to_list(), "int"),
        Column(
            text("h_filled_share"),
            share.to_list(),
            "share",
            lambda row: f"={FILLED}{row}/{CELLS}{row}",
        ),
    ]
    top = stack.add(columns, {text("h_there"): {text("no"): "open"}})
    last, at = last_row(columns, top), len(columns) - 1
    bar: dict[str, object] = {"type": "data_bar", "bar_color": COLOURS["good"][0]}
    bar |= {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    stack.sheet.conditional_format(top + 1, at, last, at, bar)


def filled_share(book: Book, ids: list[str]) -> Column:
    """Return the column of the share of filled cells over all sheets; column A contains the IDs."""
    counts = completeness_of(book).group_by("cluster_id").agg(pl.col("filled", "cells").sum())
    shares = {i: filled / cells for i, filled, cells in counts.iter_rows() if cells}
    values = [shares.get(i) for i in ids]
    return Column(book.text("h_filled_share"), values, "share", of_cluster(book))


def of_cluster(book: Book) -> Formula:
    """Return the formula of a cluster's share."""
    keys = book.ref("completeness", "cluster_id")

    def total(code: str, row: int) -> str:
        return f"SUMIFS({book.ref('completeness', code)},{keys},$A{row})"

    return lambda row: f"={total('filled', row)}/{total('cells', row)}"
