"""Compares the values of a workbook with those of another program."""

import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Address = tuple[str, str]


@lru_cache(maxsize=4)
def opened(path: Path, *, values: bool) -> openpyxl.Workbook:
    """Return a workbook, only to be looked at; its file does not change afterwards.

    LibreOffice writes data bars in a way that openpyxl does not know.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*extension is not supported", UserWarning)
        return openpyxl.load_workbook(path, data_only=values)


def cells(path: Path, *, values: bool) -> dict[Address, Any]:
    """Return every cell with something in it, formulas as stored values or as they are."""
    book = opened(path, values=values)
    return {
        (sheet.title, cell.coordinate): cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def formulas_of(path: Path) -> list[str]:
    """Return the text of every formula, an array's too."""
    found = [c.value for c in cells(path, values=False).values() if c.data_type == "f"]
    return [getattr(formula, "text", formula) for formula in found]


def differing(path: Path, other: Path) -> list[Address]:
    """Return the formula cells whose stored value is not what the other file calculated."""
    formulas = [a for a, c in cells(path, values=False).items() if c.data_type == "f"]
    assert formulas
    stored, again = (
        {address: cell.value for address, cell in cells(p, values=True).items()}
        for p in (path, other)
    )
    return [a for a in formulas if not agree(stored.get(a), again.get(a))]


def agree(one: object, other: object) -> bool:
    """Whether two values are the same: numbers but for rounding, an empty text as no value."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-12)
    return (one or "") == (other or "")


def table_rows(book: openpyxl.Workbook, name: str) -> list[dict[str, Any]]:
    """Return the rows of an Excel table by its headers, on whatever sheet it stands."""
    sheet = next(sheet for sheet in book.worksheets if name in sheet.tables)
    heads, *rows = [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]
    return [dict(zip(heads, row, strict=True)) for row in rows]
