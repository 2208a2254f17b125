"""Reads one workbook into its cells, each with its type and address. It copies, never interprets.

Runs in a separate process and imports no large library, so that the process starts fast.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.common.limits import MB, Limits
from pipeline.intake.archive import Archive
from pipeline.intake.cells import Cells, refuse_far, refuse_long, refuse_many
from pipeline.intake.guard import ODF, XLSB, XLSX, kind_of
from pipeline.intake.package import workbook_part
from pipeline.intake.refusal import Refusal
from schemas.words import visible

# How often to read a file that is being written, and how long to wait between.
LOOKS, PAUSE_SECONDS = 3, 0.3
# Excel allows 31 letters in a sheet's name. Every finding repeats the name.
LONGEST_NAME = 255
REASONS: dict[type[OSError], str] = {FileNotFoundError: "vanished", PermissionError: "not_allowed"}


class Book(Protocol):
    """An opened workbook: the names of its sheets in order, and how to read one of them.

    repaired: whether it is damaged but could be read.
    """

    names: list[str]
    repaired: bool

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the sheet's cells."""


@dataclass
class Reading:
    """The content of one file: its sheets' names in order and the cells of the wanted sheets.

    sha256: of the bytes that were read. repaired: see `Book`.
    """

    sheets: list[str]
    cells: Cells
    sha256: str = ""
    repaired: bool = False


def read_content(data: bytes, limits: Limits, wanted: Callable[[str], bool]) -> Reading:
    """Return the cells of the wanted sheets of a workbook; Refusal with the code of an outcome."""
    kind, archive = kind_of(data, limits)
    book = open_book(kind, archive, data, limits)
    if not book.names:
        raise Refusal("unreadable", "no_sheets")
    if len(book.names) > limits.max_sheets:
        raise Refusal("too_large", "sheets", limit=limits.max_sheets)
    names = [visible(name)[:LONGEST_NAME] for name in book.names]
    cells = Cells()
    for index, name in enumerate(names):
        if wanted(name):
            first = len(cells.place)
            book.read_sheet(index, cells)
            refuse_far(cells, first, limits)
            refuse_many(cells, limits)
    refuse_long(cells, limits)
    if archive is not None:
        archive.check_rest()
    return Reading(names, cells, repaired=book.repaired)


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return the file's bytes; only regular files, never a link, and not beyond the limit.

    A file that is being written, or is still empty, is read again a few times.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise Refusal("unreadable", "no_file")
        for _ in range(LOOKS):
            data = unchanged_bytes(path, limits.max_file_mb * MB + 1)
            if data:
                return data
            time.sleep(PAUSE_SECONDS)
    except OSError as error:
        why = error.strerror or str(error)
        reason = REASONS.get(type(error), "not_opened")
        raise Refusal("unreadable", reason, passing=True, why=why) from error
    if data is None:
        raise Refusal("unreadable", "changing", passing=True)
    raise Refusal("not_a_workbook", "empty", passing=True)


def unchanged_bytes(path: Path, most: int) -> bytes | None:
    """Return the first bytes of a file; None if it was changed meanwhile."""
    with path.open("rb") as stream:
        before = os.fstat(stream.fileno())
        data = stream.read(most)
        after = os.fstat(stream.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return data if same and len(data) == min(after.st_size, most) else None


def open_book(kind: str, archive: Archive | None, data: bytes, limits: Limits) -> Book:
    """Open the workbook; readers of less common kinds are loaded on demand."""
    if kind == XLSX and archive is not None:
        from pipeline.intake.ooxml import OoxmlBook

        return OoxmlBook(archive, workbook_part(archive))
    if kind == XLSB and archive is not None:
        from pipeline.intake.xlsb import XlsbBook

        return XlsbBook(archive, workbook_part(archive))
    if kind == ODF and archive is not None:
        from pipeline.intake.ods import OdsBook

        return OdsBook(archive.read("content.xml"), limits)
    from pipeline.intake.xls import XlsBook

    return XlsBook(data)
