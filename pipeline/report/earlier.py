"""What earlier periods published: read once, for comparisons in the reports."""

from collections.abc import Mapping

import polars as pl

from pipeline.history import published
from pipeline.history.published import Publication
from pipeline.submissions.actors.status import types_where

# Tables of earlier periods by period, the oldest first.
Earlier = Mapping[str, Mapping[str, pl.DataFrame]]
TABLES = ("clusters", "conditions")
COUNTED = {"actors": ("bound", "actor_key", "sme", "actor_type"), "submissions": ("outcome",)}
COUNTS = "counts"


def read_earlier(before: published.Earlier) -> Earlier:
    """Return the tables of every earlier period; a damaged publication is passed over.

    Beside them `counts`, of the tables that are too long to carry along: see `count`.
    """
    read = {p.folder.name: before.read(p, _tables) for p in list(before.publications)}
    return {period: tables for period, tables in read.items() if tables is not None}


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    actors, submissions = (publication.table(n, *columns) for n, columns in COUNTED.items())
    tables = {name: publication.table(name) for name in TABLES}
    return tables | {COUNTS: count(actors.lazy(), submissions.lazy())}


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
