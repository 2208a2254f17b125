"""The meaning of a stored cell: its type, number format and text determine kind and number.

The same for .xlsx, .xlsb and .xls, because all three store dates as numbers with a format.
"""

import datetime as dt
import re

from pipeline.intake.cells import BOOLEAN, DATE, NUMBER, OTHER, Cells, Value

# Kinds of numbers, determined by the format.
PLAIN, DAY, TIME, ELAPSED = range(4)
BUILT_IN = {
    **dict.fromkeys([14, 15, 16, 17, 22], DAY),
    # Formats of East Asian calendars.
    **dict.fromkeys([*range(27, 37), *range(50, 59)], DAY),
    **dict.fromkeys([18, 19, 20, 21, 45, 47], TIME),
    46: ELAPSED,
}
# Excel allows 255 letters. The time of the patterns grows with the square of the length.
LONGEST_FORMAT = 1000
# Literal parts of a format: quoted, escaped, the width or filling of a letter.
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
ELAPSED_TOKEN = re.compile(r"\[(?:h+|m+|s+)\]")
BRACKETS = re.compile(r"\[[^\]]*\]")
AM_PM = re.compile(r"am/pm|a/p")
GENERAL = re.compile(r"general|standard")
ISO_DAY = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]*)?)?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
NUMBER_FORM = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
NO_NUMBERS = {"NaN", "INF", "-INF", "+INF"}

EPOCH = dt.date(1970, 1, 1).toordinal()
# Day 0 of both systems in days since 1970, and the first number after 9999-12-31.
ZERO_1900, ZERO_1904 = -25_569, -24_107
END_1900, END_1904 = 2_958_466, 2_957_004
# The 1900 system has a 29 February 1900, which did not exist; before it all days are one later.
NO_DAY = 60
# Half a millisecond: Excel shows a time that close to midnight as midnight.
ROUNDING = 0.5 / 86_400_000


def kind_shown_by(number_format: str) -> int:
    """Return the kind of number that a format shows: PLAIN, DAY, TIME (of a day) or ELAPSED."""
    code = GENERAL.sub("", LITERAL.sub("", number_format[:LONGEST_FORMAT].lower()))
    if ELAPSED_TOKEN.search(code):
        return ELAPSED
    code = BRACKETS.sub("", code)
    clock = "am/pm" in code or "h" in code or "s" in code
    code = AM_PM.sub("", code)
    if "d" in code or "y" in code or ("m" in code and not clock):
        return DAY
    return TIME if clock else PLAIN


def number_value(
    cells: Cells, number: float, number_kind: int, text: str, *, from_1904: bool
) -> Value:
    """Return a stored number in the kind its format shows; if that is impossible, as OTHER."""
    if not -1.7e308 < number < 1.7e308:
        return cells.text(OTHER, text)
    if number_kind == PLAIN:
        return NUMBER, number
    if number_kind == ELAPSED:
        return cells.text(OTHER, clock(number))
    return day_value(cells, number, number_kind, text, from_1904=from_1904)


def day_value(
    cells: Cells, number: float, number_kind: int, text: str, *, from_1904: bool
) -> Value:
    """Return a stored number as a day (days since 1970), or as a time without a day."""
    rounded = number + ROUNDING
    if number < 0 or rounded >= (END_1904 if from_1904 else END_1900):
        return cells.text(OTHER, text)
    if rounded < 1 and (number_kind == TIME or not from_1904):
        return cells.text(OTHER, clock(number))
    day = int(rounded)
    if from_1904:
        return DATE, float(day + ZERO_1904)
    if day == NO_DAY:
        return cells.text(OTHER, "29.02.1900")
    return DATE, float(day + ZERO_1900 + (day < NO_DAY))


def clock(number: float) -> str:
    """Return a part of days as hours, minutes and seconds (26:30:00)."""
    seconds = round(abs(number) * 86_400)
    sign = "-" if number < 0 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def iso_day(cells: Cells, text: str) -> Value:
    """Return a day written as 2025-12-31 (with or without time); other texts as OTHER."""
    match = ISO_DAY.fullmatch(text.strip())
    try:
        day = dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        day = None
    return cells.text(OTHER, text) if day is None else (DATE, float(day.toordinal() - EPOCH))


def boolean_value(text: str) -> Value | None:
    """Return a boolean; None if the text is not a boolean."""
    values = {"1": 1.0, "true": 1.0, "0": 0.0, "false": 0.0}
    value = values.get(text.strip().lower())
    return None if value is None else (BOOLEAN, value)
