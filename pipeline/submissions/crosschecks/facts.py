"""The inputs and the result of the rules of cross checks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.settings import ActorRules

HITS = {"file": pl.UInt32, "row": pl.UInt32, "detail": pl.String, "other": pl.String}


@dataclass(frozen=True)
class Facts:
    """The valid tables of all submissions, and what rules need besides.

    tables: by sheet key. Tables with addresses have positions (see `actors.places.locate`). Every
    table has as_of (date, null where the submission has none), first_day and last_day (of the
    period, null without one). totals: see `parse.Parsed`. doubtful: see `crosschecks.doubtful`.
    """

    tables: Mapping[str, pl.DataFrame]
    totals: pl.DataFrame
    doubtful: pl.DataFrame
    rules: ActorRules


def with_days(
    tables: Mapping[str, pl.DataFrame], last_day: dt.date | None
) -> dict[str, pl.DataFrame]:
    """Return the tables with as_of, and the first and the last day of the quarter."""
    first = None if last_day is None else dt.date(last_day.year, last_day.month - 2, 1)
    result = {}
    as_of = tables["master_data"].select("file", "as_of") if "master_data" in tables else None
    for name, table in tables.items():
        if "as_of" not in table.columns and as_of is not None:
            table = table.join(as_of, on="file", how="left")
        days = {"first_day": pl.lit(first, pl.Date), "last_day": pl.lit(last_day, pl.Date)}
        result[name] = table.with_columns(**days)
    return result


def no_hits() -> pl.DataFrame:
    """Return an empty result of a rule."""
    return pl.DataFrame(schema=HITS)


def day_text(day: pl.Expr) -> pl.Expr:
    """Return a date as it is written in a cell."""
    return day.dt.strftime("%d.%m.%Y")


def number_text(number: pl.Expr) -> pl.Expr:
    """Return a number as text, with at most 6 decimals and no trailing zeros."""
    whole = number.round(0) == number
    return (
        pl.when(whole)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.round(6).cast(pl.String))
    )


def hits(
    rows: pl.DataFrame, detail: pl.Expr | None = None, other: pl.Expr | None = None
) -> pl.DataFrame:
    """Return the rows as the result of a rule (HITS). detail, other: what its message names."""
    if rows.is_empty():
        return no_hits()
    nothing = pl.lit(None, pl.String)
    return rows.select(
        "file",
        "row",
        detail=(nothing if detail is None else detail).cast(pl.String),
        other=(nothing if other is None else other).cast(pl.String),
    )
