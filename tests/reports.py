"""Writes parts of a publication here, without a run."""

from pathlib import Path

from pipeline.report.pages.pages import make_pages, page_batches, write_pages
from pipeline.review import Review


def write_report(review: Review, folder: Path, lang: str) -> None:
    """Write the HTML report of a review."""
    for batch in page_batches(review, lang):
        write_pages(make_pages(batch), folder)
