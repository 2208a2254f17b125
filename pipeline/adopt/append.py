"""Adds rows below a table of an .xlsx file; every other byte of its parts stays as it is.

Only the sheet's own part (and the table upon it) is changed: other sheets, formats, drawings and
whatever else the file holds are copied as they are.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from posixpath import join, normpath

from lxml import etree

from pipeline.addresses import column_letters, column_number

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORKBOOK = "xl/workbook.xml"
EPOCHS = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
REFERENCE = re.compile(r"^([A-Z]+)(\d+)$")
Value = str | dt.date


def append_rows(content: bytes, sheet: str, rows: Sequence[Mapping[int, Value]]) -> bytes:
    """Return the file with rows below the last one used of a sheet.

    rows: column (from 1) to value. A new cell looks like the one above it; a date becomes a number
    where the one above is, else a text that says it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {WORKBOOK: parsed(file, WORKBOOK)}
        part = part_of(file, parts[WORKBOOK], sheet)
        parts[part] = parsed(file, part)
        epoch = EPOCHS[is_1904(parts[WORKBOOK])]
        first, last = put_rows(parts[part], rows, epoch)
        changed = {part: parts[part]}
        for table in tables_of(file, part):
            own = parsed(file, table)
            if extend_table(own, first, last):
                changed[table] = own
        return rewritten(file, changed)


def rewritten(file: zipfile.ZipFile, changed: Mapping[str, etree._Element]) -> bytes:
    """Return the archive with the changed parts, everything else as it is."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for item in file.infolist():
            own = changed.get(item.filename)
            body = file.read(item) if own is None else text_of(own)
            copy.writestr(item, body, compress_type=item.compress_type)
    return target.getvalue()


def parsed(file: zipfile.ZipFile, part: str) -> etree._Element:
    """Return a part's root; nothing outside of it is read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(file.read(part), parser)


def text_of(root: etree._Element) -> bytes:
    """Return a part as it is stored."""
    body: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return body


# ---------------------------------------------------------------------------------- finding parts
def part_of(file: zipfile.ZipFile, workbook: etree._Element, sheet: str) -> str:
    """Return the part of a sheet."""
    ids = {s.get("name"): s.get(f"{{{LINKS}}}id") for s in workbook.iter(f"{{{MAIN}}}sheet")}
    targets = {link.get("Id"): link.get("Target") for link in links_of(file, WORKBOOK)}
    return resolved(WORKBOOK, targets[ids[sheet]])


def links_of(file: zipfile.ZipFile, part: str) -> Iterable[etree._Element]:
    """Return the relationships of a part."""
    folder, name = part.rsplit("/", 1)
    path = f"{folder}/_rels/{name}.rels"
    if path not in file.namelist():
        return []
    return list(parsed(file, path).iter(f"{{{PACKAGE}}}Relationship"))


def resolved(part: str, target: str) -> str:
    """Return the part that a relationship's target names."""
    return normpath(join(part.rsplit("/", 1)[0], target)).lstrip("/")


def tables_of(file: zipfile.ZipFile, part: str) -> list[str]:
    """Return the parts of the tables on a sheet."""
    return [
        resolved(part, link.get("Target"))
        for link in links_of(file, part)
        if link.get("Type", "").endswith("/table")
    ]


def is_1904(workbook: etree._Element) -> bool:
    """Whether the file counts its days from 1904."""
    own = workbook.find(f"{{{MAIN}}}workbookPr")
    return own is not None and own.get("date1904") in ("1", "true")


# ------------------------------------------------------------------------------------------ cells
def put_rows(
    root: etree._Element, rows: Sequence[Mapping[int, Value]], epoch: dt.date
) -> tuple[int, int]:
    """Put the rows below the last one with contents; return the first and last of them."""
    data = root.find(f"{{{MAIN}}}sheetData")
    own = {int(row.get("r")): row for row in data}
    used = max((number for number, row in own.items() if is_used(row)), default=0)
    above = by_column(own[used]) if used in own else {}
    for number, row in enumerate(rows, used + 1):
        element = own.get(number)
        if element is None:
            element = etree.Element(f"{{{MAIN}}}row", r=str(number))
            insert_sorted(data, element, [n for n in own if n < number])
            own[number] = element
        for column, value in sorted(row.items()):
            put_cell(element, column, value, above.get(column), epoch)
    widen(root, used + len(rows))
    return used + 1, used + len(rows)


def insert_sorted(data: etree._Element, element: etree._Element, before: Sequence[int]) -> None:
    """Insert a row after those that come before it."""
    data.insert(len(before), element)


def is_used(row: etree._Element) -> bool:
    """Whether any cell of the row holds something."""
    return any(len(cell) for cell in row)


def by_column(row: etree._Element) -> dict[int, etree._Element]:
    """Return a row's cells by column."""
    return {column_of(cell.get("r")): cell for cell in row}


def column_of(reference: str) -> int:
    """Return the column (from 1) of a cell's address."""
    match = REFERENCE.match(reference)
    if match is None:
        raise ValueError(reference)
    return column_number(match[1])


def put_cell(
    row: etree._Element, column: int, value: Value, above: etree._Element | None, epoch: dt.date
) -> None:
    """Put a value into a row, in the look of the cell that is there, else of the one above."""
    there = by_column(row)
    old = there.get(column)
    cell = etree.Element(f"{{{MAIN}}}c", r=f"{column_letters(column)}{row.get('r')}")
    look = next((c.get("s") for c in (old, above) if c is not None and c.get("s")), None)
    if look is not None:
        cell.set("s", look)
    is_number = above is not None and above.get("t", "n") == "n" and len(above) > 0
    if isinstance(value, dt.date) and is_number:
        etree.SubElement(cell, f"{{{MAIN}}}v").text = str((value - epoch).days)
    else:
        text = value.strftime("%d.%m.%Y") if isinstance(value, dt.date) else value
        cell.set("t", "inlineStr")
        inner = etree.SubElement(etree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t")
        inner.text = text
        inner.set(SPACE, "preserve")
    if old is not None:
        row.replace(old, cell)
    else:
        row.insert(sum(c < column for c in there), cell)


def widen(root: etree._Element, last: int) -> None:
    """Let the sheet's dimension reach the last row."""
    dimension = root.find(f"{{{MAIN}}}dimension")
    if dimension is not None and ":" in dimension.get("ref", ""):
        dimension.set("ref", reach(dimension.get("ref"), last))


def reach(area: str, last: int) -> str:
    """Return an area that ends in the row, or where it ended if that is below."""
    start, _, end = area.partition(":")
    match = REFERENCE.match(end)
    if match is None or int(match[2]) >= last:
        return area
    return f"{start}:{match[1]}{last}"


def extend_table(table: etree._Element, first: int, last: int) -> bool:
    """Let a table that ends right above the new rows hold them too; return whether it did."""
    end = REFERENCE.match(table.get("ref").partition(":")[2])
    if end is None or table.get("totalsRowCount", "0") != "0" or int(end[2]) != first - 1:
        return False
    for element in (table, *table.iter(f"{{{MAIN}}}autoFilter")):
        element.set("ref", reach(element.get("ref"), last))
    return True
