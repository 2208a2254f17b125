"""A made-up submission in memory, and the few calendar functions the generator needs."""

import calendar
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any


@dataclass(frozen=True)
class Formula:
    """A cell with a formula and its stored value."""

    text: str
    value: int | float


Value = str | int | float | bool | date | Formula | None
Row = dict[str, Value]
Sheets = dict[str, list[Row]]


@dataclass(frozen=True)
class Layout:
    """How one cluster fills in its workbook: its style, not its figures.

    units: by field, what its header states in brackets. unseen: by field, a character in its texts
    that cannot be seen.
    """

    language: str = "de"
    title: str | None = None
    stars: bool = False
    numeric_postcodes: bool = False
    sme_as_type: bool = False
    country_codes: bool = False
    extra_columns: bool = False
    example_sheet: bool = False
    note: str | None = None
    missing_sheets: frozenset[str] = frozenset()
    missing_columns: frozenset[tuple[str, str]] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """One workbook before it is written: rows by the keys of the declaration."""

    cluster_id: str
    period: str
    file_name: str
    sheets: Sheets = field(repr=False)
    layout: Layout = Layout()
    broken: bool = False

    @property
    def readable(self) -> bool:
        """Whether a review can use it: neither truncated nor without a required part."""
        needed = {"master_data", "actors"}
        columns = {("actors", "name"), ("actors", "actor_type"), ("actors", "commitment")}
        missing = needed & self.layout.missing_sheets or columns & self.layout.missing_columns
        return not self.broken and not missing


@cache
def vocabulary() -> dict[str, Any]:
    """Return the words of the made-up portfolio."""
    return tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8"))


def period_end(period: str) -> date:
    """Return the last day of a period such as "2026-Q3"."""
    year, quarter = int(period[:4]), int(period[6:])
    return date(year, quarter * 3, calendar.monthrange(year, quarter * 3)[1])


def add_months(day: date, months: int) -> date:
    """Return the day so many calendar months later, clamped at the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def random_day(rng: Random, first: date, last: date) -> date:
    """Return a day from the first to the last; the first one if their order is reversed."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def criterion_number(criterion: str) -> str | int:
    """Return a criterion as Excel has it: one without sub-criteria is a number."""
    return criterion if "." in criterion else int(criterion)


def spread_counts(total: int, weights: dict[str, float]) -> dict[str, int]:
    """Split a whole number by weights so that the parts add up to it."""
    whole = sum(weights.values())
    counts, done, passed = {}, 0, 0.0
    for key, weight in weights.items():
        passed += weight
        counts[key] = round(total * passed / whole) - done
        done += counts[key]
    return counts
