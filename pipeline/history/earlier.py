"""Finds and reads the period before: the latest earlier one that is published (contract 2.6)."""

import polars as pl

from pipeline.common import periods
from pipeline.common.settings import Settings
from pipeline.history.model import TABLES, Before, Since
from pipeline.history.published import Earlier, Publication
from pipeline.history.state import State
from pipeline.history.state_files import StateTroubleError, read_state


def read_before(earlier: Earlier, period: str, settings: Settings) -> Before | None:
    """Return what the period before published; None if no earlier period can be read.

    A damaged publication is skipped.
    """
    for publication in reversed(list(earlier.publications)):
        tables = earlier.read(publication, _tables)
        if tables is not None:
            state, trouble = _state(earlier, publication, settings)
            own = publication.folder.name
            return Before(Since(own, _not_published(earlier, own, period), trouble), tables, state)
    return None


def _not_published(earlier: Earlier, before: str, period: str) -> tuple[str, ...]:
    """Return the quarters between two periods for which nothing is published."""
    published = {publication.folder.name for publication in earlier.all}
    return tuple(p for p in periods.between(before, period) if p not in published)


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    return {name: publication.table(name) for name in TABLES}


def _state(
    earlier: Earlier, publication: Publication, settings: Settings
) -> tuple[State | None, str | None]:
    try:
        return read_state(publication, settings), None
    except StateTroubleError as error:
        earlier.damaged += error.files
        return None, error.why
