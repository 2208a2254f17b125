"""The stage: what became of the agreements with clusters (contract 1.4)."""

import datetime as dt

import polars as pl

from pipeline.evaluation.evaluate import FULFILLED

KEYS = ["catalogue", "cluster_id", "criterion_id"]
KEPT, RUNNING, OVERDUE = "kept", "running", "overdue"
# row: of the sheet Vereinbarungen.
THEN = {"row": pl.UInt32, "status_then": pl.String}


def followed(
    agreements: pl.DataFrame,
    criteria: pl.DataFrame,
    known: pl.DataFrame,
    then: pl.DataFrame,
    last_day: dt.date,
) -> pl.DataFrame:
    """Return every agreement with status_then, status, outcome; the order is that of the sheet.

    agreements: row, KEYS, agreement, agreed_on, due. criteria: KEYS, status of this review. known:
    catalogue, criterion_id of every catalogue: an agreement about another one is left out, it is a
    finding. then: THEN. An agreement is kept when its criterion is fulfilled; else, or without a
    review of the cluster, overdue when its term has ended before the period's last day.
    """
    rows = agreements.drop_nulls("cluster_id")
    rows = rows.join(known, on=["catalogue", "criterion_id"], how="semi")
    rows = rows.join(criteria.select(*KEYS, "status"), on=KEYS, how="left")
    rows = rows.join(then, on="row", how="left")
    kept = (pl.col("status") == FULFILLED).fill_null(value=False)
    late = (pl.col("due") < last_day).fill_null(value=False)
    outcome = (
        pl.when(kept).then(pl.lit(KEPT)).when(late).then(pl.lit(OVERDUE)).otherwise(pl.lit(RUNNING))
    )
    return rows.with_columns(outcome=outcome).sort("row")
