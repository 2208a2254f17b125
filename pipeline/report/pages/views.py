"""What templates print: tables of texts, and the head of every page."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.report.pages.words import Words
from pipeline.review import Review


@dataclass(frozen=True)
class Cell:
    """A cell that is more than a text: linked, or coloured by a status as well as its text.

    key: by which the script sorts it, where its text does not say the order. title: the full text
    of a short one. written: the parts of its text that others wrote, see `Words.marked`.
    """

    text: str
    href: str = ""
    mark: str = ""
    key: str = ""
    title: str = ""
    written: Iterable[str] = ()


@dataclass(frozen=True)
class Table:
    """A table: its caption, its column headers, its rows; the first cell of a row is its header.

    numeric: the positions of the columns with numbers. clusters: for each row the clusters it
    concerns, for the filter; empty if rows do not concern single clusters. sortable: whether a
    reader may sort it.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    numeric: frozenset[int] = frozenset()
    clusters: Sequence[str] = ()
    sortable: bool = False


@dataclass(frozen=True)
class Head:
    """The content of a page's head; name: that of a cluster, after the title."""

    lang: str
    title: str
    period: str
    last_day: str
    catalogues: str
    draft: bool = True
    name: str = ""


def page_head(review: Review, title: str, words: Words, name: str = "") -> Head:
    """Return the head of a page; name: that of a cluster, after the title."""
    catalogues = ", ".join(
        words("catalogue_version", title=words.of(c.title), version=c.version)
        for c in review.catalogues
    )
    day = words.day(review.last_day)
    return Head(words.lang, title, review.period, day, catalogues, review.draft, name)


def source_line(review: Review, words: Words) -> str:
    """Return what stands under a picture: where its numbers are from, and of which day."""
    return words("chart_source", day=words.day(review.last_day))


def page_of(cluster_id: str) -> str:
    """Return the path of a cluster's page, from the index."""
    return f"clusters/{cluster_id}.html"


def anchor(catalogue: int, criterion_id: str) -> str:
    """Return the id of a criterion on a cluster's page; catalogues are counted from 1."""
    return f"k{catalogue}-{criterion_id}"


def names_of(review: Review) -> dict[str, str]:
    """Return the reviewed clusters' names by their id."""
    return {i: name or i for i, name in review.tables["clusters"]["cluster_id", "name"].iter_rows()}


def roles_of(review: Review, words: Words) -> dict[str, str]:
    """Return the reviewed clusters' roles by their id, in words."""
    return {
        i: words.role(role) for i, role in review.tables["clusters"]["cluster_id", "role"].rows()
    }


def linked(cluster_id: str, names: Mapping[str, str]) -> Cell:
    """Return a cluster's id and name, linked to its page."""
    return named(cluster_id, names[cluster_id], page_of(cluster_id))


def named(cluster_id: str, name: str | None, href: str = "") -> Cell:
    """Return a cluster's id and name; href: of its page, if it has one."""
    return Cell(f"{cluster_id} {name or ''}".strip(), href, written=[name] if name else ())


def theirs(text: str) -> Cell:
    """Return a text as others wrote it, in German."""
    return Cell(text, written=[text])


def titled(table: Table, title: str) -> Table:
    """Return the table with a title before its caption, so that no two captions are equal."""
    return replace(table, caption=f"{title}: {table.caption}")


def signed_status(status: str, words: Words) -> str:
    """Return a status with its sign."""
    return f"{words.code('status_sign', status)} {words.code('status', status)}"


def day_cell(day: dt.date | None, words: Words) -> Cell:
    """Return a day in a cell that sorts by it."""
    return Cell(words.day(day) if day else words("none"), key=day.isoformat() if day else "")


def decision_cell(decision: str, words: Words) -> Cell:
    """Return a decision as a badge."""
    return Cell(words.code("decision", decision), mark=decision)
