"""Which views become ratings, and why the others do not: plain rules over frames."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipeline.common.catalogue import load, shipped
from pipeline.common.rows import Row
from pipeline.publication.adopt.reading import Views
from pipeline.submissions.office import with_catalogue

Key = tuple[str, str, str]
ADOPTED, THERE = "adopted", "there"
# a short sign, not the name of a person
SIGN = re.compile(r"\w[\w.-]{0,11}")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one view.

    code: adopted, there (the same rating exists), or why not: unreadable, no_reason, doubled,
    unknown_cluster, unknown_criterion, newer, unseen, no_sign, bad_sign; of templates see
    `template`. other: the existing rating that conflicts or is replaced, if any. by: the sign of
    the new rating. owner: the sign
    that is given for its sheet or file, if it is another one.
    """

    view: Row
    code: str
    other: Row | None = None
    by: str | None = None
    owner: str | None = None


def decide(
    views: Views, ratings: pl.DataFrame, day: dt.date, sign: str | None = None
) -> list[Outcome]:
    """Return the outcome of every view, in the order of the sheet.

    ratings: those in the office's file; day: the date of the new ones; sign: of their author,
    whatever the sheet says.
    """
    own = with_catalogue(views.views, views.catalogue).filter(
        ~pl.all_horizontal(
            pl.col(c).is_null() for c in ("cluster_id", "criterion_id", "rating", "reason")
        )
    )
    there, known = newest(ratings), newest(views.known)
    taken: set[Key] = set()
    result = []
    for view in own.iter_rows(named=True):
        by = sign or view.get("assessor") or views.sign
        outcome = signed(of_view(view, taken, there, known, day), by)
        if views.clusters and view["cluster_id"] not in views.clusters | {None}:
            outcome = Outcome(view, "unknown_cluster")
        taken.add(key_of(view))
        result.append(outcome)
    return result


def of_view(
    view: Row, taken: set[Key], there: Mapping[Key, Row], known: Mapping[Key, Row], day: dt.date
) -> Outcome:
    """Return the outcome of one view; taken: the keys of the views above it."""
    key = key_of(view)
    other = there.get(key)
    if not all([*key, view["rating"]]):
        return Outcome(view, "unreadable")
    if key in taken:
        return Outcome(view, "doubled")
    if not is_criterion(view["catalogue"], view["criterion_id"]):
        return Outcome(view, "unknown_criterion")
    if not view["reason"]:
        return Outcome(view, "no_reason")
    if other is None:
        return Outcome(view, ADOPTED)
    if rating_content(other) == rating_content(view):
        return Outcome(view, THERE, other)
    if other["rated_on"] is not None and other["rated_on"] > day:
        return Outcome(view, "newer", other)
    if full(other) != full(known.get(key)):
        return Outcome(view, "unseen", other)
    return Outcome(view, ADOPTED, other)


def signed(outcome: Outcome, by: str | None) -> Outcome:
    """Return the outcome with the sign of its author; without a valid sign it is not adopted."""
    if outcome.code != ADOPTED:
        return outcome
    if not by:
        return replace(outcome, code="no_sign")
    return replace(outcome, by=by, code=ADOPTED if SIGN.fullmatch(by) else "bad_sign")


def key_of(row: Row) -> Key:
    """Return catalogue, cluster and criterion of a row."""
    return row["catalogue"], row["cluster_id"], row["criterion_id"]


def rating_content(row: Row) -> tuple[Any, ...]:
    """Return the content of a rating."""
    return row["rating"], row["reason"]


def full(row: Row | None) -> tuple[Any, ...]:
    """Return the content of a rating with its sign and day."""
    return (*rating_content(row), row["assessor"], row["rated_on"]) if row else ()


def newest(ratings: pl.DataFrame) -> dict[Key, Row]:
    """Return the latest rating of each criterion: by date (undated is oldest), then by row.

    Rows without a rating yet are ignored.
    """
    rated = with_catalogue(ratings, "go-cluster").filter(
        pl.col("rating").is_not_null() | pl.col("reason").is_not_null()
    )
    order = rated.sort("rated_on", "row", nulls_last=False)
    return {key_of(row): row for row in order.iter_rows(named=True)}


def is_criterion(catalogue: str, criterion: str) -> bool:
    """Whether a shipped catalogue has the criterion; True for other catalogues, unknown here."""
    return catalogue not in shipped() or criterion in {c.id for c in load(catalogue).criteria}
