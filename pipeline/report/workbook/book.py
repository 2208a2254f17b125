"""Writes portfolio.xlsx: the order of its sheets, and the settings of the whole file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from pipeline.report.earlier import Earlier
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
from pipeline.report.workbook.admission import write_admission
from pipeline.report.workbook.agreements import write_agreements
from pipeline.report.workbook.assessments import write_ratings
from pipeline.report.workbook.assumptions import Assumptions, write_assumptions
from pipeline.report.workbook.changes import write_changes
from pipeline.report.workbook.compare import write_compare
from pipeline.report.workbook.complete import write_completeness
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.indicator_changes import write_indicator_changes
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.measures import write_measures
from pipeline.report.workbook.money import write_payer_cohorts, write_payers
from pipeline.report.workbook.sheets import Book, sheet_name
from pipeline.report.workbook.views import write_views
from pipeline.report.workbook.wording import has_wording, write_wording
from pipeline.report.workbook.working import Working
from pipeline.report.workbook.working_sheet import write_working
from pipeline.review import Review
from schemas.benchmarks import declared_indicators

SHEETS = [
    "portfolio",
    "criteria",
    "changes",
    "indicator_changes",
    "views",
    "assumptions",
    "working",
    "conditions",
    "assessments",
    "wording",
    "esca",
    "compare",
    "esca_cohorts",
    "indicators",
    "admission",
    "agreements",
    "payers",
    "payer_cohorts",
    "measures",
    "coverage",
    "submissions",
    "findings",
    "completeness",
    "counts",
    "actors",
    "rows",
    "method",
    "terms",
]
# Only with an earlier period.
OF_CHANGES = ("changes", "indicator_changes")
# Only if they are not too many.
OF_ROWS, OF_WORDING = ("actors", "rows"), ("wording",)


def write_workbook(
    review: Review, path: Path, lang: str, earlier: Earlier = MappingProxyType({})
) -> None:
    """Write the comparative workbook of a review.

    Every formula has a stored value, so that the file shows the same before and after Excel has
    calculated. earlier: what earlier periods published.
    """
    write_file(review, path, lang, partial(write_sheets, earlier=earlier))


def write_sheets(book: Book, earlier: Earlier) -> None:
    """Write every sheet in its order; the overview is filled last: it refers to the others."""
    assumptions = Assumptions(book)
    working = Working(assumptions)
    matrices = [Matrix(working, catalogue) for catalogue in book.review.catalogues]
    overview.open_overview(book)
    portfolio.write_portfolio(book, matrices[0], earlier)
    for matrix in matrices:
        criteria.write_criteria(matrix)
    write_changes(book, matrices)
    write_indicator_changes(book)
    write_views(working)
    write_assumptions(assumptions)
    write_working(working)
    conditions.write_conditions(working)
    write_ratings(book, earlier)
    if has_wording(book):
        write_wording(book)
    benchmark.write_esca(book)
    write_compare(working)
    benchmark.write_cohorts(book)
    benchmark.write_indicators(book)
    write_admission(book, matrices[0])
    write_agreements(book)
    write_payers(book)
    write_payer_cohorts(book)
    write_measures(book)
    returns.write_coverage(book, matrices[0])
    returns.write_submissions(book)
    returns.write_findings(book)
    write_completeness(book)
    rows.write_counts(book)
    if book.has_rows:
        rows.write_actors(book)
        rows.write_rows(book)
    method.write_method(book)
    method.write_terms(book)
    overview.write_overview(book, matrices, guide(book, matrices), earlier)


def guide(book: Book, matrices: Sequence[Matrix]) -> list[tuple[str, str]]:
    """Return every sheet except the overview, with a line about it."""
    result = []
    absent = (() if book.review.since is not None else OF_CHANGES) + (
        () if book.has_rows else OF_ROWS
    )
    absent += () if has_wording(book) else OF_WORDING
    # Sheets whose line says where the rows are that the file has no room for.
    short = {"counts": not book.has_rows, "assessments": not has_wording(book)}
    there = [code for code in SHEETS if code not in absent]
    for code in there:
        names = (
            [m.sheet for m in matrices]
            if code == "criteria"
            else [sheet_name(book.text(f"sheet_{code}"))]
        )
        apart = "_apart" if short.get(code) else ""
        said = book.text(f"guide_{code}{apart}", number=len(declared_indicators()))
        result += [(name, said) for name in names]
    return result
