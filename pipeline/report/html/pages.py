"""Writes the HTML report of a review: the office's index and one page per cluster."""

from pathlib import Path

from pipeline.report.html.cluster import cluster_views
from pipeline.report.html.index import index_view
from pipeline.report.html.lists import list_pages, long_tables
from pipeline.report.html.packing import given
from pipeline.report.html.rendering import render
from pipeline.report.html.views import page_of
from pipeline.report.html.words import Words
from pipeline.review import Review


def write_pages(review: Review, folder: Path, lang: str) -> None:
    """Write index.html and clusters/<cluster_id>.html below the folder.

    Tables too long for the index also stand in lists/<table>-<page>.html.

    Args:
        review: the finished review.
        folder: where the report goes; made if missing.
        lang: "de" or "en".
    """
    words = Words(lang)
    write_index(review, folder, words)
    for view in cluster_views(review, words):
        path = folder / page_of(view.cluster_id)
        _write(path, render("cluster.html.j2", words, view=view))


def write_index(review: Review, folder: Path, words: Words) -> None:
    """Write index.html and the pages of its long tables."""
    view, rules = index_view(review, words), review.settings.pages
    lists = long_tables(view, rules, words)
    data = given(view, lists, rules, words)
    _write(folder / "index.html", render("index.html.j2", words, view=view, lists=lists, data=data))
    for page in list_pages(lists, view.head, words):
        _write(folder / page.part.href, render("list.html.j2", words, view=page))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
