"""Columns of a table on a sheet: what stands in them, written cell by cell, and how wide they are."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.texts import say

MAX_TEXT = 32_767
NARROW, WIDE, WRAPPED = 6.0, 42.0, 52.0
# no XML may hold them
NONCHARACTERS = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})
DECIMALS = {"int": 0, "one": 1, "two": 2, "share": 1, "eur": 0, "cents": 2}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    kind: how its cells look (`formats`), one for all or one for each. formula: from the number of a
    row on the sheet to the formula of its cell; `values` are then what the formulas give, and a cell
    without a value gets no formula.
    """

    header: str
    values: Sequence[Any]
    kind: str | Sequence[str] = "text"
    formula: Callable[[int], str] | None = None
    width: float | None = None

    def kind_of(self, index: int) -> str:
        """Return the kind of one cell."""
        return self.kind if isinstance(self.kind, str) else self.kind[index]


def clean(text: str, lang: str) -> str:
    """Return the text as a cell can hold it; what is cut off is said."""
    text = text.translate(NONCHARACTERS)
    if len(text) <= MAX_TEXT // 2 or _units(text) <= MAX_TEXT:
        return text
    mark = say("workbook", "cut", lang).format(length=len(text))
    kept = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))]
    return kept.decode("utf-16-le", errors="ignore") + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def put(sheet: Worksheet, row: int, col: int, value: Any, look: Format, lang: str) -> None:
    """Write one value by its own type: texts stay texts whatever they look like."""
    match value:
        case None:
            sheet.write_blank(row, col, None, look)
        case str():
            sheet.write_string(row, col, clean(value, lang), look)
        case dt.date():
            sheet.write_datetime(row, col, dt.datetime(value.year, value.month, value.day), look)
        case float() if not math.isfinite(value):
            sheet.write_string(row, col, "" if math.isnan(value) else "∞", look)
        case _:
            sheet.write_number(row, col, value, look)


def put_column(
    sheet: Worksheet, top: int, at: int, column: Column, looks: Mapping[str, Format], lang: str
) -> None:
    """Write a column's cells, the first in row `top` (from 0)."""
    for index, value in enumerate(column.values):
        look = looks[column.kind_of(index)]
        if column.formula is None or value is None:
            put(sheet, top + index, at, value, look, lang)
        else:
            formula = column.formula(top + index + 1)
            sheet.write_formula(top + index, at, formula, look, value)


def width_of(column: Column) -> float:
    """Return a width in which the column's cells and the words of its header fit."""
    if column.width is not None:
        return column.width
    kinds = {column.kind} if isinstance(column.kind, str) else set(column.kind)
    shown = (_length(value, column.kind_of(i)) for i, value in enumerate(column.values))
    cap = WRAPPED if kinds & {"wrap", "foreign_wrap"} else WIDE
    longest = min(max(shown, default=0) + 2, cap)
    words = max(len(word) for word in column.header.split())
    # a header of three lines at most; the button of the filter needs some room
    return max(NARROW, longest, words + 3.5, len(column.header) / 3 + 4)


def _length(value: Any, kind: str) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value)
    if kind == "date":
        return 10
    return len(f"{value:,.{DECIMALS.get(kind, 2)}f}") + (2 if kind == "share" else 0)
