"""A second, slow and strict reading of .xlsx, straight from the markup.

Independent of the intake. Anything unknown is a `DoubtError`: then the content of the file is not
certain, and a reader should refuse it.
"""

import datetime as dt
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from schemas.declaration import submission
from schemas.words import collapse, word_key

Cell = tuple[str, int, int, str, object]
"""Sheet, row and column from 1, kind (n, s, d, b, e, f, t), value (of d: the day)."""
BUILT_IN_DAYS = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58}
BUILT_IN_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
NO_NUMBERS = {"NaN", "INF", "-INF", "nan", "inf", "-inf"}


OURS = {key for sheet in submission().sheets for key in sheet.keys}
# Doubts about which the intake has not been asked to be as strict yet (see test_doubt).
UNKNOWN, ATTRIBUTE = "unknown element", "empty or wrong attribute"
OPEN = {UNKNOWN, ATTRIBUTE}


class DoubtError(Exception):
    """The file cannot be read for certain."""


def is_ours(name: str) -> bool:
    """Whether a sheet of the name is read at all."""
    return word_key(name) in OURS


def parts_of(data: bytes) -> dict[str, bytes]:
    """The archive's members; names must be unique up to case and bars."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
            if len(set(names)) < len(names):
                raise DoubtError("names")
            return {name.replace("\\", "/"): archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise DoubtError(str(error)) from error


def markup(parts: dict[str, bytes], name: str) -> ElementTree.Element:
    """The root of a member."""
    content = next((c for n, c in parts.items() if n.lower() == name.lower()), None)
    if content is None:
        raise DoubtError(name)
    try:
        root: ElementTree.Element = fromstring(content)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise DoubtError(str(error)) from error
    return root


def local(element: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


# ---- .xlsx ------------------------------------------------------------------------------------
def read_xlsx(data: bytes) -> list[Cell]:
    """Every cell that is not empty."""
    parts = parts_of(data)
    workbook = markup(parts, "xl/workbook.xml")
    links = {
        e.get("Id", ""): (e.get("Type", ""), target(e.get("Target", "")))
        for e in markup(parts, "xl/_rels/workbook.xml.rels")
    }
    strings = [said_by(e) for e in linked(parts, links, "sharedStrings") if local(e) == "si"]
    shown = formats(linked(parts, links, "styles"))
    first = dt.date(1904, 1, 1) if from_1904(workbook) else dt.date(1899, 12, 30)
    cells: list[Cell] = []
    for sheet in workbook.iter():
        if local(sheet) == "sheet" and is_ours(sheet.get("name", "")):
            key = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
            kind, name = links.get(key, ("", ""))
            if not kind.endswith("/worksheet"):
                raise DoubtError("sheet")
            for row, column, cell in placed(markup(parts, name)):
                said = value(cell, strings, shown, first)
                cells += [(sheet.get("name", ""), row, column, *said)] if said else []
    return cells


def target(path: str) -> str:
    """The member's name that a relation of the workbook means."""
    return path.lstrip("/") if path.startswith("/") else posixpath.normpath(f"xl/{path}")


def from_1904(workbook: ElementTree.Element) -> bool:
    """Whether days count from 1904."""
    said = [e.get("date1904", "0") for e in workbook.iter() if local(e) == "workbookPr"]
    return said[:1] in (["1"], ["true"])


def linked(
    parts: dict[str, bytes], links: dict[str, tuple[str, str]], kind: str
) -> list[ElementTree.Element]:
    """The top elements of the one part of a kind, if there is one."""
    names = [name for link, name in links.values() if link.endswith(f"/{kind}")]
    return [e for name in names for e in markup(parts, name)]


def said_by(element: ElementTree.Element) -> str:
    """A text: its own `t`, and those of its runs."""
    runs = [r for r in element if local(r) == "r"]
    return "".join(t.text or "" for r in (element, *runs) for t in r if local(t) == "t")


def formats(styles: list[ElementTree.Element]) -> list[str]:
    """What each cell format makes of a number: n (as it is), d (a day), t (a time)."""
    numbers = [e for s in styles for e in s if local(e) == "numFmt"]
    own = {e.get("numFmtId", ""): e.get("formatCode", "") for e in numbers}
    cell_formats = [e for s in styles if local(s) == "cellXfs" for e in s if local(e) == "xf"]
    return [kind_of(e.get("numFmtId", "0"), own) for e in cell_formats] or ["n"]


