"""Finds and reads the period before: the latest earlier one that is published (contract 2.6)."""

import polars as pl

from pipeline.common import periods
from pipeline.common.settings import Settings
from pipeline.history.missing_columns import codes_of_unknown
from pipeline.history.model import TABLES, EarlierPeriod, EarlierReview
from pipeline.history.published import DATA, DamagedError, Earlier, Publication
from pipeline.history.standing import standing
from pipeline.history.state import State
from pipeline.history.state_files import UnusableStateError, read_state
from schemas.benchmarks import declared_indicators


def read_before(earlier: Earlier, period: str, settings: Settings) -> EarlierReview | None:
    """Return what the period before published; None if no earlier period can be read.

    A damaged publication is skipped.
    """
    for publication in reversed(list(earlier.publications)):
        tables = earlier.read(publication, _tables)
        if tables is not None:
            state, problem = _state(earlier, publication, settings)
            own = publication.folder.name
            skipped = _not_published(earlier, own, period)
            columns = [i for i in declared_indicators() if i not in tables["clusters"].columns]
            unknown = codes_of_unknown(state.missing) if state else ()
            unknown_codes = tuple(dict.fromkeys([*columns, *unknown]))
            withdrawn = standing(publication.record or {}).is_withdrawn
            return EarlierReview(
                EarlierPeriod(own, skipped, problem, unknown_codes, withdrawn), tables, state
            )
    return None


def _not_published(earlier: Earlier, before: str, period: str) -> tuple[str, ...]:
    """Return the quarters between two periods for which nothing is published."""
    published = {publication.folder.name for publication in earlier.all}
    return tuple(p for p in periods.between(before, period) if p not in published)


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    tables = {name: publication.table(name) for name in TABLES}
    for name, columns in TABLES.items():
        if not set(columns.split()) <= set(tables[name].columns):
            raise DamagedError(publication.folder / DATA / f"{name}.parquet")
    return tables


def _state(
    earlier: Earlier, publication: Publication, settings: Settings
) -> tuple[State | None, str | None]:
    try:
        return read_state(publication, settings), None
    except UnusableStateError as error:
        earlier.damaged += error.files
        return None, error.why
