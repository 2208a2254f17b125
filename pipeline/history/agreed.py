"""How a criterion stood when something was agreed about it: read off the published periods."""

from collections.abc import Mapping

import polars as pl

from pipeline.common import periods
from pipeline.evaluation.agreements import KEYS, STATUS_THEN
from pipeline.history.published import Earlier, Publication


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
        statuses = earlier.read(publication, _statuses)
        if statuses is not None:
            joined = of_then.join(statuses, on=KEYS, how="left")
            found.append(joined.select(*STATUS_THEN))
            rows = rows.filter(~ended)
    return pl.concat(found)


def _statuses(publication: Publication) -> pl.DataFrame:
    columns: Mapping[str, pl.Expr] = {"status_then": pl.col("status")}
    return publication.table("criteria", *KEYS, "status").select(*KEYS, **columns)
