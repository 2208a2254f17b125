"""The pandera schema of each sheet, made from its declaration: what its typed table may hold.

Every check carries the code of the finding that its failure would have become: what is wrong in
submissions has been found and made unknown before (see `pipeline.validate`).
"""

import datetime as dt
from collections.abc import Mapping

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import LISTS, dtype_of, is_whole, values
from schemas.declaration import Field, Sheet, Workbook


def hold_to_schemas(
    workbook: Workbook, tables: Mapping[str, pl.DataFrame], last_day: dt.date | None = None
) -> None:
    """Raise pandera's error where a valid table holds what it may not: our mistake, not theirs.

    tables: by sheet key (see `pipeline.validate.Valid`); any of their cells may be empty.
    """
    for sheet in workbook.sheets:
        sheet_schema(sheet, last_day, with_gaps=True).validate(tables[sheet.key])


def sheet_schema(
    sheet: Sheet, last_day: dt.date | None = None, *, with_gaps: bool = False
) -> pa.DataFrameSchema:
    """Return the schema of the sheet's typed table (see `pipeline.parse.tables.sheet_table`).

    last_day: the last day of the period; a Stichtag after it is a bad date. with_gaps: whether
    required cells, too, may be empty.
    """
    fields = [f for f in sheet.fields if f.type not in LISTS]
    columns = {
        f.key: pa.Column(dtype_of(f), checks(f, last_day), nullable=with_gaps or not f.required)
        for f in fields
    }
    keys = {"file": pa.Column(pl.UInt32), "row": pa.Column(pl.UInt32)}
    return pa.DataFrameSchema({**keys, **columns}, name=sheet.key, strict=False)


def checks(field: Field, last_day: dt.date | None) -> list[pa.Check]:
    """Return the checks of one field, each named by its finding's code."""
    result = []
    if field.pattern:
        result.append(pa.Check.str_matches(field.pattern, error="bad_value"))
    if field.list and field.type not in LISTS:
        result.append(pa.Check.isin(sorted(values(field.list)), error="bad_value"))
    if field.type == "integer":
        result.append(pa.Check(whole, error="bad_value"))
    if field.min is not None:
        result.append(pa.Check.ge(field.min, error="out_of_range"))
    if field.max is not None:
        result.append(pa.Check.le(field.max, error="out_of_range"))
    if field.key == "as_of" and last_day is not None:
        result.append(pa.Check.le(last_day, error="bad_date"))
    return result


def whole(data: PolarsData) -> pl.LazyFrame:
    """Whether numbers are whole."""
    return data.lazyframe.select(is_whole(pl.col(data.key)))
