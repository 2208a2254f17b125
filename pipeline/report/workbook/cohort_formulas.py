"""The formulas of cohorts: their size, quartiles and pooled value over the sheet Portfolio.

They are single-cell array formulas, because functions that select values by a condition are too
new. Each refers to its columns by the indicator's header, so that both tables can be sorted and
filtered.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipeline.evaluation.statistics import POOLED, STATISTICS, pooled_formula, size_formula
from pipeline.report.workbook.cells import Formula
from pipeline.report.workbook.portfolio import SEPARATOR, indicator_header
from pipeline.report.workbook.sheets import Book
from schemas.benchmarks import declared_cohort_kinds, declared_indicators


@dataclass(frozen=True)
class CohortFormulas:
    """The formulas of a table of cohorts, a row each.

    at: the column with the cohort's name; n: the column with its size.
    top: the row (from 0) of the table's header.
    """

    book: Book
    cohorts: pl.DataFrame
    at: str
    n: str
    top: int

    def values(self, indicator: str) -> str:
        """Return the expression of an indicator's column on the sheet Portfolio."""
        figures, heads = self.book.text("name_figures"), self.book.text("name_figure_heads")
        return f'INDEX({figures},0,MATCH("{indicator_header(self.book, indicator)}",{heads},0))'

    def members(self, kind: str, indicator: str, row: int) -> str:
        """Return the expression of which clusters are in the cohort and have a value."""
        known = f"ISNUMBER({self.values(indicator)})"
        declared = declared_cohort_kinds()[kind]
        if declared.column is None:
            return known
        cell, column = f"${self.at}{row}", self.book.ref("portfolio", kind)
        if not declared.has_several:
            return f"({column}={cell})*{known}"
        # a list in a cell: to match whole items, both get a separator at each end
        listed = f'"{SEPARATOR}"&{column}&"{SEPARATOR}"'
        return f'ISNUMBER(FIND("{SEPARATOR}"&{cell}&"{SEPARATOR}",{listed}))*{known}'

    def size(self, kind: str, indicator: str, row: int) -> str:
        """Return the formula of n."""
        return f"={size_formula(self.members(kind, indicator, row))}"

    def statistic(self, code: str) -> Callable[[str, str, int], str]:
        """Return the function that gives a statistic's formula; empty if n is too small."""

        def formula(kind: str, indicator: str, row: int) -> str:
            members, values = self.members(kind, indicator, row), self.values(indicator)
            if code != POOLED:
                found = STATISTICS[code].of(f"IF({members},{values})")
            else:
                below = str(declared_indicators()[indicator].denominator)
                found = pooled_formula(members, values, self.values(below))
            return self.unless_few(row, found, '""')

        return formula

    def unless_few(self, row: int, expression: str, other: str) -> str:
        """Return the formula of an expression, or of another one if n is too small."""
        least = self.book.review.settings.cohorts.minimum
        return f"=IF(${self.n}{row}<{least},{other},{expression})"

    def of_rows(self, formula: Callable[[str, str, int], str]) -> Formula:
        """Return the formula by the number of a row on the sheet."""
        kinds, indicators = self.cohorts["cohort_kind"], self.cohorts["indicator"]

        def of_row(row: int) -> str:
            at = row - self.top - 2
            return formula(kinds[at], indicators[at], row)

        return of_row

    def note(self, note: str) -> Formula:
        """Return the formula of the note on cohorts that are too small."""
        return lambda row: self.unless_few(row, '""', f'"{note}"')


def shown_statistics(cohorts: pl.DataFrame, code: str) -> list[float | str | None]:
    """Return the results of a statistic's formulas; None, and so no formula, if there can be none.

    An empty text if the cohort is suppressed; only ratios have pooled values.
    """
    declared = declared_indicators()
    rows = cohorts.select("indicator", "suppressed", code).iter_rows()
    return [
        None if code == POOLED and not declared[key].is_ratio else "" if hidden else value
        for key, hidden, value in rows
    ]
