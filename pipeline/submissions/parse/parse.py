"""The stage: from the stacked cells of all workbooks to typed tables and findings."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.submissions.parse.cells import NOT_ANSWERED, number_as_text, read_cells
from pipeline.submissions.parse.facts import CELL
from pipeline.submissions.parse.foreign import FORM_ROW, NOTHING_FOREIGN, Foreign, with_fixed
from pipeline.submissions.parse.headers import OTHER_UNIT
from pipeline.submissions.parse.language import languages_of
from pipeline.submissions.parse.layout import Layout, find_layout
from pipeline.submissions.parse.lists import read_lists
from pipeline.submissions.parse.tables import KEY, sheet_table
from pipeline.submissions.parse.words_for_nothing import NO_ANSWER
from schemas.declaration import Sheet, Workbook

VALUES = ("value_number", "value_text", "value_date", "value_flag")


@dataclass(frozen=True)
class Parsed:
    """Typed tables of all submissions.

    tables: per sheet key: file, row (as in the workbook; 0 for a form), a column per field.
    items: file, sheet_key, row, field, position, item: the items of cells that hold lists, see
    `lists`. sheets: file, sheet_key, sheet: the sheets of each file. places: file, sheet_key,
    sheet, row, column, field: the address of each field, filled or not (row: of the header, in a
    form of the cell). cells: file, sheet_key, sheet, row (as in `tables`), at (its row in the
    file), column, field, raw, code; a value that a mapping fixes has no address (column and at are
    null), and its sheet is the name that findings use. totals: file, sheet_key, sheet, row, column,
    field, raw, label, number: the numbers in rows of totals ("Summe").
    languages: see `language.languages_of`.
    """

    tables: Mapping[str, pl.DataFrame]
    items: pl.DataFrame
    sheets: pl.DataFrame
    places: pl.DataFrame
    cells: pl.DataFrame
    totals: pl.DataFrame
    languages: pl.DataFrame
    findings: pl.DataFrame


def parse(
    workbook: Workbook,
    sheets: pl.DataFrame,
    cells: pl.DataFrame,
    foreign: Foreign = NOTHING_FOREIGN,
) -> Parsed:
    """Return the typed tables of the stacked workbooks (see `intake.frames.stack`).

    foreign: how mappings read the files that are foreign exports. The result of a file does not
    depend on other files.
    """
    layout = find_layout(workbook, sheets, cells, foreign)
    typed = in_our_units(read_cells(workbook, layout.cells), layout.unknown)
    row = pl.when(pl.col("sheet_key").is_in(workbook.forms)).then(FORM_ROW).otherwise(pl.col("row"))
    typed = typed.with_columns(at="row").with_columns(row=row.cast(pl.UInt32))
    typed = with_fixed(workbook, typed, layout.sheets, foreign)
    return as_tables(workbook, layout, typed, foreign)


def in_our_units(typed: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    """Make cells in another unit (unknown: CELL) unknown; their header has a finding."""
    if unknown.is_empty():
        return typed
    unknown = unknown.unique().with_columns(other=pl.lit(value=True))
    typed = typed.join(unknown, on=CELL, how="left")
    other = pl.col("other").fill_null(value=False) & ~pl.col("empty")
    values = [pl.when(~other).then(name).alias(name) for name in VALUES]
    code = pl.when(other).then(pl.lit(OTHER_UNIT)).otherwise("code")
    return typed.with_columns(*values, code=code).drop("other")


def as_tables(
    workbook: Workbook, layout: Layout, typed: pl.DataFrame, foreign: Foreign = NOTHING_FOREIGN
) -> Parsed:
    """Return the tables of typed cells (see `cells.read_cells`; with at, their row in the file)."""
    tables = {s.key: _table(s, typed, layout.sheets) for s in workbook.sheets}
    bad = typed.drop_nulls("code").filter(pl.col("code") != OTHER_UNIT)
    doubtful = pl.col("code") == "ambiguous_number"
    read_as = pl.when(doubtful).then(number_as_text(pl.col("value_number")))
    bad = bad.with_columns(row="at", value="raw", detail=read_as)
    lists = read_lists(workbook, typed, foreign)
    return Parsed(
        tables,
        lists.items,
        layout.sheets,
        layout.places,
        typed.select("file", "sheet_key", "sheet", "row", "at", "column", "field", "raw", "code"),
        _totals(workbook, layout.totals),
        languages_of(workbook, layout.sheets, layout.headers),
        join_findings(layout.findings, findings(bad), unanswered(typed), lists.findings),
    )


def unanswered(typed: pl.DataFrame) -> pl.DataFrame:
    """Return hints about cells that count as empty although they hold something."""
    hints = typed.drop_nulls("hint").with_columns(row="at", value="raw")
    variant = pl.when(pl.col("hint") != NOT_ANSWERED).then("hint")
    return findings(hints.with_columns(check=variant), NO_ANSWER)


def _table(sheet: Sheet, typed: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    """Return the sheet's table; a filled identifying field makes a row, even with "k. A."."""
    own = typed.filter(pl.col("sheet_key") == sheet.key)
    filled = own.filter(~pl.col("empty"))
    if sheet.layout == "form":
        files = sheets.filter(pl.col("sheet_key") == sheet.key).select("file")
        rows = files.with_columns(row=pl.lit(FORM_ROW, pl.UInt32))
    else:
        rows = (own if sheet.identifying else filled).select(KEY).unique()
    return sheet_table(sheet, filled, rows)


def _totals(workbook: Workbook, cells: pl.DataFrame) -> pl.DataFrame:
    columns = ["file", "sheet_key", "sheet", "row", "column", "field", "raw", "label"]
    if cells.is_empty():
        return cells.select(*columns[:-2], raw="text", label="label", number="number")
    read = read_cells(workbook, cells).drop_nulls("value_number")
    return read.select(*columns, number="value_number").sort("file", "sheet_key", "row", "column")
