"""A cluster's way to admission, and the checklist for its application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.pages.words import Words

Row = Mapping[str, Any]
# The steps of the source in order, each with its date.
STEPS = (
    ("consultation", "consultation_on"),
    ("application", "application_on"),
    ("interview", "interview_on"),
    ("assessment", "assessed_on"),
    ("vote", "vote_on"),
)


@dataclass(frozen=True)
class Step:
    """A step: its name, what is known about it, whether it was taken."""

    title: str
    text: str
    done: bool


@dataclass(frozen=True)
class Check:
    """An item of the checklist: True is done, False is open, None is unknown."""

    sign: str
    state: str
    text: str


@dataclass(frozen=True)
class Admission:
    """Steps and checklist."""

    steps: Sequence[Step]
    checks: Sequence[Check]


def admission(process: Row, errors: int, bound: int | None, words: Words) -> Admission:
    """Return the way to admission.

    process: the cluster's row of `context.process`. errors: how many cells cannot be used. bound:
    number of its certainly bound actors, None if the sheet is missing.
    """
    checks = [
        ("check_consultation", process["consultation_on"] is not None),
        ("check_strategy", _has_strategy(process)),
        ("check_overview", bool(bound)),
        ("check_errors", errors == 0),
    ]
    steps = [_step(name, process[date], process, words) for name, date in STEPS]
    return Admission(steps, [_check(key, done, words) for key, done in checks])


def _has_strategy(process: Row) -> bool:
    dated = process["strategy_dated"]
    return dated is not None and dated <= process["as_of"]


def _step(name: str, date: Any, process: Row, words: Words) -> Step:
    text = words.day(date) if date else words("not_yet")
    vote = process["vote"] if name == "vote" else None
    if vote:
        text = words.name("votes", vote) + (f", {words.day(date)}" if date else "")
    return Step(words(f"step_{name}"), text, date is not None)


def _check(key: str, done: bool, words: Words) -> Check:
    state = "done" if done else "to_do"
    return Check(words(f"sign_{state}"), words(state), words(key))
