"""The stage: the outcome of each agreement with a cluster (contract 1.4)."""

import datetime as dt

import polars as pl

from pipeline.evaluation.evaluate import FULFILLED

KEYS = ["catalogue", "cluster_id", "criterion_id"]
KEPT, RUNNING, OVERDUE = "kept", "running", "overdue"
# row: in the sheet Vereinbarungen. status_then: of the criterion when the agreement was made.
STATUS_THEN = {"row": pl.UInt32, "status_then": pl.String}


def agreement_outcomes(
    agreements: pl.DataFrame,
    criteria: pl.DataFrame,
    known: pl.DataFrame,
    then: pl.DataFrame,
    last_day: dt.date,
) -> pl.DataFrame:
    """Return every agreement with status_then, status, outcome, in the order of the sheet.

    agreements: row, KEYS, agreement, agreed_on, due. criteria: KEYS, status in this review. known:
    catalogue, criterion_id of every catalogue; agreements about others are left out here, they are
    findings. then: STATUS_THEN. last_day: of the period.

    An agreement is kept if its criterion is fulfilled. Otherwise, also if the cluster is not
    reviewed, it is overdue if its term ended before last_day, else running.
    """
    rows = agreements.drop_nulls("cluster_id")
    rows = rows.join(known, on=["catalogue", "criterion_id"], how="semi")
    rows = rows.join(criteria.select(*KEYS, "status"), on=KEYS, how="left")
    rows = rows.join(then, on="row", how="left")
    is_fulfilled = (pl.col("status") == FULFILLED).fill_null(value=False)
    late = (pl.col("due") < last_day).fill_null(value=False)
    outcome = (
        pl.when(is_fulfilled)
        .then(pl.lit(KEPT))
        .when(late)
        .then(pl.lit(OVERDUE))
        .otherwise(pl.lit(RUNNING))
    )
    return rows.with_columns(outcome=outcome).sort("row")
