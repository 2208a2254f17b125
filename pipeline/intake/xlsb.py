"""Workbooks in Excel's binary format (.xlsb): records of a type, a length and a content."""

import struct
from collections.abc import Callable, Iterator

from pipeline.intake.archive import Archive
from pipeline.intake.cells import (
    BOOLEAN,
    ERROR,
    LAST_COLUMN,
    LAST_ROW,
    TEXT,
    WIDTH,
    Cells,
    Shown,
    Value,
)
from pipeline.intake.looks import Look, Section, looks_of, sections_of
from pipeline.intake.package import Relation, part_of_kind, relations
from pipeline.intake.refusal import BadCellError, Refusal
from pipeline.intake.values import BUILT_IN, PLAIN, kind_shown_by, number_value

# Error values by their code in binary workbooks, .xls too.
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
# Types of records ([MS-XLSB] 2.4).
ROW, BLANK, RK, ERROR_CELL, BOOL, REAL, INLINE, SHARED = range(8)
FORMULA_STRING, FORMULA_NUMBER, FORMULA_BOOL, FORMULA_ERROR = range(8, 12)
RICH_INLINE = 62
MERGED = 176
STRING_ITEM, FONT, NUMBER_FORMAT, CELL_FORMAT = 19, 43, 44, 47
STRUCK = 0x8
BOOK_PROPERTIES, SHEET_OF_BOOK = 153, 156
BEGIN_SHEET, END_SHEET_DATA = 129, 146
BEGIN_CELL_FORMATS, END_CELL_FORMATS = 617, 618
NOTHING_FITS = {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}


def records(data: bytes, part: str) -> Iterator[tuple[int, bytes]]:
    """Yield (type, content) of every record; a truncated one is a Refusal."""
    at = 0
    while at < len(data):
        kind, at = variable(data, at, 2, part)
        size, at = variable(data, at, 4, part)
        if at + size > len(data):
            raise cut_off(part)
        yield kind, data[at : at + size]
        at += size


def variable(data: bytes, at: int, most: int, part: str) -> tuple[int, int]:
    """Return a number of up to `most` bytes of seven bits, and the offset after it."""
    number = 0
    for shift in range(most):
        if at >= len(data):
            raise cut_off(part)
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return number, at


def cut_off(part: str) -> Refusal:
    """Return the refusal of a part whose records do not end where they should."""
    return Refusal("unreadable", "bad_records", part=part[:80])


