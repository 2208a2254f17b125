"""Rows of a table that are no data: totals, group headings, repeated headers (contract 3)."""

import re
from collections.abc import Iterable

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import header_key_expr
from schemas.declaration import Sheet, Workbook, words
from schemas.words import word_key

TEXT = ord("s")
ROW = ["file", "sheet_key", "row"]
# Only these may be followed by more words ("Summe 2025"); "Total Energies" is an actor.
OPEN_TOTALS = ("summe", "gesamtsumme", "zwischensumme")


def drop_rows_that_are_none(
    workbook: Workbook, data: pl.DataFrame, their_headers: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the cells without totals and headings, the totals' cells, and a finding for each row.

    The totals' cells have a label, the word that makes the row one of totals.

    data: PLACED cells below the header row; field is null in columns that are none of ours.
    their_headers: file, sheet_key, key, field: further headers that a mapping knows.
    """
    data = data.join(field_types(workbook), on=["sheet_key", "field"], how="left")
    totals = total_rows(workbook, data)
    rest = data.join(totals, on=ROW, how="anti")
    sums = data.join(totals.select(*ROW, label="value"), on=ROW)
    headings = heading_rows(workbook, rest, their_headers)
    rest = rest.join(headings, on=ROW, how="anti")
    found = join_findings(findings(totals, "total_row"), findings(headings, "heading_row"))
    return rest.drop("type", "choice", "heading"), sums.drop("type", "choice", "heading"), found


def field_types(workbook: Workbook) -> pl.DataFrame:
    """Return sheet_key, field, type, choice (a list's word), heading (where headings may stand)."""
    return pl.DataFrame(
        [
            (s.key, f.key, f.type, f.type in ("choice", "country"), f.key == s.heading_column)
            for s in workbook.sheets
            for f in s.fields
        ],
        schema=["sheet_key", "field", "type", "choice", "heading"],
        orient="row",
    )


def total_rows(workbook: Workbook, data: pl.DataFrame) -> pl.DataFrame:
    """Return the first "Summe" cell of each row of totals.

    In a column of free text the word counts only where no list column of the row is filled: an
    actor may be called "Total". In any other column it can be nothing but a total.
    """
    is_total = pl.col("word").str.contains(total_pattern(workbook)) & (pl.col("kind") == TEXT)
    free = pl.col("type").is_null() | (pl.col("type") == "text")
    # totals are few: only their rows are looked at whole
    hit = data.join(data.filter(is_total).select(ROW), on=ROW, how="semi", maintain_order="left")
    listed = (pl.col("choice") & ~is_total).fill_null(value=False).any().over(ROW)
    hit = hit.with_columns(listed=listed)
    hit = hit.filter(is_total & (~free | ~pl.col("listed")))
    first = hit.sort("column").unique(ROW, keep="first").sort(ROW)
    return first.select(*ROW, "sheet", "column", value="text")


def total_pattern(workbook: Workbook) -> str:
    """Return the regular expression that a total's word key matches."""
    keys = "|".join(re.escape(word_key(w)) for w in workbook.words["total_words"])
    return rf"^(?:(?:{keys})|(?:{'|'.join(OPEN_TOTALS)})\b.*):?$"


def heading_rows(
    workbook: Workbook, data: pl.DataFrame, their_headers: pl.DataFrame
) -> pl.DataFrame:
    """Return the cell of each group heading and the first cell of each repeated header row.

    Columns that are none of ours do not count.
    """
    data = data.drop_nulls("field")
    lone = data.filter(pl.len().over(ROW) == 1, pl.col("heading"), pl.col("kind") == TEXT)
    repeated = _as_hit(repeated_headers(workbook, data, their_headers))
    if lone.is_empty():
        return repeated
    lone = lone.filter(~is_word_of_list(workbook) & ~pl.col("word").str.contains(r"^[\d., ]+$"))
    names = pl.col("type") == "text"
    is_name = pl.col("text").str.contains(workbook.words["organisation_pattern"])
    lone = lone.join(mostly_full(data), on=["file", "sheet_key"], how="left")
    lone = lone.filter(~names | (~is_name & pl.col("full")))
    return pl.concat([_as_hit(lone), repeated])


def is_word_of_list(workbook: Workbook) -> pl.Expr:
    """Whether a lone word is a value of its own column's list: then it is a row, not a heading."""
    result = pl.lit(value=False)
    for sheet in workbook.sheets:
        for field in sheet.fields:
            if field.key == sheet.heading_column and field.list:
                here = pl.col("sheet_key") == sheet.key
                result = result | (here & pl.col("word").is_in(list(words(field.list))))
    return result


def mostly_full(data: pl.DataFrame) -> pl.DataFrame:
    """Return per sheet whether most of its rows hold more than one cell.

    Where they do not, a text alone is how this table is filled, not a heading.
    """
    rows = data.group_by(ROW).agg(n=pl.len())
    full = pl.col("n") > 1
    return rows.group_by("file", "sheet_key").agg(full=full.sum() > (~full).sum())


def repeated_headers(
    workbook: Workbook, data: pl.DataFrame, their_headers: pl.DataFrame
) -> pl.DataFrame:
    """Return the first cell of rows whose every cell is its own column's header."""
    keys = field_keys(workbook.sheets)
    known = pl.concat([keys["key"], their_headers["key"]]).unique()
    texts = data.filter(pl.col("kind") == TEXT)
    heads = texts.select("text").unique().with_columns(key=header_key_expr(pl.col("text")))
    heads = heads.filter(pl.col("key").is_in(known.implode()))
    if heads.is_empty():
        return texts.clear()
    # headers among the values are few: only the cells of their rows are counted
    maybe = texts.filter(pl.col("text").is_in(heads["text"].implode())).select(ROW).unique()
    texts = texts.join(maybe, on=ROW, how="semi", maintain_order="left")
    texts = texts.with_columns(cells=pl.len().over(ROW))
    heads = texts.join(heads, on="text", maintain_order="left")
    ours = heads.join(keys, on=["sheet_key", "field", "key"], how="semi")
    theirs = heads.join(their_headers, on=["file", "sheet_key", "field", "key"], how="semi")
    own = pl.concat([ours, theirs]).unique([*ROW, "column"])
    own = own.filter(pl.len().over(ROW) >= 2, pl.len().over(ROW) == pl.col("cells"))
    return own.sort("column").unique(ROW, keep="first")


def field_keys(sheets: Iterable[Sheet]) -> pl.DataFrame:
    """Return sheet_key, key, field: under which header key which field is found."""
    return pl.DataFrame(
        [(s.key, key, f.key) for s in sheets for f in s.fields for key in f.keys],
        schema={"sheet_key": pl.String, "key": pl.String, "field": pl.String},
        orient="row",
    )


def _as_hit(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.select(*ROW, "sheet", "column", value="text").sort(ROW)
