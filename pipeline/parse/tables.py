"""From typed cells to one typed table per sheet, for the whole portfolio."""

import polars as pl

from pipeline.keys import collapse_expr, word_key_expr
from pipeline.parse.foreign import Foreign, our_items
from schemas.declaration import Entry, Field, Sheet, Workbook, words
from schemas.words import word_key

KEY = ["file", "row"]
VALUE = {
    "number": "value_number",
    "integer": "value_number",
    "date": "value_date",
    "yes_no": "value_flag",
}
LISTS = ("choices", "text_list")


def sheet_table(sheet: Sheet, cells: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return file, row, and a column per field of the sheet; null where a cell is empty or bad.

    cells: the sheet's typed cells (see `cells.read_cells`). rows: file, row of the sheet's rows.
    Words of lists become what tables carry; unknown ones stay as they are, for the validation to
    find. Fields that hold lists are not here (see `list_items`).
    """
    table = rows.sort(KEY)
    for field in sheet.fields:
        if field.type not in LISTS:
            own = cells.filter(pl.col("field") == field.key)
            columns = [value(field).alias(field.key), *more_values(field)]
            table = table.join(
                own.select(*KEY, *columns), on=KEY, how="left", maintain_order="left"
            )
    return table


def value(field: Field) -> pl.Expr:
    """Return the field's typed value of its cells."""
    if field.list is None:
        return pl.col(VALUE.get(field.type, "value_text"))
    return translated(field.list, pl.col("word"), pl.col("value_text"))


def translated(register: str, key: pl.Expr, text: pl.Expr) -> pl.Expr:
    """Return what tables carry for each word (by its key) of the register, others unchanged."""
    names = {key: carried(register, entry) for key, entry in words(register).items()}
    known = key.replace_strict(names, default=None, return_dtype=pl.String)
    return pl.coalesce(known, text)


def carried(register: str, entry: Entry) -> str:
    """Return what tables carry for a word: a country's code, else its German name."""
    return entry.extra["code"] if register == "countries" else entry.value


def more_values(field: Field) -> list[pl.Expr]:
    """Return further columns that a field's words carry: what an actor type says about SMEs."""
    if field.list != "actor_types":
        return []
    said = {k: e.extra["sme"] for k, e in words("actor_types").items() if "sme" in e.extra}
    flag = pl.col("word").replace_strict(said, default=None, return_dtype=pl.Boolean)
    return [flag.alias("sme_by_type")]


def list_items(workbook: Workbook, cells: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Return the items of all cells that hold lists: file, sheet_key, row, field, position, item.

    Of items that are the same word the first stays; words of a register are translated.
    """
    nothing = [word_key(w) for w in workbook.words["empty_words"]]
    listed = cells.filter(pl.col("type").is_in(LISTS), pl.col("code").is_null())
    items = listed.select(
        "file", "sheet_key", "row", "field", item=pl.col("value_text").str.split(";")
    ).explode("item")
    items = items.with_columns(item=collapse_expr(pl.col("item")))
    items = our_items(items.with_columns(key=word_key_expr(pl.col("item"))), foreign)
    items = items.filter(pl.col("key") != "", ~pl.col("key").is_in(nothing))
    items = items.unique(["file", "sheet_key", "row", "field", "key"], maintain_order=True)
    for sheet in workbook.sheets:
        for field in sheet.fields:
            if field.type in LISTS and field.list:
                here = (pl.col("sheet_key") == sheet.key) & (pl.col("field") == field.key)
                item = pl.when(here).then(translated(field.list, pl.col("key"), pl.col("item")))
                items = items.with_columns(item=item.otherwise(pl.col("item")))
    return items.drop("key")
