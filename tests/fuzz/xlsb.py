"""Writes a small .xlsb: no program at hand makes one. Records as in [MS-XLSB]."""

import io
import struct
import zipfile
from datetime import date

from tests.making.workbooks import Book, Cell

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BINARY = "application/vnd.ms-excel"
# Record types.
ROW, BOOLEAN, REAL, TEXT, RICH = 0, 4, 5, 6, 62
XF, SHEET = 47, 156
BEGIN_BOOK, END_BOOK, BEGIN_SHEETS, END_SHEETS = 131, 132, 143, 144
BEGIN_SHEET, END_SHEET, DIMENSION, BEGIN_DATA, END_DATA = 129, 130, 148, 145, 146
BEGIN_STYLES, END_STYLES, BEGIN_XFS, END_XFS = 278, 279, 617, 618
GENERAL, DAY = 0, 1
DAY_FORMAT = 14
DAY_0 = date(1899, 12, 30)


def record(kind: int, content: bytes = b"") -> bytes:
    """One record: its type and length in bytes of seven bits."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    while size > 127:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + content


def wide(text: str) -> bytes:
    """A text: its length in characters of two bytes, and these."""
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def cell(column: int, value: Cell) -> bytes:
    """The record of a cell; every tenth text is a rich one."""
    style = DAY if isinstance(value, date) else GENERAL
    place = struct.pack("<II", column, style)
    match value:
        case None:
            return b""
        case bool():
            return record(BOOLEAN, place + bytes([value]))
        case str() if len(value) % 10 == 0:
            return record(RICH, place + b"\0" + wide(value))
        case str():
            return record(TEXT, place + wide(value))
        case date():
            return record(REAL, place + struct.pack("<d", (value - DAY_0).days))
        case int() | float():
            return record(REAL, place + struct.pack("<d", value))
    raise TypeError(value)


def sheet(grid: list[list[Cell]]) -> bytes:
    """A sheet's part."""
    last = max((len(line) for line in grid), default=1)
    size = struct.pack("<IIII", 0, max(0, len(grid) - 1), 0, max(0, last - 1))
    parts = [record(BEGIN_SHEET), record(DIMENSION, size), record(BEGIN_DATA)]
    for row, line in enumerate(grid):
        parts.append(record(ROW, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0)))
        parts += [cell(column, value) for column, value in enumerate(line)]
    return b"".join([*parts, record(END_DATA), record(END_SHEET)])


def styles() -> bytes:
    """Two formats of cells: as it is, and a day."""
    xfs = [struct.pack("<HHHHHHHH", 0, f, 0, 0, 0, 0, 0, 0) for f in (0, DAY_FORMAT)]
    formats = record(BEGIN_XFS, struct.pack("<I", 2)) + b"".join(record(XF, x) for x in xfs)
    return record(BEGIN_STYLES) + formats + record(END_XFS) + record(END_STYLES)


def relations(targets: dict[str, tuple[str, str]]) -> str:
    """A part of relations: id -> (type, target)."""
    lines = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def xlsb(book: Book) -> bytes:
    """The workbook (plain cells only) as .xlsb."""
    numbers = range(1, len(book.sheets) + 1)
    listed = [
        record(SHEET, struct.pack("<II", 0, i) + wide(f"rId{i}") + wide(name))
        for i, name in zip(numbers, book.sheets, strict=True)
    ]
    links = {f"rId{i}": ("worksheet", f"worksheets/sheet{i}.bin") for i in numbers}
    links["rId99"] = ("styles", "styles.bin")
    body = record(BEGIN_SHEETS) + b"".join(listed) + record(END_SHEETS)
    types = [("xl/workbook.bin", "sheet.binary.macroEnabled.main"), ("xl/styles.bin", "styles")]
    types += [(f"xl/worksheets/sheet{i}.bin", "worksheet") for i in numbers]
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{BINARY}.{kind}"/>' for part, kind in types
    )
    defaults = '<Default Extension="rels" ContentType="application/xml"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}'
        "</Types>",
        "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.bin")}),
        "xl/workbook.bin": record(BEGIN_BOOK) + body + record(END_BOOK),
        "xl/_rels/workbook.bin.rels": relations(links),
        "xl/styles.bin": styles(),
    }
    for number, grid in zip(numbers, book.sheets.values(), strict=True):
        parts[f"xl/worksheets/sheet{number}.bin"] = sheet(grid)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return target.getvalue()
