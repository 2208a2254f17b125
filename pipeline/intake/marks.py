"""The second look: errors and unsaved formulas, which the fast reader gives as empty cells.

python-calamine returns an empty text for `#REF!` and for a formula without stored value alike. A
search through the sheet's bytes tells whether a look at its cells is needed at all.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import NoReturn, Protocol
from xml.parsers import expat

from pipeline.intake.refusal import Refusal

# (row, column) from 1 -> ("e", the error) or ("f", "")
Marks = dict[tuple[int, int], tuple[str, str]]

SUSPECT = re.compile(rb"""<(?:[^\s<>/:]+:)?f[\s>/]|\st\s*=\s*["']e["']""")
# Markup inside a value, which the fast reader skips or cuts off; declarations no sheet needs.
ODD = re.compile(rb"<!DOCTYPE|<(?:[^\s<>/:]+:)?v>[^<]*<[!?]")
# Cells so far out that the area between them matters.
FAR = re.compile(rb"""\sr=["'](?:[A-Z]{3}\d|[A-Z]{1,2}\d{6})""")
PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,10})["']""")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# The error values the fast reader knows; at any other it gives up the whole workbook.
KNOWN_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
ERROR_VALUE = re.compile(
    rb"""(<(?:[^\s<>/:]+:)?c\b[^>]*\st=["']e["'][^>]*>(?:(?!</(?:[^\s<>/:]+:)?c>).)*?"""
    rb"""<(?:[^\s<>/:]+:)?v>)([^<]*)(?=<)""",
    re.DOTALL,
)
SUSPECT_ODS = re.compile(rb"""(?i)table:formula|"#|>#|>err:""")
REFERENCE = re.compile(r"^\$?([A-Za-z]{1,3})\$?(\d+)$")
ERROR_TEXT = re.compile(
    r"(?i)^(#(NULL!|DIV/0!|VALUE!|WERT!|REF!|BEZUG!|NAME\?|NUM!|ZAHL!|N/A|NV)|err:\d{3})$"
)


def forbid_entities(parser: expat.XMLParserType) -> None:
    """Make the parser refuse documents that declare entities: no workbook needs them."""

    def refuse(*_: object) -> NoReturn:
        raise Refusal("unreadable", why="XML entities")

    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse


