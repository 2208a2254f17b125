"""Fixed values: held against the rules of a cell before any submission is read."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.common.findings import empty
from pipeline.common.texts import LANGUAGES
from pipeline.submissions.field_messages import expected
from pipeline.submissions.parse.cells import read_cells
from pipeline.submissions.parse.facts import CELL
from pipeline.submissions.parse.foreign import SCHEMAS, as_placed
from pipeline.submissions.parse.language import HEADERS
from pipeline.submissions.parse.layout import Layout
from pipeline.submissions.parse.parse import as_tables
from pipeline.submissions.validate import validate
from schemas.declaration import Sheet, Workbook, submission

EPOCH = dt.date(1970, 1, 1).toordinal()
ROW = 0


def fixed_cell(value: object) -> tuple[int, float, str | None] | None:
    """Return kind, number, text of a value as intake would give its cell; None if it is none."""
    match value:
        case bool():
            return ord("b"), float(value), None
        case str():
            return ord("s"), math.nan, value
        case int() | float() if math.isfinite(value) and abs(value) < 1e300:
            return ord("n"), float(value), None
        case dt.date():
            return ord("d"), float(value.toordinal() - EPOCH), None
    return None


def fixed_problems(
    sheet: Sheet, values: Mapping[str, Any], place: str
) -> dict[str, dict[str, Mapping[str, str]]]:
    """Return what is wanted instead, for every field whose value no cell of it may hold."""
    cells = {key: fixed_cell(value) for key, value in values.items()}
    bad = {key for key, cell in cells.items() if cell is None}
    rows = [(ROW, sheet.key, key, place, *cell) for key, cell in cells.items() if cell is not None]
    if rows:
        bad |= refused(sheet, pl.DataFrame(rows, schema=SCHEMAS["fixed"], orient="row"))
    return {
        key: {"expected": {lang: expected(sheet.field(key), lang) for lang in LANGUAGES}}
        for key in values
        if key in bad
    }


def refused(sheet: Sheet, fixed: pl.DataFrame) -> set[str]:
    """Return the fields whose value becomes a finding when it is read as a cell of one row."""
    workbook = Workbook((sheet,), submission().words)
    row = pl.lit(ROW, pl.UInt32)
    cells = as_placed(fixed.with_columns(row=row))
    typed = read_cells(workbook, cells).with_columns(at=row)
    places = cells.select("file", "sheet_key", "sheet", "row", "column", "field")
    sheets = fixed.select("file", "sheet_key", "sheet").unique()
    no_totals = cells.clear().with_columns(label=pl.lit(None, pl.String))
    unknown = cells.clear().select(CELL)
    no_headers = pl.DataFrame(schema=HEADERS)
    layout = Layout(sheets, cells, places, no_totals, unknown, no_headers, empty())
    parsed = as_tables(workbook, layout, typed)
    found = pl.concat([parsed.findings, validate(workbook, parsed).findings])
    left = typed.filter("empty")["field"].to_list()  # "k. A." fixes nothing
    return {*found.filter(pl.col("code") != "missing_value")["field"], *left}
