"""What validation finds in a value is what the pandera schemas find in it."""

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest
from pandera.errors import SchemaError, SchemaErrors

from pipeline.validate import failed_values
from schemas.columns import LISTS, dtype_of, fault, values
from schemas.declaration import Field, Sheet, Workbook, office, submission, views
from schemas.sheets import hold_to_schemas, sheet_schema

from .frames import LAST_DAY

SHEETS = [sheet for workbook in (submission(), office(), views()) for sheet in workbook.sheets]
NUMBERS = [-181.0, -1.0, 0.0, 0.5, 1.0, 90.0, 90.5, 1989.0, 1990.0, 2100.0, 2101.0, 1e12]
TEXTS = ["", "DE-0042", "DE-42", "xDE-0042", "DE-0042x", "de-0042", "Muster"]
DAYS = [LAST_DAY, LAST_DAY + dt.timedelta(days=1), dt.date(1990, 1, 1)]
ROWS = 200
# Of several codes for one value the first is said.
PRECEDENCE = ["bad_date", "bad_value", "out_of_range", "not_nullable"]


def candidates(field: Field) -> list[Any]:
    kinds = {pl.Float64: NUMBERS, pl.Date: DAYS, pl.Boolean: [True, False]}
    words = sorted(values(field.list)) if field.list else []
    return [None, *kinds.get(dtype_of(field), TEXTS), *words]


def drawn(sheet: Sheet) -> pl.DataFrame:
    choose = random.Random(sheet.key)
    fields = [f for f in sheet.fields if f.type not in LISTS]
    table = {f.key: [choose.choice(candidates(f)) for _ in range(ROWS)] for f in fields}
    frame = pl.DataFrame(table, schema={f.key: dtype_of(f) for f in fields})
    return with_keys(frame.with_row_index("index"))


def with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(file=pl.lit(0, pl.UInt32), row=pl.col("index"))


def found_by_pandera(sheet: Sheet, table: pl.DataFrame) -> set[tuple[int, str, str]]:
    with pytest.raises(SchemaErrors) as caught:
        sheet_schema(sheet, LAST_DAY).validate(table, lazy=True)
    cases: dict[tuple[int, str], list[str]] = {}
    for case in caught.value.failure_cases.iter_rows(named=True):
        cases.setdefault((case["index"], case["column"]), []).append(case["check"])
    first = {place: min(checks, key=PRECEDENCE.index) for place, checks in cases.items()}
    return {(*at, "missing_value" if c == "not_nullable" else c) for at, c in first.items()}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_every_value_is_judged_as_by_pandera(sheet: Sheet) -> None:
    table = drawn(sheet)
    failures = failed_values(sheet, table, LAST_DAY)
    assert set(failures.select("index", "field", "code").rows()) == found_by_pandera(sheet, table)
    assert failures.height


def test_what_is_left_keeps_to_the_schemas() -> None:
    sheets = {sheet.key: drawn(sheet) for sheet in submission().sheets}
    clean = {
        sheet.key: sheets[sheet.key].with_columns(
            pl.when(fault(f, LAST_DAY).is_null()).then(f.key).alias(f.key)
            for f in sheet.fields
            if f.type not in LISTS
        )
        for sheet in submission().sheets
    }
    hold_to_schemas(submission(), clean, LAST_DAY)


def test_a_value_that_should_have_been_found_is_our_mistake() -> None:
    sheet = submission().sheet("management")
    others = {f.key: pl.lit(None, dtype_of(f)) for f in sheet.fields if f.key != "fte"}
    table = with_keys(pl.DataFrame({"fte": [1.0, -1.0]}).with_row_index("index"))
    workbook = Workbook((sheet,), {})
    with pytest.raises(SchemaError, match="out_of_range"):
        hold_to_schemas(workbook, {"management": table.with_columns(**others)})
