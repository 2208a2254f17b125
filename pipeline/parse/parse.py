"""The stage: from the stacked cells of all workbooks to typed tables and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from pipeline.findings import findings, join_findings
from pipeline.parse.cells import read_cells
from pipeline.parse.foreign import FORM_ROW, NOTHING_FOREIGN, Foreign, with_fixed
from pipeline.parse.layout import Layout, place
from pipeline.parse.tables import KEY, list_items, sheet_table
from schemas.declaration import Sheet, Workbook

CELLS_AT_ONCE = 500_000
Files = tuple[int, int]


@dataclass(frozen=True)
class Parsed:
    """Typed tables of all submissions.

    tables: per sheet key: file, row (as in the workbook; 0 for a form), a column per field.
    items: file, sheet_key, row, field, item: the items of cells that hold lists.
    sheets: file, sheet_key, sheet: which sheets each file has. places: file, sheet_key, sheet, row,
    column, field: where fields stand, filled or not (row: of the header, in a form of the cell).
    cells: file, sheet_key, row (as in `tables`), at (its row in the file), column,
    field, raw, code; what a mapping fixes stands nowhere (column and at are null), and its sheet is
    what findings call the place. totals: file, sheet_key, sheet, row, column, field, raw, label,
    number: the numbers in rows of totals ("Summe").
    """

    tables: Mapping[str, pl.DataFrame]
    items: pl.DataFrame
    sheets: pl.DataFrame
    places: pl.DataFrame
    cells: pl.DataFrame
    totals: pl.DataFrame
    findings: pl.DataFrame


def parse(
    workbook: Workbook,
    sheets: pl.DataFrame,
    cells: pl.DataFrame,
    foreign: Foreign = NOTHING_FOREIGN,
) -> Parsed:
    """Return the typed tables of the stacked workbooks (see `intake.frames.stack`).

    foreign: what mappings say of the files that are foreign exports. What is known of a cell on
    the way takes many times its own room: of a large portfolio some hundred files are parsed at a
    time. No file says anything about another one here.
    """
    if cells.height <= CELLS_AT_ONCE:
        return parse_some(workbook, sheets, cells, foreign)
    parts = [
        parse_some(workbook, of(sheets, files), of(cells, files), foreign.between(files))
        for files in batches(sheets, cells)
    ]
    return joined(parts)


def batches(sheets: pl.DataFrame, cells: pl.DataFrame) -> list[Files]:
    """Return (first, last) numbers of the files that are parsed together, in their order."""
    counts = cells.group_by("file").agg(n=pl.len().cast(pl.Int64)).sort("file")
    group = (pl.col("n").cum_sum() - pl.col("n")) // CELLS_AT_ONCE
    firsts = counts.group_by(group=group).agg(first=pl.col("file").min()).sort("first")["first"]
    last = pl.select(pl.max_horizontal(sheets["file"].max(), cells["file"].max(), 0)).item()
    starts = [0, *firsts[1:].to_list()]
    ends = [*(start - 1 for start in starts[1:]), last]
    return list(zip(starts, ends, strict=True))


def of(table: pl.DataFrame, files: Files) -> pl.DataFrame:
    """Return the rows of some files."""
    return table.filter(pl.col("file").is_between(*files))


def joined(parts: Sequence[Parsed]) -> Parsed:
    """Return what was parsed in several goes as one."""
    tables = {key: pl.concat(p.tables[key] for p in parts) for key in parts[0].tables}
    others = {
        field.name: pl.concat([getattr(part, field.name) for part in parts], rechunk=True)
        for field in fields(Parsed)
        if field.name != "tables"
    }
    return Parsed(tables=tables, **others)


def parse_some(
    workbook: Workbook, sheets: pl.DataFrame, cells: pl.DataFrame, foreign: Foreign
) -> Parsed:
    """Return the typed tables of some workbooks."""
    layout = place(workbook, sheets, cells, foreign)
    typed = read_cells(workbook, layout.cells)
    forms = [s.key for s in workbook.sheets if s.layout == "form"]
    row = pl.when(pl.col("sheet_key").is_in(forms)).then(FORM_ROW).otherwise(pl.col("row"))
    typed = typed.with_columns(at="row").with_columns(row=row.cast(pl.UInt32))
    typed = with_fixed(workbook, typed, layout.sheets, foreign)
    return as_tables(workbook, layout, typed, foreign)


def as_tables(
    workbook: Workbook, layout: Layout, typed: pl.DataFrame, foreign: Foreign = NOTHING_FOREIGN
) -> Parsed:
    """Return the tables of typed cells (see `cells.read_cells`; with at, their row in the file)."""
    filled = typed.filter(~pl.col("empty"))
    tables = {s.key: _table(s, filled, layout.sheets) for s in workbook.sheets}
    bad = typed.drop_nulls("code").with_columns(row="at", value="raw")
    return Parsed(
        tables,
        list_items(workbook, filled, foreign),
        layout.sheets,
        layout.places,
        typed.select("file", "sheet_key", "sheet", "row", "at", "column", "field", "raw", "code"),
        _totals(workbook, layout.totals),
        join_findings(layout.findings, findings(bad)),
    )


def _table(sheet: Sheet, typed: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    own = typed.filter(pl.col("sheet_key") == sheet.key)
    if sheet.layout == "form":
        files = sheets.filter(pl.col("sheet_key") == sheet.key).select("file")
        rows = files.with_columns(row=pl.lit(FORM_ROW, pl.UInt32))
    else:
        rows = own.select(KEY).unique()
    return sheet_table(sheet, own, rows)


def _totals(workbook: Workbook, cells: pl.DataFrame) -> pl.DataFrame:
    columns = ["file", "sheet_key", "sheet", "row", "column", "field", "raw", "label"]
    if cells.is_empty():
        return cells.select(*columns[:-2], raw="text", label="label", number="number")
    read = read_cells(workbook, cells).drop_nulls("value_number")
    return read.select(*columns, number="value_number").sort("file", "sheet_key", "row", "column")
