"""From typed cells to one typed table per sheet, for the whole portfolio."""

from functools import cache

import polars as pl

from schemas.declaration import LISTS, Entry, Field, Sheet, words

KEY = ["file", "row"]
VALUE = {
    "number": "value_number",
    "integer": "value_number",
    "date": "value_date",
    "yes_no": "value_flag",
}


def sheet_table(sheet: Sheet, cells: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return file, row, and a column per field of the sheet; null where a cell is empty or bad.

    cells: the sheet's typed cells (see `cells.read_cells`). rows: file, row of the sheet's rows. A
    word of a list becomes its value in tables; an unknown word stays, and the validation reports
    it. Fields that hold several items are not included (see `lists`).
    """
    fields = [field for field in sheet.fields if field.type not in LISTS]
    wide = cells.group_by(KEY).agg(column for field in fields for column in cell_values(field))
    table = rows.join(wide, on=KEY, how="left").sort(KEY)
    return table.select(*KEY, *(column for field in fields for column in carried_values(field)))


def cell_values(field: Field) -> list[pl.Expr]:
    """Return the aggregations of a row's value of the field, and of its word if it has a list."""
    own = pl.col("field") == field.key
    value = pl.col(VALUE.get(field.type, "value_text")).filter(own).first().alias(field.key)
    word = pl.col("word").filter(own).first().alias(word_of(field))
    return [value, word] if field.list else [value]


def word_of(field: Field) -> str:
    """Return the name of the intermediate column with the word of a field."""
    return f"word of {field.key}"


def carried_values(field: Field) -> list[pl.Expr]:
    """Return the table's columns of the field: its value, and further values of its word."""
    if field.list is None:
        return [pl.col(field.key)]
    word = pl.col(word_of(field))
    value = translated(field.list, word, pl.col(field.key)).alias(field.key)
    return [value, *more_values(field, word)]


def translated(register: str, key: pl.Expr, text: pl.Expr) -> pl.Expr:
    """Return the value in tables for each word (by its key) of the register, others unchanged."""
    known = key.replace_strict(*names(register), default=None, return_dtype=pl.String)
    return pl.coalesce(known, text)


@cache
def names(register: str) -> tuple[pl.Series, pl.Series]:
    """Return the keys of the register's words, and the value in tables for each of them."""
    known = words(register)
    carry = [carried(register, entry) for entry in known.values()]
    return pl.Series(list(known), dtype=pl.String), pl.Series(carry, dtype=pl.String)


def carried(register: str, entry: Entry) -> str:
    """Return the value in tables of a word: a country's code, else the German name."""
    return entry.extra["code"] if register == "countries" else entry.value


def more_values(field: Field, word: pl.Expr) -> list[pl.Expr]:
    """Return further columns from a field's words: whether an actor type means an SME."""
    if field.list != "actor_types":
        return []
    by_type = {k: e.extra["sme"] for k, e in words("actor_types").items() if "sme" in e.extra}
    flag = word.replace_strict(by_type, default=None, return_dtype=pl.Boolean)
    return [flag.alias("sme_by_type")]
