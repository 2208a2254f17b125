"""Workbooks of OpenDocument (.ods): their content is one document, read in one pass.

Tables are those directly within the spreadsheet: not those of tracked changes, links or shapes. A
cell below a merged area (covered) is read like any other cell.
"""

import math
import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.common.limits import Limits
from pipeline.intake.cells import (
    ERROR,
    FORMULA,
    LAST_COLUMN,
    LAST_ROW,
    NUMBER,
    OTHER,
    TEXT,
    WIDTH,
    Cells,
    Shown,
)
from pipeline.intake.cells import Value as CellValue
from pipeline.intake.looks import LONGEST_UNIT, NOTHING, ONLY_SIGNS
from pipeline.intake.refusal import Refusal
from pipeline.intake.values import NUMBER_FORM, boolean_value, clock, iso_day
from pipeline.intake.xml import Attributes, scan

PREFIX = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, WORDS, STYLE = (
    f"{PREFIX}{name}:1.0 " for name in ("office", "table", "text", "style")
)
EXTENSION = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
SPREADSHEET = [OFFICE + name for name in ("document-content", "body", "spreadsheet")]
ROW, ROWS_REPEATED = TABLE + "table-row", TABLE + "number-rows-repeated"
COLUMNS_REPEATED = TABLE + "number-columns-repeated"
SPANNED = TABLE + "number-rows-spanned", TABLE + "number-columns-spanned"
CELLS = {TABLE + "table-cell", TABLE + "covered-table-cell"}
ROW_GROUPS = {TABLE + n for n in ("table-header-rows", "table-row-group", "table-rows")}
# Elements that may contain the text of a paragraph; others (notes, phonetic text) are not part of
# it.
WITHIN_TEXT = {WORDS + name for name in ("p", "h", "span", "a", "ruby", "ruby-base", "meta")}
FIELDS = re.compile(
    re.escape(WORDS) + r"(?:date|time|sheet-name|title|file-name|page-.*|author-.*)"
)
ERROR_TEXT = re.compile(
    r"(?i)^(?:#(?:NULL!|DIV/0!|VALUE!|WERT!|REF!|BEZUG!|NAME\?|NUM!|ZAHL!|N/A|NV)|err:\d{3})$"
)
DURATION = re.compile(
    r"(-?)P(?:(\d{1,9})D)?T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d*)?)S)?"
)
# The number in the text that a cell shows, and the signs between its digits.
SHOWN_NUMBER = re.compile(r"[-+\u2212]?[0-9](?:[0-9.,'\u2019\s]*[0-9])?(?:E[-+]?[0-9]+)?")
LAST_SIGN = re.compile(r"[.,](?=[0-9]*$)")
MOST_THOUSANDS = 3
# No format shows a number with a longer text.
LONGEST_SHOWN = 120
MOST_REPEATED = 1 << 31
LONGEST_SPACES = 1000


class OdsBook:
    """An opened workbook. names: its tables in order, hidden ones too."""

    repaired = False

    def __init__(self, content: bytes, limits: Limits) -> None:
        self.content = content
        self.limits = limits
        self.names = table_names(content)
        self.tables: dict[int, dict[int, CellValue]] = {}

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the cells of a table."""
        reader = _Tables(cells, index, self.limits)
        scan_content(self.content, reader.start, reader.end, reader.text)
        cells.add(index, reader.values, reader.shown)


def scan_content(
    content: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Pass the document to the handlers; old programs write a document type without content."""
    scan(content, "content.xml", start, end, text, doctype=True)


def table_names(content: bytes) -> list[str]:
    """Return the names of the spreadsheet's tables in order."""
    path: list[str] = []
    names: list[str] = []

    def start(name: str, attrs: Attributes) -> None:
        path.append(name)
        if name == TABLE + "table" and path[:-1] == SPREADSHEET:
            names.append(attrs.get(TABLE + "name", ""))

    def end(_: str) -> None:
        path.pop()

    scan_content(content, start, end)
    return names


