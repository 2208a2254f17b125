"""What pages tell of a cluster besides the published tables: its office, admission and features.

The six features that define a cluster (regional focus, companies of several stages, research and
education, a clear field, the value chain covered, relations and shared knowledge) are described by
counts; nothing is judged by them.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.actors.status import COMPANY
from pipeline.keys import title_key_expr
from pipeline.measures.base import Portfolio
from pipeline.tables.completeness import completeness

STEPS = ["consultation_on", "application_on", "interview_on", "assessed_on", "vote", "voted_on"]
RELATIONS = ["working_structures", "internal_communication", "innovation_projects"]
SCIENCE = "Wissenschaft"


def context(
    portfolio: Portfolio,
    counted: pl.DataFrame,
    figures: pl.DataFrame,
    register: pl.DataFrame,
    found: pl.DataFrame,
) -> Mapping[str, pl.DataFrame]:
    """Return the frames offices, process, features, stages and completeness, by cluster_id.

    counted: the actors, see `actors.count`. figures: see `measures.base.FIGURES`. register: the
    office's register. found: every finding about the submissions' cells.
    """
    bound = _bound(portfolio, counted)
    return {
        "offices": offices(portfolio.clusters),
        "process": process(portfolio.clusters, register),
        "features": features(portfolio.clusters, bound, figures),
        "stages": stages(bound),
        "completeness": completeness(portfolio, found),
    }


def offices(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, city, latitude, longitude (WGS 84) of every office; null where unknown."""
    return clusters.select("cluster_id", "city", latitude="lat", longitude="lon").sort("cluster_id")


def process(clusters: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return each cluster's way to admission: cluster_id, STEPS, strategy_dated, as_of.

    The office's register wins over the dates in the submission.
    """
    own = clusters.select(
        "cluster_id", "strategy_dated", "as_of", sent="consultation_on", applied="application_on"
    )
    known = register.select("cluster_id", *STEPS)
    both = own.join(known, on="cluster_id", how="left")
    return both.select(
        "cluster_id",
        pl.coalesce("consultation_on", "sent"),
        pl.coalesce("application_on", "applied"),
        *STEPS[2:],
        "strategy_dated",
        "as_of",
    ).sort("cluster_id")


def features(clusters: pl.DataFrame, bound: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Return the counts behind the six features: cluster_id, actors, near, companies … (i64).

    bound: the certainly bound actors, with cluster_id and stage. RELATIONS are of what is certain,
    null where the sheet is missing.
    """
    is_company, stage = pl.col("judged_type") == COMPANY, pl.col("stage")
    counts = bound.group_by("cluster_id").agg(
        actors=pl.len(),
        near=pl.col("judged_near").sum(),
        companies=is_company.sum(),
        company_stages=stage.filter(is_company).drop_nulls().n_unique(),
        research=pl.col("judged_rnd").sum(),
        science=(pl.col("judged_group") == SCIENCE).sum(),
        stages=stage.drop_nulls().n_unique(),
        stage_known=stage.is_not_null().sum(),
    )
    fields = pl.col("action_fields").list.len()
    table = clusters.select("file", "cluster_id", "technology_field", action_fields=fields)
    table = table.join(counts, on="cluster_id", how="left")
    for metric in RELATIONS:
        own = figures.filter(pl.col("metric") == metric).select("file", pl.col("low").alias(metric))
        table = table.join(own, on="file", how="left")
    whole = [c for c in table.columns if c not in ("file", "cluster_id", "technology_field")]
    zero = [c for c in counts.columns if c != "cluster_id"]
    table = table.with_columns(pl.col(whole).cast(pl.Int64)).with_columns(pl.col(zero).fill_null(0))
    return table.drop("file").sort("cluster_id")


def stages(bound: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, stage, actors: the stages of the value chain that bound actors name."""
    named = bound.drop_nulls("stage")
    return (
        named.group_by("cluster_id", "stage")
        .agg(actors=pl.len().cast(pl.Int64), name=pl.col("value_chain_stage").min())
        .select("cluster_id", "actors", stage="name")
        .sort("cluster_id", "actors", "stage", descending=[False, True, False])
    )


def _bound(portfolio: Portfolio, counted: pl.DataFrame) -> pl.DataFrame:
    """Return the certainly bound actors with cluster_id and the key of their stage."""
    ids = portfolio.clusters.select("file", "cluster_id")
    own = counted.filter(pl.col("counts")).join(ids, on="file", maintain_order="left")
    return own.with_columns(stage=title_key_expr(pl.col("value_chain_stage")))
