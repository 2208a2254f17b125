"""What a review reads of earlier periods: the one before, statuses at agreements, ratings."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipeline.common import periods
from pipeline.common.settings import Settings
from pipeline.evaluation.agreements import KEYS, STATUS_THEN
from pipeline.evaluation.measures import PARTICIPATION, counted_by_role
from pipeline.history.missing_columns import codes_of_unknown
from pipeline.history.model import TABLES, EarlierPeriod, EarlierReview
from pipeline.history.published import DATA, DamagedError, Earlier, Publication
from pipeline.history.standing import standing
from pipeline.history.state import State
from pipeline.history.state_files import UnusableStateError, read_state
from schemas.benchmarks import declared_indicators

MEASURE, RATINGS = "measure", "ratings"
_OF_RATINGS = (*KEYS, "counts", "valid_until")
# Ratings of an earlier period that this one has not taken over.
LEFT_BEHIND = pl.Schema(dict.fromkeys((*KEYS, "period"), pl.String()))


# ------------------------------------------------------------------------------ the period before
def read_before(earlier: Earlier, period: str, settings: Settings) -> EarlierReview | None:
    """Return what the latest earlier period published (contract 2.6); None if none can be read.

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


# --------------------------------------------------------------------------------- agreements
def statuses_when_agreed(earlier: Earlier, agreements: pl.DataFrame) -> pl.DataFrame:
    """Return THEN: the status in the latest published period that had ended when it was agreed.

    agreements: row, KEYS, agreed_on. Only the periods that are asked for are read; a damaged one is
    skipped, and the one before counts.
    """
    rows, found = agreements.drop_nulls("agreed_on"), [pl.DataFrame(schema=STATUS_THEN)]
    for publication in sorted(earlier.publications, key=lambda p: p.folder.name, reverse=True):
        ended = pl.col("agreed_on") >= periods.last_day(publication.folder.name)
        of_then = rows.filter(ended)
        if of_then.is_empty():
            continue
        statuses = earlier.read(publication, _agreed_statuses)
        if statuses is not None:
            joined = of_then.join(statuses, on=KEYS, how="left")
            found.append(joined.select(*STATUS_THEN))
            rows = rows.filter(~ended)
    return pl.concat(found)


def _agreed_statuses(publication: Publication) -> pl.DataFrame:
    columns: Mapping[str, pl.Expr] = {"status_then": pl.col("status")}
    return publication.table("criteria", *KEYS, "status").select(*KEYS, **columns)


# ------------------------------------------------------------------------------------- ratings
def ratings_left_behind(earlier: Earlier, last_day: dt.date) -> pl.DataFrame:
    """Return LEFT_BEHIND: the ratings of the latest earlier period that are valid on last_day.

    Only ratings that counted there. A damaged publication is skipped; one of version 0.1 has no
    table of ratings.
    """
    for publication in reversed(list(earlier.publications)):
        if not (publication.folder / DATA / f"{RATINGS}.parquet").exists():
            break
        ratings = earlier.read(publication, lambda one: one.table(RATINGS, *_OF_RATINGS))
        if ratings is not None:
            valid = (pl.col("valid_until") >= last_day).fill_null(value=True)
            own = ratings.filter("counts", valid)
            return own.select(KEYS).with_columns(period=pl.lit(publication.folder.name))
    return pl.DataFrame(schema=LEFT_BEHIND)


# ------------------------------------------------------------------------------------- measures
def earlier_participation(earlier: Earlier) -> pl.DataFrame:
    """Return PARTICIPATION of the earlier periods; a damaged publication is skipped."""
    read = [
        earlier.read(publication, _participation_of) for publication in list(earlier.publications)
    ]
    return pl.concat([pl.DataFrame(schema=PARTICIPATION), *(t for t in read if t is not None)])


def _participation_of(publication: Publication) -> pl.DataFrame:
    """Return PARTICIPATION of one period: every measure is a cohort of its clusters."""
    placed = publication.table("benchmarks", "cluster_id", "cohort_kind", "cohort")
    taken = placed.filter(pl.col("cohort_kind") == MEASURE)
    taken = taken.select("cluster_id", measure="cohort").unique()
    decided = publication.table("clusters", "cluster_id", "role", "decision")
    return counted_by_role(taken.join(decided, on="cluster_id"), publication.folder.name)
