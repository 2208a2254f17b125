"""What a review knows about the period before."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.history.state import State

# Tables of the earlier publication that a comparison needs.
TABLES = ("clusters", "criteria", "decisions")


@dataclass(frozen=True)
class Since:
    """The period that changes refer to.

    period: the latest published one before. skipped: the quarters between it and this one for which
    nothing is published. trouble: why causes cannot be determined (missing, damaged, older), None
    if they can.
    """

    period: str
    skipped: tuple[str, ...] = ()
    trouble: str | None = None


@dataclass(frozen=True)
class Before:
    """What the period before published: TABLES, and the basis of its evaluation, if known."""

    since: Since
    tables: Mapping[str, pl.DataFrame]
    state: State | None = None
