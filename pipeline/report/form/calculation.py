"""The hidden sheet of sums under construction: single figures, and columns of one cell per row.

Every formula of a column calculates with all rows of a table at once: it stands in the file once,
however many rows there are. In a formula `{name}` is a single figure, `[name]` a column, and `§`
the numbers of the rows from 1. In such a formula AND, OR, MIN and MAX would join all rows, so a
test of several is a product or a sum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.report.form.plan import FIRST_ROW, Filled, capacity, tables
from pipeline.report.workbook.cells import complete
from schemas.declaration import Sheet

# Single figures have labels in A and values in B; columns begin further right.
FIRST_COLUMN = 3
TOKEN = re.compile(r"\{(\w+)\}|\[(\w+)\]|§")


@dataclass(frozen=True)
class Over:
    """The formula of a single figure that calculates with all rows of a table at once."""

    formula: str


@dataclass(frozen=True)
class Column:
    """A column: one formula over so many rows."""

    letter: str
    formula: str
    rows: int

    @property
    def last(self) -> int:
        """The last row, from 1."""
        return FIRST_ROW + self.rows - 1


@dataclass
class Calculation:
    """The content of the sheet; formulas without their `=`."""

    filled: Filled
    singles: dict[str, str | float | Over] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)

    def single(self, name: str, formula: str | float | Over) -> None:
        """Add a single figure."""
        assert name not in self.singles, name
        self.singles[name] = formula

    def column(self, sheet: Sheet, name: str, formula: str) -> None:
        """Add a column with a cell for every row of the sheet."""
        assert name not in self.columns, name
        letters = xl_col_to_name(FIRST_COLUMN + len(self.columns))
        self.columns[name] = Column(letters, formula, capacity(sheet, self.filled))

    def figure(
        self,
        metric: str,
        low: str,
        high: str,
        part: str,
        whole: str | None,
        first: Mapping[str, str | Over] | None = None,
    ) -> None:
        """Add a figure's interval, numerator and denominator ("" for unknown or none).

        first: single figures that these are calculated from.
        """
        for name, formula in (first or {}).items():
            self.single(name, formula)
        ends = {"low": low, "high": high, "part": part, "whole": whole or '""'}
        for name, formula in ends.items():
            self.single(f"{metric}_{name}", formula)

    def addresses(self) -> Mapping[str, str]:
        """Return the address of every single figure."""
        return {name: f"$B${row}" for row, name in enumerate(self.singles, 1)}

    def resolved(self, formula: str, addresses: Mapping[str, str], last: int | None = None) -> str:
        """Return the formula with addresses in place of names; last: the last row of its column."""

        def put(match: re.Match[str]) -> str:
            if match[1]:
                return addresses[match[1]]
            if match[2]:
                column = self.columns[match[2]]
                return f"${column.letter}${FIRST_ROW}:${column.letter}${column.last}"
            return f"(ROW($A${FIRST_ROW}:$A${last})-{FIRST_ROW - 1})"

        return TOKEN.sub(put, formula)

    def write(self, sheet: Worksheet) -> None:
        """Write the sheet; the program that opens the file calculates its formulas.

        They have no stored value, as LibreOffice trusts one: only then it calculates when it opens.
        """
        addresses = self.addresses()
        for row, (name, content) in enumerate(self.singles.items()):
            sheet.write_string(row, 0, name)
            if isinstance(content, Over):
                formula = complete(self.resolved(content.formula, addresses))
                sheet.write_array_formula(row, 1, row, 1, formula, None, "")
            elif isinstance(content, str):
                formula = complete(self.resolved(content, addresses))
                sheet.write_formula(row, 1, formula, None, "")
            else:
                sheet.write_number(row, 1, content)
        for at, (name, column) in enumerate(self.columns.items(), FIRST_COLUMN):
            sheet.write_string(FIRST_ROW - 2, at, name)
            formula = complete(self.resolved(column.formula, addresses, column.last))
            area = (FIRST_ROW - 1, at, column.last - 1, at)
            sheet.write_array_formula(*area, formula, None, "")


# --------------------------------------------------------------------------------- cells of sheets
def cell(sheet: Sheet, key: str) -> str:
    """Return the name of a field's cells: of a form the value, of a table all that are calculated.

    The names hold whole columns: deleted or inserted rows do not change the formulas.
    """
    return f"{'c' if sheet.layout == 'form' else 'd'}_{sheet.key}_{key}"


def add_rows(sums: Calculation) -> None:
    """Add to every table a column <sheet>_row: whether anything stands in the row."""
    for sheet in tables():
        every = f"d_{sheet.key}"
        filled = f"IF(ISERROR({every}),1,LEN(TRIM({every})))"
        if len(sheet.fields) > 1:
            ones = ";".join("1" for _ in sheet.fields)
            filled = f"MMULT({filled},{{{ones}}})"
        sums.column(sheet, f"{sheet.key}_row", f"SIGN({filled})")
