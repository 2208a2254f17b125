"""Writes the HTML report of a review: the office's index and one page per cluster."""

from pathlib import Path

from pipeline.report.html.cluster import cluster_views
from pipeline.report.html.index import index_view
from pipeline.report.html.rendering import render
from pipeline.report.html.views import page_of
from pipeline.report.html.words import Words
from pipeline.review import Review


def write_pages(review: Review, folder: Path, lang: str) -> None:
    """Write index.html and clusters/<cluster_id>.html below the folder.

    Args:
        review: the finished review.
        folder: where the report goes; made if missing.
        lang: "de" or "en".
    """
    words = Words(lang)
    _write(folder / "index.html", render("index.html.j2", words, view=index_view(review, words)))
    for view in cluster_views(review, words):
        path = folder / page_of(view.cluster_id)
        _write(path, render("cluster.html.j2", words, view=view))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
