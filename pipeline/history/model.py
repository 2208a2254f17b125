"""The published results of an earlier period, to which a review compares its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.history.state import State

# Tables of the earlier publication that a comparison needs, with the columns it cannot do without.
TABLES = {
    "clusters": "cluster_id name",
    "criteria": "catalogue cluster_id criterion_id status",
    "decisions": "catalogue cluster_id decision decision_confirmed fulfilled",
}


@dataclass(frozen=True)
class EarlierPeriod:
    """The period that changes refer to.

    period: the latest published one before. skipped: the quarters between it and this one, of which
    nothing is published. problem: why causes cannot be told (missing, damaged, older), None if they
    can. missing: the figures, indicators and causes that cannot be told or compared, see
    `missing_columns`. withdrawn: whether it was released and taken back, and no run has replaced it
    yet.
    """

    period: str
    skipped: tuple[str, ...] = ()
    problem: str | None = None
    missing: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True)
class EarlierReview:
    """An earlier period, its published TABLES, and the state of its evaluation, if readable."""

    since: EarlierPeriod
    tables: Mapping[str, pl.DataFrame]
    state: State | None = None
