"""Leaves out parts of a run that a test does not look at; the whole is tested elsewhere.

Writing the reports of a small period costs more than reviewing it, and the variants and the
outlook cost more than the review itself.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import polars as pl
import pytest


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


def no_variants(*_: object) -> pl.DataFrame:
    """No decision under a variant."""
    return pl.DataFrame(schema=VARIANTS)


def no_outlook(*_: object) -> pl.DataFrame:
    """No status some months on."""
    return pl.DataFrame(schema=OUTLOOK)


STEPS: dict[str, dict[str, Callable[..., object]]] = {
    "variants": {
        "pipeline.review.robustness": no_variants,
        "pipeline.review.outlook": no_outlook,
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
