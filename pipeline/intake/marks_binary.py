"""The second look at .xls and .xlsb: error cells."""

import zipfile
from collections.abc import Iterator
from posixpath import join, normpath

from pipeline.intake.marks_ooxml import Marks
from pipeline.intake.xml import elements


def xls_marks(data: bytes) -> dict[str, Marks]:
    """Return the error cells of every sheet of an .xls file."""
    import xlrd

    result: dict[str, Marks] = {}
    with xlrd.open_workbook(file_contents=data, logfile=_Silence(), on_demand=True) as book:
        for sheet in book.sheets():
            result[sheet.name] = {
                (row + 1, column + 1): ("e", xlrd.error_text_from_code.get(cell.value, "#ERROR"))
                for row in range(sheet.nrows)
                for column, cell in enumerate(sheet.row(row))
                if cell.ctype == xlrd.XL_CELL_ERROR
            }
    return result


class _Silence:
    """Takes what xlrd would print."""

    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None:
        return None


XLSB_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# Record types of the binary format ([MS-XLSB] 2.4).
ROW_HEADER, CELL_ERROR, FORMULA_ERROR, BUNDLE_SHEET = 0, 3, 11, 156


def xlsb_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, content) of every record of a binary part."""
    at = 0
    while at < len(data):
        kind, at = _variable(data, at, 2)
        size, at = _variable(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _variable(data: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for shift in range(most):
        byte = data[at] if at < len(data) else 0
        at += 1
        number |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return number, at


def xlsb_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the error cells of every sheet of an .xlsb file."""
    rels = "xl/_rels/workbook.bin.rels"
    targets = {
        attrs["Id"]: attrs.get("Target", "")
        for name, attrs in elements(archive.read(rels), rels)
        if name == "Relationship" and "Id" in attrs
    }
    result: dict[str, Marks] = {}
    for kind, content in xlsb_records(archive.read("xl/workbook.bin")):
        if kind == BUNDLE_SHEET:
            link, rest = _wide_string(content[8:])
            name, _ = _wide_string(rest)
            part = normpath(join("xl", targets.get(link, ""))).lstrip("/")
            if part in archive.namelist():
                result.setdefault(name, _xlsb_sheet(archive.read(part)))
    return result


def _wide_string(data: bytes) -> tuple[str, bytes]:
    length = int.from_bytes(data[:4], "little")
    return data[4 : 4 + 2 * length].decode("utf-16-le", "replace"), data[4 + 2 * length :]


def _xlsb_sheet(data: bytes) -> Marks:
    marks: Marks = {}
    row = 0
    for kind, content in xlsb_records(data):
        if kind == ROW_HEADER:
            row = int.from_bytes(content[:4], "little") + 1
        elif kind in (CELL_ERROR, FORMULA_ERROR) and len(content) > 8:
            column = int.from_bytes(content[:4], "little") + 1
            marks[row, column] = ("e", XLSB_ERRORS.get(content[8], "#ERROR"))
    return marks
