"""Whether a number is the sum of the rows above it (contract 1.2, rule 2, "By number").

Whether a row is a total depends on the rows above it, so each column is processed row by row. Only
the few columns with a row that may be a total are processed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.submissions.parse.facts import ROW

TOTAL, EQUALS_ONE, UNREADABLE, ROW_OF_DATA = "total", "equals_one", "unreadable", "row"
SUMS_BELOW = "sums_below"
# To what a sum is compared: a cent of a post, whole seats, whole euros.
PRECISION = {"fte": 0.01}
WHOLE = 1.0
JUDGED = {
    "file": pl.UInt32,
    "sheet_key": pl.String,
    "row": pl.UInt32,
    "sheet": pl.String,
    "column": pl.UInt32,
    "field": pl.String,
    "value": pl.String,
    "verdict": pl.String,
}


@dataclass
class Sum:
    """A sum of numbers: how many there are, and whether one of them could not be read."""

    amount: float = 0.0
    count: int = 0
    unknown: bool = False

    def add(self, number: float | None) -> None:
        """Add a number; None is one that could not be read."""
        self.count += 1
        self.unknown |= number is None
        self.amount += number or 0.0

    def is_met_by(self, number: float, precision: float) -> bool:
        """Whether the number equals this sum, within half of the precision."""
        near = abs(self.amount - number) <= precision / 2 + 1e-9 * abs(self.amount)
        return near and not self.unknown


@dataclass
class Above:
    """The sums of the numbers above a row in one column.

    rows: of all rows of data. part: of those since the last total. totals: of the totals. years: of
    the rows of data of each year.
    """

    rows: Sum = field(default_factory=Sum)
    part: Sum = field(default_factory=Sum)
    totals: Sum = field(default_factory=Sum)
    years: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))

    def add(self, number: float | None, year: str | None) -> None:
        """Add a row of data."""
        for each in (self.rows, self.part, *([self.years[year]] if year else [])):
            each.add(number)

    def add_total(self, number: float | None) -> None:
        """Add a row of totals: the next part begins below it."""
        self.totals.add(number)
        self.part = Sum()

    def verdict(self, number: float | None, year: str | None, precision: float) -> str:
        """Return the verdict on a row that holds only this number."""
        if number is None:
            return ROW_OF_DATA
        sums = [self.rows, self.part, self.totals, *([self.years[year]] if year else [])]
        met = [each for each in sums if each.count and each.is_met_by(number, precision)]
        if any(each.count > 1 for each in met):
            return TOTAL
        if met:
            return EQUALS_ONE
        return UNREADABLE if self.rows.unknown else ROW_OF_DATA


def judge_sums(cells: pl.DataFrame) -> pl.DataFrame:
    """Return ROW, sheet, column, field, value, verdict of the candidates for rows of totals.

    cells: typed numbers of whole columns, sorted by row, with year, candidate (whether to judge the
    row) and total (whether it is already known as a total; null: no). A row with several numbers is
    a total if one of them is.
    """
    columns = ["file", "sheet_key", "field"]
    verdicts: list[dict[str, Any]] = []
    for column in cells.partition_by(columns):
        verdicts += verdicts_of(column)
    found = pl.DataFrame(verdicts, schema=JUDGED, orient="row")
    rank = pl.col("verdict") != TOTAL
    found = found.filter(pl.col("verdict") != ROW_OF_DATA).sort(*ROW, rank, "column")
    return found.unique(ROW, keep="first")


def verdicts_of(column: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the verdict on each candidate row of one column."""
    above = Above()
    cells = list(column.iter_rows(named=True))
    for at, cell in enumerate(cells):
        number = cell["value_number"]
        precision = PRECISION.get(cell["field"], WHOLE)
        verdict = (
            above.verdict(number, cell["year"], precision) if cell["candidate"] else ROW_OF_DATA
        )
        if cell["candidate"] and number and verdict == ROW_OF_DATA:
            below = sums_below(cells[at + 1 :], cell["year"])
            if any(each.count > 1 and each.is_met_by(number, precision) for each in below):
                verdict = SUMS_BELOW
        if cell["candidate"]:
            yield {name: cell.get(name) for name in JUDGED} | {
                "value": cell["raw"],
                "verdict": verdict,
            }
        if cell["total"] or verdict == TOTAL:
            above.add_total(number)
        else:
            above.add(number, cell["year"])


def sums_below(cells: list[dict[str, Any]], year: str | None) -> Iterator[Sum]:
    """Yield the sums of the rows below that say more than a number.

    Of all, of those down to the next total, of those of the year.
    """
    rows = [cell for cell in cells if not cell["candidate"]]
    total = next((at for at, cell in enumerate(rows) if cell["total"]), len(rows))
    own = [cell for cell in rows if not cell["total"]]
    of_year = [cell for cell in own if year and cell["year"] == year]
    for part in (own, rows[:total], of_year):
        sum_of = Sum()
        for cell in part:
            sum_of.add(cell["value_number"])
        yield sum_of


def no_verdicts() -> pl.DataFrame:
    """Return a frame of no verdicts."""
    return pl.DataFrame(schema=JUDGED)
