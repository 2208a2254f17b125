"""ESCA's benchmark: bound actors per full-time equivalent of the management, by cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.report.html.figures import indicator
from pipeline.report.html.views import Cell, Table, page_of
from pipeline.report.html.words import Words
from pipeline.review import Review
from schemas.tables import COHORT_KINDS

INDICATOR = "actors_per_fte"
STATISTICS = ("min", "p25", "median", "p75", "max", "pooled")
REGISTERS = {
    "technology_field": "technology_fields",
    "federal_state": "federal_states",
    "measure": "measures",
}
OPEN_BAND = "über "


@dataclass(frozen=True)
class Comparison:
    """The statistics of every kind of cohort, and who has hardly any staff."""

    tables: Sequence[Table]
    small: Sequence[Cell]


def comparison(review: Review, words: Words) -> Comparison:
    """Return the benchmark of actors per FTE."""
    own = review.tables["cohorts"].filter(pl.col("indicator") == INDICATOR)
    there = set(own["cohort_kind"])
    kinds = [k for k in COHORT_KINDS if k in there]
    tables = [_table(own.filter(pl.col("cohort_kind") == k), k, review, words) for k in kinds]
    return Comparison(tables, _small(review, words))


def _table(cohorts: pl.DataFrame, kind: str, review: Review, words: Words) -> Table:
    heads = [words.code("cohort_kind", kind), "n", *(words(f"statistic_{s}") for s in STATISTICS)]
    order = [*_bands(review), *sorted(cohorts["cohort"].to_list())]
    rows = sorted(cohorts.iter_rows(named=True), key=lambda r: order.index(r["cohort"]))
    return Table(
        words("cohort_caption", kind=words.code("cohort_kind", kind)),
        heads,
        [_row(r, kind, words) for r in rows],
        frozenset(range(1, len(heads))),
    )


def _bands(review: Review) -> list[str]:
    """Return the size bands in their order; the last one is open."""
    ends = review.settings.cohorts.size_bands
    starts = (0, *(end + 1 for end in ends))
    return [f"{a}–{b}" for a, b in zip(starts, ends, strict=False)] + [f"{OPEN_BAND}{ends[-1]}"]


def _row(row: Mapping[str, Any], kind: str, words: Words) -> list[str | Cell]:
    head = [cohort_name(kind, row["cohort"], words), words.number(row["n"])]
    if row["suppressed"]:
        blank = Cell(words("suppressed"), mark="suppressed")
        return [*head, blank, *([words("none")] * (len(STATISTICS) - 1))]
    return [*head, *(indicator(row[s], INDICATOR, words) for s in STATISTICS)]


def _small(review: Review, words: Words) -> list[Cell]:
    fte = pl.col("fte")
    rows = review.tables["clusters"].filter(fte < review.settings.cohorts.small_fte)
    return [
        Cell(words("small_fte_one", id=i, fte=words.number(f, 2)), page_of(i))
        for i, f in rows.sort("cluster_id")["cluster_id", "fte"].iter_rows()
    ]


def cohort_name(kind: str, cohort: str, words: Words) -> str:
    """Return what people read for a cohort."""
    if kind in REGISTERS:
        return words.name(REGISTERS[kind], cohort)
    if kind == "portfolio":
        return words.code("cohort_kind", kind)
    if cohort.startswith(OPEN_BAND):
        return words("open_band", n=cohort.removeprefix(OPEN_BAND))
    return cohort
