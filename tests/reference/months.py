"""Calendar months, clamped at month ends."""

from calendar import monthrange
from datetime import date


def add_months(day: date, count: int) -> date:
    """The same day `count` months later, or the last day of that month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def completed_months(start: date, end: date) -> int:
    """The largest n with start + n months <= end (negative when end is earlier)."""
    count = (end.year - start.year) * 12 + end.month - start.month + 2
    while add_months(start, count) > end:
        count -= 1
    return count


def completed_years(start: date, end: date) -> int:
    """The largest n with start + 12 n months <= end."""
    count = end.year - start.year + 1
    while add_months(start, 12 * count) > end:
        count -= 1
    return count


def within(day: date, as_of: date, count: int) -> bool:
    """Whether the day lies within the last `count` months."""
    return add_months(as_of, -count) <= day <= as_of
