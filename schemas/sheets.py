"""The pandera schema of each sheet, made from its declaration: what its typed table may hold.

Every check carries the code of the finding that its failure becomes.
"""

import datetime as dt
from collections.abc import Callable

import polars as pl

from schemas.checking import pa
from schemas.declaration import LISTS, Field, Sheet, values

DTYPES = {"number": pl.Float64, "integer": pl.Float64, "date": pl.Date, "yes_no": pl.Boolean}


def sheet_schema(sheet: Sheet, last_day: dt.date | None = None) -> pa.DataFrameSchema:
    """Return the schema of the sheet's typed table, see `submissions.parse.tables.sheet_table`.

    Only of the fields that a rule or an empty cell can fail: pandera takes several steps for each
    column. last_day: the last day of the period; a Stichtag after it is a bad date.
    """
    columns = {f.key: column(f, last_day) for f in sheet.fields if f.type not in LISTS}
    can_fail = {key: one for key, one in columns.items() if one.checks or not one.nullable}
    return pa.DataFrameSchema(can_fail, name=sheet.key, strict=False)


def column(field: Field, last_day: dt.date | None) -> pa.Column:
    """Return the field's column with its checks; an empty cell fails only where one is required."""
    return pa.Column(dtype_of(field), checks(field, last_day), nullable=not field.required)


def dtype_of(field: Field) -> type[pl.DataType]:
    """Return the type of the field's column."""
    return DTYPES.get(field.type, pl.String)


def checks(field: Field, last_day: dt.date | None) -> list[pa.Check]:
    """Return the checks of one field, each named by its finding's code."""
    result = []
    if field.pattern:
        result.append(pa.Check.str_matches(field.pattern, error="bad_value"))
    if field.list and field.type not in LISTS:
        result.append(pa.Check(word_of(field.list), error="bad_value"))
    if field.type == "integer":
        result.append(pa.Check(whole, error="bad_value"))
    if field.min is not None:
        result.append(pa.Check.ge(field.min, error="out_of_range"))
    if field.max is not None:
        result.append(pa.Check.le(field.max, error="out_of_range"))
    if field.key == "as_of" and last_day is not None:
        result.append(pa.Check.le(last_day, error="bad_date"))
    return result


def whole(data: pa.PolarsData) -> pl.LazyFrame:
    """Whether numbers are whole."""
    number = pl.col(data.key)
    return data.lazyframe.select(number.round(0) == number)


def word_of(register: str) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    """Return the check that values are words of a register.

    Unlike `pa.Check.isin` it holds no list: pandera copies a check's list, word by word.
    """
    known = sorted(values(register))

    def is_word(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(pl.col(data.key).is_in(known))

    return is_word


def items_schema(register: str) -> pa.DataFrameSchema:
    """Return the schema of the items of a list cell whose words come from a register."""
    check = pa.Check(word_of(register), error="unknown_measure")
    return pa.DataFrameSchema({"item": pa.Column(pl.String, check)}, strict=False)
