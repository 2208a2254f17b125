"""The headline figures of every quarter that was published before: their course over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.history.published import DATA, Earlier, Publication
from pipeline.tables.headlines import FIGURE, decisions_by_role, headlines
from schemas.benchmarks import declared_indicators
from schemas.tables import DECISIONS

ROLES = {
    "catalogue": pl.String,
    "role": pl.String,
    **dict.fromkeys(("clusters", *DECISIONS), pl.Int64),
}
AT: Mapping[str, Any] = {"at_period": pl.String}
FIELDS: Mapping[str, Any] = {"cohort": pl.String, "n": pl.Int64, "pooled": pl.Float64}
INDICATORS: Mapping[str, Any] = {
    "cluster_id": pl.String,
    "indicator": pl.String,
    "value": pl.Float64,
}
# What the figures need of a publication. An older one may lack a table or a column: then it has no
# figures of that table.
NEEDED = {
    "submissions": ("outcome",),
    "coverage": ("expected", "state", "outdated"),
    "clusters": ("cluster_id", "technology_field", "federal_state"),
    "actors": ("bound", "actor_key", "sme", "actor_type"),
    "decisions": ("catalogue", "cluster_id", "decision", "decision_confirmed"),
    "cohorts": ("indicator", "cohort_kind", *FIELDS),
}
ROLE = "role"


@dataclass(frozen=True)
class Quarters:
    """The quarters published before, without those that are damaged.

    headlines: at_period and FIGURE, see `headlines.headlines`. roles: at_period and ROLES, see
    `headlines.decisions_by_role`. fields: at_period and FIELDS, see `fields_of`. indicators:
    at_period and INDICATORS, see `indicators_of`.
    """

    headlines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={**AT, **FIGURE}))
    roles: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={**AT, **ROLES}))
    fields: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={**AT, **FIELDS}))
    indicators: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={**AT, **INDICATORS})
    )

    def headline_by_period(self, figure: str, catalogue: str | None = None) -> dict[str, int]:
        """Return a figure by quarter, the earliest first; without those that lack it."""
        own = self.headlines.filter(
            pl.col("figure") == figure, pl.col("catalogue").eq_missing(pl.lit(catalogue, pl.String))
        )
        return dict(own.sort("at_period").select("at_period", "value").iter_rows())


def earlier_quarters(earlier: Earlier) -> Quarters:
    """Return the figures of the quarters published before; a damaged publication is skipped."""
    read = [earlier.read(publication, _figures) for publication in list(earlier.publications)]
    found = [one for one in read if one is not None]
    none = Quarters()
    return Quarters(
        pl.concat([none.headlines, *(one.headlines for one in found)]),
        pl.concat([none.roles, *(one.roles for one in found)]),
        pl.concat([none.fields, *(one.fields for one in found)]),
        pl.concat([none.indicators, *(one.indicators for one in found)]),
    )


def _figures(publication: Publication) -> Quarters:
    tables = dict(_tables(publication))
    period = pl.lit(publication.folder.name).alias("at_period")
    counted = headlines(tables).select(period, *FIGURE)
    fields = Quarters().fields
    if "cohorts" in tables:
        fields = fields_of(tables["cohorts"]).select(period, *FIELDS)
    indicators = Quarters().indicators
    if "clusters" in tables:
        indicators = indicators_of(tables["clusters"]).select(period, *INDICATORS)
    if not ({"clusters", "decisions"} <= set(tables) and ROLE in tables["clusters"].columns):
        return Quarters(counted, fields=fields, indicators=indicators)
    roles = decisions_by_role(tables).select(period, *ROLES)
    return Quarters(counted, roles, fields, indicators)


def indicators_of(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return INDICATORS: every declared indicator of each cluster that its table has."""
    known = [name for name in declared_indicators() if name in clusters.columns]
    long = clusters.select("cluster_id", *known).cast(dict.fromkeys(known, pl.Float64))
    return long.unpivot(index="cluster_id", variable_name="indicator").select(
        pl.col(name).cast(kind) for name, kind in INDICATORS.items()
    )


def fields_of(cohorts: pl.DataFrame) -> pl.DataFrame:
    """Return FIELDS: all bound actors per all FTE of each technology field, null if suppressed."""
    own = cohorts.filter(indicator="actors_per_fte", cohort_kind="technology_field")
    return own.select(pl.col(name).cast(kind) for name, kind in FIELDS.items())


def _tables(publication: Publication) -> Mapping[str, Any]:
    found = {}
    for name, columns in NEEDED.items():
        if (publication.folder / DATA / f"{name}.parquet").exists():
            table = publication.table(name)
            if set(columns) <= set(table.columns):
                found[name] = table
    return found
