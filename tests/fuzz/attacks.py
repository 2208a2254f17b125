"""Files made to stop, fool or exhaust a reader, each with the code that must come of it."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.intake.test_hostile import FILES
from tests.intake.test_submissions import SINGLE
from tests.making.damage import swap
from tests.making.workbooks import Book, rewrite, submission, xlsx

from .mutate import members, packed
from .xlsb import xlsb

SAMPLES = Path(__file__).parent / "samples"
ACTORS = "xl/worksheets/sheet2.xml"
MB = 1024 * 1024
SECTOR, NAMES_AT, FAT_AT = 512, 48, 76
Attack = tuple[str, Callable[[], bytes], str]
"""File name, content, code."""


def book(number: int) -> Book:
    """A submission of a cluster of its own."""
    return submission(f"DE-{3000 + number}")


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one more member."""
    return packed([*members(data).items(), (name, content)])


def bomb() -> bytes:
    """Zeros that pack a thousand to one."""
    return with_member(xlsx(book(1)), "xl/media/image1.bin", bytes(60 * MB))


def lying_size() -> bytes:
    """A sheet that is larger than the archive says."""
    data = bytearray(xlsx(book(2)))
    at = data.find(ACTORS.encode(), data.rfind(b"PK\x01\x02", 0, data.rfind(ACTORS.encode())))
    struct.pack_into("<I", data, at - 46 + 24, 10)
    return bytes(data)


def many_sheets() -> bytes:
    """More sheets than anyone looks through."""
    result = book(3)
    result.sheets |= {f"Blatt {i}": [["x"]] for i in range(250)}
    return xlsx(result)


def many_parts() -> bytes:
    """An archive of many small members."""
    data = io.BytesIO(xlsx(book(4)))
    with zipfile.ZipFile(data, "a") as archive:
        for i in range(6000):
            archive.writestr(f"xl/x{i}", "")
    return data.getvalue()


def nested() -> bytes:
    """Markup nested a hundred thousand deep in a value."""
    deep = "<a>" * 100_000 + "</a>" * 100_000
    return rewrite(xlsx(book(5)), {ACTORS: swap(("<v>", f"<v>{deep}"))})


def looping_xls() -> bytes:
    """An .xls whose list of sectors leads back to its start."""
    data = bytearray((SAMPLES / "submission.xls").read_bytes())
    (fat,) = struct.unpack_from("<I", data, FAT_AT)
    (names,) = struct.unpack_from("<I", data, NAMES_AT)
    for sector in range(names + 1):
        struct.pack_into("<I", data, SECTOR * (fat + 1) + 4 * sector, 0)
    return bytes(data)


def cut_xls() -> bytes:
    """Half an .xls."""
    data = (SAMPLES / "submission.xls").read_bytes()
    return data[: len(data) // 2]


def ods(member: str, old: bytes, new: bytes) -> bytes:
    """The .ods with a change in one of its members."""
    parts = members((SAMPLES / "submission.ods").read_bytes())
    assert old in parts[member]
    parts[member] = parts[member].replace(old, new, 1)
    return packed(list(parts.items()))


def repeated_ods() -> bytes:
    """A cell that stands in every row and column."""
    everywhere = b'table:number-rows-repeated="1048576"'
    cell = b'<table:table-cell table:number-columns-repeated="16384" office:value-type="float"'
    row = b"<table:table-row " + everywhere + b">" + cell + b' office:value="1"/></table:table-row>'
    return ods("content.xml", b"</table:table>", row + b"</table:table>")


def encrypted_ods() -> bytes:
    """The list of members says that they are encrypted."""
    key = b"<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    return ods(
        "META-INF/manifest.xml",
        b"</manifest:manifest>",
        b'<manifest:file-entry manifest:full-path="content.xml">' + key,
    )


def endless_record() -> bytes:
    """A record of an .xlsb that is longer than its part."""
    parts = members(xlsb(book(6)))
    name = "xl/worksheets/sheet2.bin"
    parts[name] = parts[name][:-4] + b"\x06\xff\xff\xff\x7f"
    return packed(list(parts.items()))


def shared_entities() -> bytes:
    """Shared texts that grow by entities."""
    grow = '<!DOCTYPE s [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><sst'
    return rewrite(xlsx(book(7)), {"xl/sharedStrings.xml": swap(("<sst", grow))})


NEW: list[Attack] = [
    ("bomb.xlsx", bomb, "too_large"),
    ("lying-size.xlsx", lying_size, "unreadable"),
    ("many-sheets.xlsx", many_sheets, "too_large"),
    ("many-parts.xlsx", many_parts, "too_large"),
    ("nested.xlsx", nested, "too_large"),
    ("looping.xls", looping_xls, "unreadable"),
    ("half.xls", cut_xls, "unreadable"),
    ("repeated.ods", repeated_ods, "too_large"),
    ("encrypted.ods", encrypted_ods, "encrypted"),
    ("endless.xlsb", endless_record, "unreadable"),
    ("entities.xlsx", shared_entities, "unreadable"),
]


def known(content: Book | bytes) -> Callable[[], bytes]:
    """A file of another test's table."""
    return lambda: xlsx(content) if isinstance(content, Book) else content


ATTACKS: list[Attack] = [
    *NEW,
    *((name, known(content), code) for name, (content, code) in FILES.items() if code),
]
INCOMPLETE: list[Attack] = [
    (name, known(content), outcome[1] or "")
    for name, (content, outcome) in SINGLE.items()
    if outcome[0] == "quarantined" and len(outcome) == 2
]
