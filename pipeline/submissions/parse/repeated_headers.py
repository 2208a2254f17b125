"""Header rows among the rows of data: repeated, in the other language, of units, in another order.

Contract 1.2, "Which rows are rows", rule 1. They are not rows of data, and they apply to the rows
below them.
"""

import re
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipeline.submissions.parse.facts import ROW, SHEET, TEXT
from pipeline.submissions.parse.headers import (
    OTHER_UNIT,
    is_other_unit,
    is_remark,
    is_unit,
    read_headers,
)
from pipeline.submissions.parse.phrases import UNIT_SIGNS, in_words_expr
from pipeline.submissions.parse.words_for_nothing import NO_ANSWER
from schemas.declaration import Workbook
from schemas.rows import row_words
from schemas.words import word_key

FEWEST = 2
FIRST_WORD = rf"(\p{{L}}{{2,}}|[{UNIT_SIGNS}])"


@dataclass(frozen=True)
class RepeatedHeaders:
    """Header rows among the rows of data.

    rows: ROW of each. columns: SHEET, sheet, row, column, field: the columns of fields, where they
    differ from the header's. units: SHEET, sheet, row, column, text: units other than ours. starts:
    ROW of the headers that name fields.
    """

    rows: pl.DataFrame
    columns: pl.DataFrame
    units: pl.DataFrame
    starts: pl.DataFrame


def repeated_headers(
    workbook: Workbook, data: pl.DataFrame, columns: pl.DataFrame
) -> RepeatedHeaders | None:
    """Return the headers among rows (cells with facts), None if there is none.

    columns: SHEET, column, field, word, by_mapping: the header above.
    """
    ours = data.filter(pl.col("field").is_not_null())
    hits = hit_cells(workbook, ours.filter(pl.col("kind") == TEXT, ~pl.col("listed")), columns)
    if hits.is_empty():
        return None
    rows = head_rows(ours, hits)
    if rows.is_empty():
        return None
    cells = data.join(rows, on=ROW, how="semi")
    cells = read_headers(workbook.sheets, cells.drop("field"))
    return positions_of(rows, cells, columns)


