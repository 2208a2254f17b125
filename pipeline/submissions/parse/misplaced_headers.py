"""Finds headers and values at a wrong place, for messages; they are not read (contract 1.1).

Headers too far down, in a column instead of a row, or replaced by a pivot table; a form whose
labels stand side by side, or whose values stand a column too far to the right.
"""

import polars as pl

from pipeline.common.column_letters import column_letters
from pipeline.common.keys import word_key_expr
from pipeline.common.texts import both
from pipeline.submissions.parse.cells import as_text, read_cells
from pipeline.submissions.parse.facts import SHEET, TEXT
from pipeline.submissions.parse.headers import read_headers
from pipeline.submissions.parse.phrases import rows_in_words
from schemas.declaration import Workbook
from schemas.rows import row_words
from schemas.words import word_key

BELOW, PIVOT, SIDEWAYS, FLAT, BESIDE = "below", "pivot", "sideways", "flat", "beside"
FURTHER = "further"
NOTHING = pl.DataFrame(
    schema={"file": pl.UInt32} | dict.fromkeys(("sheet_key", "check", "detail"), pl.String)
)
QUOTED = pl.format("„{}“", "clean")
# So many names of ours in a row (or column) are no chance.
FEWEST = 3
# So many headers are named; no header is looked for further down.
MOST_NAMED, LAST_ROW = 8, 1000


def instead_of_header(workbook: Workbook, cells: pl.DataFrame) -> pl.DataFrame:
    """Return SHEET, check, detail of tables (their cells) in which no header was found."""
    cells = cells.filter(pl.col("kind") == TEXT, pl.col("row") <= LAST_ROW)
    if cells.is_empty():
        return NOTHING
    tables = [s for s in workbook.sheets if s.layout == "table"]
    named = read_headers(tables, cells).drop_nulls("field")
    deep = most_named(named, "row", BELOW, rows_in_words(pl.col("row"), pl.col("row")))
    wide = most_named(named, "column", SIDEWAYS, QUOTED)
    pivot_words = [word_key(word) for word in row_words().headers.pivots]
    first = pl.col("word").str.contains_any(pivot_words)
    pivots = cells.filter(first).sort(*SHEET, "row", "column")
    pivots = pivots.group_by(SHEET).agg(
        check=pl.lit(PIVOT), detail=pl.col("clean").first(), order=pl.lit(1)
    )
    every = pl.concat([deep, wide, pivots.select(deep.columns)])
    return every.sort("order").unique(SHEET, keep="first").drop("order")


def most_named(named: pl.DataFrame, along: str, check: str, detail: pl.Expr) -> pl.DataFrame:
    """Return SHEET, check, detail, order of the row or column with most names of ours."""
    ordered = named.sort(*SHEET, "row", "column")
    lines = ordered.group_by(*SHEET, along).agg(
        known=pl.col("field").n_unique(),
        detail=detail.first(),
        order=pl.lit(0 if check == BELOW else 2),
    )
    lines = lines.filter(pl.col("known") >= FEWEST).sort(-pl.col("known").cast(pl.Int64), along)
    best = lines.unique(SHEET, keep="first")
    return best.select(*SHEET, pl.lit(check).alias("check"), "detail", "order")


def headers_found(strange: pl.DataFrame) -> pl.DataFrame:
    """Return SHEET, detail: which headers stand there that are none of ours."""
    names = (
        strange.sort(*SHEET, "column")
        .group_by(SHEET)
        .agg(names=QUOTED.head(MOST_NAMED).str.join(", "))
    )
    text = both("nicht erkannt: {}", "not recognised: {}")
    return names.select(*SHEET, detail=pl.format(text, "names", "names"))


# ------------------------------------------------------------------------------------------ forms
def forms_on_their_side(labels: pl.DataFrame) -> pl.DataFrame:
    """Return SHEET, sheet, detail of forms whose labels stand side by side.

    labels: texts of forms as headers.
    """
    named = labels.drop_nulls("field")
    lines = {
        along: named.group_by(*SHEET, along).agg(pl.col("field").n_unique().alias(along + "s"))
        for along in ("row", "column")
    }
    best = [line.group_by(SHEET).agg(pl.col(along + "s").max()) for along, line in lines.items()]
    sides = best[0].join(best[1], on=SHEET)
    sides = sides.filter(pl.col("rows") >= FEWEST, pl.col("rows") > pl.col("columns"))
    rows = lines["row"].join(sides, on=[*SHEET, "rows"]).sort(*SHEET, "row")
    rows = rows.unique(SHEET, keep="first")
    names = labels.select(*SHEET, "sheet").unique(SHEET)
    return rows.join(names, on=SHEET).select(
        *SHEET, "sheet", detail=rows_in_words(pl.col("row"), pl.col("row"))
    )


def values_beside(workbook: Workbook, cells: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return findings' columns for values right of where required ones are looked for.

    Where nothing is found in its place, the required value stands further right. Else a second
    column with another Cluster-ID or another Stichtag is of another submission; it is not read.

    cells: of forms. places: SHEET, sheet, row, column, field: where values are looked for.
    """
    read = read_beside(workbook, cells, required_places(workbook, places))
    found = cells.select(*SHEET, "row", place="column", own=as_text(), is_found=pl.lit(value=True))
    read = read.join(found, on=[*SHEET, "row", "place"], how="left")
    is_missing = pl.col("is_found").is_null()
    differs = word_key_expr(pl.col("raw")) != word_key_expr(pl.col("own"))
    read = read.filter(is_missing | differs)
    at = [f"{column_letters(c)}{r}" for c, r in read.select("column", "row").iter_rows()]
    missing = pl.when(is_missing)
    return read.select(
        *(*SHEET, "sheet", "row", "field"),
        column=missing.then("place").otherwise("column"),
        value="raw",
        detail=missing.then(pl.Series(at, dtype=pl.String)).otherwise("own"),
        check=missing.then(pl.lit(BESIDE)).otherwise(pl.lit(FURTHER)),
        code=missing.then(pl.lit("missing_value")).otherwise(pl.lit("inconsistent")),
    )


def required_places(workbook: Workbook, places: pl.DataFrame) -> pl.DataFrame:
    """Return the places of required values, with the pattern of the field."""
    required = [
        (s.key, f.key, f.pattern or "")
        for s in workbook.sheets
        if s.layout == "form"
        for f in s.fields
        if f.required
    ]
    schema = {"sheet_key": pl.String, "field": pl.String, "pattern": pl.String}
    declared = pl.DataFrame(required, schema=schema, orient="row")
    return places.join(declared, on=["sheet_key", "field"])


def read_beside(workbook: Workbook, cells: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return the first readable cell right of each wanted place, with place (its column)."""
    beside = cells.join(
        wanted.select(*SHEET, "row", "field", "pattern", place="column"), on=[*SHEET, "row"]
    )
    beside = beside.filter(pl.col("column") > pl.col("place"))
    beside = beside.with_columns(factor=pl.lit(None, pl.Float64))
    read = read_cells(workbook, beside).filter(pl.col("code").is_null())
    fits = (pl.col("pattern") == "") | pl.col("value_text").str.contains(pl.col("pattern"))
    read = read.filter(fits.fill_null(value=False)).sort(*SHEET, "row", "column")
    return read.unique([*SHEET, "field"], keep="first")
