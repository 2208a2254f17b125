"""Stacks what was read from many workbooks: one frame of sheets and one of cells."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import polars as pl

from pipeline.common.keys import visible_expr
from pipeline.intake.cells import TEXT, WIDTH, WITH_TEXT
from pipeline.intake.reader import Reading

AREA = pl.Struct(dict.fromkeys(("row", "last_row", "column", "last_column"), pl.UInt32))
SHOWN = pl.Struct(
    {
        "unit": pl.String,
        "thousands": pl.UInt8,
        "struck": pl.Boolean,
        "places": pl.List(pl.UInt64),
    }
)
SHEETS: dict[str, pl.DataType | type[pl.DataType]] = {
    "file": pl.UInt32,
    "sheet": pl.UInt16,
    "name": pl.String,
    "repaired": pl.Boolean,
    "merged": pl.List(AREA),
    "shown": pl.List(SHOWN),
}
CELLS = {
    "file": pl.UInt32,
    "sheet": pl.UInt16,
    "row": pl.UInt32,
    "column": pl.UInt32,
    "kind": pl.UInt8,
    "number": pl.Float64,
    "text": pl.String,
}
ITEM_SIZES: dict[type[pl.DataType], int] = {pl.UInt8: 1, pl.UInt16: 2, pl.UInt64: 8, pl.Float64: 8}


def stack(readings: Iterable[tuple[int, Reading]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (sheets, cells) of the readings, each marked with its file's number.

    sheets: file, sheet (position from 0), name, repaired (see `Reading`), merged (areas of several
    rows that are one cell; rows and columns from 1), shown (what cells show besides their values,
    see `cells.Shown`, and their positions, see `cells.WIDTH`). cells: file, sheet, row and column
    (from 1), kind (see `cells`), number (dates: days since 1970-01-01), text. Texts keep only
    visible characters; a cell without any counts as empty.
    """
    numbered = list(readings)
    return _sheets_frame(numbered), _cells_frame(numbered)


def _sheets_frame(numbered: Sequence[tuple[int, Reading]]) -> pl.DataFrame:
    rows = [
        (file, at, name, r.repaired, _merged(r, at), _shown(r, at))
        for file, r in numbered
        for at, name in enumerate(r.sheets)
    ]
    return pl.DataFrame(rows, schema=SHEETS, orient="row")


def _merged(reading: Reading, sheet: int) -> list[dict[str, int]]:
    """Return the merged areas of a sheet."""
    names = ("row", "last_row", "column", "last_column")
    own = (area[1:] for area in reading.cells.merged if area[0] == sheet)
    return [{name: at + 1 for name, at in zip(names, area, strict=True)} for area in own]


def _shown(reading: Reading, sheet: int) -> list[dict[str, object]]:
    """Return what the cells of a sheet show besides their values."""
    own = ((shown, at) for (where, shown), at in reading.cells.shown.items() if where == sheet)
    return [{**asdict(shown), "places": at.tolist()} for shown, at in own]


def _cells_frame(numbered: Sequence[tuple[int, Reading]]) -> pl.DataFrame:
    every = [reading.cells for _, reading in numbered]
    cells = pl.DataFrame(
        {
            "sheet": _joined([cells.sheet for cells in every], pl.UInt16),
            "place": _joined([cells.place for cells in every], pl.UInt64),
            "kind": _joined([cells.kind for cells in every], pl.UInt8),
            "number": _joined([cells.number for cells in every], pl.Float64),
        }
    )
    cells = pl.concat([_of_each_cell(numbered), cells], how="horizontal")
    # For kinds with a text, number is the position among the texts of its file.
    has_text = pl.col("kind").is_in(list(WITH_TEXT))
    position = pl.when(has_text).then("number").cast(pl.UInt32) + pl.col("before")
    cells = cells.select(
        "file",
        "sheet",
        row=(pl.col("place") // WIDTH + 1).cast(pl.UInt32),
        column=(pl.col("place") % WIDTH + 1).cast(pl.UInt32),
        kind="kind",
        number=pl.when(has_text).then(float("nan")).otherwise("number"),
        text=position,
    )
    texts = [text for own in every for text in own.texts]
    known = pl.Series("text", texts or [""], dtype=pl.String)
    known = known.to_frame().select(visible_expr(pl.col("text"))).to_series()
    cells = cells.with_columns(known.gather(cells["text"]).alias("text"))
    blank = (pl.col("kind") == TEXT) & (pl.col("text").str.strip_chars() == "")
    return cells.filter(~blank)


def _of_each_cell(numbered: Sequence[tuple[int, Reading]]) -> pl.DataFrame:
    """Return file and before for every cell: how many texts precede those of its file."""
    counts = [(file, len(r.cells.kind), len(r.cells.texts)) for file, r in numbered]
    schema = {"file": pl.UInt32, "cells": pl.UInt32, "texts": pl.UInt32}
    files = pl.DataFrame(counts, schema=schema, orient="row")
    files = files.with_columns(before=pl.col("texts").cum_sum() - pl.col("texts"))
    each = files.filter(pl.col("cells") > 0).select(
        pl.col(name).repeat_by("cells") for name in ("file", "before")
    )
    return each.explode("file", "before")


def _joined(
    buffers: Sequence[bytearray | array[int] | array[float]], dtype: type[pl.DataType]
) -> pl.Series:
    """Return the numbers of the buffers as one series."""
    data = b"".join(buffers)
    count = len(data) // ITEM_SIZES[dtype]
    if not count:
        return pl.Series([], dtype=dtype)
    whole = pl.Series([data], dtype=pl.Binary)
    together = whole.bin.reinterpret(dtype=pl.Array(dtype, count), endianness=sys.byteorder)
    return together.reshape((-1,))