class _Tables:
    """Collects the cells of one table from the parser's events."""

    def __init__(self, cells: Cells, wanted: int, limits: Limits) -> None:
        self.cells = cells
        self.wanted = wanted
        self.most = limits.max_cells
        self.values: dict[int, CellValue] = {}
        self.shown: dict[int, Shown] = {}
        # The names of styles with a line through the text, and the style around.
        self.struck: set[str] = set()
        self.style = ""
        self.path: list[str] = []
        self.table = -1
        self.row = self.column = 0
        self.row_repeat = 1
        self.row_values: dict[int, CellValue] = {}
        self.row_shown: dict[int, Shown] = {}
        self.attrs: Attributes = {}
        # The depth of the current cell, 0 outside of cells; its paragraphs.
        self.cell_depth = 0
        self.paragraphs: list[str] = []

    def start(self, name: str, attrs: Attributes) -> None:
        self.path.append(name)
        if name == TABLE + "table":
            self.start_table()
        elif self.table < 0:
            self.start_style(name, attrs)
        elif self.table != self.wanted:
            return
        elif self.cell_depth:
            self.start_content(name, attrs)
        elif name == ROW and self.is_in_table():
            self.column, self.row_repeat = 0, repeat(attrs, ROWS_REPEATED)
            self.row_values, self.row_shown = {}, {}
        elif name in CELLS and self.path[-2] == ROW:
            self.attrs, self.paragraphs, self.cell_depth = attrs, [], len(self.path)
        elif name.startswith(TABLE) and self.path[-2] == ROW and self.is_in_table():
            why = f"<{name.removeprefix(TABLE)[:20]}>"  # it would hide the cells inside it
            raise Refusal("unreadable", "element", part="content.xml", why=why)

    def start_style(self, name: str, attrs: Attributes) -> None:
        """Note the name of a style with a line through the text."""
        if name == STYLE + "style":
            self.style = attrs.get(STYLE + "name", "")
        elif name == STYLE + "text-properties":
            line = attrs.get(STYLE + "text-line-through-style", "none")
            if line != "none" and self.style:
                self.struck.add(self.style)

    def start_table(self) -> None:
        if self.path[:-1] == SPREADSHEET:
            self.table += 1
            self.row = 0
        elif self.table == self.wanted and self.path[:3] == SPREADSHEET and self.is_in_table():
            raise Refusal("unreadable", "nested_table")

    def is_in_table(self) -> bool:
        """Whether the element is among the rows and cells of a table, not in a shape."""
        between = self.path[4:-1]
        return self.path[3:4] == [TABLE + "table"] and all(
            name in ROW_GROUPS or name in CELLS or name == ROW for name in between
        )

    def start_content(self, name: str, attrs: Attributes) -> None:
        """Begin a paragraph of the cell, or insert white space for its element."""
        inner = self.path[self.cell_depth :]
        if len(inner) == 1 and name in (WORDS + "p", WORDS + "h"):
            self.paragraphs.append("")
        elif self.is_text(inner[:-1]):
            if name == WORDS + "s":
                count = min(repeat(attrs, WORDS + "c"), LONGEST_SPACES)
                self.paragraphs[-1] += " " * count
            elif name in (WORDS + "tab", WORDS + "line-break"):
                self.paragraphs[-1] += "\t" if name.endswith("tab") else "\n"

    def is_text(self, inner: list[str]) -> bool:
        """Whether these nested elements contain the cell's own text."""
        return bool(inner and self.paragraphs) and all(
            name in WITHIN_TEXT or FIELDS.fullmatch(name) for name in inner
        )

    def text(self, text: str) -> None:
        if self.cell_depth and self.is_text(self.path[self.cell_depth :]):
            self.paragraphs[-1] += text

    def end(self, name: str) -> None:
        if self.table == self.wanted:
            if len(self.path) == self.cell_depth:
                self.end_cell()
            elif name == ROW and not self.cell_depth and self.is_in_table():
                self.end_row()
        self.path.pop()

    def end_cell(self) -> None:
        count = repeat(self.attrs, COLUMNS_REPEATED)
        text = "\n".join(self.paragraphs)
        value = cell_value(self.cells, self.attrs, text)
        if value is not None:
            if self.column + count > LAST_COLUMN:
                raise Refusal("too_large", "columns", limit=LAST_COLUMN)
            columns = range(self.column, self.column + count)
            self.row_values.update(dict.fromkeys(columns, value))
            shown = shown_besides(self.attrs, value, text)
            if self.attrs.get(TABLE + "style-name") in self.struck:
                shown = replace(shown, struck=True)
            if shown != NOTHING:
                self.row_shown.update(dict.fromkeys(columns, shown))
        rows, width = (repeat(self.attrs, name) for name in SPANNED)
        if rows > 1:
            last = min(self.row + rows, LAST_ROW) - 1, min(self.column + width, LAST_COLUMN) - 1
            self.cells.merge((self.wanted, self.row, last[0], self.column, last[1]))
        self.column += count
        self.cell_depth = 0

    def end_row(self) -> None:
        count = self.row_repeat
        if self.row_values:
            if len(self.values) + count * len(self.row_values) > self.most:
                raise Refusal("too_large", "cells", limit=self.most)
            if self.row + count > LAST_ROW:
                raise Refusal("too_large", "rows", limit=LAST_ROW)
            for row in range(self.row, self.row + count):
                self.values |= {row * WIDTH + c: value for c, value in self.row_values.items()}
                self.shown |= {row * WIDTH + c: shown for c, shown in self.row_shown.items()}
        self.row += count


