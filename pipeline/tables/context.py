"""Data for pages and letters that is not in the published tables: office, admission, features.

No criterion uses them.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.common.declared_order import declared_order
from pipeline.figures.features import COUNTED, Features
from schemas.declaration import submission

RELATIONS = ["working_structures", "internal_communication", "innovation_projects"]


def context(
    clusters: pl.DataFrame,
    own: Features,
    counted: pl.DataFrame,
    dates: pl.DataFrame,
    register: pl.DataFrame,
    reasons: pl.DataFrame,
    missing: pl.DataFrame,
) -> Mapping[str, pl.DataFrame]:
    """Return the frames that pages and letters need besides the published tables, by cluster_id.

    The frames are offices, process, features, stages, completeness, answers (contact, answer_by: to
    whom and until when a cluster answers), labels (ESCA), reasons and missing. clusters: see
    `figures.base.Portfolio`. own: of the submissions, also others. counted: see
    `features`. dates: see `admission.admission_dates`. register: see `office.Office`.
    reasons: see
    `reasons.unsigned_reasons`. missing: see `missing.missing_names`, by file.
    """
    ids = clusters.select("file", "cluster_id")
    place = declared_order("sheet_key", [sheet.key for sheet in submission().sheets])
    stages = ids.join(own.stages, on="file").drop("file")
    completeness = ids.join(own.completeness, on="file").drop("file")

    return {
        "offices": offices(clusters),
        "process": dates.join(ids, on="cluster_id", how="semi").sort("cluster_id"),
        "features": counted,
        "stages": stages.sort("cluster_id", -pl.col("actors"), "stage"),
        "labels": labels(register),
        "answers": register.select("cluster_id", "contact", "answer_by").sort("cluster_id"),
        "missing": ids.join(missing, on="file").drop("file").sort("cluster_id", "metric"),
        "reasons": reasons.sort("catalogue", "cluster_id", "criterion_id"),
        "completeness": completeness.sort("cluster_id", place),
    }


def labels(register: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, label, until of every cluster with an ESCA label."""
    known = register.drop_nulls("esca_label")
    return known.select("cluster_id", label="esca_label", until="label_until").sort("cluster_id")


def offices(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, city, latitude, longitude (WGS 84) of every office; null where unknown."""
    return clusters.select("cluster_id", "city", latitude="lat", longitude="lon").sort("cluster_id")


def features(clusters: pl.DataFrame, counts: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Return the counts behind the six features: cluster_id, actors, near, companies … (i64).

    counts: see `counts`. RELATIONS are of what is certain, null where the sheet is missing.
    """
    fields = pl.col("action_fields").list.len()
    table = clusters.select("file", "cluster_id", "technology_field", action_fields=fields)
    table = table.join(counts, on="file", how="left")
    for metric in RELATIONS:
        own = figures.filter(pl.col("metric") == metric).select("file", pl.col("low").alias(metric))
        table = table.join(own, on="file", how="left")
    whole = [c for c in table.columns if c not in ("file", "cluster_id", "technology_field")]
    table = table.with_columns(pl.col(whole).cast(pl.Int64))
    return table.with_columns(pl.col(COUNTED).fill_null(0)).drop("file").sort("cluster_id")
