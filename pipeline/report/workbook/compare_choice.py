"""The initial content of the block Vergleich, and its layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.evaluation.benchmark import ALL
from pipeline.report.workbook.portfolio import ESCA
from pipeline.report.workbook.sheets import Book
from schemas.benchmarks import one_cohort_kinds

# how many rows above the table hold the choices, and how many below it the chart
ABOVE, CHART_HEIGHT = 3, 22
# the columns (from 0) of the chart's values and of the names to choose from, beside the table
DATA, NAMES = 20, 28


@dataclass(frozen=True)
class Choice:
    """The initial selection: a cluster that has the ESCA figure, if any.

    top: the row (from 0) of the table's header, with the choices above it and the chart below.
    """

    book: Book
    top: int

    @property
    def cluster_cell(self) -> str:
        """The cell of the chosen cluster."""
        return f"$B${self.top - ABOVE + 1}"

    @property
    def indicator_cell(self) -> str:
        """The cell of the chosen indicator."""
        return f"$B${self.top - ABOVE + 2}"

    @property
    def chart(self) -> int:
        """The row (from 0) in which the chart begins: below the table and a blank row."""
        return self.top + 2 + len(one_cohort_kinds())

    @property
    def end(self) -> int:
        """The row (from 0) below the chart."""
        return self.chart + CHART_HEIGHT

    @cached_property
    def cluster(self) -> Mapping[str, Any]:
        """The cluster's row."""
        rows = self.book.table("clusters")
        known = rows.filter(pl.col(ESCA).is_not_null())
        return (known if known.height else rows).row(0, named=True)

    def cohort(self, kind: str) -> str | None:
        """Return the cluster's cohort of a kind."""
        column = one_cohort_kinds()[kind].column
        name: str | None = ALL if column is None else self.cluster[column]
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
