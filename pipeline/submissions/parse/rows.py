"""Which rows of a table are rows of data (contract 1.2): applies the rules in their order.

Each row that is left out has a finding at its first filled cell, with what to do if that is wrong.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.submissions.parse.cells import as_text
from pipeline.submissions.parse.defaults import default_rows
from pipeline.submissions.parse.facts import ADDED, CELL, ROW, first_cells, with_facts
from pipeline.submissions.parse.headers import OTHER_UNIT
from pipeline.submissions.parse.notes_and_headings import (
    COLON,
    HEADING,
    LONE_ROW,
    MEANING,
    NOTE,
    headings,
    lone_rows,
    lone_texts,
    notes,
    rows_below,
)
from pipeline.submissions.parse.phrases import rows_in_words
from pipeline.submissions.parse.repeated_headers import (
    cells_in_other_units,
    moved_cells,
    repeated_headers,
    with_empty_cells,
)
from pipeline.submissions.parse.sums import EQUALS_ONE, SUMS_BELOW, UNREADABLE
from pipeline.submissions.parse.totals import NAMED_ELSEWHERE, total_rows
from pipeline.submissions.parse.words_for_nothing import NONE
from schemas.declaration import Workbook

IN_DOUBT = [EQUALS_ONE, UNREADABLE, SUMS_BELOW, NAMED_ELSEWHERE]


@dataclass(frozen=True)
class Rows:
    """The rows of tables.

    cells: placed cells of the rows of data. totals: cells of rows of totals, with label. unknown:
    CELL of cells below another unit. findings: see `common.findings`.
    """

    cells: pl.DataFrame
    totals: pl.DataFrame
    unknown: pl.DataFrame
    findings: pl.DataFrame


def rows_of_data(
    workbook: Workbook, data: pl.DataFrame, columns: pl.DataFrame, years: pl.DataFrame
) -> Rows:
    """Separate the rows of data from all other rows.

    data: placed cells below the header row; field is null in columns that are none of ours.
    columns: SHEET, column, field, word, by_mapping: the header. years: file, year of the Stichtag.
    """
    data = with_facts(workbook, data)
    parts: list[pl.DataFrame] = []
    data = without(data, none_titles(workbook, data), parts)
    repeated = repeated_headers(workbook, data, columns)
    unknown = data.select(CELL).clear()
    if repeated is not None:
        headers = repeated.rows.with_columns(check=pl.lit("again"))
        parts.append(findings(with_first_cells(data, headers), HEADING))
        data = data.join(repeated.rows, on=ROW, how="anti")
        if not repeated.columns.is_empty():
            data = with_facts(workbook, moved_cells(data.drop(ADDED), repeated))
        unknown, units = cells_in_other_units(data, repeated)
        parts.append(findings(units.with_columns(value="text"), OTHER_UNIT))
    totals = total_rows(workbook, data)
    doubtful = totals.filter(pl.col("variant").is_in(IN_DOUBT))
    parts.append(findings(doubtful.with_columns(check="variant", detail="label"), "inconsistent"))
    totals = totals.join(doubtful, on=ROW, how="anti")
    sums = data.join(totals.select(*ROW, "label"), on=ROW)
    check = pl.when(pl.col("variant") != "").then("variant")
    data = without(
        data, totals.with_columns(code=pl.lit("total_row"), check=check, detail="label"), parts
    )
    data = without_lone_texts(workbook, data, totals, years, parts)
    data = without_defaults(workbook, data, parts)
    data = data.drop(ADDED)
    if repeated is not None:
        data = with_empty_cells(data, repeated)
    return Rows(data, sums.drop(ADDED), unknown, join_findings(*parts))


def none_titles(workbook: Workbook, data: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose title states that there is none: these are not rows of data."""
    sheets = [sheet.key for sheet in workbook.sheets if sheet.none_title]
    title = pl.col("sheet_key").is_in(sheets) & (pl.col("role") == "title")
    rows = data.filter(title, pl.col("nothing") == NONE).select(
        *ROW, "sheet", "column", "field", value=as_text()
    )
    return rows.with_columns(code=pl.lit("no_answer"), check=pl.lit("no_row"))


def without(data: pl.DataFrame, rows: pl.DataFrame, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Remove rows (ROW, code and the columns of findings), and append their findings to parts."""
    if rows.is_empty():
        return data
    parts.append(findings(rows if "field" in rows.columns else with_first_cells(data, rows)))
    return data.join(rows, on=ROW, how="anti")


def with_first_cells(data: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Give rows the address of their first filled cell."""
    first = first_cells(data.join(rows, on=ROW, how="semi"))
    rows = rows.drop("sheet", "column", "value", strict=False)
    return rows.join(first, on=ROW, how="left").sort(ROW)


def without_lone_texts(
    workbook: Workbook,
    data: pl.DataFrame,
    totals: pl.DataFrame,
    years: pl.DataFrame,
    parts: list[pl.DataFrame],
) -> pl.DataFrame:
    """Remove notes below tables and headings between rows.

    A text in a column that is not ours loses no row. It has a finding only if it is a heading that
    changes the meaning of the rows below.
    """
    lone = lone_texts(data)
    if lone.is_empty():
        return data
    found = notes(lone).with_columns(row_kind=pl.lit(NOTE))
    lone = lone.join(found, on=ROW, how="anti")
    heads = headings(workbook, lone, years)
    rows = lone_rows(lone.join(heads, on=ROW, how="anti"))
    parts.append(findings(rows.with_columns(check=pl.lit(LONE_ROW)), "inconsistent"))
    found = pl.concat(
        [found.select(*ROW, "field", "row_kind"), heads.select(*ROW, "field", "row_kind")]
    )
    reported = pl.col("field").is_not_null() | (pl.col("row_kind") == MEANING)
    found = found.filter(reported).drop("field")
    if found.is_empty():
        return data
    meaning = pl.col("row_kind") == MEANING
    heads = found.filter(pl.col("row_kind") != NOTE)
    ends = [heads.select(*ROW, is_heading=True), totals.select(*ROW, is_heading=False)]
    rest = data.join(found, on=ROW, how="anti")
    found = rows_below(found, rest.drop_nulls("field"), pl.concat(ends))
    colon, no_rows = pl.col("row_kind") == COLON, meaning & pl.col("first").is_null()
    rows = found.with_columns(
        code=pl.when(colon).then(pl.lit(HEADING)).otherwise("row_kind"),
        check=pl.when(colon).then("row_kind").when(no_rows).then(pl.lit("no_rows")),
        detail=pl.when(meaning).then(rows_in_words(pl.col("first"), pl.col("until"))),
    )
    return without(data, rows, parts)


def without_defaults(
    workbook: Workbook, data: pl.DataFrame, parts: list[pl.DataFrame]
) -> pl.DataFrame:
    """Remove rows with nothing but defaults, with one finding for consecutive ones."""
    rows = default_rows(workbook, data)
    if rows.is_empty():
        return data
    begins = rows.filter(pl.col("row") == pl.col("first"))
    begins = begins.with_columns(
        code=pl.lit("default_rows"),
        check=pl.when(~pl.col("alike")).then(pl.lit("different")),
        detail=rows_in_words(pl.col("first"), pl.col("last")),
    )
    parts.append(findings(with_first_cells(data, begins)))
    return data.join(rows, on=ROW, how="anti")
