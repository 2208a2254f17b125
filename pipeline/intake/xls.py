"""Workbooks of Excel 97 to 2003 (.xls): read by two readers, which must agree on every cell."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import python_calamine as calamine
import xlrd

from pipeline.intake.cells import BOOLEAN, ERROR, TEXT, WIDTH, Cells, Value, address
from pipeline.intake.limits import Limits
from pipeline.intake.refusal import Refusal
from pipeline.intake.values import BUILT_IN, END_1904, PLAIN, number_value, shows

# Days of the two systems count from these.
DAY_0 = {0: datetime(1899, 12, 30), 1: datetime(1904, 1, 1)}
# The fast reader rounds times to milliseconds.
TOLERANCE = 1e-7
NOTHING = {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}
# Before its 1 March 1900 the second reader counts days as Excel does, one later.
FIRST_RIGHT_DAY = 61


class XlsBook:
    """An opened workbook. names: its worksheets in order, hidden ones too."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.limits = limits
        self.book = open_exact(data)
        self.fast = open_fast(data)
        self.names = list(self.book.sheet_names())
        of_other = [s.name for s in self.fast.sheets_metadata if "WorkSheet" in str(s.typ)]
        if self.names != of_other:
            raise Refusal("unreadable", "disagree", cell="")

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the cells of a sheet."""
        name = self.names[index]
        sheet = sheet_of(self.book, index)
        other = other_values(self.fast, name, self.limits)
        values: dict[int, Value] = {}
        for row in range(sheet.nrows):
            for column, ctype in enumerate(sheet.row_types(row)):
                if ctype in NOTHING:
                    continue
                place, cell = row * WIDTH + column, sheet.cell(row, column)
                if not agree(cell, other.pop(place, ""), self.book.datemode):
                    raise Refusal("unreadable", "disagree", cell=f"{name[:40]}!{address(place)}")
                value = self.value(cells, cell)
                if value is not None:
                    values[place] = value
        if other:
            cell = f"{name[:40]}!{address(min(other))}"
            raise Refusal("unreadable", "disagree", cell=cell)
        cells.add(index, values)

    def value(self, cells: Cells, cell: Any) -> Value | None:
        """Return what a cell says; None if nothing."""
        if cell.ctype == xlrd.XL_CELL_TEXT:
            blank = not cell.value or cell.value.isspace()
            return None if blank else cells.text(TEXT, cell.value)
        if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            shown = self.shown(cell)
            text = f"{cell.value:g}"
            from_1904 = bool(self.book.datemode)
            return number_value(cells, cell.value, shown, text, from_1904=from_1904)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return BOOLEAN, float(cell.value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return cells.text(ERROR, xlrd.error_text_from_code.get(cell.value, "#ERROR"))
        return None

    def shown(self, cell: Any) -> int:
        """Return what the cell's format makes of its number."""
        formats, styles = self.book.format_map, self.book.xf_list
        if cell.xf_index is None or not 0 <= cell.xf_index < len(styles):
            return PLAIN
        key = styles[cell.xf_index].format_key
        known = formats.get(key)
        code = known.format_str if known else None
        return shows(code) if code else BUILT_IN.get(key, PLAIN)


def open_exact(data: bytes) -> Any:
    """Open the bytes with the first reader, which knows each cell's format."""
    try:
        return xlrd.open_workbook(
            file_contents=data, logfile=_Silence(), on_demand=True, formatting_info=True
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Refusal("encrypted", "encrypted") from error
        raise Refusal("unreadable", "damaged_xls", why=str(error)[:80]) from error
    except MemoryError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"[:80]
        raise Refusal("unreadable", "damaged_xls", why=why) from error


def sheet_of(book: Any, index: int) -> Any:
    """Return a sheet of the first reader."""
    try:
        return book.sheet_by_index(index)
    except MemoryError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"[:80]
        raise Refusal("unreadable", "damaged_xls", why=why) from error


def open_fast(data: bytes) -> calamine.CalamineWorkbook:
    """Open the bytes with the second reader."""
    try:
        return calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    except calamine.PasswordError as error:
        raise Refusal("encrypted", "encrypted") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal("unreadable", "damaged_xls", why=str(error)[:80]) from error


def other_values(book: calamine.CalamineWorkbook, name: str, limits: Limits) -> dict[int, Any]:
    """Return what the second reader finds in a sheet, by place, without what is empty."""
    try:
        sheet = book.get_sheet_by_name(name)
        rows: Sequence[Sequence[Any]] = sheet.to_python()
    except (calamine.CalamineError, ValueError) as error:
        raise Refusal("unreadable", "damaged_xls", why=str(error)[:80]) from error
    top, left = sheet.start or (0, 0)
    return {
        row * WIDTH + column: value
        for row, line in enumerate(rows, top)
        for column, value in enumerate(line, left)
        if value != ""
    }


def agree(cell: Any, other: Any, datemode: int) -> bool:
    """Whether the two readers found the same; errors are empty texts to the second one.

    Where the second one is known to be wrong, the first one counts: texts of two bytes a letter
    that it takes for one, days that are none.
    """
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return bool(other == "")
    if cell.ctype == xlrd.XL_CELL_TEXT:
        doubled = "\0" in str(other) and len(str(other)) == 2 * len(cell.value)
        return bool(other == cell.value) or doubled
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return isinstance(other, bool) and other == bool(cell.value)
    return same_number(cell.value, other, datemode)


def same_number(number: float, other: Any, datemode: int) -> bool:
    """Whether both readers found the same number."""
    is_day = isinstance(other, date | time | timedelta)
    if is_day and not 0 <= number < END_1904:
        return True
    found = as_number(other, datemode)
    close = math.isclose(found, number, rel_tol=0, abs_tol=TOLERANCE) or found == number
    early = is_day and datemode == 0 and found < FIRST_RIGHT_DAY
    return (
        close
        or (early and math.isclose(found - 1, number, rel_tol=0, abs_tol=TOLERANCE))
        or (math.isnan(found) and math.isnan(number))
    )


def as_number(value: Any, datemode: int) -> float:
    """Return the number that a value of the second reader is stored as; NaN if there is none."""
    if isinstance(value, bool) or value == "":
        return math.nan
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, time):
        midnight = datetime.combine(date.min, time.min)
        return (datetime.combine(date.min, value) - midnight) / timedelta(days=1)
    if isinstance(value, date):
        whole = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return (whole - DAY_0[datemode]) / timedelta(days=1)
    return math.nan


class _Silence:
    """Takes what the first reader would print."""

    def write(self, _: str) -> int:
        """Take the text."""
        return 0

    def flush(self) -> None:
        """Do nothing."""
