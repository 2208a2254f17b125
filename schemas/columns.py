"""What a column of a sheet's typed table may hold, by its field: its type, and when a value holds.

`schemas/sheets.py` says the same as pandera schemas, which name what is wrong with a value.
"""

import datetime as dt
from functools import cache

import polars as pl

from schemas.declaration import Field, registers

DTYPES = {"number": pl.Float64, "integer": pl.Float64, "date": pl.Date, "yes_no": pl.Boolean}
LISTS = ("choices", "text_list")


def dtype_of(field: Field) -> type[pl.DataType]:
    """Return the type of the field's column."""
    return DTYPES.get(field.type, pl.String)


@cache
def values(register: str) -> set[str]:
    """Return what a column of the register's words may carry."""
    if register == "countries":
        return {e.extra["code"] for e in registers()[register]}
    return {e.value for e in registers()[register]}


def holds(field: Field, last_day: dt.date | None) -> pl.Expr:
    """Whether a value of the field's column can be used as it is; never null.

    last_day: the last day of the period; a Stichtag after it cannot be used.
    """
    value = pl.col(field.key)
    conditions = []
    if field.required:
        conditions.append(value.is_not_null())
        if dtype_of(field) == pl.Float64:
            conditions.append(value.is_not_nan())
    if field.pattern:
        conditions.append(value.str.contains(anchored(field.pattern)))
    if field.list and field.type not in LISTS:
        conditions.append(is_listed(value, field.list))
    if field.type == "integer":
        conditions.append(is_whole(value))
    if field.min is not None:
        conditions.append(value >= field.min)
    if field.max is not None:
        conditions.append(value <= field.max)
    if field.key == "as_of" and last_day is not None:
        conditions.append(value <= last_day)
    return pl.all_horizontal(True, *conditions).fill_null(value=True)


def anchored(pattern: str) -> str:
    """Return the pattern that a value must match from its beginning."""
    return pattern if pattern.startswith("^") else f"^{pattern}"


def is_listed(word: pl.Expr, register: str) -> pl.Expr:
    """Whether the word is one of the register's."""
    return word.is_in(sorted(values(register)))


def is_whole(number: pl.Expr) -> pl.Expr:
    """Whether the number is whole."""
    return number.round(0) == number
