"""A second, strict reading of .ods; see `strict`."""

import datetime as dt
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from .strict import (
    UNKNOWN,
    Cell,
    DoubtError,
    figure,
    is_ours,
    local,
    markup,
    parts_of,
    text_of,
)

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
VALUES = {
    **dict.fromkeys(("float", "currency", "percentage"), "value"),
    **{kind: f"{kind}-value" for kind in ("date", "boolean", "time")},
}


def read_ods(data: bytes) -> list[Cell]:
    """Every cell that is not empty."""
    root = markup(parts_of(data), "content.xml")
    book = root.find(f"{OFFICE}body/{OFFICE}spreadsheet")
    if root.tag != f"{OFFICE}document-content" or book is None:
        raise DoubtError("document")
    tables = [e for e in book if e.tag == f"{TABLE}table"]
    ours = [table for table in tables if is_ours(table.get(f"{TABLE}name", ""))]
    return [cell for table in ours for cell in ods_cells(table)]


def ods_cells(table: ElementTree.Element) -> Iterator[Cell]:
    """The cells of a table."""
    name, row = table.get(f"{TABLE}name", ""), 0
    for line in ods_rows(table):
        column, again = 0, repeated(line, "rows")
        for cell in line:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                raise DoubtError(UNKNOWN)
            said, times = ods_value(cell), repeated(cell, "columns")
            if said and times * again > 10_000:
                raise DoubtError("repeated")
            for r in range(again if said else 0):
                yield from ((name, row + r + 1, column + c + 1, *said) for c in range(times))
            column += times
        row += again


def ods_rows(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The rows of a table, those in groups too."""
    for child in parent:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif local(child) in ("table-row-group", "table-header-rows", "table-rows"):
            yield from ods_rows(child)
        elif local(child).startswith("table-row") or local(child).endswith("cell"):
            raise DoubtError(UNKNOWN)


def repeated(element: ElementTree.Element, what: str) -> int:
    """The repeat count of a row or cell; 1 if its attribute is invalid."""
    text = element.get(f"{TABLE}number-{what}-repeated", "1")
    return max(1, int(text)) if re.fullmatch("[0-9]{1,7}", text) else 1


def ods_value(cell: ElementTree.Element) -> tuple[str, object] | None:
    """Kind and value of a cell; None where it is empty."""
    kind = cell.get(f"{CALC}value-type") or cell.get(f"{OFFICE}value-type")
    text = "\n".join(paragraph(p) for p in cell if p.tag == f"{TEXT}p")
    if kind is None:
        return text_of(text) if f"{TABLE}formula" not in cell.attrib else ("f", "")
    if kind == "string":
        return text_of(cell.get(f"{OFFICE}string-value", text))
    if f"{OFFICE}{VALUES.get(kind, '')}" not in cell.attrib:
        return text_of(text)  # what it shows is all it says
    try:
        return ods_figure(kind, cell)
    except (DoubtError, ValueError):
        return "t", ""  # a cell that cannot be used, and says so


def ods_figure(kind: str, cell: ElementTree.Element) -> tuple[str, object]:
    """Kind and value of a cell that is no text."""
    if kind in ("float", "currency", "percentage"):
        return figure(cell.get(f"{OFFICE}value", ""), "n", dt.date.min)
    if kind == "boolean" and cell.get(f"{OFFICE}boolean-value") in ("true", "false"):
        return "b", cell.get(f"{OFFICE}boolean-value") == "true"
    match = re.match(r"\d{4}-\d\d-\d\d(?=T|$)", cell.get(f"{OFFICE}date-value", ""))
    if kind != "date" or match is None:
        raise DoubtError(kind)
    return "d", dt.date.fromisoformat(match[0])


def paragraph(element: ElementTree.Element) -> str:
    """The text of a paragraph with its spans and blanks."""
    parts = [element.text or ""]
    for child in element:
        blank = local(child) in ("s", "tab", "line-break")
        parts += [" " if blank else paragraph(child), child.tail or ""]
    return "".join(parts)
