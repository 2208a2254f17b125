"""Reads one workbook into its cells, each with its own type and place. Copies; never interprets.

Runs in a process of its own and imports nothing heavy, so that the process starts at once.
"""

from __future__ import annotations

import datetime as dt
import math
import zipfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import python_calamine as calamine

from pipeline.intake.guard import Limits, kind_of
from pipeline.intake.marks_binary import xls_marks, xlsb_marks
from pipeline.intake.marks_ods import ods_marks
from pipeline.intake.marks_ooxml import Marks, OoxmlMarks
from pipeline.intake.refusal import Refusal

EPOCH = dt.date(1970, 1, 1).toordinal()
# A cell of Excel holds at most 32,767 characters; other writers may exceed it.
LONGEST_TEXT = 32_767
# Kinds of cells: text, number, boolean, date (days since 1970), other (times, durations),
# error, formula without stored value.
TEXT, NUMBER, BOOLEAN, DATE, OTHER, ERROR, FORMULA = b"snbdtef"


@dataclass
class Cells:
    """The cells of a workbook, column by column."""

    sheet: array[int] = field(default_factory=lambda: array("H"))
    row: array[int] = field(default_factory=lambda: array("L"))
    column: array[int] = field(default_factory=lambda: array("L"))
    kind: bytearray = field(default_factory=bytearray)
    number: array[float] = field(default_factory=lambda: array("d"))
    text: list[str | None] = field(default_factory=list)
    letters: int = 0

    def add(self, place: tuple[int, int, int], kind: int, number: float, text: str | None) -> None:
        """Append one cell at (sheet, row, column)."""
        self.sheet.append(place[0])
        self.row.append(place[1])
        self.column.append(place[2])
        self.kind.append(kind)
        self.number.append(number)
        self.text.append(text)
        self.letters += len(text or "")


@dataclass
class Reading:
    """What one file gave: its sheets' names in order and the cells of those that were wanted."""

    sheets: list[str]
    cells: Cells


def read_workbook(path: Path, limits: Limits, wanted: Callable[[str], bool]) -> Reading:
    """Read the cells of the wanted sheets, or raise a Refusal with an outcome's code."""
    data = read_bytes(path, limits)
    kind, archive = kind_of(data, limits)
    marks = marks_of(kind, data, archive, limits)
    book = open_book(marks.readable(data))
    names = [m.name for m in book.sheets_metadata]
    if not names:
        raise Refusal("unreadable", why="no sheets")
    if len(names) > limits.max_sheets:
        raise Refusal("too_large", limit=limits.max_sheets, what="sheets")
    reading = Reading(names, Cells())
    for index, name in enumerate(names):
        if wanted(name):
            read_sheet(book, index, marks.of_sheet(index, name), limits, reading.cells)
    return reading


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return the file's bytes; only regular files, never a link, and not beyond the limit."""
    if path.is_symlink() or not path.is_file():
        raise Refusal("unreadable", why="not a regular file")
    try:
        with path.open("rb") as stream:
            return stream.read(limits.max_file_mb * 1024 * 1024 + 1)
    except OSError as error:
        raise Refusal("unreadable", passing=True, why=error.strerror or str(error)) from error


def open_book(data: bytes) -> calamine.CalamineWorkbook:
    """Open the bytes with the fast reader; its failures become Refusals."""
    try:
        return calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    except calamine.PasswordError as error:
        raise Refusal("encrypted") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        code = "encrypted" if "password" in str(error).lower() else "unreadable"
        raise Refusal(code, why=str(error)[:200]) from error


@dataclass(frozen=True)
class NamedMarks:
    """The marks of a workbook's sheets by their names."""

    tables: dict[str, Marks]

    def of_sheet(self, _: int, name: str) -> Marks:
        """Return the sheet's marks."""
        return self.tables.get(name, {})

    def readable(self, data: bytes) -> bytes:
        """Return the workbook's bytes as they are: the fast reader knows their error values."""
        return data


def marks_of(
    kind: str, data: bytes, archive: zipfile.ZipFile | None, limits: Limits
) -> OoxmlMarks | NamedMarks:
    """Return what finds a sheet's errors and unsaved formulas; what goes wrong is the file's."""
    try:
        if kind == "xlsx" and archive is not None:
            return OoxmlMarks(archive, limits.max_area)
        if kind == "xls" or archive is None:
            tables = xls_marks(data)
        else:
            tables = ods_marks(archive) if kind == "ods" else xlsb_marks(archive)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal("unreadable", why=f"{type(error).__name__}: {error}"[:200]) from error
    return NamedMarks(tables)


def read_sheet(
    book: calamine.CalamineWorkbook,
    index: int,
    marks: Marks,
    limits: Limits,
    cells: Cells,
) -> None:
    """Append the sheet's cells that are not empty; a mark replaces what the fast reader gave."""
    try:
        sheet = book.get_sheet_by_index(index)
        rows = sheet.to_python()
    except (calamine.CalamineError, ValueError) as error:
        raise Refusal("unreadable", why=str(error)[:200]) from error
    top, left = sheet.start or (0, 0)
    for row, values in enumerate(rows, top + 1):
        for column, value in enumerate(values, left + 1):
            if value != "" and (row, column) not in marks:
                add_value(cells, (index, row, column), value)
        refuse_too_much(cells, limits)
    for (row, column), (kind, text) in sorted(marks.items()):
        cells.add((index, row, column), ord(kind), math.nan, text[:LONGEST_TEXT])


def refuse_too_much(cells: Cells, limits: Limits) -> None:
    """Refuse a workbook with too many cells or too much text in them."""
    if len(cells.kind) > limits.max_cells:
        raise Refusal("too_large", limit=limits.max_cells, what="cells")
    if cells.letters > limits.max_text_mb * 1024 * 1024:
        raise Refusal("too_large", limit=f"{limits.max_text_mb} MB", what="text")


def add_value(cells: Cells, place: tuple[int, int, int], value: object) -> None:
    """Append one value of the fast reader with its kind."""
    if isinstance(value, str):
        if not value.isspace():
            cells.add(place, TEXT, math.nan, value[:LONGEST_TEXT])
    elif isinstance(value, bool):
        cells.add(place, BOOLEAN, float(value), None)
    elif isinstance(value, int | float):
        number = float(value)
        if math.isfinite(number):
            cells.add(place, NUMBER, number, None)
        else:
            cells.add(place, OTHER, math.nan, str(value))
    elif isinstance(value, dt.date):  # a datetime is one too; the time of day does not count
        cells.add(place, DATE, float(value.toordinal() - EPOCH), None)
    else:
        cells.add(place, OTHER, math.nan, str(value))
