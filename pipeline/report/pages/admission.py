"""The way to admission: of one cluster with its checklist, and the office's list of who waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.rows import Row
from pipeline.evaluation.admission import NOT_YET, STEPS
from pipeline.evaluation.admission import Step as Taken
from pipeline.report.pages.views import (
    Cell,
    Table,
    day_cell,
    decision_cell,
    linked,
    named,
    names_of,
)
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.tables import CHECKLIST


@dataclass(frozen=True)
class Step:
    """A step: its name, what is known about it, whether it was taken."""

    title: str
    text: str
    done: bool


@dataclass(frozen=True)
class Check:
    """An item of the checklist: whether it is there."""

    sign: str
    state: str
    text: str


@dataclass(frozen=True)
class Admission:
    """Steps, and the checklist of a cluster that applies."""

    steps: Sequence[Step]
    checks: Sequence[Check]


# ------------------------------------------------------------------------------ of one cluster
def admission(process: Row, applies: Row | None, errors: int, words: Words) -> Admission:
    """Return the way to admission as the cluster may see it.

    process: the cluster's row of `context.process`, with informed: whether it knows the votes;
    before, the page does not show whether there are any. applies: its row of the table admission,
    if it has one. errors: how many cells cannot be used.
    """
    steps = [_step(step, process, words) for step in STEPS]
    if applies is None:
        return Admission(steps, [])
    checks = [
        _check(words.code("checklist", code), code not in applies["missing"], words)
        for code in CHECKLIST
    ]
    return Admission(steps, [*checks, _check(words("check_errors"), errors == 0, words)])


def _step(step: Taken, process: Row, words: Words) -> Step:
    title = words.code("admission_step", step.code)
    day, word = process[step.day], process[step.word] if step.word else None
    if step.word:
        if not process["informed"]:
            return Step(title, words("not_told"), done=False)
        if word in (None, NOT_YET):
            return Step(title, words("not_yet"), done=False)
        texts = [words.name("votes", word), *([words.day(day)] if day else [])]
        return Step(title, ", ".join(texts), done=True)
    return Step(title, words.day(day) if day else words("not_yet"), done=day is not None)


def _check(text: str, done: bool, words: Words) -> Check:
    state = "done" if done else "to_do"
    return Check(words(f"sign_{state}"), words(state), text)


# ---------------------------------------------------------------------------------- the office
@dataclass(frozen=True)
class Waiting:
    """Who stands where: a sentence about what counts, and the list, what is overdue first."""

    note: str
    table: Table


def waiting(review: Review, words: Words) -> Waiting | None:
    """Return the office's list; None if nobody applies."""
    table = review.tables["admission"]
    if table.is_empty():
        return None
    order = ["overdue", "days", "cluster_id"]
    table = table.sort(order, descending=[True, True, False], nulls_last=True)
    names, rules = names_of(review), review.settings.admission
    note = words(
        "admission_note",
        day=words.day(review.last_day),
        months=rules.strategy_months,
        application=rules.application_days,
        interview=rules.interview_days,
        opinion=rules.opinion_days,
        votes=rules.votes_days,
        decision=rules.decision_days,
    )
    heads = ["cluster", "role", "next_step", "since", "days", "overdue", "missing_yet"]
    titles = [words(k) for k in (*heads, "soft_unrated", "decision")]
    titles += [words.code("admission_step", step.code) for step in STEPS if step.word]
    rows = [_waiting_row(r, names, words) for r in table.iter_rows(named=True)]
    ids = table["cluster_id"].to_list()
    caption = words("admission_caption", n=words.number(table.filter(pl.col("overdue")).height))
    return Waiting(note, Table(caption, titles, rows, frozenset({4, 7}), ids, sortable=True))


def _waiting_row(row: Row, names: Mapping[str, str], words: Words) -> list[str | Cell]:
    cluster_id, step = row["cluster_id"], row["next_step"]
    known = cluster_id in names
    order = [own.code for own in STEPS].index(step) if step else len(STEPS)
    return [
        linked(cluster_id, names) if known else named(cluster_id, row["name"]),
        words.role(row["role"]),
        Cell(words.code("admission_step", step) if step else words("decided"), key=str(order)),
        day_cell(row["since"], words),
        _number(row["days"], words),
        Cell(words("overdue"), mark="not_eligible") if row["overdue"] else "",
        "; ".join(words.code("checklist", code) for code in row["missing"]),
        _number(row["soft_unrated"], words),
        decision_cell(row["decision"], words) if row["decision"] else words("not_reviewed"),
        *(_vote(row[own.word], row[own.day], words) for own in STEPS if own.word),
    ]


def _number(value: int | None, words: Words) -> str | Cell:
    return words("none") if value is None else Cell(words.number(value), key=str(value))


def _vote(word: str | None, day: Any, words: Words) -> str:
    texts = [words.name("votes", word) if word else "", words.day(day) if day else ""]
    return ", ".join(filter(None, texts)) or words("none")
