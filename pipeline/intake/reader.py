"""Reads one workbook into its cells, each with its own type and place. Copies; never interprets.

Runs in a process of its own and imports nothing heavy, so that the process starts at once.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.intake.archive import Archive
from pipeline.intake.cells import Cells, refuse_far, refuse_long, refuse_many
from pipeline.intake.guard import ODF, XLSB, XLSX, kind_of
from pipeline.intake.limits import MB, Limits
from pipeline.intake.package import workbook_part
from pipeline.intake.refusal import Refusal


class Book(Protocol):
    """An opened workbook: the names of its sheets in order, and how to read one of them."""

    names: list[str]

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the sheet's cells."""


@dataclass
class Reading:
    """What one file gave: its sheets' names in order and the cells of those that were wanted."""

    sheets: list[str]
    cells: Cells


def read_workbook(path: Path, limits: Limits, wanted: Callable[[str], bool]) -> Reading:
    """Read the cells of the wanted sheets, or raise a Refusal with an outcome's code."""
    data = read_bytes(path, limits)
    kind, archive = kind_of(data, limits)
    book = open_book(kind, archive, data, limits)
    if not book.names:
        raise Refusal("unreadable", "no_sheets")
    if len(book.names) > limits.max_sheets:
        raise Refusal("too_large", "sheets", limit=limits.max_sheets)
    cells = Cells()
    for index, name in enumerate(book.names):
        if wanted(name):
            first = len(cells.place)
            book.read_sheet(index, cells)
            refuse_far(cells, first, limits)
            refuse_many(cells, limits)
    refuse_long(cells, limits)
    if archive is not None:
        archive.check_rest()
    return Reading(book.names, cells)


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return the file's bytes; only regular files, never a link, and not beyond the limit."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise Refusal("unreadable", "no_file")
        with path.open("rb") as stream:
            return stream.read(limits.max_file_mb * MB + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise Refusal("unreadable", "not_opened", passing=True, why=why) from error


def open_book(kind: str, archive: Archive | None, data: bytes, limits: Limits) -> Book:
    """Open the workbook; the rarer kinds' readers are loaded when they are needed."""
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

    return XlsBook(data, limits)