def parse(data: bytes, parser: expat.XMLParserType, part: str) -> None:
    """Run the parser over the bytes; ill-formed XML is a Refusal naming the part."""
    forbid_entities(parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refusal("unreadable", why=f"{part}: {error}") from error


def elements(data: bytes, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (local name, attributes) of every element of a small document."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attrs: found.append((local(name), attrs))
    parse(data, parser, part)
    return iter(found)


def local(name: str) -> str:
    """Return the name without its prefix."""
    return name.rpartition(":")[2]


def sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """Return the part of every sheet of an OOXML workbook in order; empty where there is none."""
    workbook = _workbook_part(archive)
    rels = join(dirname(workbook), "_rels", workbook.rpartition("/")[2] + ".rels")
    names = {name.lower(): name for name in archive.namelist()}
    if rels.lower() not in names:
        return []
    targets = {
        attrs["Id"]: attrs.get("Target", "")
        for name, attrs in elements(archive.read(names[rels.lower()]), rels)
        if name == "Relationship" and "Id" in attrs
    }
    result = []
    for name, attrs in elements(archive.read(workbook), workbook):
        if name == "sheet":
            link = next((v for k, v in attrs.items() if local(k) == "id" and ":" in k), "")
            part = normpath(join(dirname(workbook), targets.get(link, ""))).lstrip("/")
            result.append(names.get(part.lower(), ""))
    return result


def _workbook_part(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    best = [n for n in names if n.lower() == "xl/workbook.xml"]
    return best[0] if best else next(n for n in names if n.lower().endswith("workbook.xml"))


class _SheetScanner:
    """Collects the marks of one OOXML sheet from expat's events."""

    def __init__(self) -> None:
        self.marks: Marks = {}
        self.row = 0
        self.column = 0
        self.type = ""
        self.formula = False
        self.value: list[str] | None = None
        self.reading = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        name = local(name)
        if name == "row":
            self.row = int(attrs["r"]) if attrs.get("r", "").isdecimal() else self.row + 1
            self.column = 0
        elif name == "c":
            self._start_cell(attrs)
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.value, self.reading = [], True

    def _start_cell(self, attrs: dict[str, str]) -> None:
        match = REFERENCE.match(attrs.get("r", ""))
        if match:
            self.column, self.row = column_number(match[1]), int(match[2])
        else:
            self.column += 1
        self.type, self.formula, self.value = attrs.get("t", ""), False, None

    def text(self, data: str) -> None:
        if self.reading and self.value is not None:
            self.value.append(data)

    def end(self, name: str) -> None:
        name = local(name)
        if name == "v":
            self.reading = False
        elif name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        value = None if self.value is None else "".join(self.value)
        if self.type == "e":
            self.marks[self.row, self.column] = ("e", value or "#ERROR")
        elif self.formula and (value is None or (value == "" and self.type != "str")):
            self.marks[self.row, self.column] = ("f", "")


class Scanner(Protocol):
    """Takes expat's events."""

    def start(self, name: str, attrs: dict[str, str]) -> None:
        """An element begins."""

    def text(self, data: str) -> None:
        """Text within an element."""

    def end(self, name: str) -> None:
        """An element ends."""


def scan(data: bytes, part: str, scanner: Scanner) -> None:
    """Let the scanner see the whole document; ill-formed XML is a Refusal naming the part."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.text
    parse(data, parser, part)


class OoxmlMarks:
    """Finds the marks of an OOXML workbook's sheets, by their position in the workbook."""

    def __init__(self, archive: zipfile.ZipFile, max_area: int) -> None:
        self.archive = archive
        self.max_area = max_area
        self.parts = sheet_parts(archive)

    def of_sheet(self, index: int, name: str) -> Marks:
        """Return the sheet's marks; a sheet whose part cannot be found cannot be read whole."""
        part = self.parts[index] if index < len(self.parts) else ""
        if not part:
            raise Refusal("unreadable", why=f"no part for sheet {name[:50]}")
        data = self.archive.read(part)
        refuse_odd(data, part)
        refuse_far_cells(data, self.max_area)
        return ooxml_marks(data, part)


def refuse_odd(data: bytes, part: str) -> None:
    """Refuse markup that the fast reader would read wrongly without a word."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or ODD.search(data):
        raise Refusal("unreadable", why=f"{part}: unusual XML")


def refuse_far_cells(data: bytes, max_area: int) -> None:
    """Refuse a sheet whose cells are so far apart that the area between them fills the memory."""
    if not FAR.search(data):
        return
    places = [(int(row), column_number(letters.decode())) for letters, row in PLACE.findall(data)]
    rows, columns = [row for row, _ in places], [column for _, column in places]
    if max(rows) > LAST_ROW or max(columns) > LAST_COLUMN:
        raise Refusal("unreadable", why="cells beyond the last row or column")
    area = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if area > max_area:
        raise Refusal("too_large", limit=max_area, what="area between cells")


def ooxml_marks(data: bytes, part: str) -> Marks:
    """Return the error cells and formulas without stored value of one OOXML sheet."""
    if not SUSPECT.search(data):
        return {}
    scanner = _SheetScanner()
    scan(data, part, scanner)
    return scanner.marks


def with_known_errors(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """Return the workbook with error values such as #SPILL! as ones the fast reader knows.

    The marks keep what the cell really says. Workbooks without such values stay as they are.
    """
    changed = {}
    for part in filter(None, sheet_parts(archive)):
        content = archive.read(part)
        if SUSPECT.search(content):
            known = ERROR_VALUE.sub(_known_error, content)
            if known != content:
                changed[part] = known
    if not changed:
        return data
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, changed.get(name) or archive.read(name))
    return result.getvalue()


def _known_error(match: re.Match[bytes]) -> bytes:
    text = match[2].decode("utf-8", "replace").strip()
    return match[1] + (match[2] if text in KNOWN_ERRORS else b"#N/A")


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class _OdsScanner:
    """Collects the marks of every table of an ODS document."""

    def __init__(self) -> None:
        self.tables: dict[str, Marks] = {}
        self.marks: Marks = {}
        self.row = self.column = 0
        self.row_repeat = 1
        self.cell: dict[str, str] | None = None
        self.texts: list[str] = []

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "table:table":
            self.marks = self.tables.setdefault(attrs.get("table:name", ""), {})
            self.row = 0
        elif name == "table:table-row":
            self.row += 1
            self.column, self.row_repeat = 0, _repeat(attrs, "table:number-rows-repeated")
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.cell, self.texts = attrs, []

    def text(self, data: str) -> None:
        if self.cell is not None:
            self.texts.append(data)

    def end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell") and self.cell is not None:
            self._end_cell(self.cell)
            self.cell = None
        elif name == "table:table-row":
            self.row += self.row_repeat - 1

    def _end_cell(self, attrs: dict[str, str]) -> None:
        text = "".join(self.texts).strip()
        kind = attrs.get("calcext:value-type") or attrs.get("office:value-type")
        formula = "table:formula" in attrs
        if kind == "error" or (formula and ERROR_TEXT.match(text)):
            self.marks[self.row, self.column + 1] = ("e", text or "#ERROR")
        elif formula and kind is None:
            self.marks[self.row, self.column + 1] = ("f", "")
        self.column += _repeat(attrs, "table:number-columns-repeated")


def _repeat(attrs: dict[str, str], name: str) -> int:
    text = attrs.get(name, "1")
    return max(1, int(text)) if text.isdigit() else 1


def ods_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return error cells and formulas without stored value of every table of an ODS document."""
    data = archive.read("content.xml")
    if not SUSPECT_ODS.search(data):
        return {}
    scanner = _OdsScanner()
    scan(data, "content.xml", scanner)
    return scanner.tables


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
