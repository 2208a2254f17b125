"""What changed since the period before; empty if there is none.

The table `changes` (contract 2.6): catalogue, cluster_id, criterion_id, previous_status, status,
cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.report.pages.views import Cell, Table, linked, names_of
from pipeline.report.pages.words import Words
from pipeline.report.since import is_better
from pipeline.review import Review

NAME = "changes"


@dataclass(frozen=True)
class Changes:
    """How many criteria changed by which cause, and which ones."""

    summary: str
    causes: Table
    list: Table


def turned(review: Review) -> pl.DataFrame | None:
    """Return the criteria whose status changed; None without the table."""
    if NAME not in review.tables:
        return None
    return review.tables[NAME].filter(pl.col("previous_status") != pl.col("status"))


def changes(review: Review, words: Words) -> Changes | None:
    """Return the changes of the portfolio; None without an earlier period."""
    found = turned(review)
    if found is None:
        return None
    better = found.filter(is_better()).height
    summary = words(
        "changes_summary",
        all=words.number(found.height),
        better=words.number(better),
        worse=words.number(found.height - better),
    )
    return Changes(summary, _causes(found, words), _list(review, found, words))


def _causes(found: pl.DataFrame, words: Words) -> Table:
    counts = found.group_by("cause").len().sort("len", "cause", descending=[True, False])
    rows = [[cause_text(cause, words), words.number(n)] for cause, n in counts.iter_rows()]
    return Table(words("causes_caption"), [words("cause"), words("number")], rows, frozenset({1}))


def _list(review: Review, found: pl.DataFrame, words: Words) -> Table:
    names = names_of(review)
    titles = titles_of(review, words)
    ordered = found.sort("cluster_id", "catalogue", maintain_order=True)
    rows = [
        [linked(r["cluster_id"], names), *change_row(r, titles, words)]
        for r in ordered.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("cluster", "criterion", "before", "now", "cause")]
    return Table(words("changes_caption"), heads, rows, clusters=ordered["cluster_id"].to_list())


def titles_of(review: Review, words: Words) -> Mapping[tuple[str, str], str]:
    """Return the titles of criteria by catalogue and id."""
    return {
        (c.id, k.id): f"{k.id} {words.of(k.title)}" for c in review.catalogues for k in c.criteria
    }


def change_row(
    row: Mapping[str, Any], titles: Mapping[tuple[str, str], str], words: Words
) -> list[str | Cell]:
    """Return the criterion, both statuses and the cause of a change."""
    return [
        titles[row["catalogue"], row["criterion_id"]],
        *(Cell(words.code("status", row[k]), mark=row[k]) for k in ("previous_status", "status")),
        cause_text(row["cause"], words),
    ]


def cause_text(cause: str | None, words: Words) -> str:
    """Return a cause as text; unknown if the earlier publication cannot be evaluated again."""
    return words("cause_unknown") if cause is None else words.code("cause", cause)


def own_changes(
    rows: Sequence[Mapping[str, Any]], titles: Mapping[tuple[str, str], str], words: Words
) -> Table | None:
    """Return one cluster's changes; None if there are none."""
    own = [change_row(r, titles, words) for r in rows if r["previous_status"] != r["status"]]
    heads = [words(k) for k in ("criterion", "before", "now", "cause")]
    return Table(words("changes_caption"), heads, own) if own else None
