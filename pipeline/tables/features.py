"""The portfolio by the six features that define a cluster, as counts; no criterion uses them."""

from collections.abc import Mapping

import polars as pl

from schemas.declaration import registers

Counted = tuple[str, str, pl.Expr, pl.Expr]


def portfolio_features(counts: pl.DataFrame) -> pl.DataFrame:
    """Return feature, statement, unit, n, of (i64): how many of how many, in order of statements.

    counts: see `context.features`. unit: what is counted: actors (memberships), clusters, fields.
    of: without those of which it is not known.
    """
    columns = {"feature": pl.String, "statement": pl.String, "unit": pl.String}
    rows = [
        (feature, name, unit, *counts.select(n=n, of=of).row(0))
        for name, (feature, unit, n, of) in statements().items()
    ]
    return pl.DataFrame(rows, {**columns, "n": pl.Int64, "of": pl.Int64}, orient="row")


def statements() -> Mapping[str, Counted]:
    """Return by statement its feature, its unit, how many, of how many."""
    fields = [entry.value for entry in registers()["technology_fields"]]
    field = pl.col("technology_field")
    return {
        "near": of_actors("region", "near"),
        "abroad": of_actors("region", "abroad", "country_known"),
        "companies": of_actors("companies", "companies"),
        "company_stages": of_clusters("companies", pl.col("company_stages") > 1),
        "science": of_actors("science", "science"),
        "without_science": of_clusters("science", pl.col("science") == 0),
        "fields": (
            "field",
            "fields",
            field.filter(field.is_in(fields)).n_unique(),
            pl.lit(len(fields)),
        ),
        "stages": of_actors("chain", "stage_known"),
        "working_structures": of_clusters("relations", pl.col("working_structures") > 0),
        "internal_communication": of_clusters("relations", pl.col("internal_communication") > 0),
        "innovation_projects": of_clusters("relations", pl.col("innovation_projects") > 0),
    }


def of_actors(feature: str, counted: str, whole: str = "actors") -> Counted:
    """Return a statement about memberships of all clusters."""
    return feature, "actors", pl.col(counted).sum(), pl.col(whole).sum()


def of_clusters(feature: str, holds: pl.Expr) -> Counted:
    """Return a statement about clusters, of those of which it is known."""
    return feature, "clusters", holds.sum(), holds.count()
