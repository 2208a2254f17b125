"""Stacks what was read from many workbooks: one frame of sheets and one of cells."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from pipeline.intake.cells import WIDTH, WITH_TEXT
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
    kind (see `cells`), number (dates: days since 1970-01-01), text.
    """
    numbered = list(readings)
    return _sheets_frame(numbered), _cells_frame(numbered)


def _sheets_frame(numbered: Sequence[tuple[int, Reading]]) -> pl.DataFrame:
    rows = [(file, at, name) for file, r in numbered for at, name in enumerate(r.sheets)]
    return pl.DataFrame(rows, schema=SHEETS, orient="row")


def _cells_frame(numbered: Sequence[tuple[int, Reading]]) -> pl.DataFrame:
    every = [reading.cells for _, reading in numbered]
    lengths = [len(cells.kind) for cells in every]
    place = _joined([cells.place for cells in every], np.uint64)
    kind = _joined([cells.kind for cells in every], np.uint8)
    number = _joined([cells.number for cells in every], np.float64)
    # Of a kind with a text, number is the text's position among the texts of its file.
    texts = [cells.texts for cells in every]
    before = np.cumsum([0, *map(len, texts)])[:-1] if texts else np.zeros(0, dtype=np.int64)
    has_text = np.isin(kind, np.frombuffer(WITH_TEXT, dtype=np.uint8))
    position = np.where(has_text, number, 0).astype(np.uint32)
    position += np.repeat(before.astype(np.uint32), lengths)
    known = pl.Series([text for t in texts for text in t] or [""], dtype=pl.String)
    files = np.array([file for file, _ in numbered], dtype=np.uint32)
    columns = {
        "file": np.repeat(files, lengths),
        "sheet": _joined([cells.sheet for cells in every], np.uint16),
        "row": (place // WIDTH + 1).astype(np.uint32),
        "column": (place % WIDTH + 1).astype(np.uint32),
        "kind": kind,
        "number": np.where(has_text, np.nan, number),
        "text": _texts(known, position, has_text),
    }
    return pl.DataFrame(columns, schema=CELLS)


def _joined(buffers: Sequence[object], dtype: type) -> np.ndarray:
    return np.frombuffer(b"".join(buffers), dtype=dtype)  # type: ignore[arg-type]


def _texts(known: pl.Series, position: np.ndarray, has_text: np.ndarray) -> pl.Series:
    """Return the text at each position; null where a cell has none."""
    if not len(position):
        return pl.Series([], dtype=pl.String)
    index = pl.Series(np.where(has_text, position, 0), dtype=pl.UInt32)
    masked = pl.select(pl.when(pl.Series(has_text)).then(index)).to_series()
    return known.gather(masked)
