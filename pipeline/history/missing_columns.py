"""What is unknown where an earlier publication, of another version, lacks a column.

The column counts as unknown. A figure needs it if `metrics.toml` lists its cell under `reads`.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from pipeline.common.catalogue import Catalogue, Condition, metrics
from schemas.benchmarks import declared_indicators
from schemas.properties import properties

# A column of a table of a state.
Column = tuple[str, str]
MASTER = "master_data"
# Columns without which nothing about a cluster is known.
NEEDED = frozenset({("clusters", "file"), ("clusters", "cluster_id")})
# The cells of columns that have another name than their cell; None: no figure needs the column.
CELLS: dict[Column, str | None] = {
    ("clusters", "lat"): "latitude",
    ("clusters", "measures"): None,
    ("actors", "distance_km"): "latitude",
    ("actors", "office_lat"): "latitude",
    ("actors", "sme"): "sme_stated",
    ("actors", "sme_ifm"): None,
    ("actors", "actor_group"): "actor_type",
    **{("actors", key): one.field for key, one in properties().items()},
}
REFERENCE, ASSESSMENT = "reference", "assessment"


def figures_of(missing: Sequence[Column]) -> list[str]:
    """Return the figures that need one of the columns, in the order of `metrics.toml`."""
    return [key for key, m in metrics().items() if any(_needs(m.reads, *c) for c in missing)]


def _needs(reads: Sequence[str], table: str, column: str) -> bool:
    """Whether a figure that reads these cells (sheet.field) needs a column.

    Every figure that reads the sheet needs a column without a cell, such as the number of the row.
    """
    if table == "sheets":
        return any(not cell.startswith(f"{MASTER}.") for cell in reads)
    sheet = MASTER if table == "clusters" else table
    field = CELLS.get((table, column), column.removesuffix("_bad"))
    every = {cell for m in metrics().values() for cell in m.reads}
    if field is None or f"{sheet}.{field}" in every:
        return f"{sheet}.{field}" in reads
    return any(cell.startswith(f"{sheet}.") for cell in reads)


def indicators_of(figures: Sequence[str]) -> list[str]:
    """Return the indicators that are made from the figures."""
    declared = declared_indicators()
    own = {key for key, one in declared.items() if one.figure in figures}
    return [k for k, one in declared.items() if own & {k, one.numerator, one.denominator}]


def criteria_of(missing: Sequence[Column], catalogues: Sequence[Catalogue]) -> pl.DataFrame:
    """Return catalogue, criterion_id of the criteria that need one of the columns."""
    figures = figures_of(missing)

    def needs(condition: Condition) -> bool:
        if condition.metric.key in figures:
            return True
        if condition.threshold is None and any(table == "reference" for table, _ in missing):
            return True
        by_field = condition.threshold_by_technology_field
        return bool(by_field) and ("clusters", "technology_field") in missing

    rows = [(c.id, k.id) for c in catalogues for k in c.criteria if any(map(needs, k.conditions))]
    return pl.DataFrame(rows, dict.fromkeys(("catalogue", "criterion_id"), pl.String), orient="row")


def possibly_rated(
    missing: Sequence[Column], criteria: pl.DataFrame, ratings: pl.DataFrame
) -> pl.DataFrame:
    """Return the criteria that a rating decided or may have decided, where that is unknown.

    It is unknown if a column of ratings is missing, or as_of, on which their validity depends;
    otherwise the result is empty. criteria: catalogue, cluster_id, criterion_id and more.
    """
    unknown = {column for table, column in missing if table == "ratings"}
    if not unknown and ("clusters", "as_of") not in missing:
        return criteria.clear()
    keys = [k for k in ("catalogue", "cluster_id", "criterion_id") if k not in unknown]
    if not keys:
        return criteria if ratings.height else criteria.clear()
    return criteria.join(ratings, on=keys, how="semi")


def codes_of_unknown(missing: Sequence[Column]) -> Iterator[str]:
    """Yield the keys of the figures and causes that are unknown."""
    yield from figures_of(missing)
    tables = {table for table, _ in missing}
    if REFERENCE in tables:
        yield REFERENCE
    if "ratings" in tables:
        yield ASSESSMENT
