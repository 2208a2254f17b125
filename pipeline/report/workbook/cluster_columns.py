"""What several blocks have in common: the columns that name a cluster, the cause as a word."""

import polars as pl

from pipeline.common.texts import say
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import Book


def cause_word(book: Book, cause: str | None) -> str:
    """Return a cause as text."""
    return book.text("c_unknown") if cause is None else say("cause", cause, book.lang)


def named_columns(book: Book, table: pl.DataFrame) -> list[Column]:
    """Return the clusters' ids and names."""
    names = dict(book.table("clusters")["cluster_id", "name"].iter_rows())
    ids = table["cluster_id"].to_list()
    return [
        Column(book.text("h_cluster_id"), ids),
        Column(book.text("h_name"), [names[i] for i in ids], "foreign"),
    ]
