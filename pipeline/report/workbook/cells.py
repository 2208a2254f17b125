"""Columns of a table on a sheet: the content of their cells, and their widths."""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say

Formula = Callable[[int], str]
MAX_TEXT = 32_767
NARROW, WIDE, WRAPPED = 6.0, 64.0, 52.0
# bold letters are wider, and those of replacement fonts are wider still
BOLD = 1.2
# invalid in XML
NONCHARACTERS = re.compile("[\ufffe\uffff]")
# formats of texts that wrap, and those of the same texts on one line
ONE_LINE = {"wrap": "text", "foreign_wrap": "foreign"}
WRAPS = frozenset(ONE_LINE)
# maximum height of a row in lines: texts of submissions may be long
MAX_LINES = 10
DECIMALS = {"int": 0, "one": 1, "two": 2, "share": 1, "eur": 0, "cents": 2, "change": 0}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    kind: the format of its cells (see `formats`), one for all or one for each. formula: from the
    number of a row on the sheet to the formula of its cell; `values` are then the results of the
    formulas, and a cell without a value gets no formula. array: whether the formulas calculate with
    whole columns. folds: whether the column closes, with its neighbours, behind the next one on the
    left that does not. hidden: whether it is closed when the file opens.
    """

    header: str
    values: Sequence[Any]
    kind: str | Sequence[str] = "text"
    formula: Formula | None = None
    width: float | None = None
    array: bool = False
    folds: bool = False
    hidden: bool = False

    @property
    def wraps(self) -> bool:
        """Whether its texts have line breaks."""
        return isinstance(self.kind, str) and self.kind in WRAPS

    def on_one_line(self) -> "Column":
        """Return the column with texts that do not wrap: its rows are one line high."""
        return replace(self, kind=ONE_LINE[self.kind]) if self.wraps else self  # type: ignore[index]

    def cells(self) -> Iterator[tuple[Any, str]]:
        """Yield the value and kind of each cell."""
        kinds = repeat(self.kind) if isinstance(self.kind, str) else self.kind
        return zip(self.values, kinds, strict=False)


class Complete(str):
    """A formula whose newer functions all carry their prefix.

    XlsxWriter looks for some thirty of them in each formula that does not have the prefix: a
    quarter of the time of a large workbook. A test writes all formulas both ways.
    """

    __slots__ = ()

    def __contains__(self, part: Any, /) -> bool:
        """Whether the part is in the formula; the prefix always counts as such."""
        return part == "_xlfn." or super().__contains__(part)


def complete(formula: str) -> Complete:
    """Return a formula as complete, without the sign at its start, which is not stored."""
    return Complete(formula.removeprefix("="))


def clean(text: str, lang: str) -> str:
    """Return the text as a cell can hold it; a note marks that it was shortened."""
    if not text.isascii() and NONCHARACTERS.search(text):
        text = NONCHARACTERS.sub("\ufffd", text)
    if len(text) <= MAX_TEXT // 2 or _units(text) <= MAX_TEXT:
        return text
    mark = say("workbook", "cut", lang).format(length=len(text))
    kept = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))]
    return kept.decode("utf-16-le", errors="ignore") + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def put(sheet: Worksheet, row: int, col: int, value: Any, look: Format, lang: str) -> None:
    """Write one value by its own type: texts remain texts, even if they look like formulas."""
    if value is None:
        sheet.write_blank(row, col, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, col, clean(value, lang), look)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, col, dt.datetime(value.year, value.month, value.day), look)
    elif math.isfinite(value):
        sheet.write_number(row, col, value, look)
    else:
        sheet.write_string(row, col, "∞" if value > 0 else "", look)


def put_column(
    sheet: Worksheet, top: int, at: int, column: Column, looks: Mapping[str, Format], lang: str
) -> None:
    """Write a column's cells, the first in row `top` (from 0)."""
    formula = column.formula
    for row, (value, kind) in enumerate(column.cells(), top):
        look = looks[kind]
        if formula is None or value is None:
            put(sheet, row, at, value, look, lang)
        elif column.array:
            sheet.write_array_formula(row, at, row, at, complete(formula(row + 1)), look, value)
        else:
            sheet.write_formula(row, at, complete(formula(row + 1)), look, value)


def width_of(column: Column) -> float:
    """Return a width that fits the column's cells and the words of its header."""
    if column.width is not None:
        return column.width
    shown = set(column.cells())
    used = {kind for _, kind in shown}
    cap = WRAPPED if used & WRAPS else WIDE
    longest = min(max((_length(*pair) for pair in shown), default=0) + 2, cap)
    words = max(len(word) for word in column.header.split())
    # a header of three lines at most; the filter button needs some space
    return max(NARROW, longest, BOLD * words + 3, BOLD * len(column.header) / 3 + 4)


def _length(value: Any, kind: str) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value)
    if kind == "date":
        return 10
    return len(f"{value:,.{DECIMALS.get(kind, 2)}f}") + (2 if kind == "share" else 0)


def lines_of(columns: Sequence[Column], widths: Sequence[float]) -> dict[int, int]:
    """Return the number of lines of the rows that need more than one."""
    result: dict[int, int] = {}
    for column, width in zip(columns, widths, strict=False):
        if column.wraps:
            needed = {text: lines(text, width) for text in set(column.values) if text}
            for index, text in enumerate(column.values):
                if needed.get(text, 1) > result.get(index, 1):
                    result[index] = needed[text]
    return result


def lines(text: str, width: float) -> int:
    """Return the approximate number of lines of a text in a cell that wraps."""
    parts = text[: MAX_LINES * 200].split("\n")
    return min(sum(max(1, math.ceil(len(part) / width)) for part in parts), MAX_LINES)
