"""Takes the cells out of the workbooks that a review wrote, for the floor to write them again."""

import marshal
import re
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

from pipeline.intake.cells import WIDTH, position_of
from tests.performance.floor import BOOLEAN, FORMULA, NUMBER, TEXT

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
Cell = tuple[object, ...]


def save_cells(published: Path, target: Path) -> int:
    """Write the cells of all workbooks of a publication into a file; returns how many."""
    paths = [p for p in sorted(published.rglob("*.xlsx")) if p.is_file()]
    books = [cells_of(path) for path in paths]
    target.write_bytes(marshal.dumps(books))
    return sum(len(sheet) for book in books for sheet in book)


def cells_of(path: Path) -> list[list[Cell]]:
    """Return every sheet's cells that hold something."""
    with ZipFile(path) as archive:
        names = archive.namelist()
        strings: list[str] = []
        if "xl/sharedStrings.xml" in names:
            with archive.open("xl/sharedStrings.xml") as part:
                items = etree.iterparse(part, tag=f"{MAIN}si")
                strings = ["".join(item.itertext(f"{MAIN}t")) for _, item in items]
        return [cells_of_sheet(archive, name, strings) for name in names if SHEET.fullmatch(name)]


def cells_of_sheet(archive: ZipFile, name: str, strings: list[str]) -> list[Cell]:
    """Return the cells of a sheet: kind, row and column (from 0), value, a formula's result."""
    result = []
    with archive.open(name) as part:
        for _, element in etree.iterparse(part, tag=f"{MAIN}c"):
            cell = cell_of(element, strings)
            if cell is not None:
                result.append(cell)
            element.clear()
    return result


def cell_of(element: etree._Element, strings: list[str]) -> Cell | None:
    """Return one cell; None if it is empty."""
    row, column = divmod(position_of(element.get("r")), WIDTH)
    kind, formula = element.get("t"), element.findtext(f"{MAIN}f")
    value = element.findtext(f"{MAIN}v")
    if kind == "inlineStr":
        return TEXT, row, column, "".join(element.itertext(f"{MAIN}t"))
    if formula is not None:
        return FORMULA, row, column, f"={formula}", value or ""
    if value is None:
        return None
    if kind == "s":
        return TEXT, row, column, strings[int(value)]
    if kind == "b":
        return BOOLEAN, row, column, value == "1"
    if kind in (None, "n"):
        return NUMBER, row, column, float(value)
    return TEXT, row, column, value
