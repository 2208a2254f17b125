"""Leaves out parts of a run that a test does not look at; the whole is tested elsewhere.

Writing the reports of a small period costs more than reviewing it, and the variants and the
outlook cost more than the review itself.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import polars as pl
import pytest

from pipeline.measures.variants import CASES


def nothing(*_: object) -> None:
    """Write nothing."""


def no_books(*_: object) -> AbstractContextManager[None]:
    """Write no workbooks beside the rest."""
    return nullcontext()


VARIANTS = {
    "catalogue": pl.String,
    "file": pl.UInt32,
    "variant": pl.String,
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


def nothing_otherwise(*_: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """No decision under a variant, no status some months on."""
    return pl.DataFrame(schema=VARIANTS), pl.DataFrame(schema=OUTLOOK)


def no_cases(*_: object) -> pl.DataFrame:
    """No figures with one thing otherwise."""
    return pl.DataFrame(schema=CASES)


STEPS: dict[str, dict[str, Callable[..., object]]] = {
    "variants": {
        "pipeline.review.otherwise": nothing_otherwise,
        "pipeline.measures.variants.cases_of": no_cases,
        # what such runs remember is not for whole ones
        "pipeline.recall.cases_of": no_cases,
    },
    "workbook": {"pipeline.run.books_apart": no_books},
    "pages": {"pipeline.run.write_pages": nothing},
    "copies": {"pipeline.run.write_feedback": nothing},
}
REPORTS = ("workbook", "pages", "copies")
ALL = tuple(STEPS)


@contextmanager
def sparing(*parts: str) -> Iterator[None]:
    """Leave out these parts (of STEPS) while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        for part in parts:
            for place, stand_in in STEPS[part].items():
                patch.setattr(place, stand_in)
        yield
