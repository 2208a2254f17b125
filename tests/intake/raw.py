"""Workbooks with literally given parts, and the result of our reader."""
# ruff: noqa: E501  (XML as it is written)

import io
import struct
import zipfile
from pathlib import Path

from pipeline.common.settings import load_settings
from pipeline.intake.cells import WITH_TEXT, address
from pipeline.intake.reader import Reading, read_bytes, read_content
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_one

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
LIMITS = load_settings().intake
# Formats of cells: 0 plain, 1 day, 2 time of day, 3 elapsed time, 4 text in quotes around a number.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" '
    'formatCode="[h]:mm"/><numFmt numFmtId="165" formatCode="0 &quot;days&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="20"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)
STRINGS = (
    f'<sst xmlns="{MAIN}" count="3" uniqueCount="3"><si><t>null</t></si><si><t>eins &amp; 1</t></si>'
    "<si><t> </t></si></sst>"
)
Found = dict[str, tuple[str, float | str]]


def zipped(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def relationships(*links: tuple[str, str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="{i}" Type="{LINKS}/{t}" Target="{p}"/>' for i, t, p in links
    )
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def sheet_xml(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def row(cells: str, attributes: str = ' r="1"') -> str:
    return f"<row{attributes}>{cells}</row>"


def parts_of(rows: str, book: str = "") -> dict[str, str | bytes]:
    """The parts of an .xlsx with one sheet "S" of the given rows."""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{book}<sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "styles", "styles.xml"),
            ("r3", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet_xml(rows),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": STRINGS,
    }


def xlsx(rows: str, book: str = "", **parts: str | bytes | None) -> bytes:
    """An .xlsx of raw rows; parts (sheet, strings, styles, workbook, rels) replace the usual."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
        "workbook": "xl/workbook.xml",
        "rels": "xl/_rels/workbook.xml.rels",
    }
    every = parts_of(rows, book)
    for name, content in parts.items():
        if content is None:
            del every[names[name]]
        else:
            every[names[name]] = content
    return zipped(every)


def outcome(data: bytes, folder: Path) -> Reading | Refusal:
    """Read a file as the reading process does, with sheets of every name."""
    path = folder / "file.xlsx"
    path.write_bytes(data)
    return read_one(path, LIMITS, Everything())


class Everything(frozenset[str]):
    def __contains__(self, _: object) -> bool:
        return True


def cells_of(reading: Reading, sheet: int = 0) -> Found:
    cells = reading.cells
    found: Found = {}
    every = zip(cells.sheet, cells.place, cells.kind, cells.number, strict=True)
    for of_sheet, place, kind, number in every:
        if of_sheet == sheet:
            said = cells.texts[int(number)] if kind in WITH_TEXT else number
            assert address(place) not in found
            found[address(place)] = chr(kind), said
    return found


def read(data: bytes, folder: Path) -> Found:
    path = folder / "file.xlsx"
    path.write_bytes(data)
    return cells_of(read_content(read_bytes(path, LIMITS), LIMITS, lambda _: True))


def refused(data: bytes, folder: Path) -> tuple[str, str]:
    said = outcome(data, folder)
    assert isinstance(said, Refusal), cells_of(said)
    return said.code, said.reason


# ---- .ods -----------------------------------------------------------------------------------

OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_content(rows: str, before: str = "", prefix: str = "table") -> str:
    return (
        f'{before}<office:document-content xmlns:office="{OPEN}office:1.0" '
        f'xmlns:{prefix}="{OPEN}table:1.0" xmlns:text="{OPEN}text:1.0" '
        f'xmlns:draw="{OPEN}drawing:1.0"><office:body><office:spreadsheet>'
        f'<{prefix}:table {prefix}:name="S">{rows}</{prefix}:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )


def ods(rows: str, **how: str) -> bytes:
    return zipped({"mimetype": ODS_TYPE, "content.xml": ods_content(rows, **how)})


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(inner: str = "", attributes: str = "", name: str = "table-cell") -> str:
    return f"<table:{name} {attributes}>{inner}</table:{name}>"


# ---- .xlsb ----------------------------------------------------------------------------------


def record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(content)]) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def xlsb(cells: bytes, book_flags: int = 0, *, whole: bool = True) -> bytes:
    """An .xlsb with one sheet "S" whose first row holds the given records."""
    rows = record(0, struct.pack("<I", 0) + bytes(13)) + cells
    sheet = record(129) + record(145) + rows + (record(146) + record(130) if whole else b"")
    formats = record(47, struct.pack("<HH", 0, 0)) + record(47, struct.pack("<HH", 0, 14))
    bundle = struct.pack("<II", 0, 1) + wide("r1") + wide("S")
    properties = record(153, struct.pack("<II", book_flags, 0))
    return zipped(
        {
            "_rels/.rels": relationships(("r1", "officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": record(131) + properties + record(156, bundle) + record(132),
            "xl/_rels/workbook.bin.rels": relationships(
                ("r1", "worksheet", "worksheets/sheet1.bin"),
                ("r2", "styles", "styles.bin"),
                ("r3", "sharedStrings", "sharedStrings.bin"),
            ),
            "xl/worksheets/sheet1.bin": sheet,
            "xl/styles.bin": record(617, bytes(4)) + formats + record(618),
            "xl/sharedStrings.bin": record(159, bytes(8)) + record(19, b"\0" + wide("geteilt")),
        }
    )
