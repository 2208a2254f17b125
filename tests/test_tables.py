"""`is_sound` accepts exactly the tables in which pandera finds no error."""

from collections.abc import Callable

import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaError, SchemaErrors

from schemas.tables import conditions_of, is_sound, table_models

VALUES = {pl.String: "a", pl.Float64: 1.5, pl.Int64: 1, pl.Boolean: True, pl.Date: 20_000}


def value_of(column: pa.Column) -> object:
    """Return a value that a column may hold."""
    listed = [check.statistics["allowed_values"] for check in column.checks if check.name == "isin"]
    of_type = (value for dtype, value in VALUES.items() if column.dtype.type == dtype)
    return listed[0][0] if listed else next(of_type, ["a"])


def rows(schema: pa.DataFrameSchema, number: int = 1) -> pl.DataFrame:
    """Return so many equal rows that a schema asks for, but for what must be unique."""
    return pl.DataFrame(
        [pl.Series(n, [value_of(c)] * number).cast(c.dtype.type) for n, c in schema.columns.items()]
    )


def passes(schema: pa.DataFrameSchema, table: pl.DataFrame) -> bool:
    """Whether pandera lets a table pass."""
    try:
        schema.validate(table)
    except (SchemaError, SchemaErrors):
        return False
    return True


@pytest.mark.parametrize("name", table_models())
def test_a_good_table_is_sound_with_rows_and_without(name: str) -> None:
    schema = table_models()[name]
    for table in (rows(schema), rows(schema).clear()):
        assert passes(schema, table)
        assert is_sound(schema, table)


@pytest.mark.parametrize("name", table_models())
def test_of_every_column_a_null_and_a_strange_value_count_as_for_pandera(name: str) -> None:
    schema = table_models()[name]
    for key, column in schema.columns.items():
        for value in (None, "strange", -1):
            if isinstance(value, type(value_of(column))) or value is None:
                other = pl.lit(value, column.dtype.type).alias(key)
                table = pl.concat([rows(schema), rows(schema).with_columns(other)])
                table = table if schema.unique is None else table.tail(1)
                assert is_sound(schema, table) == passes(schema, table), (key, value)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: pl.concat([table, table]),
        lambda table: table.with_columns(more=1),
        lambda table: table.drop("cluster_id"),
        lambda table: table.select(reversed(table.columns)),
        lambda table: table.with_columns(pl.col("cluster_id").cast(pl.Categorical)),
    ],
    ids=["doubled", "a column more", "a column less", "another order", "another type"],
)
def test_what_is_wrong_with_a_table_as_a_whole(
    change: Callable[[pl.DataFrame], pl.DataFrame],
) -> None:
    schema = table_models()["coverage"]
    table = change(rows(schema))
    assert not is_sound(schema, table)
    assert not passes(schema, table)


def test_a_check_that_is_not_known_is_never_sound() -> None:
    column = pa.Column(pl.String, pa.Check.str_startswith("a"), name="key")
    table = pl.DataFrame({"key": ["a"]})
    assert not table.select(pl.all_horizontal(*conditions_of(column))).item()
