"""Reads any OOXML sheet with a parser, cell by cell.

What a cell's own reference says is its place; of cells without one the place follows from the
order. The same place twice cannot be read. A value under a merged area is a stored cell like any
other: formulas use it, and it shows again once the area is split.
"""

from pipeline.intake.cells import LAST_COLUMN, LAST_ROW, PLACES, WIDTH, Value
from pipeline.intake.ooxml_strings import is_text
from pipeline.intake.ooxml_values import OoxmlValues
from pipeline.intake.refusal import BadCellError, Refusal
from pipeline.intake.xml import NAMESPACES, SEPARATOR, Attributes, scan

# In place of the name of an element that is none of a sheet's.
FOREIGN = "*"
CELL_PATH = ["worksheet", "sheetData", "row", "c"]
# What may stand among rows, among cells and in a cell: anything else would hide what it holds.
KNOWN = {
    3: {"row", FOREIGN},
    4: {"c", "extLst", FOREIGN},
    5: {"f", "v", "is", "extLst", FOREIGN},
}


def read_sheet(data: bytes, part: str, index: int, name: str, values: OoxmlValues) -> None:
    """Append the sheet's cells; what no workbook may hold is a Refusal."""
    reader = _Sheet(name, values)
    scan(data, part, reader.start, reader.end, reader.text)
    if not reader.is_sheet:
        raise Refusal("unreadable", "no_sheet_part", sheet=name[:40])
    values.cells.add(index, reader.cells)


class _Sheet:
    """Collects a sheet's cells from the parser's events."""

    def __init__(self, name: str, values: OoxmlValues) -> None:
        self.name = name
        self.values = values
        self.cells: dict[int, Value] = {}
        self.path: list[str] = []
        self.is_sheet = False
        self.row = self.column = -1
        self.place = 0
        self.kind = self.style = ""
        self.formula = False
        self.value: list[str] | None = None
        self.inline: list[str] | None = None

    def start(self, name: str, attrs: Attributes) -> None:
        space, _, local = name.rpartition(SEPARATOR)
        self.path.append(local if space in NAMESPACES else FOREIGN)
        self.refuse_unknown()
        if local == "sheetData" and self.path == CELL_PATH[:2]:
            self.is_sheet = True
        elif local == "row" and self.path == CELL_PATH[:3]:
            self.start_row(attrs)
        elif self.path[:4] == CELL_PATH:
            if len(self.path) == 4:
                self.start_cell(attrs)
            else:
                self.start_content(self.path[4:])

    def refuse_unknown(self) -> None:
        depth, name = len(self.path), self.path[-1]
        within = depth in KNOWN and self.path[:-1] == CELL_PATH[: depth - 1]
        if within and name not in KNOWN[depth]:
            raise Refusal("unreadable", "xml", part=self.name[:40], why=f"<{name[:20]}>")

    def start_row(self, attrs: Attributes) -> None:
        given = attrs.get("r", str(self.row + 2))
        if not (given.isascii() and given.isdecimal()) or not 0 < int(given[:10]) <= LAST_ROW:
            raise Refusal("unreadable", "beyond", cell=f"{self.name[:40]}!{given[:20]}")
        self.row, self.column = int(given) - 1, -1

    def start_cell(self, attrs: Attributes) -> None:
        try:
            given = attrs.get("r")
            self.place = PLACES[given.upper().replace("$", "")] if given else self.next_place()
        except KeyError as error:
            cell = f"{self.name[:40]}!{(given or '')[:20]}"
            raise Refusal("unreadable", "beyond", cell=cell) from error
        self.column = self.place % WIDTH
        if "" in (attrs.get("t"), attrs.get("s")):
            raise BadCellError("bad_cell").at(self.name, self.place)
        self.kind, self.style = attrs.get("t", ""), attrs.get("s", "")
        self.formula, self.value, self.inline = False, None, None

    def next_place(self) -> int:
        if self.column + 1 >= LAST_COLUMN:
            raise KeyError
        return self.row * WIDTH + self.column + 1

    def start_content(self, path: list[str]) -> None:
        if path == ["f"]:
            self.formula = True
        elif path == ["v"]:
            self.value = self.value or []
        elif path == ["is"]:
            self.inline = []

    def text(self, text: str) -> None:
        path = self.path[4:]
        if path == ["v"] and self.value is not None:
            self.value.append(text)
        elif path[:1] == ["is"] and self.inline is not None and is_text(path[1:]):
            self.inline.append(text)

    def end(self, _: str) -> None:
        if self.path == CELL_PATH:
            try:
                self.end_cell()
            except BadCellError as error:
                raise error.at(self.name, self.place) from error
        self.path.pop()

    def end_cell(self) -> None:
        parts = self.inline if self.kind == "inlineStr" and self.inline is not None else self.value
        text = None if parts is None else "".join(parts)
        value = self.values.value(self.kind, self.style, text, formula=self.formula)
        if value is None:
            return
        if self.place in self.cells:
            raise BadCellError("duplicate_cell")
        self.cells[self.place] = value
