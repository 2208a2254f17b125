"""Assigns sheets to declared sheets, finds headers, and assigns columns and cells to fields.

It works on the cells of all files at once. Its cells have the columns PLACED. Rows that are not
rows of data (totals, group headings) are left out with a finding.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import word_key_expr
from pipeline.submissions.parse.cells import read_cells, with_words
from pipeline.submissions.parse.facts import CELL, SHEET, TEXT
from pipeline.submissions.parse.foreign import (
    OF_COLUMN,
    Foreign,
    first_of_each_field,
    fixed_forms,
    with_fields,
    with_our_words,
)
from pipeline.submissions.parse.headers import OTHER_UNIT, read_headers
from pipeline.submissions.parse.language import HEADERS
from pipeline.submissions.parse.merged import merged_columns, merges_of
from pipeline.submissions.parse.misplaced_headers import (
    FLAT,
    forms_on_their_side,
    headers_found,
    instead_of_header,
    values_beside,
)
from pipeline.submissions.parse.rows import rows_of_data
from pipeline.submissions.parse.shown import shown_by, struck_rows, units_of_formats
from pipeline.submissions.parse.units_outside_tables import units_outside_tables
from pipeline.submissions.parse.unread import unread_sheets
from schemas.declaration import Workbook
from schemas.words import header_key, word_key

# A cell that is assigned to a field. sheet: the name of the sheet in the file.
PLACED = [
    "file",
    "sheet_key",
    "sheet",
    "row",
    "column",
    "field",
    "kind",
    "number",
    "text",
    "clean",
    "word",
    "factor",
]
HEAD = [*SHEET, "column", "field", "word", "by_mapping"]
AS_OF = "as_of"
# How many of a file's other sheets a finding about a missing sheet names.
MOST_NAMES = 50


@dataclass(frozen=True)
class Layout:
    """The sheets, cells and addresses of fields.

    sheets: file, sheet_key, sheet: the declared sheets of each file that can be read. cells:
    PLACED, every cell of a declared field. places: the addresses of the fields of forms, filled or
    not, and of the columns of tables (row of the header). totals: PLACED and label, the cells of
    rows of totals. unknown: CELL of cells in another unit than ours. headers: see
    `language.HEADERS`. findings: see `common.findings`.
    """

    sheets: pl.DataFrame
    cells: pl.DataFrame
    places: pl.DataFrame
    totals: pl.DataFrame
    unknown: pl.DataFrame
    headers: pl.DataFrame
    findings: pl.DataFrame


def find_layout(
    workbook: Workbook, sheets: pl.DataFrame, cells: pl.DataFrame, foreign: Foreign
) -> Layout:
    """Return the layout of the stacked frames (see `intake.frames.stack`)."""
    known, strange, sheet_findings = match_sheets(workbook, sheets, foreign)
    cells = with_words(cells)
    merges = merges_of(sheets, known)
    shown = shown_by(sheets, known)
    cells = cells.join(known, on=["file", "sheet"]).drop("sheet").rename({"name": "sheet"})
    known = known.drop("sheet").rename({"name": "sheet"})
    form = layout_of_forms(
        workbook,
        known.filter(pl.col("sheet_key").is_in(workbook.forms)),
        cells.filter(pl.col("sheet_key").is_in(workbook.forms)),
        foreign,
    )
    table = layout_of_tables(
        workbook,
        known.filter(~pl.col("sheet_key").is_in(workbook.forms)),
        cells.filter(~pl.col("sheet_key").is_in(workbook.forms)),
        years_of(workbook, form.cells),
        foreign,
    )
    placed = pl.concat([form.cells, table.cells])
    unknown = pl.concat([form.unknown, table.unknown])
    other, unit_findings = units_of_formats(workbook, shown, placed, unknown)
    return Layout(
        pl.concat([form.sheets, table.sheets]),
        placed,
        pl.concat([form.places, table.places]),
        table.totals,
        pl.concat([unknown, other]),
        pl.concat([form.headers, table.headers]),
        join_findings(
            sheet_findings,
            unread_sheets(workbook, strange, known.select(SHEET)),
            form.findings,
            table.findings,
            merged_columns(merges, table.places.drop("row"), table.cells),
            unit_findings,
            struck_rows(workbook, shown, table.cells),
        ),
    )


# ---------------------------------------------------------------------------------------- sheets
def match_sheets(
    workbook: Workbook, sheets: pl.DataFrame, foreign: Foreign
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the first sheet of each file for each declared sheet, the other sheets, findings.

    A missing form whose values a mapping fixes has no sheet in the file (null). The other sheets
    are those without a finding, in files without a mapping of sheets.
    """
    sheets = sheets.with_columns(key=word_key_expr(pl.col("name")))
    matched, left_out = named_sheets(workbook, sheets, foreign)
    first = matched.unique(SHEET, keep="first")
    again = matched.join(first, on=["file", "sheet", "sheet_key"], how="anti")
    office = sheets.filter(pl.col("key").is_in(office_keys(workbook)))
    for read in (matched, left_out):
        office = office.join(read, on=["file", "sheet"], how="anti")
    known = first.select("file", "sheet", "sheet_key", "name")
    strange = sheets.join(foreign.sheets, on="file", how="anti")
    for other in (matched, office):
        strange = strange.join(other, on=["file", "sheet"], how="anti")
    known = pl.concat([known, fixed_forms(workbook, known, foreign)], how="diagonal")
    repaired = sheets.filter("repaired").unique("file")
    found = join_findings(
        findings(repaired.select("file"), "read_with_repair"),
        findings(again.select("file", "sheet_key", sheet="name", detail="name"), "unknown_column"),
        findings(office.select("file", sheet="name", detail="name"), "office_field"),
        missing_sheets(workbook, sheets, known),
    )
    return known, strange, found


