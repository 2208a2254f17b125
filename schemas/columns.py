"""The type of a column of a sheet's typed table, by its field."""

import polars as pl

from schemas.declaration import Field

DTYPES = {"number": pl.Float64, "integer": pl.Float64, "date": pl.Date, "yes_no": pl.Boolean}


def dtype_of(field: Field) -> type[pl.DataType]:
    """Return the type of the field's column."""
    return DTYPES.get(field.type, pl.String)


def is_whole(number: pl.Expr) -> pl.Expr:
    """Whether the number is whole."""
    return number.round(0) == number
