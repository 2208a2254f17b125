"""The quick glance at a table finds the very rows of which the pandera schemas find something."""

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from pipeline.validate import failed
from schemas.columns import LISTS, dtype_of, holds, is_listed, values
from schemas.declaration import Field, Sheet, office, submission, views
from schemas.sheets import items_schema, sheet_schema
from tests.making.frames import LAST_DAY

SHEETS = [sheet for workbook in (submission(), office(), views()) for sheet in workbook.sheets]
NUMBERS = [-181.0, -1.0, 0.0, 0.5, 1.0, 90.0, 90.5, 1989.0, 1990.0, 2100.0, 2101.0, 1e12]
TEXTS = ["", "DE-0042", "DE-42", "xDE-0042", "DE-0042x", "de-0042", "Muster"]
DAYS = [LAST_DAY, LAST_DAY + dt.timedelta(days=1), dt.date(1990, 1, 1)]
ROWS = 200


def candidates(field: Field) -> list[Any]:
    kinds = {pl.Float64: NUMBERS, pl.Date: DAYS, pl.Boolean: [True, False]}
    words = sorted(values(field.list)) if field.list else []
    return [None, *kinds.get(dtype_of(field), TEXTS), *words]


def usable(field: Field) -> list[Any]:
    every = pl.DataFrame({field.key: candidates(field)}, schema={field.key: dtype_of(field)})
    return every.filter(holds(field, LAST_DAY)).drop_nulls()[field.key].to_list()


def drawn(sheet: Sheet, fields: list[Field]) -> pl.DataFrame:
    """Return rows of which each has one field of any value; the others hold a usable one."""
    choose = random.Random(sheet.key)
    table = {}
    for at, field in enumerate(fields):
        every, good = candidates(field), usable(field)
        mine = [row % len(fields) == at for row in range(ROWS)]
        table[field.key] = [choose.choice(every if any_value else good) for any_value in mine]
    frame = pl.DataFrame(table, schema={f.key: dtype_of(f) for f in fields})
    return with_keys(frame.with_row_index("index"))


def with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(file=pl.lit(0, pl.UInt32), row=pl.col("index"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_a_value_holds_where_pandera_finds_nothing(sheet: Sheet) -> None:
    fields = [f for f in sheet.fields if f.type not in LISTS]
    table = drawn(sheet, fields)
    some_fails = ~pl.all_horizontal(holds(f, LAST_DAY) for f in fields)
    failures = failed(sheet_schema(sheet, LAST_DAY), table)
    assert set(failures["index"]) == set(table.filter(some_fails)["index"])
    assert failures.height or not any(f.required or f.list for f in fields)


@pytest.mark.parametrize("register", ["measures", "technology_fields"])
def test_an_item_is_listed_where_pandera_finds_nothing(register: str) -> None:
    items = pl.DataFrame({"item": [*sorted(values(register)), "", "IKT ", None]})
    items = items.with_row_index("index")
    listed = is_listed(pl.col("item"), register).fill_null(value=False)
    failures = failed(items_schema(register), items)
    assert set(failures["index"]) == set(items.filter(~listed)["index"])
    assert failures.height == 3


def test_the_index_of_a_failure_is_that_of_the_whole_table() -> None:
    sheet = submission().sheet("management")
    table = pl.DataFrame(
        {"index": [7, 9], "fte": [1.0, -1.0]}, schema_overrides={"index": pl.UInt32}
    )
    others = {f.key: pl.lit(None, dtype_of(f)) for f in sheet.fields if f.key != "fte"}
    failures = failed(sheet_schema(sheet), with_keys(table.with_columns(**others)))
    assert failures.rows() == [(9, "fte", "out_of_range")]
