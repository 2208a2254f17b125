"""A file under construction: its options, its properties, and what holds while it is written."""

import datetime as dt
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from pipeline.collector import give_back, no_collecting
from pipeline.report.workbook.fast import FastFile
from pipeline.report.workbook.formats import make_formats
from pipeline.report.workbook.sheets import Book
from pipeline.review import Review

# Texts are texts, whatever strangers wrote into their cells.
OPTIONS = {
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_file(
    review: Review,
    path: Path,
    lang: str,
    write_sheets: Callable[[Book], None],
    *,
    of_rows: bool = False,
) -> None:
    """Write a new workbook; the same review gives the same bytes.

    write_sheets: puts the sheets into the book. of_rows: see `Book`.
    """
    with _new_file(review, path, lang, of_rows=of_rows) as book:
        write_sheets(book)
    # Sheets and cells refer to each other: without it they stay while the next file is made.
    del book
    give_back()


@contextmanager
def _new_file(review: Review, path: Path, lang: str, *, of_rows: bool) -> Iterator[Book]:
    """Open a new workbook, written when the context ends. A doubt of XlsxWriter's is an error."""
    # a search among a million cells that all stay takes a fifth of the time
    with warnings.catch_warnings(), no_collecting():
        warnings.simplefilter("error", UserWarning)
        # XlsxWriter writes into its options: a second file would look different. Its parts, many
        # times as large as the file, stand beside it until they are packed.
        options = {**deepcopy(OPTIONS), "tmpdir": str(path.parent)}
        with FastFile(str(path), options) as file:
            book = Book(file, review, lang, make_formats(file, lang), of_rows)
            set_properties(book)
            yield book


def set_properties(book: Book) -> None:
    """Set the file's properties; its date is the period's last day."""
    day = book.review.last_day
    book.file.set_properties(
        {
            "title": f"{book.text('title')} {book.review.period}",
            "comments": book.mark,
            "created": dt.datetime(day.year, day.month, day.day),
        }
    )
