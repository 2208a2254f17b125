"""Writes portfolio.xlsx: the order of its sheets, and what holds for the file as a whole."""

import datetime as dt
import gc
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter import Workbook

from pipeline.report.workbook import (
    benchmark,
    conditions,
    criteria,
    method,
    overview,
    portfolio,
    returns,
    rows,
)
from pipeline.report.workbook.assumptions import Assumptions, write_assumptions
from pipeline.report.workbook.criteria import Matrix
from pipeline.report.workbook.formats import make_formats
from pipeline.report.workbook.sheets import Book, sheet_name
from pipeline.report.workbook.views import write_views
from pipeline.report.workbook.working import Working, write_working
from pipeline.review import Review

# Texts are texts, whatever strangers wrote into their cells.
OPTIONS = {
    "in_memory": True,
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SHEETS = [
    "portfolio",
    "criteria",
    "views",
    "assumptions",
    "working",
    "conditions",
    "esca",
    "esca_cohorts",
    "indicators",
    "coverage",
    "submissions",
    "findings",
    "counts",
    "actors",
    "rows",
    "method",
    "terms",
]


def write_workbook(review: Review, path: Path, lang: str) -> None:
    """Write the comparative workbook of a review.

    Every formula carries its value, so that the file reads the same before and after Excel has
    calculated. The same review gives the same bytes. A doubt of XlsxWriter's is an error.
    """
    with warnings.catch_warnings(), no_collecting():
        warnings.simplefilter("error", UserWarning)
        with Workbook(str(path), OPTIONS) as file:
            book = Book(file, review, lang, make_formats(file, lang))
            set_properties(book)
            write_sheets(book)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep the garbage collector away from a million cells that all stay: a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def set_properties(book: Book) -> None:
    """Set the file's properties; its date is the period's last day."""
    day = book.review.last_day
    book.file.set_properties(
        {
            "title": f"{book.text('title')} {book.review.period}",
            "comments": book.text("draft"),
            "created": dt.datetime(day.year, day.month, day.day),
        }
    )


def write_sheets(book: Book) -> None:
    """Write every sheet in its order; the overview is filled last: it speaks of the others."""
    assumptions = Assumptions(book)
    working = Working(assumptions)
    matrices = [Matrix(working, catalogue) for catalogue in book.review.catalogues]
    overview.open_overview(book)
    portfolio.write_portfolio(book, matrices[0])
    for matrix in matrices:
        criteria.write_criteria(matrix)
    write_views(working)
    write_assumptions(assumptions)
    write_working(working)
    conditions.write_conditions(working)
    benchmark.write_esca(book)
    benchmark.write_cohorts(book)
    benchmark.write_indicators(book)
    returns.write_coverage(book, matrices[0])
    returns.write_submissions(book)
    returns.write_findings(book)
    rows.write_counts(book)
    rows.write_actors(book)
    rows.write_rows(book)
    method.write_method(book)
    method.write_terms(book)
    overview.write_overview(book, matrices, guide(book, matrices))


def guide(book: Book, matrices: Sequence[Matrix]) -> list[tuple[str, str]]:
    """Return every sheet but the overview with a line on what it is."""
    result = []
    for code in SHEETS:
        names = (
            [m.sheet for m in matrices]
            if code == "criteria"
            else [sheet_name(book.text(f"sheet_{code}"))]
        )
        result += [(name, book.text(f"guide_{code}")) for name in names]
    return result
