"""What templates print: tables of texts and the head that every page has."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.html.words import Words
from pipeline.review import Review


@dataclass(frozen=True)
class Cell:
    """A cell that is more than a text: linked, or coloured by a status beside its text."""

    text: str
    href: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A table: its caption, its column heads, its rows; the first cell heads its row.

    numeric: the positions of the columns that hold numbers.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Head:
    """What stands at the head of a page."""

    lang: str
    title: str
    period: str
    last_day: str
    catalogues: str
    draft: bool = True


def page_head(review: Review, title: str, words: Words) -> Head:
    """Return the head of a page; a review is a draft until it is released."""
    catalogues = ", ".join(
        words("catalogue_version", title=words.of(c.title), version=c.version)
        for c in review.catalogues
    )
    return Head(words.lang, title, review.period, words.day(review.last_day), catalogues)


def page_of(cluster_id: str) -> str:
    """Return the path of a cluster's page, from the index."""
    return f"clusters/{cluster_id}.html"
