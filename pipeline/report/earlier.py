"""What earlier periods published: read once, for comparisons in the reports."""

from collections.abc import Mapping

import polars as pl

from pipeline.history import published
from pipeline.history.published import Publication
from pipeline.tables.headlines import headlines

# Tables of earlier periods by period, the oldest first.
Earlier = Mapping[str, Mapping[str, pl.DataFrame]]
TABLES = ("clusters", "conditions")
MEDIANS = ("indicator", "cohort_kind", "cohort", "median")
COUNTED = {
    "actors": ("bound", "actor_key", "sme", "actor_type"),
    "submissions": ("outcome",),
    "decisions": ("catalogue", "decision", "decision_confirmed"),
}
HEADLINES = "headlines"


def read_earlier(before: published.Earlier) -> Earlier:
    """Return the tables of every earlier period; a damaged publication is passed over.

    Beside them their headline figures, also of tables that are too long to carry along.
    """
    read = {p.folder.name: before.read(p, _tables) for p in list(before.publications)}
    return {period: tables for period, tables in read.items() if tables is not None}


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    tables = {name: publication.table(name) for name in TABLES}
    tables["cohorts"] = publication.table("cohorts", *MEDIANS)
    counted = {name: publication.table(name, *columns) for name, columns in COUNTED.items()}
    return tables | {HEADLINES: headlines(counted | {"clusters": tables["clusters"]})}
