"""Workbooks as the stacked frames of the intake, from grids of Python values."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

LAST_DAY = date(2026, 9, 30)
MASTER = {"Cluster-ID": "DE-0001", "Stichtag": LAST_DAY}
COMPANY = {"Name": "Alpha GmbH", "Akteurstyp": "Unternehmen", "Bindung": "Mitgliedschaft"}
KINDS = {str: "s", int: "n", float: "n", bool: "b", date: "d"}


Grids = dict[str, list[list[Any]]]


def raw_cells_of(books: Sequence[Grids]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the stacked frames of many workbooks, which have their places as numbers."""
    names, cells = zip(*(raw_cells(book, file) for file, book in enumerate(books)), strict=True)
    return pl.concat(names), pl.concat(cells)


def raw_cells(sheets: Grids, file: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the stacked frames of one workbook from its grids."""
    rows = []
    for number, grid in enumerate(sheets.values()):
        for r, line in enumerate(grid, 1):
            for c, value in enumerate(line, 1):
                if value is not None:
                    rows.append((file, number, r, c, *typed(value)))
    schema = {
        "file": pl.UInt32,
        "sheet": pl.UInt16,
        "row": pl.UInt32,
        "column": pl.UInt32,
        "kind": pl.UInt8,
        "number": pl.Float64,
        "text": pl.String,
    }
    names = pl.DataFrame(
        {"file": [file] * len(sheets), "sheet": range(len(sheets)), "name": list(sheets)},
        schema={"file": pl.UInt32, "sheet": pl.UInt16, "name": pl.String},
    )
    return names, pl.DataFrame(rows, schema=schema, orient="row")


def typed(value: Any) -> tuple[int, float | None, str | None]:
    kind = ord(KINDS[type(value)])
    if isinstance(value, str):
        return kind, None, value
    if isinstance(value, date):
        return kind, float((value - date(1970, 1, 1)).days), None
    return kind, float(value), None


def grid_of(rows: list[dict[str, Any]]) -> list[list[Any]]:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return [heads, *([row.get(head) for head in heads] for row in rows)]
