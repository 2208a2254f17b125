"""The hidden sheet of sums under construction: single figures, and columns of one cell per row.

In a formula `{name}` is a single figure, `[name]` a column's cell of the same row, `[name:]` the
whole column, `§` the number of the row from 1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_col_to_name

from pipeline.report.form.parts import Cells, Formula
from pipeline.report.form.plan import FIRST_ROW, Filled, capacity, tables
from pipeline.report.form.usable import value_formula
from schemas.declaration import Sheet

# Single figures have labels in A and values in B; columns begin further right.
FIRST_COLUMN = 10
TOKEN = re.compile(r"\{(\w+)\}|\[(\w+)(:?)\]|§")
# Texts and lists that no figure reads have no column: their only possible problem is an error
# value.
PLAIN = ("text", "text_list", "choices")
# Placeholder for the row number until a formula is written.
ROW_MARK = "\x00"


@dataclass(frozen=True)
class Column:
    """A column of formulas."""

    letter: str
    formula: str
    rows: int


@dataclass
class Calculation:
    """The content of the sheet; formulas without their `=`."""

    filled: Filled
    singles: dict[str, str | float] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)

    def single(self, name: str, formula: str | float) -> None:
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
        first: Mapping[str, str] | None = None,
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

    def resolved(self, formula: str, addresses: Mapping[str, str]) -> str:
        """Return the formula with addresses in place of names, and ROW_MARK for its own row."""

        def put(match: re.Match[str]) -> str:
            if match[1]:
                return addresses[match[1]]
            if match[2]:
                column = self.columns[match[2]]
                if match[3]:
                    last = FIRST_ROW + column.rows - 1
                    return f"{column.letter}${FIRST_ROW}:{column.letter}${last}"
                return f"{column.letter}{ROW_MARK}"
            return f"({ROW_MARK}-{FIRST_ROW - 1})"

        return TOKEN.sub(put, formula)

    def cells(self) -> Cells:
        """Return the content of the sheet."""
        addresses = self.addresses()
        result: Cells = {}
        for row, (name, content) in enumerate(self.singles.items(), 1):
            is_formula = isinstance(content, str)
            value = Formula(self.resolved(str(content), addresses)) if is_formula else content
            result[row] = {1: name, 2: value}
        for at, (name, column) in enumerate(self.columns.items(), FIRST_COLUMN + 1):
            result.setdefault(FIRST_ROW - 1, {})[at] = name
            formula = self.resolved(column.formula, addresses)
            for row in range(FIRST_ROW, FIRST_ROW + column.rows):
                result.setdefault(row, {})[at] = Formula(formula.replace(ROW_MARK, str(row)))
        return result


# --------------------------------------------------------------------------------- cells of sheets
def cell(sheet: Sheet, key: str) -> str:
    """Return the reference to a field's cell: of a form the value, of a table in the same row.

    It uses names of whole columns: deleted or inserted rows do not change the formulas.
    """
    name = f"c_{sheet.key}_{key}"
    return name if sheet.layout == "form" else f"INDEX({name},ROW())"


def add_values(sums: Calculation) -> None:
    """Add to every table a column <sheet>_row (whether the row is filled) and one per field."""
    for sheet in tables():
        row, here = f"INDEX(r_{sheet.key},ROW(),0)", f"{sheet.key}_row"
        filled = f"IF(SUMPRODUCT(--ISERROR({row}))>0,1,IF(SUMPRODUCT(LEN(TRIM({row})))>0,1,0))"
        sums.column(sheet, here, f"IF(COUNTA({row})=0,0,{filled})")
        for item in sheet.fields:
            if item.type not in PLAIN or item.required:
                empty = f'IF([{here}]=1,"-","")' if item.required else '""'
                formula = value_formula(item, cell(sheet, item.key), empty)
                sums.column(sheet, f"{sheet.key}_{item.key}", formula)
