"""The stage: what lapses without new data, by the outlook (contract 2.6)."""

from collections.abc import Sequence

import polars as pl

from pipeline.common import periods
from pipeline.common.catalogue import Catalogue
from pipeline.evaluation.evaluate import ELIGIBLE, FULFILLED, UNDETERMINED, decision

LAPSE = {
    "catalogue": pl.String,
    "cluster_id": pl.String,
    "criterion_id": pl.String,
    "months": pl.Int64,
    "quarter": pl.String,
    "sure": pl.Boolean,
}


def lapses(
    criteria: pl.DataFrame, outlook: pl.DataFrame, clusters: pl.DataFrame, lapsed: pl.DataFrame
) -> pl.DataFrame:
    """Return the criteria (LAPSE) that are fulfilled now and will lapse, the soonest first.

    criteria, outlook, clusters, lapsed: the tables of the contract; criteria in lapsed are left
    out. months: the first months of the outlook at which it is not fulfilled. quarter: in which
    that day lies. sure: whether the outlook shows it fulfilled three months before; if not, it may
    lapse in an earlier quarter.
    """
    keys = ["catalogue", "cluster_id", "criterion_id"]
    # The table criteria is in the order of the catalogue: 4.2 before 10.1.
    places = criteria.with_row_index("place")
    now = places.filter(pl.col("status") == FULFILLED).select(*keys, "place")
    months = pl.col("months")
    now = now.join(lapsed, on=keys, how="anti")
    ahead = outlook.join(now, on=keys).sort("place", "months")
    ahead = ahead.with_columns(
        lapsed=pl.col("status") != FULFILLED, held=months.shift(1, fill_value=0).over(keys)
    )
    first = ahead.filter("lapsed").unique(keys, keep="first")
    days = clusters.select("cluster_id", "as_of")
    first = first.join(days, on="cluster_id")
    day = pl.col("as_of").dt.offset_by(pl.format("{}mo", months))
    quarter = day.map_elements(periods.of, pl.String)
    found = first.with_columns(quarter=quarter, sure=months - pl.col("held") <= 3)
    found = found.sort("months", "place")
    return found.select(pl.col(name).cast(kind) for name, kind in LAPSE.items())


def decisions_to_lapse(
    catalogues: Sequence[Catalogue], decisions: pl.DataFrame, outlook: pl.DataFrame
) -> pl.DataFrame:
    """Return the eligible clusters that will not be eligible without new data, the soonest first.

    Columns: catalogue, cluster_id, months (the first at which this is so), and of that day
    fulfilled (i64) and decision.
    """
    keys = ["catalogue", "cluster_id", "months"]
    status = pl.col("status")
    counts = outlook.group_by(keys).agg(
        fulfilled=(status == FULFILLED).sum().cast(pl.Int64),
        undetermined=(status == UNDETERMINED).sum().cast(pl.Int64),
    )
    eligible = decisions.filter(pl.col("decision") == ELIGIBLE).select("catalogue", "cluster_id")
    parts = []
    for catalogue in catalogues:
        own = counts.filter(pl.col("catalogue") == catalogue.id)
        then = decision(catalogue, pl.col("fulfilled"), pl.col("undetermined"))
        own = own.join(eligible, on=["catalogue", "cluster_id"], how="semi")
        parts.append(own.with_columns(decision=then).filter(pl.col("decision") != ELIGIBLE))
    found = pl.concat(parts).sort("catalogue", "cluster_id", "months")
    found = found.unique(["catalogue", "cluster_id"], keep="first")
    found = found.sort("months", "cluster_id", "catalogue")
    return found.select(*keys, "fulfilled", "decision")