def kind_of(number: str, own: dict[str, str]) -> str:
    """What a number format makes of a number."""
    if number in own:
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", own[number]).split(";")[0].lower()
        return "d" if re.search("[dy]", code) else "t" if re.search("[hs]", code) else "n"
    if not number.isdigit():
        raise DoubtError(ATTRIBUTE)
    return "d" if int(number) in BUILT_IN_DAYS else "t" if int(number) in BUILT_IN_TIMES else "n"


def placed(sheet: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element]]:
    """Every cell with its row and column; each address once, in ascending order."""
    if local(sheet) != "worksheet":
        raise DoubtError("worksheet")
    row = last = column = 0
    for line in (e for data in sheet if local(data) == "sheetData" for e in data):
        if local(line) != "row":
            raise DoubtError(UNKNOWN)
        row, column = integer(line.get("r"), row + 1), 0
        for cell in line:
            if local(cell) != "c":
                raise DoubtError(UNKNOWN)
            match = REFERENCE.fullmatch(cell.get("r", f"{letters(column + 1)}{row}"))
            if match is None or int(match[2]) != row:
                raise DoubtError("reference")
            column = number_of(match[1])
            if row * 16_384 + column <= last or column > 16_384 or row > 1_048_576:
                raise DoubtError("order")
            last = row * 16_384 + column
            yield row, column, cell


def integer(text: str | None, default: int) -> int:
    """A number of a row."""
    if text is None:
        return default
    if not re.fullmatch("[1-9][0-9]{0,6}", text):
        raise DoubtError(text)
    return int(text)


def number_of(column: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """A for 1, AA for 27."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def value(
    cell: ElementTree.Element, strings: list[str], shown: list[str], first: dt.date
) -> tuple[str, object] | None:
    """Kind and value of a cell; None where it is empty."""
    inner = {local(e): e for e in cell}
    if set(inner) - {"v", "f", "is", "extLst"} or len(inner) < len(cell):
        raise DoubtError(UNKNOWN)
    if any(len(e) for key, e in inner.items() if key != "is"):
        raise DoubtError("nested")
    kind, stored = cell.get("t", "n"), inner["v"].text if "v" in inner else None
    if kind == "inlineStr" and "is" in inner:
        return unescaped(said_by(inner["is"]))
    if stored is None or not stored.strip():
        empty = kind in ("str", "s") or "f" not in inner
        return ("e", "") if kind == "e" else None if empty else ("f", "")
    if kind == "n":
        return figure(stored, style(cell, shown), first)
    return typed(kind, stored, strings)


def typed(kind: str, stored: str, strings: list[str]) -> tuple[str, object] | None:
    """Kind and value of a cell whose type is stated."""
    if kind == "s" and re.fullmatch(r"\s*[0-9]{1,6}\s*", stored) and int(stored) < len(strings):
        return unescaped(strings[int(stored)])
    if kind in ("str", "inlineStr"):
        return unescaped(stored)
    if kind == "b" and stored.strip() in ("0", "1", "true", "false"):
        return "b", stored.strip() in ("1", "true")
    if kind == "e":
        return "e", stored.strip()
    raise DoubtError("type" if kind else ATTRIBUTE)


def text_of(text: str) -> tuple[str, object] | None:
    """A text, its white space collapsed; None where it is blank."""
    return ("s", collapse(text)) if collapse(text) else None


def unescaped(text: str) -> tuple[str, object] | None:
    """A text of an .xlsx, in which _x0041_ stands for A."""
    return text_of(re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text))


def style(cell: ElementTree.Element, shown: list[str]) -> str:
    """What the cell's format makes of a number."""
    number = cell.get("s", "0")
    if not number.isdigit() or int(number) >= len(shown):
        raise DoubtError("style" if number else ATTRIBUTE)
    return shown[int(number)]


def figure(stored: str, shown: str, first: dt.date) -> tuple[str, object]:
    """A number as its format shows it."""
    if stored.strip() in NO_NUMBERS:
        return "t", ""
    if not NUMBER.fullmatch(stored):
        raise DoubtError(stored)
    number = float(stored)
    if shown == "n":
        return ("n", number) if abs(number) < 1e308 else ("t", "")
    if shown == "t" or not 1 <= number < 2_957_004 or int(number) == 60 and first.year < 1900:
        return "t", ""
    # The first days count from the day after: Excel knows a 29 February 1900.
    early = first.year < 1900 and number < 60
    return "d", first + dt.timedelta(days=int(number) + early)
