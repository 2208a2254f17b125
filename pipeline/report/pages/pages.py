"""Makes the HTML report of a review, in batches: the office's index and one page per cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.common.stages import in_batches
from pipeline.report.pages.cluster import cluster_views
from pipeline.report.pages.dossier import dossier_of, dossier_views
from pipeline.report.pages.index import index_view
from pipeline.report.pages.lists import list_pages, long_tables
from pipeline.report.pages.packing import given
from pipeline.report.pages.rendering import render
from pipeline.report.pages.views import page_of
from pipeline.report.pages.words import Words
from pipeline.review import Review, no_wording

# A cluster's page and dossier take half a megabyte of memory until they are written.
MOST_PAGES = 50


@dataclass(frozen=True)
class PageBatch:
    """Pages to make. clusters: IDs of clusters, their pages and dossiers; None: the index."""

    review: Review
    lang: str
    clusters: Sequence[str] | None = None

    def __len__(self) -> int:
        return 1 if self.clusters is None else len(self.clusters)

    def packed(self) -> "PageBatch":
        """Return the batch for sending: only with the data that its pages need."""
        if self.clusters is None:  # only dossiers show the wording
            return replace(self, review=replace(self.review, wording=no_wording()))
        return replace(self, review=self.own)

    @property
    def own(self) -> Review:
        """The review, restricted to these clusters."""
        return of_clusters(self.review, self.clusters or ())

    def unpacked(self, folder: Path) -> "PageBatch":
        """Return the batch unchanged: it needs no files."""
        return self


def page_batches(review: Review, lang: str) -> list[PageBatch]:
    """Return the batches of the whole report. lang: "de" or "en".

    The index comes last: it takes longest, and finished pages would wait for it in memory.
    """
    clusters = review.tables["clusters"]["cluster_id"].sort().to_list()
    batches = in_batches(clusters, MOST_PAGES)
    return [*(PageBatch(review, lang, some) for some in batches), PageBatch(review, lang)]


def make_pages(batch: PageBatch) -> dict[str, str]:
    """Return the pages of a batch by their path below the report's folder."""
    words = Words(batch.lang)
    if batch.clusters is None:
        return index_pages(batch.review, words)
    own = batch.own
    views, dossiers = cluster_views(own, words), dossier_views(own, words)
    pages = {page_of(v.cluster_id): render("cluster.html.j2", words, view=v) for v in views}
    return pages | {
        dossier_of(v.cluster_id): render("dossier.html.j2", words, view=v) for v in dossiers
    }


def index_pages(review: Review, words: Words) -> dict[str, str]:
    """Return index.html, and lists/<table>-<page>.html for tables that are too long for it."""
    view, rules = index_view(review, words), review.settings.pages
    lists = long_tables(view, rules, words)
    data = given(view, lists, rules, words)
    pages = {"index.html": render("index.html.j2", words, view=view, lists=lists, data=data)}
    for page in list_pages(lists, view.head, words):
        pages[page.part.href] = render("list.html.j2", words, view=page)
    return pages


def of_clusters(review: Review, cluster_ids: Sequence[str]) -> Review:
    """Return the review with only the rows of these clusters, in every table with a cluster_id."""

    def own(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        of_these = pl.col("cluster_id").is_in(cluster_ids)
        return {
            name: table.filter(of_these) if "cluster_id" in table.columns else table
            for name, table in tables.items()
        }

    ratings = review.ratings.filter(pl.col("cluster_id").is_in(cluster_ids))
    tables, context = own(review.tables), own(review.context)
    before = review.quarters.indicators.filter(pl.col("cluster_id").is_in(cluster_ids))
    quarters = replace(review.quarters, indicators=before)
    wording = review.wording.filter(pl.col("cluster_id").is_in(cluster_ids))
    return replace(
        review,
        tables=tables,
        context=context,
        wording=wording,
        ratings=ratings,
        quarters=quarters,
    )


def write_pages(pages: Mapping[str, str], folder: Path) -> None:
    """Write pages below the report's folder."""
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
