"""What the first screen of the office's page says: who passes, what changed, who is on the edge."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.texts import say_count
from pipeline.report.pages.overview import Part, bar, headline_sentences, sign, signed
from pipeline.report.pages.todo import Todo, todo
from pipeline.report.pages.views import Cell, names_of, page_of
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import exactly_at_mark
from schemas.tables import DECISIONS

SHOWN = 8
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Counts:
    """The decisions of one quarter: its name, their numbers as text, a bar of them."""

    period: str
    text: str
    bar: Sequence[Part]


@dataclass(frozen=True)
class FirstScreen:
    """The sentences; the decisions now and in the quarter before; certain clusters; what to do.

    lines: whose decision is another than before, who is on the edge; without those that name none.
    """

    sentences: Sequence[str]
    quarters: Sequence[Counts]
    lines: Sequence[Todo]
    todo: Sequence[Todo]


def first_screen(review: Review, words: Words) -> FirstScreen:
    """Return what the first screen says."""
    return FirstScreen(
        headline_sentences(review, words),
        quarters(review, words),
        [line for line in (decided_anew(review, words), on_the_edge(review, words)) if line],
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
            f"{NO_BREAK}· ".join(
                f"{signed(d, words)} {words.number(n)}".replace(" ", NO_BREAK)
                for d, n in counts.items()
            ),
            bar(counts, certain, max(sum(counts.values()), 1)),
        )
        for period, counts in found.items()
    ]


def decided_anew(review: Review, words: Words) -> Todo | None:
    """Return the clusters with another decision than in the quarter before, and which it is now."""
    if review.since is None:
        return None
    first = pl.col("catalogue") == review.catalogues[0].id
    found = review.tables["decision_changes"].filter(
        first, pl.col("decision") != pl.col("previous_decision")
    )
    now = dict(found.sort("cluster_id").select("cluster_id", "decision").iter_rows())
    names = names_of(review)
    entries = [
        Cell(
            f"{i}{NO_BREAK}{sign(decision, words)}",
            page_of(i),
            title=f"{names[i]}: {words.code('decision', decision)}",
        )
        for i, decision in now.items()
    ]
    return _line(words("decided_anew", period=review.since.period), "changes", entries, words)


def on_the_edge(review: Review, words: Words) -> Todo | None:
    """Return the clusters that fulfil exactly as many criteria as they must."""
    catalogue = review.catalogues[0]
    decided = review.tables["decisions"].filter(pl.col("catalogue") == catalogue.id)
    ids, names = exactly_at_mark(decided, catalogue.pass_mark), names_of(review)
    text = words("on_the_edge", mark=words.number(catalogue.pass_mark))
    return _line(text, "edge", [Cell(i, page_of(i), title=names[i]) for i in ids], words)


def _line(text: str, anchor: str, entries: Sequence[Cell], words: Words) -> Todo | None:
    """Return a line that names the first clusters, or none."""
    rest = len(entries) - SHOWN
    more = say_count("todo", "more", rest, words.lang) if rest > 0 else ""
    return Todo(text, anchor, entries[:SHOWN], more) if entries else None