def named_sheets(
    workbook: Workbook, sheets: pl.DataFrame, foreign: Foreign
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sheets found by a mapping or by our names (with their key), and those left out.

    A mapping takes precedence: a sheet that it names is not matched by our names.
    """
    names = pl.DataFrame(
        [(key, s.key) for s in workbook.sheets for key in s.keys],
        schema={"key": pl.String, "sheet_key": pl.String},
        orient="row",
    )
    mapped = sheets.join(foreign.sheets.drop("header_row"), on="file")
    mapped = mapped.filter(pl.col("key").str.contains(pl.col("pattern")))
    # of two patterns that match a sheet the longer one is more specific
    mapped = mapped.sort("file", "sheet", -pl.col("pattern").str.len_chars().cast(pl.Int64))
    mapped = mapped.unique(["file", "sheet"], keep="first").drop("pattern")
    ours = sheets.join(mapped, on=["file", "sheet"], how="anti").join(names, on="key")
    parts = [mapped.with_columns(order=0), ours.with_columns(order=1)]
    every = pl.concat(parts).sort("file", "order", "sheet").drop("order")
    left_out = pl.col("sheet_key").is_null()
    return every.filter(~left_out), every.filter(left_out)


def missing_sheets(workbook: Workbook, sheets: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for every declared sheet that a file does not have.

    other: the names of the file's sheets that are not ours, one per line.
    """
    declared = pl.DataFrame(
        {
            "sheet_key": [s.key for s in workbook.sheets],
            "sheet": [s.name["de"] for s in workbook.sheets],
        }
    )
    known = [word_key(w) for w in workbook.words["never_read"] + workbook.words["our_sheets"]]
    strange = sheets.join(matched, on=["file", "sheet"], how="anti").sort("file", "sheet")
    strange = strange.filter(~pl.col("key").is_in(known))
    names = strange.group_by("file").agg(other=pl.col("name").head(MOST_NAMES).str.join("\n"))
    every = sheets.select("file").unique().join(declared, how="cross")
    missing = every.join(matched, on=SHEET, how="anti").join(names, on="file", how="left")
    return findings(missing.sort("file"), "missing_sheet")


def office_keys(workbook: Workbook) -> list[str]:
    """Return the keys of fields that only the office may fill in, without the workbook's own."""
    own = {key for s in workbook.sheets for f in s.fields for key in f.keys}
    return sorted({header_key(w) for w in workbook.words["office_fields"]} - own)


# ----------------------------------------------------------------------------------------- forms
def layout_of_forms(
    workbook: Workbook, known: pl.DataFrame, cells: pl.DataFrame, foreign: Foreign
) -> Layout:
    """Return the layout of forms: labels in one column, their values in the next."""
    sheets = [s for s in workbook.sheets if s.layout == "form"]
    labels = read_headers(sheets, cells.filter(pl.col("kind") == TEXT))
    flat = forms_on_their_side(labels)
    labels = labels.join(flat, on=SHEET, how="anti")
    labels = with_fields(labels, foreign).sort("file", "row", "column")
    labels = labels.join(label_columns(labels), on=[*SHEET, "column"])
    first = first_of_each_field(labels)
    places = first.select(*SHEET, "sheet", "row", pl.col("column") + 1, "field")
    beside = first.select(*SHEET, "row", pl.col("column") + 1, "field", *OF_COLUMN)
    values = cells.join(beside, on=[*SHEET, "row", "column"])
    values = with_our_words(workbook, values, foreign)
    strange = labels.filter(~pl.col("left_out")).join(first, on=[*SHEET, "row"], how="anti")
    strange = strange.with_columns(pl.col("column") + 1).join(  # a title has no value beside it
        cells.select(*SHEET, "row", "column"), on=[*SHEET, "row", "column"], how="semi"
    )
    other = first.filter(mark=OTHER_UNIT).select(*SHEET, "row", "field")
    found = join_findings(
        findings(flat.with_columns(check=pl.lit(FLAT)), "missing_sheet"),
        strange_headers(workbook, strange),
        marked_headers(first),
        findings(values_beside(workbook, cells, places)),
    )
    nothing = pl.DataFrame()
    unknown = values.join(other, on=CELL, how="semi").select(CELL)
    readable = known.join(flat, on=SHEET, how="anti")
    names = first.select(HEADERS.names())
    return Layout(readable, values.select(PLACED), places, nothing, unknown, names, found)


def years_of(workbook: Workbook, form: pl.DataFrame) -> pl.DataFrame:
    """Return file, year: the year of the Stichtag of each submission."""
    days = read_cells(workbook, form.filter(pl.col("field") == AS_OF)).drop_nulls("value_date")
    return days.select("file", year=pl.col("value_date").dt.year()).unique("file", keep="first")


def label_columns(labels: pl.DataFrame) -> pl.DataFrame:
    """Return each form's column of labels: the first one of those with the most known labels."""
    return (
        labels.group_by(*SHEET, "column")
        .agg(known=pl.col("field").n_unique() - pl.col("field").has_nulls())
        .sort("file", -pl.col("known").cast(pl.Int64), "column")
        .unique(SHEET, keep="first")
        .select(*SHEET, "column")
    )


def strange_headers(workbook: Workbook, headers: pl.DataFrame) -> pl.DataFrame:
    """Return findings for labels and headers that are none of ours (columns PLACED and key)."""
    is_office = pl.col("key").is_in(office_keys(workbook))
    code = pl.when(is_office).then(pl.lit("office_field")).otherwise(pl.lit("unknown_column"))
    return findings(headers.with_columns(code=code, value="text", detail="text").drop("field"))


def marked_headers(headers: pl.DataFrame) -> pl.DataFrame:
    """Return findings for our headers with another unit or a remark."""
    marked = headers.drop_nulls("mark")
    return findings(marked.with_columns(code="mark", value="text"))


# ---------------------------------------------------------------------------------------- tables
def layout_of_tables(
    workbook: Workbook,
    sheets: pl.DataFrame,
    cells: pl.DataFrame,
    years: pl.DataFrame,
    foreign: Foreign,
) -> Layout:
    """Return the layout of tables: cells below the header row, by column."""
    tables = [s for s in workbook.sheets if s.layout == "table"]
    top = with_fields(read_headers(tables, top_rows(workbook, cells, foreign)), foreign)
    top = top.sort("file", "row", "column")
    headers = top.join(header_rows(top), on=[*SHEET, "row"])
    instead = instead_of_header(workbook, without_headers(cells, headers))
    headers = headers.join(instead, on=SHEET, how="anti")
    first = first_of_each_field(headers)
    strange = headers.filter(pl.col("kind") == TEXT, ~pl.col("left_out"))
    strange = strange.join(first, on=[*SHEET, "column"], how="anti")
    columns = first.select(*SHEET, "sheet", "column", "field", *OF_COLUMN, header_row="row")
    data = cells.join(columns.select(*SHEET, "header_row").unique(), on=SHEET)
    data = data.filter(pl.col("row") > pl.col("header_row"))
    by_column = columns.select(*SHEET, "column", "field", *OF_COLUMN)
    data = data.join(by_column, on=[*SHEET, "column"], how="left")
    data = with_our_words(workbook, data, foreign)
    rows = rows_of_data(workbook, data, first.select(*HEAD), years)
    readable, headless = split_headless(sheets, cells, columns)
    headless = headless.join(instead, on=SHEET, how="left")
    found = join_findings(
        strange_headers(workbook, strange),
        marked_headers(first),
        second_tables(workbook, strange, cells),
        missing_columns(workbook, sheets, columns, foreign, contents_instead(instead, strange)),
        findings(headless, "missing_sheet"),
        units_outside_tables(cells, columns, rows.findings),
        rows.findings,
    )
    placed = rows.cells.drop_nulls("field").select(PLACED)
    other = first.filter(mark=OTHER_UNIT).select(*SHEET, "field")
    return Layout(
        readable,
        placed,
        columns.rename({"header_row": "row"}).select(*SHEET, "sheet", "row", "column", "field"),
        rows.totals.drop_nulls("field").select(*PLACED, "label"),
        pl.concat(
            [placed.join(other, on=[*SHEET, "field"], how="semi").select(CELL), rows.unknown]
        ),
        first.select(HEADERS.names()),
        found,
    )


def second_tables(workbook: Workbook, strange: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return findings of second tables with the same headers beside the first, which are not read.

    strange: headers that do not count. A second table repeats the first declared column of its
    sheet and another one, and has cells below it.
    """
    again = strange.drop_nulls("field")
    if again.is_empty():
        return findings(again)
    names = [(s.key, s.fields[0].key) for s in workbook.sheets]
    leading = pl.DataFrame(names, schema=["sheet_key", "field"], orient="row")
    several = again.filter(pl.col("field").n_unique().over(SHEET) > 1)
    first = several.join(leading, on=["sheet_key", "field"], how="semi")
    below = cells.select(*SHEET, "column", below="row")
    first = first.join(below, on=[*SHEET, "column"]).filter(pl.col("below") > pl.col("row"))
    first = first.sort(*SHEET, "column").unique(SHEET, keep="first")
    place = {"check": pl.lit("second_table"), "value": pl.col("text"), "field": None}
    return findings(first.with_columns(**place), "inconsistent")


def without_headers(cells: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of tables whose header row has fewer than two of our columns."""
    named = headers.drop_nulls("field").group_by(SHEET)
    known = named.agg(known=pl.col("field").n_unique(), mapped=pl.col("by_mapping").any())
    known = known.filter((pl.col("known") > 1) | pl.col("mapped"))
    return cells.join(known, on=SHEET, how="anti")


def top_rows(workbook: Workbook, cells: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Return the cells where the header may be: the first rows, or the row that a mapping names."""
    given = foreign.sheets.select(*SHEET, "header_row").drop_nulls()
    top = cells.join(given, on=SHEET, how="left")
    usual = pl.col("row") <= workbook.words["header_rows"]
    is_top = pl.when(pl.col("header_row").is_null()).then(usual)
    return top.filter(is_top.otherwise(pl.col("row") == pl.col("header_row"))).drop("header_row")


def header_rows(top: pl.DataFrame) -> pl.DataFrame:
    """Return each table's header row: the first one of those with the most known headers."""
    return (
        top.drop_nulls("field")
        .group_by(*SHEET, "row")
        .agg(known=pl.col("field").n_unique())
        .sort("file", -pl.col("known").cast(pl.Int64), "row")
        .unique(SHEET, keep="first")
        .select(*SHEET, "row")
    )


def split_headless(
    sheets: pl.DataFrame, cells: pl.DataFrame, columns: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the readable sheets, and those with cells but without any known header.

    The required sheet is readable anyway: its missing columns are reported one by one.
    """
    filled = sheets.join(cells, on=SHEET, how="semi")
    headless = filled.join(columns, on=SHEET, how="anti").filter(pl.col("sheet_key") != "actors")
    return sheets.join(headless, on=SHEET, how="anti"), headless


def contents_instead(instead: pl.DataFrame, strange: pl.DataFrame) -> pl.DataFrame:
    """Return SHEET, check, detail: what tables hold instead, for findings of missing columns."""
    found = headers_found(strange).with_columns(check=pl.lit(None, pl.String))
    found = found.join(instead, on=SHEET, how="anti").select(instead.columns)
    return pl.concat([instead, found])


def missing_columns(
    workbook: Workbook,
    sheets: pl.DataFrame,
    columns: pl.DataFrame,
    foreign: Foreign,
    contents: pl.DataFrame,
) -> pl.DataFrame:
    """Return a finding for every missing required column that no mapping fixes.

    contents: see `contents_instead`.
    """
    declared = [(s.key, f.key) for s in workbook.sheets for f in s.fields if f.required]
    schema = {"sheet_key": pl.String, "field": pl.String}
    required = pl.DataFrame(declared, schema=schema, orient="row")
    every = sheets.join(required, on="sheet_key")
    for given in (columns, foreign.fixed):
        every = every.join(given, on=[*SHEET, "field"], how="anti")
    missing = every.sort("file", "sheet_key")
    missing = missing.join(contents, on=SHEET, how="left")
    return findings(missing, "missing_column")
