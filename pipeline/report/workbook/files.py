"""A file under construction: its options, its properties, and the way it is written."""

import datetime as dt
import warnings
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from xlsxwriter import Workbook

from pipeline.report.workbook.formats import make_formats
from pipeline.report.workbook.sheets import Book
from pipeline.review import Review

# A text of a submission stays a text, also where it looks like a formula or a link.
OPTIONS = {
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_file(review: Review, path: Path, lang: str, write_sheets: Callable[[Book], None]) -> None:
    """Write a new workbook; the same review gives the same bytes.

    write_sheets: adds the sheets to the book. A warning of XlsxWriter is an error.
    """
    # XlsxWriter changes its options: a second file would look different. Its parts, many times as
    # large as the file, are stored beside it until they are packed.
    options = {**deepcopy(OPTIONS), "tmpdir": str(path.parent)}
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with Workbook(str(path), options) as file:
            book = Book(file, review, lang, make_formats(file, lang))
            set_properties(book)
            write_sheets(book)


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
