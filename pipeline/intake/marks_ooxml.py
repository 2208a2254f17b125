"""The second look at .xlsx and .xlsm: what the fast reader gives as empty or reads wrongly.

python-calamine returns an empty text for `#REF!` and for a formula without stored value alike. A
search through the sheet's bytes tells whether a look at its cells is needed at all.
"""

import io
import re
import zipfile
from posixpath import dirname, join, normpath

from pipeline.intake.refusal import Refusal
from pipeline.intake.xml import elements, local, scan

# (row, column) from 1 -> ("e", the error) or ("f", "")
Marks = dict[tuple[int, int], tuple[str, str]]

SUSPECT = re.compile(rb"""<(?:[^\s<>/:]+:)?f[\s>/]|\st\s*=\s*["']e["']""")
# Markup inside a value, which the fast reader skips or cuts off; declarations no sheet needs.
ODD = re.compile(rb"<!DOCTYPE|<(?:[^\s<>/:]+:)?v>[^<]*<[!?]")
# Cells so far out that the area between them matters.
FAR = [re.compile(b"r=" + q + rb"(?:[A-Z]{3}\d|[A-Z]{1,2}\d{6})") for q in (b'"', b"'")]
PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,10})["']""")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# The error values the fast reader knows; at any other it gives up the whole workbook.
KNOWN_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
ERROR_VALUE = re.compile(
    rb"""(<(?:[^\s<>/:]+:)?c\b[^>]*\st=["']e["'][^>]*>(?:(?!</(?:[^\s<>/:]+:)?c>).)*?"""
    rb"""<(?:[^\s<>/:]+:)?v>)([^<]*)(?=<)""",
    re.DOTALL,
)
REFERENCE = re.compile(r"^\$?([A-Za-z]{1,3})\$?(\d+)$")


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


class OoxmlMarks:
    """Finds the marks of an OOXML workbook's sheets, by their position in the workbook."""

    def __init__(self, archive: zipfile.ZipFile, max_area: int) -> None:
        self.archive = archive
        self.max_area = max_area
        self.parts = sheet_parts(archive)
        self.contents = {part: archive.read(part) for part in self.parts if part}

    def of_sheet(self, index: int, name: str) -> Marks:
        """Return the sheet's marks; a sheet whose part cannot be found cannot be read whole."""
        part = self.parts[index] if index < len(self.parts) else ""
        if not part:
            raise Refusal("unreadable", why=f"no part for sheet {name[:50]}")
        data = self.contents[part]
        refuse_odd(data, part)
        refuse_far_cells(data, self.max_area)
        return ooxml_marks(data, part)

    def readable(self, data: bytes) -> bytes:
        """Return the workbook's bytes with errors such as #SPILL! as ones the fast reader knows.

        The marks keep what the cell really says. Workbooks without such values stay as they are.
        """
        suspects = {part: text for part, text in self.contents.items() if is_suspect(text)}
        known = {part: ERROR_VALUE.sub(_known_error, text) for part, text in suspects.items()}
        changed = {part: text for part, text in known.items() if text != suspects[part]}
        return rewritten(self.archive, changed) if changed else data


def refuse_odd(data: bytes, part: str) -> None:
    """Refuse markup that the fast reader would read wrongly without a word."""
    marked = (
        b"<!" in data or data.find(b"<?", 2) > 0
    )  # after the prolog; seldom, so looked at first
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or (marked and ODD.search(data)):
        raise Refusal("unreadable", why=f"{part}: unusual XML")


def refuse_far_cells(data: bytes, max_area: int) -> None:
    """Refuse a sheet whose cells are so far apart that the area between them fills the memory."""
    if not any(far.search(data) for far in FAR):
        return
    places = [(int(row), column_number(letters.decode())) for letters, row in PLACE.findall(data)]
    rows, columns = [row for row, _ in places], [column for _, column in places]
    if max(rows) > LAST_ROW or max(columns) > LAST_COLUMN:
        raise Refusal("unreadable", why="cells beyond the last row or column")
    area = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if area > max_area:
        raise Refusal("too_large", limit=max_area, what="area between cells")


def is_suspect(data: bytes) -> bool:
    """Whether a sheet may hold errors or formulas; plain searches first, they are much faster."""
    likely = any(hint in data for hint in (b"<f", b":f", b'"e"', b"'e'"))
    return likely and SUSPECT.search(data) is not None


def ooxml_marks(data: bytes, part: str) -> Marks:
    """Return the error cells and formulas without stored value of one OOXML sheet."""
    if not is_suspect(data):
        return {}
    scanner = _SheetScanner()
    scan(data, part, scanner)
    return scanner.marks


def rewritten(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """Return the archive's bytes with some of its parts changed."""
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
