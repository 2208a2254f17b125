"""The block Kennzahländerungen: each indicator of each cluster of both periods, before and now."""

import polars as pl

from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.changes_medians import change_column
from pipeline.report.workbook.cluster_columns import cause_word, named_columns
from pipeline.report.workbook.portfolio import indicator_format, indicator_header
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.stack import Stack


def put_indicator_changes(stack: Stack) -> None:
    """Write the block."""
    stack.add(columns(stack.book, stack.top))


def columns(book: Book, top: int) -> list[Column]:
    """Return the columns; the present value is looked up on the sheet Portfolio.

    top: the row (from 0) of the header.
    """
    known = pl.col("previous").is_not_null() | pl.col("value").is_not_null()
    found = book.table("indicator_changes").filter(known)
    kinds = [indicator_format(i) for i in found["indicator"]]
    figures, heads = book.text("name_figures"), book.text("name_figure_heads")
    ids = book.ref("portfolio", "cluster_id")
    place = f"MATCH($A{{row}},{ids},0),MATCH($C{{row}},{heads},0)"
    causes = [
        cause_word(book, cause) if previous != value else None
        for previous, value, cause in found["previous", "value", "cause"].iter_rows()
    ]
    return [
        *named_columns(book, found),
        Column(book.text("h_indicator"), [indicator_header(book, i) for i in found["indicator"]]),
        Column(book.text("h_c_then"), found["previous"].to_list(), kinds),
        Column(
            book.text("h_c_now"),
            found["value"].to_list(),
            kinds,
            lambda row: f"=INDEX({figures},{place.format(row=row)})",
        ),
        change_column(book, kinds, found["change"].to_list(), top),
        Column(book.text("h_c_cause"), causes),
    ]
