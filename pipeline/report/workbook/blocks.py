"""Columns of values and formulas on a sheet, as few objects as possible, and their cells' XML.

A row of a large table costs XlsxWriter an object and several calls for each cell; here a column
stays one list, and the cells of some thousand rows are made at a time.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from xlsxwriter.format import Format
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.utility import xl_col_to_name

NO_TEXT = -1
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
# One look for all cells, or one for each.
Looks: TypeAlias = Format | Sequence[Format]


@dataclass(frozen=True)
class Block:
    """A column's cells below each other: the first one's row, the column (from 0), their looks."""

    top: int
    at: int
    looks: Looks

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def end(self) -> int:
        """The row below the last cell."""
        return self.top + len(self)

    def look(self, row: int) -> Format:
        """Return a cell's look."""
        return self.looks if isinstance(self.looks, Format) else self.looks[row - self.top]

    def starts(self, first: int, end: int) -> list[str]:
        """Return how the XML of the cells in these rows begins."""
        column = f'<c r="{xl_col_to_name(self.at)}'
        if isinstance(self.looks, Format):
            look = f'" s="{self.looks._get_xf_index()}"'
            return [f"{column}{row}{look}" for row in range(first + 1, end + 1)]
        own = self.looks[first - self.top : end - self.top]
        return [f'{column}{r}" s="{o._get_xf_index()}"' for r, o in enumerate(own, first + 1)]

    def cells(self, first: int, end: int) -> list[str]:
        """Return the XML of the cells in these rows, all of which the block has."""
        raise NotImplementedError

    def shown(self, row: int, strings: SharedStringTable) -> Any:
        """Return a cell as charts keep it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Texts(Block):
    """Texts by their place in the file's table of strings; NO_TEXT where a cell is empty."""

    ids: "array[int]"

    def __len__(self) -> int:
        return len(self.ids)

    def cells(self, first: int, end: int) -> list[str]:
        """Return the XML of the cells in these rows."""
        own = self.ids[first - self.top : end - self.top]
        return [
            f"{start}/>" if number == NO_TEXT else f'{start} t="s"><v>{number}</v></c>'
            for start, number in zip(self.starts(first, end), own, strict=True)
        ]

    def shown(self, row: int, strings: SharedStringTable) -> str:
        """Return the text; nothing of an empty cell."""
        number = self.ids[row - self.top]
        return "" if number == NO_TEXT else strings._get_shared_string(number)


@dataclass(frozen=True)
class Numbers(Block):
    """Finite numbers; None where a cell is empty."""

    numbers: Sequence[float | None]

    def __len__(self) -> int:
        return len(self.numbers)

    def cells(self, first: int, end: int) -> list[str]:
        """Return the XML of the cells in these rows."""
        own = self.numbers[first - self.top : end - self.top]
        return [
            f"{start}/>" if number is None else f"{start}><v>{number:.16G}</v></c>"
            for start, number in zip(self.starts(first, end), own, strict=True)
        ]

    def shown(self, row: int, strings: SharedStringTable) -> str:
        """Return the number as Excel keeps it; nothing of an empty cell."""
        number = self.numbers[row - self.top]
        return "" if number is None else f"{number:.16g}"


@dataclass(frozen=True)
class Formulas(Block):
    """Formulas with the values they give; None where a cell is empty.

    formula: from the number of a row on the sheet to the formula of its cell. array: whether each
    calculates with whole columns.
    """

    values: Sequence[Any]
    formula: Callable[[int], str]
    array: bool

    def __len__(self) -> int:
        return len(self.values)

    def cells(self, first: int, end: int) -> list[str]:
        """Return the XML of the cells in these rows."""
        own = self.values[first - self.top : end - self.top]
        written = self.array_cell if self.array else self.cell
        return [
            f"{start}/>" if value is None else written(start, number, value)
            for number, (start, value) in enumerate(
                zip(self.starts(first, end), own, strict=True), first + 1
            )
        ]

    def cell(self, start: str, number: int, value: Any) -> str:
        """Return a cell; an empty text has no type, so that other programs calculate it."""
        kind = ""
        if isinstance(value, bool):
            kind, value = ' t="b"', int(value)
        elif isinstance(value, str):
            kind = ' t="e"' if value in ERRORS else ' t="str"' if value else ""
            value = escape(value, quote=False)
        formula = escape(self.formula(number).removeprefix("="), quote=False)
        return f"{start}{kind}><f>{formula}</f><v>{value}</v></c>"

    def array_cell(self, start: str, number: int, value: Any) -> str:
        """Return a cell of a formula over whole columns."""
        kind = "" if is_number(value) else ' t="str"'
        value = escape(value, quote=False) if isinstance(value, str) else value
        formula = escape(self.formula(number).removeprefix("="), quote=False)
        place = f"{xl_col_to_name(self.at)}{number}"
        return f'{start}{kind}><f t="array" ref="{place}">{formula}</f><v>{value}</v></c>'

    def shown(self, row: int, strings: SharedStringTable) -> Any:
        """Return the value; of an empty cell nothing."""
        value = self.values[row - self.top]
        return "" if value is None else value


def is_number(value: Any) -> bool:
    """Whether a value, or the text of it, is a number."""
    try:
        float(value)
    except ValueError:
        return False
    return True