def hit_cells(workbook: Workbook, texts: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """Return ROW, column, unit of texts that a header may have, by our names or by a mapping."""
    names = header_texts(workbook, texts.select("sheet_key", "clean", "word").unique())
    hits = texts.join(names, on=["sheet_key", "clean"])
    hits = hits.filter(pl.col("unit") | ~gives_no_answer()).select(*ROW, "column", "unit")
    theirs = columns.filter("by_mapping").select(*SHEET, "column", "word")
    if theirs.is_empty():
        return hits
    own = texts.join(theirs, on=[*SHEET, "column", "word"], how="semi")
    own = own.select(*ROW, "column", unit=pl.lit(value=False))
    return pl.concat([hits, own]).unique([*ROW, "column"], keep="first")


def header_texts(workbook: Workbook, texts: pl.DataFrame) -> pl.DataFrame:
    """Return sheet_key, clean, unit of the texts that are names, remarks or units of headers."""
    texts = texts.filter(pl.col("word").str.extract(FIRST_WORD).is_in(first_words(workbook)))
    read = read_headers(workbook.sheets, texts)
    words = in_words_expr(pl.col("word"))
    of_headers = read.filter(pl.col("field").is_not_null() | is_remark(words))
    return of_headers.select("sheet_key", "clean", unit=is_unit(words))


@cache
def _first_words(names: tuple[str, ...]) -> pl.Series:
    firsts = (re.search(rf"[^\W\d_]{{2,}}|[{UNIT_SIGNS}]", word_key(name)) for name in names)
    return pl.Series(sorted({match[0] for match in firsts if match}), dtype=pl.String)


def first_words(workbook: Workbook) -> pl.Series:
    """Return the first words of all texts of headers; they rule out most texts quickly."""
    words = row_words().headers
    names = [key for sheet in workbook.sheets for field in sheet.fields for key in field.keys]
    return _first_words((*names, *words.other_units, *words.our_units, *words.harmless)).implode()


def head_rows(ours: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Return ROW of the header rows: at least half of the filled cells are hits, or all are units.

    Words for no answer do not count as filled.
    """
    counted = hits.group_by(ROW).agg(hits=pl.len(), units=pl.col("unit").sum())
    whole = ours.join(counted, on=ROW, how="semi")
    unit = hits.filter("unit").select(*ROW, "column", unit=pl.lit(value=True))
    whole = whole.join(unit, on=[*ROW, "column"], how="left")
    whole = whole.filter((pl.col("filled") & ~gives_no_answer()) | pl.col("unit"))
    counted = counted.join(whole.group_by(ROW).agg(cells=pl.len()), on=ROW)
    half = (pl.col("hits") >= FEWEST) & (pl.col("hits") * 2 >= pl.col("cells"))
    return counted.filter(half | (pl.col("units") == pl.col("cells"))).select(ROW).sort(ROW)


def gives_no_answer() -> pl.Expr:
    """Whether a cell holds a word for no answer, which a unit such as "%" may look like."""
    return (pl.col("nothing") == NO_ANSWER).fill_null(value=False)


def positions_of(rows: pl.DataFrame, cells: pl.DataFrame, columns: pl.DataFrame) -> RepeatedHeaders:
    """Return the columns, units and starts of header rows. cells: of these, read as headers."""
    named = cells.drop_nulls("field").sort(*ROW, pl.col("mark").is_not_null(), "column")
    named = named.unique([*ROW, "field"], keep="first")
    starts = named.filter(pl.len().over(ROW) >= FEWEST)
    above = columns.select(*SHEET, "field", above="column")
    moved = starts.join(above, on=[*SHEET, "field"], how="left")
    elsewhere = (pl.col("column") != pl.col("above")).fill_null(value=True)
    moved = moved.filter(elsewhere.any().over(ROW))
    words = in_words_expr(pl.col("word"))
    alien = cells.filter(
        (pl.col("mark") == OTHER_UNIT)
        | ((pl.col("kind") == TEXT) & is_unit(words) & is_other_unit(words))
    )
    return RepeatedHeaders(
        rows,
        moved.select(*SHEET, "sheet", "row", "column", "field"),
        alien.select(*SHEET, "sheet", "row", "column", "text"),
        starts.select(ROW).unique().sort(ROW),
    )


def moved_cells(data: pl.DataFrame, repeated: RepeatedHeaders) -> pl.DataFrame:
    """Return placed cells (without facts) with the fields of the nearest header above them."""
    data = with_start(data, repeated)
    new = repeated.columns.select(*SHEET, "column", start="row", other="field")
    moved = repeated.columns.select(*SHEET, start="row", moved=pl.lit(value=True)).unique()
    data = data.join(moved, on=[*SHEET, "start"], how="left")
    data = data.join(new, on=[*SHEET, "start", "column"], how="left")
    field = pl.when(pl.col("moved")).then("other").otherwise("field")
    return data.with_columns(field=field).drop("moved", "other", "start")


def with_empty_cells(data: pl.DataFrame, repeated: RepeatedHeaders) -> pl.DataFrame:
    """Add the empty cells of rows below a header of another order, so findings have an address."""
    if repeated.columns.is_empty():
        return data
    rows = with_start(data.select(*ROW, "sheet").unique(), repeated)
    places = repeated.columns.select(*SHEET, "column", "field", start="row")
    empty = rows.join(places, on=[*SHEET, "start"]).join(data, on=[*ROW, "field"], how="anti")
    text = {name: pl.lit("") for name in ("text", "clean", "word")}
    empty = empty.drop("start").with_columns(kind=pl.lit(TEXT, pl.UInt8), **text)
    return pl.concat([data, empty], how="diagonal")


def cells_moved(places: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of rows below a header of another order than the first one's.

    places, cells: see `parse.Parsed`. A value fixed by a mapping stands nowhere.
    """
    place = ["file", "sheet_key", "field", "column"]
    elsewhere = cells.drop_nulls("column").join(places, on=place, how="anti")
    rows = elsewhere.select("file", "sheet_key", "row").unique()
    return cells.join(rows, on=["file", "sheet_key", "row"], how="semi")


def cells_in_other_units(
    data: pl.DataFrame, repeated: RepeatedHeaders
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return CELL (ROW, field) of the cells below another unit, and the units with their field."""
    units = with_start(repeated.units, repeated).rename({"row": "unit_row"})
    below = with_start(data.drop_nulls("field"), repeated)
    below = below.join(units.drop("sheet", "text"), on=[*SHEET, "start", "column"])
    below = below.filter(pl.col("row") > pl.col("unit_row"))
    fields = below.select(*SHEET, "column", "field", row="unit_row").unique()
    named = units.rename({"unit_row": "row"}).join(fields, on=[*ROW, "column"])
    return below.select(*ROW, "field").unique(), named.unique([*ROW, "column"], keep="first")


def with_start(cells: pl.DataFrame, repeated: RepeatedHeaders) -> pl.DataFrame:
    """Add start: the row of the last header above that names fields (0: the header itself)."""
    starts = repeated.starts.with_columns(start="row").sort("row")
    cells = cells.with_row_index("order").sort("row")
    cells = cells.join_asof(starts, on="row", by=SHEET, check_sortedness=False)
    return cells.sort("order").drop("order").with_columns(pl.col("start").fill_null(0))
