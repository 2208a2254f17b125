"""Files of rows: every row of a portfolio that has too many of them for one workbook."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.report.workbook import rows
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.sheets import Book, rows_stand_apart
from pipeline.review import Review

TABLES = ("clusters", "actors", "rows")


def write_rows_apart(review: Review, folder: Path, lang: str) -> list[Path]:
    """Write the files of rows of a large portfolio; returns their paths.

    folder: that of the publication. Each file has the rows of some clusters, with the counts as
    formulas over them, as the comparative workbook of a smaller portfolio has.
    """
    if not rows_stand_apart(review):
        return []
    paths = []
    for number, clusters in enumerate(rows.clusters_of_files(review), 1):
        path = folder / rows.file_of_rows(number)
        path.parent.mkdir(exist_ok=True)
        write_file_of_rows(of_clusters(review, clusters), path, lang)
        paths.append(path)
    return paths


def of_clusters(review: Review, clusters: list[str]) -> Review:
    """Return what a review says of the rows of some clusters."""
    own = pl.col("cluster_id").is_in(clusters)
    return replace(review, tables={name: review.tables[name].filter(own) for name in TABLES})


def write_file_of_rows(review: Review, path: Path, lang: str) -> None:
    """Write the sheets of rows as a file of its own."""
    write_file(review, path, lang, write_sheets, of_rows=True)


def write_sheets(book: Book) -> None:
    """Write the sheets of rows, and the counts over them."""
    rows.write_counts(book)
    rows.write_actors(book)
    rows.write_rows(book)
