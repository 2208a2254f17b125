"""Who pays for the clusters' management, and who joins and leaves: by cluster and by cohort.

Made from the published tables (contract, section 3); a report only shows it.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.common.declared_order import declared_order
from pipeline.common.settings import Settings
from pipeline.evaluation.benchmark import band_labels
from schemas.benchmarks import declared_cohort_kinds

# Beside each source of public money: the cluster's own funds, and what is neither.
OWN, OTHER = "own", "other"
TOTAL, PUBLIC = "total", "public_share"
MOVED = ("joined_12m", "left_12m")


def payers(settings: Settings) -> list[str]:
    """Return who may pay: the public sources one by one, own funds, others."""
    return [*settings.funding.public_sources, OWN, OTHER]


def of_clusters(tables: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """Return what each cluster is paid by whom, and who joined or left it.

    cluster_id, joined_12m, left_12m, public_share, total and a column for each of `payers` (EUR);
    amounts are null where the share of public money is unknown.
    """
    rules, every = settings.funding, payers(settings)
    source = pl.col("source")
    payer = (
        pl.when(source.is_in(list(rules.own_sources)))
        .then(pl.lit(OWN))
        .when(source.is_in(list(rules.public_sources)))
        .then(source)
        .otherwise(pl.lit(OTHER))
    )
    known = tables["clusters"].drop_nulls(PUBLIC).select("cluster_id")
    money = tables["funding"].join(known, on="cluster_id", how="semi")
    wide = money.group_by("cluster_id").agg(
        pl.col("amount_eur").filter(payer == one).sum().alias(one) for one in every
    )
    wide = wide.with_columns(pl.sum_horizontal(every).alias(TOTAL))
    own = tables["clusters"].select("cluster_id", *MOVED, PUBLIC)
    return own.join(wide, on="cluster_id", how="left").sort("cluster_id")


def of_cohorts(tables: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """Return the sums of every cohort: who pays, and how many members joined and left.

    cohort_kind, cohort, clusters, joined_12m, left_12m, n (clusters whose money is known), total,
    payers (EUR), public_share (of the total). Sums over fewer clusters than the minimum are null.
    """
    every, least = payers(settings), settings.cohorts.minimum
    placed = tables["benchmarks"].filter(pl.col("indicator") == "actors")
    placed = placed.select("cluster_id", "cohort_kind", "cohort")
    sums = [*MOVED, TOTAL, *every]
    found = (
        placed.join(of_clusters(tables, settings), on="cluster_id")
        .group_by("cohort_kind", "cohort")
        .agg(
            pl.col(sums).sum(),
            clusters=pl.len().cast(pl.Int64),
            n=pl.col(TOTAL).count().cast(pl.Int64),
        )
    )
    enough = {name: "clusters" if name in MOVED else "n" for name in sums}
    found = found.with_columns(
        pl.when(pl.col(n) >= least).then(name).alias(name) for name, n in enough.items()
    )
    public = pl.sum_horizontal(settings.funding.public_sources)
    found = found.with_columns(
        pl.when(pl.col(TOTAL) > 0).then(public / pl.col(TOTAL)).alias(PUBLIC)
    )
    columns = ["cohort_kind", "cohort", "clusters", *MOVED, "n", TOTAL, *every, PUBLIC]
    return found.select(columns).sort(*in_order(settings), "cohort")


def in_order(settings: Settings) -> Sequence[pl.Expr]:
    """Return the sort keys of cohorts: their kinds as declared, size bands by size."""
    labels = band_labels(settings.cohorts)
    band = pl.col("cohort").replace_strict(labels, range(len(labels)), default=0)
    return [declared_order("cohort_kind", declared_cohort_kinds()), band]
