"""What the first screen of the office's page says: who passes, what changed, who is on the edge."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.texts import say_count
from pipeline.report.pages.overview import Part, bar, headline_sentences, signed
from pipeline.report.pages.todo import Todo, todo
from pipeline.report.pages.views import Cell, names_of, page_of
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import exactly_at_mark
from schemas.tables import DECISIONS

SHOWN = 8


@dataclass(frozen=True)
class Counts:
    """The decisions of one quarter: its name, their numbers as text, a bar of them."""

    period: str
    text: str
    bar: Sequence[Part]


@dataclass(frozen=True)
class FirstScreen:
    """The sentences; the decisions now and in the quarter before; who is on the edge; what to do.

    edge: None if no cluster stands exactly at the pass mark.
    """

    sentences: Sequence[str]
    quarters: Sequence[Counts]
    edge: Todo | None
    todo: Sequence[Todo]


def first_screen(review: Review, words: Words) -> FirstScreen:
    """Return what the first screen says."""
    return FirstScreen(
        headline_sentences(review, words),
        quarters(review, words),
        on_the_edge(review, words),
        todo(review, words),
    )


def quarters(review: Review, words: Words) -> list[Counts]:
    """Return the decisions now, and in the latest quarter that was published before."""
    first = review.catalogues[0].id
    found = {review.period: {d: review.headline(d, first) for d in DECISIONS}}
    earlier = {d: review.quarters.headline_by_period(d, first) for d in DECISIONS}
    before = max(earlier[DECISIONS[0]], default=None)
    if before is not None:
        found[before] = {d: earlier[d].get(before, 0) for d in DECISIONS}
    certain = dict.fromkeys(DECISIONS, 0)
    return [
        Counts(
            period,
            " · ".join(f"{signed(d, words)} {words.number(n)}" for d, n in counts.items()),
            bar(counts, certain, max(sum(counts.values()), 1)),
        )
        for period, counts in found.items()
    ]


def on_the_edge(review: Review, words: Words) -> Todo | None:
    """Return the clusters that fulfil exactly as many criteria as they must."""
    catalogue = review.catalogues[0]
    decided = review.tables["decisions"].filter(pl.col("catalogue") == catalogue.id)
    ids, names = exactly_at_mark(decided, catalogue.pass_mark), names_of(review)
    if not ids:
        return None
    rest = len(ids) - SHOWN
    return Todo(
        words("on_the_edge", mark=words.number(catalogue.pass_mark)),
        "edge",
        [Cell(i, page_of(i), title=names[i]) for i in ids[:SHOWN]],
        say_count("todo", "more", rest, words.lang) if rest > 0 else "",
    )
