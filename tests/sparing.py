"""Leaves out parts of a run that a test does not look at; the whole is tested elsewhere.

Writing the reports of a small period costs more than reviewing it, and the variants and the
outlook cost more than the review itself.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import polars as pl
import pytest

from pipeline.review import Usual


def nothing(*_: object) -> None:
    """Write nothing."""


def no_books(*_: object) -> AbstractContextManager[None]:
    """Write no workbooks beside the rest."""
    return nullcontext()


def no_variants(*known: Any) -> pl.DataFrame:
    """No decision under a variant."""
    usual: Usual = known[3]
    decisions = pl.concat([v.decisions for v in usual.verdicts]).clear()
    variant, changed = pl.lit("sme_ifm"), pl.lit(value=False)
    return decisions.select("catalogue", "file", "decision", variant=variant, changed=changed)


def no_outlook(*known: Any) -> pl.DataFrame:
    """No status some months on."""
    clusters: pl.DataFrame = known[1].clusters.clear()
    texts = {name: pl.lit("") for name in ("catalogue", "criterion_id", "status")}
    return clusters.select("file", months=pl.lit(12, pl.Int64), **texts)


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