class XlsbBook:
    """An opened workbook. names: its worksheets in order, hidden ones too."""

    repaired = False

    def __init__(self, archive: Archive, part: str) -> None:
        self.archive = archive
        self.links = relations(archive, part)
        self.from_1904 = False
        self.sheets: list[tuple[str, Relation | None]] = []
        try:
            for kind, content in records(archive.read(part), part):
                if kind == BOOK_PROPERTIES:
                    self.from_1904 = bool(content[:1] and content[0] & 1)
                elif kind == SHEET_OF_BOOK:
                    self.add_sheet(content)
        except struct.error as error:
            raise cut_off(part) from error
        self.names = [name for name, _ in self.sheets]
        self.styles: list[int] = []
        self.looks: dict[int, Look] = {}
        self.strings: list[str] | None = None

    def add_sheet(self, content: bytes) -> None:
        """Store a sheet of the workbook, if it is a worksheet."""
        link, rest = wide_string(content[8:])
        name, _ = wide_string(rest)
        relation = self.links.get(link)
        if relation is None or relation.kind not in NOTHING_FITS:
            self.sheets.append((name, relation))

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the cells of a sheet."""
        name, relation = self.sheets[index]
        if not relation or relation.kind != "worksheet" or relation.target not in self.archive:
            raise Refusal("unreadable", "no_sheet_part", sheet=name[:40])
        if self.strings is None:
            self.load()
        reader = _Sheet(self, name, cells, index)
        try:
            reader.read(self.archive.read(relation.target), relation.target)
        except (struct.error, IndexError) as error:
            raise cut_off(relation.target) from error
        cells.add(index, reader.values, reader.shown)

    def load(self) -> None:
        """Read what the sheets share: texts and formats."""
        styles = part_of_kind(self.archive, self.links, "styles")
        strings = part_of_kind(self.archive, self.links, "sharedStrings")
        try:
            if styles is not None:
                self.styles, self.looks = read_styles(styles)
            self.strings = read_strings(strings) if strings is not None else []
        except struct.error as error:
            raise cut_off("styles.bin, sharedStrings.bin") from error


def read_strings(data: bytes) -> list[str]:
    """Return the shared texts, without formatting and phonetic text."""
    items = records(data, "sharedStrings.bin")
    return [wide_string(content[1:])[0] for kind, content in items if kind == STRING_ITEM]


def read_styles(data: bytes) -> tuple[list[int], dict[int, Look]]:
    """Return the kind of number (see `values`) of each cell format, and the looks of some."""
    own: dict[int, int] = {}
    sections: dict[int, tuple[Section, ...]] = {}
    struck: list[bool] = []
    result: list[int] = []
    styles: list[tuple[int, int]] = []
    inside = False
    for kind, content in records(data, "styles.bin"):
        if kind == NUMBER_FORMAT:
            identifier, code = struct.unpack_from("<H", content)[0], wide_string(content[2:])[0]
            own[identifier], sections[identifier] = kind_shown_by(code), sections_of(code)
        elif kind == FONT:
            struck.append(bool(int.from_bytes(content[2:4], "little") & STRUCK))
        elif kind in (BEGIN_CELL_FORMATS, END_CELL_FORMATS):
            inside = kind == BEGIN_CELL_FORMATS
        elif kind == CELL_FORMAT and inside:
            number = struct.unpack_from("<HH", content)[1]
            font = int.from_bytes(content[4:6], "little")
            result.append(own.get(number, BUILT_IN.get(number, PLAIN)))
            styles.append((number, font))
    return result, looks_of(sections, struck, styles)


def wide_string(data: bytes) -> tuple[str, bytes]:
    """Return a text and the bytes after it."""
    (length,) = struct.unpack_from("<I", data)
    end = 4 + 2 * length
    if end > len(data):
        raise struct.error("a text longer than its record")
    return data[4:end].decode("utf-16-le", "replace"), data[end:]


class _Sheet:
    """Collects a sheet's cells from its records."""

    def __init__(self, book: XlsbBook, name: str, cells: Cells, index: int) -> None:
        self.book = book
        self.name = name
        self.index = index
        self.cells = cells
        self.values: dict[int, Value] = {}
        self.shown: dict[int, Shown] = {}
        self.row = -1
        self.ways: dict[int, Callable[[bytes], Value | None]] = {
            RK: lambda c: self.number(c, rk_number(c[8:12])),
            REAL: lambda c: self.number(c, struct.unpack_from("<d", c, 8)[0]),
            FORMULA_NUMBER: lambda c: self.number(c, struct.unpack_from("<d", c, 8)[0]),
            SHARED: lambda c: self.text(self.shared(struct.unpack_from("<I", c, 8)[0])),
            INLINE: lambda c: self.text(wide_string(c[8:])[0]),
            RICH_INLINE: lambda c: self.text(wide_string(c[9:])[0]),
            FORMULA_STRING: lambda c: self.text(wide_string(c[8:])[0]),
            BOOL: lambda c: (BOOLEAN, float(c[8] != 0)),
            FORMULA_BOOL: lambda c: (BOOLEAN, float(c[8] != 0)),
            ERROR_CELL: lambda c: self.cells.text(ERROR, ERRORS.get(c[8], "#ERROR")),
            FORMULA_ERROR: lambda c: self.cells.text(ERROR, ERRORS.get(c[8], "#ERROR")),
        }

    def read(self, data: bytes, part: str) -> None:
        """Read all records; a sheet without beginning or end of its data is incomplete."""
        seen = set()
        for kind, content in records(data, part):
            seen.add(kind)
            if kind == ROW:
                (self.row,) = struct.unpack_from("<I", content)
            elif kind in self.ways:
                self.add(kind, content)
            elif kind == MERGED:
                first, last, left, right = struct.unpack_from("<4I", content)
                self.cells.merge((self.index, first, last, left, right))
        if not {BEGIN_SHEET, END_SHEET_DATA} <= seen:
            raise cut_off(part)

    def add(self, kind: int, content: bytes) -> None:
        (column,) = struct.unpack_from("<I", content)
        if column >= LAST_COLUMN or not 0 <= self.row < LAST_ROW:
            cell = f"{self.name[:40]}!R{self.row + 1}C{column + 1}"
            raise Refusal("unreadable", "beyond", cell=cell)
        place = self.row * WIDTH + column
        try:
            value = self.ways[kind](content)
            if value is not None and place in self.values:
                raise BadCellError("duplicate_cell")
        except BadCellError as error:
            raise error.at(self.name, place) from error
        if value is None:
            return
        self.values[place] = value
        look = self.book.looks.get(style_of(content))
        if look and (shown := look.shown(value)):
            self.shown[place] = shown

    def number(self, content: bytes, number: float) -> Value:
        style = style_of(content)
        styles = self.book.styles or [PLAIN]
        if style >= len(styles):
            raise BadCellError("style_missing", str(style))
        number_kind = styles[style]
        return number_value(
            self.cells, number, number_kind, f"{number:g}", from_1904=self.book.from_1904
        )

    def text(self, text: str) -> Value | None:
        return None if not text or text.isspace() else self.cells.text(TEXT, text)

    def shared(self, position: int) -> str:
        strings = self.book.strings or []
        if position >= len(strings):
            raise BadCellError("text_missing", str(position))
        return strings[position]


def style_of(content: bytes) -> int:
    """Return the position of a cell's format."""
    return int.from_bytes(content[4:7], "little")


def rk_number(data: bytes) -> float:
    """Return a number stored in four bytes ([MS-XLSB] 2.5.122)."""
    (stored,) = struct.unpack("<i", data)
    whole, hundredths = stored & 2, stored & 1
    number = float(stored >> 2)
    if not whole:
        (number,) = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", stored & ~3))
    return number / 100 if hundredths else number
