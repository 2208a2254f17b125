"""Quarters: their names and their days."""

import calendar
import datetime as dt
import re

# Before this year there was no cluster policy to review.
FIRST_YEAR = 1990
NAME = re.compile(r"^(\d{4})-Q([1-4])$")


class BadPeriodError(ValueError):
    """A period is not written as YYYY-Qn; its text says so in both languages."""

    def __str__(self) -> str:
        return f"{self.args[0]}: kein Quartal wie 2026-Q3 / no quarter such as 2026-Q3"


def last_day(period: str) -> dt.date:
    """Return the last day of the period; BadPeriodError if it is invalid."""
    match = NAME.match(period)
    if not match or int(match[1]) < FIRST_YEAR:
        raise BadPeriodError(period)
    year, month = int(match[1]), 3 * int(match[2])
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def before(day: dt.date) -> str:
    """Return the quarter before the one of the day."""
    quarter = (day.month - 1) // 3
    return f"{day.year}-Q{quarter}" if quarter else f"{day.year - 1}-Q4"


def after(period: str) -> str:
    """Return the quarter after a period."""
    year, quarter = int(period[:4]), int(period[-1])
    return f"{year + 1}-Q1" if quarter == 4 else f"{year}-Q{quarter + 1}"


def of(day: dt.date) -> str:
    """Return the quarter of the day."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def between(earlier: str, later: str) -> list[str]:
    """Return the quarters after the earlier and before the later period."""
    found, period = [], after(earlier)
    while period < later:
        found.append(period)
        period = after(period)
    return found
