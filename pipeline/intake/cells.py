"""The cells of one workbook by column, in few buffers that are fast to send between processes."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.common.column_letters import column_letters, column_number
from pipeline.common.limits import MB, Limits
from pipeline.intake.refusal import Refusal

# Kinds of cells: text, number, boolean, date (days since 1970), other (times, durations, numbers
# out of range), error, formula without stored value.
TEXT, NUMBER, BOOLEAN, DATE, OTHER, ERROR, FORMULA = b"snbdtef"
WITH_TEXT = bytes([TEXT, OTHER, ERROR, FORMULA])
# A cell in Excel holds at most 32,767 characters; other programs may write more.
LONGEST_TEXT = 32_767
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# The position of a cell is row * WIDTH + column, both from 0.
WIDTH = LAST_COLUMN
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
Value = tuple[int, float]
# The sheet, first and last row, first and last column of an area, from 0.
Area = tuple[int, int, int, int, int]
# No sheet that people fill in has more merged areas; the rest has no findings.
MOST_MERGED = 10_000


@dataclass(frozen=True)
class Shown:
    """What a cell shows besides its value.

    unit: the text in the format of a number ("T€"). thousands: how often the format divides the
    number by 1000 before it shows it. struck: whether the cell's text is struck through.
    """

    unit: str
    thousands: int
    struck: bool


@dataclass
class Cells:
    """A workbook's cells that are not empty.

    sheet: position from 0. place: see WIDTH. number: of numbers, booleans, dates (days since
    1970-01-01) their value, of the other kinds the position of their text in texts. merged: areas
    of several rows that are one cell. shown: the places of a sheet's cells that show something
    besides their values.
    """

    sheet: array[int] = field(default_factory=lambda: array("H"))
    place: array[int] = field(default_factory=lambda: array("Q"))
    kind: bytearray = field(default_factory=bytearray)
    number: array[float] = field(default_factory=lambda: array("d"))
    texts: list[str] = field(default_factory=list)
    positions: dict[str, float] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    shown: dict[tuple[int, Shown], array[int]] = field(default_factory=dict)

    def text(self, kind: int, text: str) -> Value:
        """Return the value of a cell with a text."""
        text = text[:LONGEST_TEXT]
        position = self.positions.get(text)
        if position is None:
            self.positions[text] = position = float(len(self.texts))
            self.texts.append(text)
        return kind, position

    def add(self, sheet: int, values: dict[int, Value], shown: Mapping[int, Shown]) -> None:
        """Append cells of one sheet in the order of their positions, and what they show."""
        places = sorted(values)
        self.sheet.extend([sheet] * len(places))
        self.place.extend(places)
        self.kind += bytes(values[place][0] for place in places)
        self.number.extend(values[place][1] for place in places)
        for place, besides in shown.items():
            self.shown.setdefault((sheet, besides), array("Q")).append(place)

    def merge(self, area: Area) -> None:
        """Note a merged area if it holds several rows."""
        if area[2] > area[1] and len(self.merged) < MOST_MERGED:
            self.merged.append(area)


def refuse_many(cells: Cells, limits: Limits) -> None:
    """Refuse a workbook with too many cells."""
    if len(cells.kind) > limits.max_cells:
        raise Refusal("too_large", "cells", limit=limits.max_cells)


def refuse_long(cells: Cells, limits: Limits) -> None:
    """Refuse a workbook with too much text in its cells; a shared text counts for each cell."""
    most = limits.max_text_mb * MB
    longest = max(map(len, cells.texts), default=0)
    if longest * len(cells.kind) <= most:
        return
    lengths = [len(text) for text in cells.texts]
    of_cells = zip(cells.kind, cells.number, strict=True)
    if sum(lengths[int(number)] for kind, number in of_cells if kind in WITH_TEXT) > most:
        raise Refusal("too_large", "text", limit=limits.max_text_mb)


def refuse_far(cells: Cells, first: int, limits: Limits) -> None:
    """Refuse a sheet whose cells (from `first` on) span more than any table of ours can.

    Programs that show or mark the sheet need memory for the whole area.
    """
    if len(cells.place) == first:
        return
    rows = cells.place[-1] // WIDTH - cells.place[first] // WIDTH + 1
    if rows * LAST_COLUMN <= limits.max_area:
        return
    columns = [place % WIDTH for place in cells.place[first:]]
    if rows * (max(columns) - min(columns) + 1) > limits.max_area:
        raise Refusal("too_large", "area", limit=limits.max_area)


@lru_cache(maxsize=100_000)  # every sheet repeats the same references
def position_of(reference: str) -> int:
    """Return the position of a cell by its reference (A1, $a$1); KeyError if there is none."""
    match = REFERENCE.fullmatch(reference.upper().replace("$", ""))
    if match is None:
        raise KeyError(reference)
    row, column = int(match[2]) - 1, column_number(match[1]) - 1
    if row >= LAST_ROW or column >= LAST_COLUMN:
        raise KeyError(reference)
    return row * WIDTH + column


def address(place: int) -> str:
    """Return the reference of a position (A1)."""
    row, column = divmod(place, WIDTH)
    return f"{column_letters(column + 1)}{row + 1}"
