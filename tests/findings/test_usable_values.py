"""The pandera schemas find what cannot be used, as a plain reading of the declaration says."""

import datetime as dt
import math
import re
from typing import Any

import polars as pl
import pytest

from pipeline.submissions.validate import failed
from schemas.declaration import LISTS, Field, Sheet, office, submission, values, views
from schemas.sheets import dtype_of, items_schema, sheet_schema
from tests.making.frames import LAST_DAY

SHEETS = [sheet for workbook in (submission(), office(), views()) for sheet in workbook.sheets]
NUMBERS = [-181.0, -1.0, 0.0, 0.5, 1.0, 90.0, 90.5, 1989.0, 1990.0, 2100.0, 2101.0, 1e12]
TEXTS = ["", "DE-0042", "DE-42", "xDE-0042", "DE-0042x", "de-0042", "Muster"]
DAYS = [LAST_DAY, LAST_DAY + dt.timedelta(days=1), dt.date(1990, 1, 1)]


def candidates(field: Field) -> list[Any]:
    kinds = {pl.Float64: NUMBERS, pl.Date: DAYS, pl.Boolean: [True, False]}
    words = sorted(values(field.list)) if field.list else []
    return [None, *kinds.get(dtype_of(field), TEXTS), *words]


def holds(field: Field, value: Any) -> bool:
    """Whether a value can be used; an empty cell can, unless a value is required."""
    if value is None:
        return not field.required
    if isinstance(value, float):
        low = -math.inf if field.min is None else field.min
        high = math.inf if field.max is None else field.max
        return low <= value <= high and (field.type != "integer" or value == int(value))
    if isinstance(value, dt.date):
        return field.key != "as_of" or value <= LAST_DAY
    listed = field.list is None or value in values(field.list)
    return listed and (field.pattern is None or re.match(field.pattern, value) is not None)


def with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(file=pl.lit(0, pl.UInt32), row=pl.col("index"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_what_cannot_be_used_fails_and_nothing_else(sheet: Sheet) -> None:
    """Each row has one field with any value; the other fields have a usable one."""
    fields = [f for f in sheet.fields if f.type not in LISTS]
    cases = [(field, value) for field in fields for value in candidates(field)]
    good = {f.key: next(v for v in reversed(candidates(f)) if holds(f, v)) for f in fields}
    rows = [{**good, field.key: value} for field, value in cases]
    frame = pl.DataFrame(rows, schema={f.key: dtype_of(f) for f in fields})
    failures = failed(sheet_schema(sheet, LAST_DAY), with_keys(frame.with_row_index("index")))
    expected = {(n, f.key) for n, (f, value) in enumerate(cases) if not holds(f, value)}
    assert set(failures.select("index", "field").iter_rows()) == expected
    assert expected or not any(f.required or f.list for f in fields)


@pytest.mark.parametrize("register", ["measures", "technology_fields"])
def test_an_item_that_is_none_of_the_words_fails(register: str) -> None:
    items = pl.DataFrame({"item": [*sorted(values(register)), "", "IKT ", None]})
    failures = failed(items_schema(register), items.with_row_index("index"))
    known = len(values(register))
    assert sorted(failures["index"]) == [known, known + 1, known + 2]


def test_the_index_of_a_failure_is_that_of_the_whole_table() -> None:
    sheet = submission().sheet("management")
    table = pl.DataFrame(
        {"index": [7, 9], "fte": [1.0, -1.0]}, schema_overrides={"index": pl.UInt32}
    )
    others = {f.key: pl.lit(None, dtype_of(f)) for f in sheet.fields if f.key != "fte"}
    failures = failed(sheet_schema(sheet), with_keys(table.with_columns(**others)))
    assert failures.rows() == [(9, "fte", "out_of_range")]
