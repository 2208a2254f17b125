"""What a column of a sheet's typed table may hold, by its field, and what is wrong with a value.

`schemas/sheets.py` says the same as pandera schemas, which hold what was validated to it.
"""

import datetime as dt
from collections.abc import Iterator
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


def fault(field: Field, last_day: dt.date | None) -> pl.Expr:
    """The code of the finding that a value of the field's column gives; null where it can be used.

    last_day: the last day of the period; a Stichtag after it cannot be used.
    """
    faults = [pl.when(~holds).then(pl.lit(code)) for code, holds in conditions(field, last_day)]
    return pl.coalesce(*faults, pl.lit(None, pl.String)).alias(field.key)


def conditions(field: Field, last_day: dt.date | None) -> Iterator[tuple[str, pl.Expr]]:
    """Yield (code, condition) in the order in which they are said; null is no failure."""
    value = pl.col(field.key)
    if field.key == "as_of" and last_day is not None:
        yield "bad_date", value <= last_day
    if field.pattern:
        yield "bad_value", value.str.contains(field.pattern)
    if field.list and field.type not in LISTS:
        yield "bad_value", is_listed(value, field.list)
    if field.type == "integer":
        yield "bad_value", is_whole(value)
    if field.min is not None:
        yield "out_of_range", value >= field.min
    if field.max is not None:
        yield "out_of_range", value <= field.max
    if field.required:
        yield "missing_value", value.is_not_null()


def is_listed(word: pl.Expr, register: str) -> pl.Expr:
    """Whether the word is one of the register's."""
    return word.is_in(sorted(values(register)))


def is_whole(number: pl.Expr) -> pl.Expr:
    """Whether the number is whole."""
    return number.round(0) == number
