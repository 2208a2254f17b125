"""Counts that describe the six features of a cluster; no criterion uses them.

The features: regional focus, companies of several stages, research and education, a clear field,
the value chain covered, relations and shared knowledge.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.keys import title_key_expr
from pipeline.figures.completeness import completeness
from pipeline.submissions.actors.places import GERMANY
from pipeline.submissions.actors.status import COMPANY
from schemas.properties import RESEARCH

SCIENCE = "Wissenschaft"
# Numbers of bound actors.
COUNTED = [
    *("actors", "near", "companies", "company_stages", "research", "science", "stages"),
    *("stage_known", "abroad", "country_known"),
]


@dataclass(frozen=True)
class Features:
    """What pages show of each submission; every frame has file.

    counts: COUNTED (i64), of submissions with bound actors. stages: stage, actors, see `stages`.
    completeness: see `completeness.completeness`.
    """

    counts: pl.DataFrame
    stages: pl.DataFrame
    completeness: pl.DataFrame


def features(
    offices: pl.DataFrame,
    counted: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    sheets: pl.DataFrame,
    found: pl.DataFrame,
) -> Features:
    """Return the counts and the completeness of submissions.

    counted: the actors, see `actors.count`. The other arguments: see `completeness.completeness`.
    """
    bound = counted.filter(pl.col("counts"))
    bound = bound.with_columns(stage=title_key_expr(pl.col("value_chain_stage")))
    return Features(counts(bound), stages(bound), completeness(offices, tables, sheets, found))


def counts(bound: pl.DataFrame) -> pl.DataFrame:
    """Return file and COUNTED; bound: the certainly bound actors, with the key of their stage."""
    is_company, stage = pl.col("judged_type") == COMPANY, pl.col("stage")
    found = bound.group_by("file").agg(
        actors=pl.len(),
        near=pl.col("judged_near").sum(),
        companies=is_company.sum(),
        company_stages=stage.filter(is_company).drop_nulls().n_unique(),
        research=pl.col(f"judged_{RESEARCH}").sum(),
        science=(pl.col("judged_group") == SCIENCE).sum(),
        stages=stage.drop_nulls().n_unique(),
        stage_known=stage.is_not_null().sum(),
        abroad=(~pl.col("country_bad") & (pl.col("country") != GERMANY)).sum(),
        country_known=(~pl.col("country_bad")).sum(),
    )
    return found.select("file", pl.col(COUNTED).cast(pl.Int64)).sort("file")


def stages(bound: pl.DataFrame) -> pl.DataFrame:
    """Return file, stage, actors: the stages of the value chain that bound actors name."""
    named = bound.drop_nulls("stage")
    return (
        named.group_by("file", "stage")
        .agg(actors=pl.len().cast(pl.Int64), name=pl.col("value_chain_stage").min())
        .select("file", "actors", stage="name")
        .sort("file", "actors", "stage", descending=[False, True, False])
    )
