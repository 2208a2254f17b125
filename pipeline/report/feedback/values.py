"""A plain workbook with the values that intake reads, for files that are not copied part by part.

Every value has its own address and type, so that reading the copy gives the same findings.
"""

import datetime as dt
import io
import math
import re
import warnings
from typing import Any

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.intake.cells import WIDTH, Shown
from pipeline.intake.frames import stack
from pipeline.intake.reader import Reading

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CREATED = dt.datetime(1980, 1, 1)
NUMBER, BOOLEAN, DATE, OTHER, ERROR, FORMULA = b"nbdtef"  # kinds of cells (see intake)
EXCEL_EPOCH = dt.date(1970, 1, 1).toordinal() - dt.date(1899, 12, 30).toordinal()
ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
UNKNOWN_ERROR = "#VALUE!"
TIME = re.compile(r"^(?:(\d+) days?, )?(\d{1,2}):(\d\d):(\d\d)(?:\.\d+)?$")
NARROW, WIDE = 10, 45


def values_workbook(reading: Reading) -> bytes:
    """Return the bytes of a workbook with what was read; a warning of XlsxWriter is an error."""
    result = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with Workbook(result, OPTIONS) as book:
            book.set_properties({"created": CREATED})
            _write(book, reading)
    return result.getvalue()


def _write(book: Workbook, reading: Reading) -> None:
    sheets = [book.add_worksheet(name) for name in reading.sheets]
    looks = {
        "date": book.add_format({"num_format": "dd.mm.yyyy"}),
        "time": book.add_format({"num_format": "[h]:mm:ss"}),
    }
    shown: dict[tuple[int, int], Format] = {}
    for (sheet, besides), places in reading.cells.shown.items():
        shown |= dict.fromkeys(((sheet, place) for place in places), look_of(book, besides))
    widths: dict[tuple[int, int], int] = {}
    columns = ("sheet", "row", "column", "kind", "number", "text")
    for at, row, column, kind, number, text in stack([(0, reading)])[1].select(columns).iter_rows():
        own = shown.get((at, (row - 1) * WIDTH + column - 1))
        _put(sheets[at], (row - 1, column - 1), kind, number, text, looks, own)
        length = len(text or "") or NARROW
        widths[at, column] = max(widths.get((at, column), NARROW), min(length + 2, WIDE))
    for (at, column), width in widths.items():
        sheets[at].set_column(column - 1, column - 1, width)


def look_of(book: Workbook, shown: Shown) -> Format:
    """Return the format of cells that show something besides their values."""
    look: dict[str, Any] = {"font_strikeout": True} if shown.struck else {}
    if shown.unit:
        unit = shown.unit.replace('"', "")
        number = f"#,##0.0{',' * shown.thousands}" if shown.thousands else "General"
        look["num_format"] = f'{number}" {unit}"'
    return book.add_format(look)


def _put(
    sheet: Worksheet,
    place: tuple[int, int],
    kind: int,
    number: float,
    text: str | None,
    looks: dict[str, Any],
    own: Format | None,
) -> None:
    content = text or ""
    if kind == NUMBER:
        sheet.write_number(*place, number, own)
    elif kind == BOOLEAN:
        sheet.write_boolean(*place, bool(number))
    elif kind == DATE:
        sheet.write_number(*place, number + EXCEL_EPOCH, looks["date"])
    elif kind == ERROR:
        error = content if content in ERRORS else UNKNOWN_ERROR
        sheet.write_formula(*place, f"={error}", None, error)
    elif kind == FORMULA:
        sheet.write_formula(*place, "=NA()", None, "")
    elif kind == OTHER and not math.isnan(days := _days(content)):
        sheet.write_number(*place, days, looks["time"])
    else:
        sheet.write_string(*place, content, own)


def _days(text: str) -> float:
    """Return a time or duration in days; NaN if the text is neither."""
    match = TIME.match(text)
    if match is None:
        return math.nan
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return days + (hours * 3600 + minutes * 60 + seconds) / 86_400


def same_values(one: Reading, other: Reading, *, exact: bool) -> bool:
    """Whether two workbooks have the same cells on sheets of the same names, in the same order.

    exact: error values have the same names too.
    """
    return _named_cells(one, exact).equals(_named_cells(other, exact))


def _named_cells(reading: Reading, exact: bool) -> pl.DataFrame:
    sheets, cells = stack([(0, reading)])
    text = pl.when((pl.col("kind") != ERROR) | exact).then("text")
    named = cells.join(sheets, on=["file", "sheet"], how="left", maintain_order="left")
    return named.drop("file", "sheet").with_columns(text=text)
