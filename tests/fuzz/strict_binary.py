"""A second, strict reading of .xlsb and .xls; see `strict`."""

import datetime as dt
import struct

import xlrd
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from .strict import Cell, DoubtError, figure, is_ours, kind_of, markup, parts_of, target, text_of
from .xlsb import BOOLEAN, REAL, RICH, ROW, SHEET, TEXT, XF

DAY_0 = dt.date(1899, 12, 30)
LAST_OF_A_CELL = 11
BLANK, PACKED = 1, 2


def records(data: bytes) -> list[tuple[int, bytes]]:
    """Type and content of every record."""
    result, at = [], 0
    while at < len(data):
        kind, at = number(data, at, 2, 0x80)
        size, at = number(data, at, 4, 0)
        if at + size > len(data):
            raise DoubtError("record")
        result.append((kind, data[at : at + size]))
        at += size
    return result


def number(data: bytes, at: int, most: int, kept: int) -> tuple[int, int]:
    """A number in bytes of seven bits, and where it ends."""
    value = 0
    for place in range(most):
        if at >= len(data):
            raise DoubtError("record")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at
    return value, at


def wide(data: bytes, at: int) -> tuple[str, int]:
    """A text and where it ends."""
    size = int.from_bytes(data[at : at + 4], "little")
    end = at + 4 + 2 * size
    if size > 32_767 or end > len(data):
        raise DoubtError("text")
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def read_xlsb(data: bytes) -> list[Cell]:
    """Every cell that is not empty, of workbooks such as `xlsb.xlsb` writes them."""
    parts = parts_of(data)
    links = {
        e.get("Id", ""): target(e.get("Target", ""))
        for e in markup(parts, "xl/_rels/workbook.bin.rels")
    }
    shown = [
        kind_of(str(int.from_bytes(content[2:4], "little")), {})
        for kind, content in records(part(parts, "xl/styles.bin"))
        if kind == XF
    ]
    cells: list[Cell] = []
    for kind, content in records(part(parts, "xl/workbook.bin")):
        if kind == SHEET:
            link, end = wide(content, 8)
            name, _ = wide(content, end)
            if not is_ours(name):
                continue
            cells += sheet_cells(name, records(part(parts, links.get(link, ""))), shown)
    return cells


def part(parts: dict[str, bytes], name: str) -> bytes:
    """A member by its name."""
    if name not in parts:
        raise DoubtError(name)
    return parts[name]


def sheet_cells(name: str, found: list[tuple[int, bytes]], shown: list[str]) -> list[Cell]:
    """The cells of one sheet, each address once."""
    row, seen, cells = 0, set[int](), list[Cell]()
    for kind, content in found:
        if kind == ROW:
            row = int.from_bytes(content[:4], "little") + 1
        elif kind <= LAST_OF_A_CELL or kind == RICH:
            if len(content) < 8:
                raise DoubtError("cell")
            column, style = struct.unpack_from("<II", content)
            if column >= 16_384 or not 0 < row <= 1_048_576:
                raise DoubtError("place")
            said = value(kind, content, style & 0xFFFFFF, shown)
            if said and row * 16_384 + column in seen:
                raise DoubtError("place")
            seen |= {row * 16_384 + column} if said else set()
            cells += [(name, row, column + 1, *said)] if said else []
    return cells


def value(kind: int, content: bytes, style: int, shown: list[str]) -> tuple[str, object] | None:
    """Kind and value of a cell."""
    if kind == BLANK:
        return None
    if kind in (REAL, PACKED) and len(content) >= (16 if kind == REAL else 12):
        if style >= len(shown):
            raise DoubtError("style")
        real = struct.unpack_from("<d", content, 8)[0] if kind == REAL else unpacked(content[8:12])
        return figure(repr(real), shown[style], DAY_0)
    if kind in (TEXT, RICH):
        return text_of(wide(content, 8 if kind == TEXT else 9)[0])
    if kind == BOOLEAN and len(content) > 8:
        return "b", content[8] != 0
    raise DoubtError("cell")


def unpacked(content: bytes) -> float:
    """A number in four bytes: two flags (a hundredth, whole) and the rest."""
    (raw,) = struct.unpack("<i", content)
    number: float = raw >> 2
    if not raw & 2:
        (number,) = struct.unpack("<d", bytes(4) + struct.pack("<i", raw & ~3))
    return number / 100 if raw & 1 else number


class Silence:
    """Takes what xlrd would print."""

    def write(self, _: str) -> None:
        """Forget it."""


def read_xls(data: bytes) -> list[Cell]:
    """Every cell that is not empty, as xlrd reads it; streams may overlap."""
    try:
        book = opened(data)
        return [
            (sheet.name, row + 1, column + 1, *said)
            for sheet in map(book.sheet_by_name, filter(is_ours, book.sheet_names()))
            for row in range(sheet.nrows)
            for column, cell in enumerate(sheet.row(row))
            if (said := xls_value(cell, book.datemode)) is not None
        ]
    except (XLRDError, CompDocError, AssertionError) as error:
        raise DoubtError(str(error)) from error
    except Exception as error:  # xlrd does not check what it reads
        raise DoubtError(f"{type(error).__name__}: {error}") from error


def opened(data: bytes) -> xlrd.Book:
    """The workbook, read past overlapping streams only where there are some."""
    kept = {"file_contents": data, "logfile": Silence(), "on_demand": True}
    try:
        return xlrd.open_workbook(**kept)
    except CompDocError:
        return xlrd.open_workbook(**kept, ignore_workbook_corruption=True)


def xls_value(cell: xlrd.sheet.Cell, mode: int) -> tuple[str, object] | None:
    """Kind and value of a cell."""
    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return text_of(cell.value)
        case xlrd.XL_CELL_NUMBER:
            return figure(repr(cell.value), "n", DAY_0)
        case xlrd.XL_CELL_DATE:
            return figure(repr(cell.value), "d", dt.date(1904, 1, 1) if mode else DAY_0)
        case xlrd.XL_CELL_BOOLEAN:
            return "b", bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return "e", xlrd.error_text_from_code.get(cell.value, "")
    return None
