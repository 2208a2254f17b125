"""The second look at .ods: error cells and formulas without stored value."""

import re
import zipfile

from pipeline.intake.marks_ooxml import Marks
from pipeline.intake.xml import scan

SUSPECT_ODS = re.compile(rb"""(?i)table:formula|"#|>#|>err:""")
ERROR_TEXT = re.compile(
    r"(?i)^(#(NULL!|DIV/0!|VALUE!|WERT!|REF!|BEZUG!|NAME\?|NUM!|ZAHL!|N/A|NV)|err:\d{3})$"
)


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
