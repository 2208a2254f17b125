"""The initial content of the sheet Vergleich, and its layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.evaluation.benchmark import ALL
from pipeline.report.workbook.benchmark import ESCA
from pipeline.report.workbook.sheets import Book

# rows (from 0) of the table's header and of the chart's data; the selected indicator
TOP, DATA = 6, 34
INDICATOR = "$B$5"


@dataclass(frozen=True)
class Choice:
    """The initial selection: a cluster that has the ESCA figure, if any."""

    book: Book

    @cached_property
    def cluster(self) -> Mapping[str, Any]:
        """The cluster's row."""
        rows = self.book.table("clusters")
        known = rows.filter(pl.col(ESCA).is_not_null())
        return (known if known.height else rows).row(0, named=True)

    def cohort(self, kind: str) -> str | None:
        """Return the cluster's cohort of a kind."""
        name: str | None = ALL if kind == "portfolio" else self.cluster[kind]
        return name

    def statistics(self, kind: str) -> Mapping[str, Any]:
        """Return the statistics of the cluster's cohort of a kind; n is 0 if it has none."""
        rows = self.book.table("cohorts").filter(
            (pl.col("indicator") == ESCA)
            & (pl.col("cohort_kind") == kind)
            & (pl.col("cohort") == (self.cohort(kind) or ""))
        )
        return rows.row(0, named=True) if rows.height else {"n": 0, "suppressed": True}

    def rank(self, kind: str) -> float | None:
        """Return the cluster's percentile rank in its cohort of a kind."""
        rows = self.book.table("benchmarks").filter(
            (pl.col("cluster_id") == self.cluster["cluster_id"])
            & (pl.col("indicator") == ESCA)
            & (pl.col("cohort_kind") == kind)
        )
        rank: float | None = rows["percentile_rank"][0] if rows.height else None
        return rank
