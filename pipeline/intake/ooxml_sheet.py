"""Reads the parts of an OOXML workbook that hold cells and texts: its sheets, the texts they share.

A cell's own reference is its address; for cells without one it follows from the order. A file with
the same address twice is refused. A value below a merged area is read like any other: formulas use
it, and it is visible again once the area is split.
"""

from pipeline.intake.cells import LAST_COLUMN, LAST_ROW, WIDTH, Shown, Value, position_of
from pipeline.intake.ooxml_values import OoxmlValues
from pipeline.intake.refusal import BadCellError, Refusal
from pipeline.intake.xml import NAMESPACES, SEPARATOR, Attributes, local, scan

# Replaces the name of an element that does not belong to a sheet.
FOREIGN = "*"
MERGED_PATH = ["worksheet", "mergeCells"]
CELL_PATH = ["worksheet", "sheetData", "row", "c"]
CELL = len(CELL_PATH)
# The names of nearly all elements, which need not be taken apart a million times.
COMMON = {f"{space}{SEPARATOR}{name}": name for space in NAMESPACES for name in ("row", "c", "v")}
# What may be among rows, among cells and in a cell, by depth: any other element would hide its
# content.
KNOWN = {
    2: {"row", FOREIGN},
    3: {"c", "extLst", FOREIGN},
    4: {"f", "v", "is", "extLst", FOREIGN},
}


def read_cells(data: bytes, part: str, index: int, name: str, values: OoxmlValues) -> None:
    """Append the sheet's cells; what no workbook may hold is a Refusal."""
    reader = _Sheet(name, values, index)
    scan(data, part, reader.start, reader.end, reader.text)
    if not reader.is_sheet:
        raise Refusal("unreadable", "no_sheet_part", sheet=name[:40])
    values.cells.add(index, reader.cells, reader.shown)


class _Sheet:
    """Collects a sheet's cells from the parser's events.

    path: the elements around. on_way: how many of them, from the root on, are those of CELL_PATH.
    """

    def __init__(self, name: str, values: OoxmlValues, index: int) -> None:
        self.name = name
        self.index = index
        self.values = values
        self.cells: dict[int, Value] = {}
        self.shown: dict[int, Shown] = {}
        self.path: list[str] = []
        self.on_way = 0
        self.is_sheet = False
        self.row = self.column = -1
        self.place = 0
        self.kind = self.style = ""
        self.formula = False
        self.value: list[str] | None = None
        self.inline: list[str] | None = None

    def start(self, name: str, attrs: Attributes) -> None:
        own = COMMON.get(name) or own_name(name)
        depth = len(self.path)
        if self.on_way == depth:
            if depth in KNOWN and own not in KNOWN[depth]:
                raise Refusal("unreadable", "element", part=self.name[:40], why=f"<{own[:20]}>")
            self.start_known(depth, own, attrs)
            if depth < CELL and own == CELL_PATH[depth]:
                self.on_way += 1
        elif own == "mergeCell" and self.path == MERGED_PATH:
            self.note_merged(attrs.get("ref", ""))
        self.path.append(own)

    def note_merged(self, reference: str) -> None:
        """Note a merged area; what is no area is none."""
        first, _, last = reference.partition(":")
        try:
            (row, column), (low, right) = (divmod(position_of(r), WIDTH) for r in (first, last))
        except KeyError:
            return
        self.values.cells.merge((self.index, row, low, column, right))

    def start_known(self, depth: int, name: str, attrs: Attributes) -> None:
        if depth == CELL:
            if name == "v":
                self.value = self.value or []
            elif name == "f":
                self.formula = True
            elif name == "is":
                self.inline = []
        elif depth == 3 and name == "c":
            self.start_cell(attrs)
        elif depth == 2 and name == "row":
            self.start_row(attrs)
        elif depth == 1 and name == "sheetData":
            self.is_sheet = True

    def start_row(self, attrs: Attributes) -> None:
        given = attrs.get("r", str(self.row + 2))
        if not (given.isascii() and given.isdecimal()) or not 0 < int(given[:10]) <= LAST_ROW:
            raise Refusal("unreadable", "beyond", cell=f"{self.name[:40]}!{given[:20]}")
        self.row, self.column = int(given) - 1, -1

    def start_cell(self, attrs: Attributes) -> None:
        try:
            given = attrs.get("r")
            self.place = position_of(given) if given else self.next_position()
        except KeyError as error:
            cell = f"{self.name[:40]}!{(given or '')[:20]}"
            raise Refusal("unreadable", "beyond", cell=cell) from error
        self.column = self.place % WIDTH
        self.kind, self.style = attrs.get("t", "n"), attrs.get("s", "0")
        if not self.kind or not self.style:
            raise BadCellError("bad_cell").at(self.name, self.place)
        self.formula, self.value, self.inline = False, None, None

    def next_position(self) -> int:
        if self.column + 1 >= LAST_COLUMN:
            raise KeyError
        return self.row * WIDTH + self.column + 1

    def text(self, text: str) -> None:
        path = self.path[CELL:]
        if path == ["v"] and self.value is not None:
            self.value.append(text)
        elif path[:1] == ["is"] and self.inline is not None and is_text(path[1:]):
            self.inline.append(text)

    def end(self, _: str) -> None:
        depth = len(self.path)
        if self.on_way == depth:
            self.on_way -= 1
            if depth == CELL:
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
        if self.values.looks and (shown := self.values.shown(self.style, value)):
            self.shown[self.place] = shown


def own_name(name: str) -> str:
    """Return the local name of an element of a sheet, FOREIGN for any other element."""
    space, _, own = name.rpartition(SEPARATOR)
    return own if space in NAMESPACES else FOREIGN


def read_strings(data: bytes) -> list[str]:
    """Return the shared texts in order: for rich text all runs, without phonetic text."""
    reader = _Strings()
    scan(data, "sharedStrings.xml", reader.start, reader.end, reader.text)
    return reader.items


class _Strings:
    """Collects the shared texts from the parser's events."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.path: list[str] = []
        self.texts: list[str] = []

    def start(self, name: str, _: Attributes) -> None:
        self.path.append(local(name))
        if self.is_item():
            self.texts = []

    def text(self, text: str) -> None:
        if is_text(self.path[2:]):
            self.texts.append(text)

    def end(self, _: str) -> None:
        if self.is_item():
            self.items.append("".join(self.texts))
        self.path.pop()

    def is_item(self) -> bool:
        return len(self.path) == 2 and self.path[1] == "si"


def is_text(path: list[str]) -> bool:
    """Whether an element within an item contains its text: t, or t of a run r (not of rPh)."""
    return path in (["t"], ["r", "t"])
