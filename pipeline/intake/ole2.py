"""The directory of an OLE2 file (.xls, and what is encrypted): which streams it really has."""

import struct
from collections.abc import Iterator

from pipeline.intake.refusal import Refusal

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = struct.Struct("<24xHHHHH6xIIIIIIIII")
ENTRY = struct.Struct("<64sHBBIII36xI")
ENTRY_SIZE = 128
FIRST_TABLES = struct.Struct("<109I")
LARGEST_SECTOR = 0xFFFF_FFFA
STREAM, ROOT = 2, 5
# Streams of programs other than Excel, and of files under a password.
ENCRYPTED = "EncryptedPackage"
WORKBOOKS = ("workbook", "book")
OTHERS = {"worddocument": "word", "powerpoint document": "powerpoint"}


class CompoundFile:
    """The sectors of an OLE2 file; each chain of them is followed once and must end."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512:
            raise Refusal("unreadable", "damaged_ole2")
        self.data = data
        (_, _, _, power, _, _, _, first, _, _, _, _, more, _) = HEADER.unpack(data[: HEADER.size])
        if power not in (9, 12):
            raise Refusal("unreadable", "damaged_ole2")
        self.size = 1 << power
        self.table = self.read_table(more)
        self.names = list(self.entries(first))

    def sector(self, number: int) -> bytes:
        """Return a sector; the last one may be short."""
        start = (number + 1) * self.size
        sector = self.data[start : start + self.size]
        if number >= LARGEST_SECTOR or not sector:
            raise Refusal("unreadable", "damaged_ole2")
        return sector.ljust(self.size, b"\0")

    def read_table(self, more: int) -> list[int]:
        """Return the table of sectors: which one follows which."""
        parts = list(FIRST_TABLES.unpack(self.data[76:512]))
        seen: set[int] = set()
        while more < LARGEST_SECTOR:
            if more in seen:
                raise Refusal("unreadable", "damaged_ole2")
            seen.add(more)
            *others, more = struct.unpack(f"<{self.size // 4}I", self.sector(more))
            parts += others
        table: list[int] = []
        for part in parts:
            if part < LARGEST_SECTOR:
                table += struct.unpack(f"<{self.size // 4}I", self.sector(part))
        return table

    def chain(self, first: int) -> Iterator[int]:
        """Yield the sectors of a chain; one that turns in a circle is a Refusal."""
        seen: set[int] = set()
        while first < LARGEST_SECTOR:
            if first in seen or first >= len(self.table):
                raise Refusal("unreadable", "damaged_ole2")
            seen.add(first)
            yield first
            first = self.table[first]

    def entries(self, first: int) -> Iterator[str]:
        """Yield the names of the streams and folders; every stream's sectors must be there."""
        directory = b"".join(self.sector(number) for number in self.chain(first))
        for at in range(0, len(directory), ENTRY_SIZE):
            name, length, kind, _, _, _, _, start = ENTRY.unpack_from(directory, at)[:8]
            size = int.from_bytes(directory[at + 120 : at + 124], "little")
            if kind == STREAM and size >= 4096:
                self.check_chain(start, size)
            if kind:
                yield name[: max(0, min(64, length) - 2)].decode("utf-16-le", "replace")

    def check_chain(self, first: int, size: int) -> None:
        """Refuse a stream whose sectors end before it does."""
        sectors = list(self.chain(first))
        end = (max(sectors, default=0) + 1) * self.size
        if len(sectors) * self.size < size or end >= len(self.data):
            raise Refusal("unreadable", "damaged_ole2")


def ole2_kind(data: bytes) -> str:
    """Return xls, or refuse what an OLE2 file is else."""
    names = {name.lower() for name in CompoundFile(data).names}
    if ENCRYPTED.lower() in names:
        raise Refusal("encrypted", "encrypted")
    if names.intersection(WORKBOOKS):
        return "xls"
    for stream, found in OTHERS.items():
        if stream in names:
            raise Refusal("not_a_workbook", found)
    raise Refusal("not_a_workbook", "other_office")
