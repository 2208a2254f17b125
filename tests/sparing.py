"""Leaves out parts of a run that a test does not look at; the whole is tested elsewhere.

Writing the reports of a small period costs more than reviewing it, and the variants and the
outlook cost more than the review itself. A picture costs as much as a page, a process that may die
more than a small workbook.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from tomllib import loads
from typing import Any, TypeVar

import polars as pl
import pytest
import vl_convert

from pipeline.common.sandbox import run_in_sandbox
from pipeline.figures.scenarios import Scenario

Item, Result = TypeVar("Item"), TypeVar("Result")


def nothing(*_: object) -> None:
    """Write nothing."""


def no_batches(*_: object) -> list[Sized]:
    """Make no pages, no copies."""
    return []


VARIANTS = {
    "catalogue": pl.String,
    "file": pl.UInt32,
    "variant": pl.String,
    "scenario": pl.Int32,
    "decision": pl.String,
    "changed": pl.Boolean,
}
OUTLOOK = {
    "catalogue": pl.String,
    "file": pl.UInt32,
    "criterion_id": pl.String,
    "months": pl.Int64,
    "status": pl.String,
}


def no_verdicts(*_: object) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """No decision under a variant, no status some months on or on the period's last day."""
    outlook = pl.DataFrame(schema=OUTLOOK)
    return pl.DataFrame(schema=VARIANTS), outlook, outlook.drop("months")


def no_scenarios(*_: object) -> list[Scenario]:
    """No other definitions, no later days."""
    return []


def in_this_process(
    task: Callable[[Item], Result], items: Iterable[Item], **limits: object
) -> Iterator[Result]:
    """Do to every item what a process of its own would do to it."""
    return map(task, items)


def no_picture(*_: object, **__: object) -> str:
    """Draw a blank picture: a real one takes as long as a page."""
    return '<svg class="marks" width="1" height="1" viewBox="0 0 1 1"></svg>'


@cache
def parsed(text: str) -> bytes:
    """Return what a text in TOML says, pickled."""
    return pickle.dumps(loads(text))


def parsed_once(text: str) -> dict[str, Any]:
    """Return what a text in TOML says, which nobody has changed."""
    said: dict[str, Any] = pickle.loads(parsed(text))
    return said


STEPS: dict[str, dict[str, Callable[..., object]]] = {
    "variants": {
        "pipeline.review.evaluate_scenarios": no_verdicts,
        "pipeline.figures.scenarios.scenarios": no_scenarios,
        # what such runs keep is not for whole ones
        "pipeline.publication.cache.code_version": lambda: "without scenarios",
    },
    "workbook": {"pipeline.run.write_books": nothing},
    "pages": {"pipeline.run.page_batches": no_batches},
    "copies": {"pipeline.run.feedback_batches": no_batches},
    "pictures": {"vl_convert.vegalite_to_svg": no_picture},
    "processes": {
        "pipeline.intake.worker.run_in_sandbox": in_this_process,
        "pipeline.report.feedback.write.run_in_sandbox": in_this_process,
        "pipeline.publication.release.forms.run_in_sandbox": in_this_process,
    },
    # What a user's process does once, and that of the tests would do for every run.
    "repetitions": {
        "tomllib.loads": parsed_once,
        "pipeline.publication.record.version": cache(version),
    },
}
REPORTS = ("workbook", "pages", "copies")
ALL = ("variants", *REPORTS)
# Left out in all tests but those that ask for them.
SELDOM = ("pictures", "processes", "repetitions")


@contextmanager
def sparing(*parts: str) -> Iterator[None]:
    """Leave out these parts (of STEPS) while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        for part in parts:
            for place, stand_in in STEPS[part].items():
                patch.setattr(place, stand_in)
        yield


@contextmanager
def real_processes() -> Iterator[None]:
    """Let processes of their own read, mark and fill while the block runs, as they do for users."""
    with pytest.MonkeyPatch.context() as patch:
        for place in STEPS["processes"]:
            patch.setattr(place, run_in_sandbox)
        yield


@contextmanager
def real_pictures() -> Iterator[None]:
    """Let pictures be drawn while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        for place in STEPS["pictures"]:
            patch.setattr(place, vl_convert.vl_convert.vegalite_to_svg)
        yield
