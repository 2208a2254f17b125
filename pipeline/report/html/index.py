"""The office's report: one view made of its sections."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.html.comparison import Comparison, comparison
from pipeline.report.html.faults import finding_tables
from pipeline.report.html.matrix import Matrix, matrices
from pipeline.report.html.method import Method, method
from pipeline.report.html.overview import KeyFigure, Returns, key_figures, returns
from pipeline.report.html.views import Head, Table, page_head
from pipeline.report.html.words import Words
from pipeline.review import Review


@dataclass(frozen=True)
class IndexView:
    """All that the office's page prints."""

    head: Head
    figures: Sequence[KeyFigure]
    returns: Returns
    matrices: Sequence[Matrix]
    comparison: Comparison
    findings: Sequence[Table]
    method: Method


def index_view(review: Review, words: Words) -> IndexView:
    """Return the view of the office's report."""
    return IndexView(
        head=page_head(review, words("index_title", period=review.period), words),
        figures=key_figures(review, words),
        returns=returns(review, words),
        matrices=matrices(review, words),
        comparison=comparison(review, words),
        findings=finding_tables(review, words),
        method=method(review, words),
    )
