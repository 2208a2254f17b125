"""What earlier periods published: read once, for comparisons in the reports."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline import periods
from pipeline.actors.status import types_where

# Tables of earlier periods by period, the oldest first.
Earlier = Mapping[str, Mapping[str, pl.DataFrame]]
TABLES = ("clusters", "conditions")
COUNTED = ("actors", "submissions")
COUNTS = "counts"


def read_earlier(outputs: Path, period: str) -> Earlier:
    """Return the tables of every earlier period that is published whole.

    Beside them `counts`, of the tables that are too long to carry along: see `count`.
    """
    result = {}
    for folder in periods.published_before(outputs, period):
        paths = {n: folder / "data" / f"{n}.parquet" for n in (*TABLES, *COUNTED)}
        if all(path.is_file() for path in paths.values()):
            tables = {name: pl.read_parquet(paths[name]) for name in TABLES}
            actors, submissions = (pl.scan_parquet(paths[name]) for name in COUNTED)
            result[folder.name] = tables | {COUNTS: count(actors, submissions)}
    return result


def count(actors: pl.LazyFrame, submissions: pl.LazyFrame) -> pl.DataFrame:
    """Return one row: memberships, smes, smes_unknown, research, distinct, quarantined."""
    return pl.concat(
        [
            actors.filter("bound").select(memberships=pl.len(), **of_bound()),
            submissions.select(quarantined=(pl.col("outcome") == "quarantined").sum()),
        ],
        how="horizontal",
    ).collect()


def of_bound() -> Mapping[str, pl.Expr]:
    """Return what is counted of the memberships; an actor without a key is one of its own."""
    key, sme = pl.col("actor_key"), pl.col("sme")
    return {
        "smes": sme.sum(),
        "smes_unknown": sme.is_null().sum(),
        "research": pl.col("actor_type").is_in(types_where("rnd")).sum(),
        "distinct": key.drop_nulls().n_unique() + key.null_count(),
    }
