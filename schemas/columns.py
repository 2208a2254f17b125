"""What a column of a sheet's typed table may hold, by its field: its type, its words."""

from functools import cache

import polars as pl

from schemas.declaration import Field, registers

DTYPES = {"number": pl.Float64, "integer": pl.Float64, "date": pl.Date, "yes_no": pl.Boolean}


def dtype_of(field: Field) -> type[pl.DataType]:
    """Return the type of the field's column."""
    return DTYPES.get(field.type, pl.String)


@cache
def values(register: str) -> set[str]:
    """Return what a column of the register's words may carry."""
    if register == "countries":
        return {e.extra["code"] for e in registers()[register]}
    return {e.value for e in registers()[register]}


def is_whole(number: pl.Expr) -> pl.Expr:
    """Whether the number is whole."""
    return number.round(0) == number
