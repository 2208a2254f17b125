"""Stacks what was read from many workbooks: one frame of sheets and one of cells."""

from collections.abc import Iterable

import numpy as np
import polars as pl

from pipeline.intake.reader import Reading

SHEETS = {"file": pl.UInt32, "sheet": pl.UInt16, "name": pl.String}
CELLS = {
    "file": pl.UInt32,
    "sheet": pl.UInt16,
    "row": pl.UInt32,
    "column": pl.UInt32,
    "kind": pl.UInt8,
    "number": pl.Float64,
    "text": pl.String,
}


def stack(readings: Iterable[tuple[int, Reading]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (sheets, cells) of the readings, each marked with its file's number.

    sheets: file, sheet (position from 0), name. cells: file, sheet, row and column (from 1),
    kind (see `reader`), number (dates: days since 1970-01-01), text.
    """
    sheets, cells = [pl.DataFrame(schema=SHEETS)], [pl.DataFrame(schema=CELLS)]
    for file, reading in readings:
        sheets.append(_sheets_frame(file, reading))
        cells.append(_cells_frame(file, reading))
    return pl.concat(sheets), pl.concat(cells)


def _sheets_frame(file: int, reading: Reading) -> pl.DataFrame:
    names = reading.sheets
    columns = {"file": [file] * len(names), "sheet": range(len(names)), "name": names}
    return pl.DataFrame(columns, schema=SHEETS)


def _cells_frame(file: int, reading: Reading) -> pl.DataFrame:
    cells = reading.cells
    columns = {
        "file": np.full(len(cells.kind), file, dtype=np.uint32),
        "sheet": np.array(cells.sheet, dtype=np.uint16),
        "row": np.array(cells.row, dtype=np.uint32),
        "column": np.array(cells.column, dtype=np.uint32),
        "kind": np.frombuffer(cells.kind, dtype=np.uint8),
        "number": np.array(cells.number, dtype=np.float64),
        "text": pl.Series(cells.text, dtype=pl.String),
    }
    return pl.DataFrame(columns, schema=CELLS)