def repeat(attrs: Attributes, name: str) -> int:
    """Return the repeat count of an element."""
    text = attrs.get(name, "1").strip()
    return min(max(1, int(text[:12])), MOST_REPEATED) if text.isdecimal() else 1


def cell_value(cells: Cells, attrs: Attributes, text: str) -> CellValue | None:
    """Return the value of a cell from its attributes and text; None if it is empty.

    A value that is declared but not stored is read as the text that the cell shows.
    """
    kind = attrs.get(EXTENSION + "value-type") or attrs.get(OFFICE + "value-type") or ""
    formula = TABLE + "formula" in attrs
    if kind == "error" or (formula and ERROR_TEXT.match(text.strip())):
        return cells.text(ERROR, text.strip() or "#ERROR")
    if kind == "string":
        text = attrs.get(OFFICE + "string-value", text)
    else:
        value = typed_value(cells, kind, attrs)
        if value is not None:
            return value
        if formula:
            return cells.text(FORMULA, "")
    return None if not text or text.isspace() else cells.text(TEXT, text)


def typed_value(cells: Cells, kind: str, attrs: Attributes) -> CellValue | None:
    """Return the stored number, day, time or boolean; None if there is none."""
    names = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}
    text = attrs.get(OFFICE + names.get(kind, "value"))
    if text is None or kind in ("", "void"):
        return None
    if kind == "date":
        return iso_day(cells, text)
    if kind == "time":
        return cells.text(OTHER, duration(text))
    if kind == "boolean":
        return boolean_value(text) or cells.text(OTHER, text)
    number = float(text) if NUMBER_FORM.fullmatch(text.strip()) else math.nan
    return (NUMBER, number) if math.isfinite(number) else cells.text(OTHER, text)


def shown_besides(attrs: Attributes, value: CellValue, text: str) -> Shown:
    """Return the unit and the thousands that the shown text of a number cell has.

    In percentages a % belongs to the number.
    """
    kind, number = value
    if kind != NUMBER or len(text) > LONGEST_SHOWN or text.isdecimal():
        return NOTHING
    digits = SHOWN_NUMBER.search(text)
    unit = SHOWN_NUMBER.sub(" ", text, count=1)
    if attrs.get(OFFICE + "value-type") == "percentage":
        unit = unit.replace("%", " ", 1)
    unit = " ".join(unit.split())[:LONGEST_UNIT]
    if ONLY_SIGNS.fullmatch(unit) or digits is None:
        return NOTHING
    return Shown(unit, thousands_of(digits[0], abs(number)), struck=False)


def thousands_of(digits: str, number: float) -> int:
    """Return how often a number was divided by 1000 to be shown so; 0 if it fits none.

    The last sign between the digits may be the decimal sign, or stand between thousands.
    """
    parts = [re.sub(r"[^0-9]", "", part) for part in LAST_SIGN.split(digits)]
    readings = [(int("".join(parts)), 0)]
    if len(parts) > 1:
        readings.append((int("".join(parts)), len(parts[1])))
    for thousands in range(MOST_THOUSANDS + 1):
        left = number / 1000**thousands
        if any(abs(said / 10**d - left) <= 0.5 / 10**d + 1e-9 * left for said, d in readings):
            return thousands
    return 0


def duration(text: str) -> str:
    """Return a duration such as PT12H30M00S as 12:30:00; other texts unchanged."""
    match = DURATION.fullmatch(text.strip())
    if match is None:
        return text
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return match[1] + clock(total / 86_400)
