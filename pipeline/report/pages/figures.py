"""Formatted figures: with their unit, against a threshold, and what is missing."""

import math

from pipeline.common.texts import NBSP
from pipeline.report.pages.words import Words
from schemas.benchmarks import declared_indicators

DIGITS = {"share": 1, "fte": 2, "actors_per_fte": 2, "per_year": 2, "eur": 2}
# Units that follow the number; for others, the figure's title names what is counted.
NAMED = ("years", "months", "eur")
# Levers that name everything that is missing, so that no goal is needed.
ALL_OF = ("groups", "fields", "documents", "statements")
MOST_DIGITS = 8
DECIMALS = 2
SIGNIFICANT = 2


def figure(value: float, unit: str, words: Words, threshold: float | None = None) -> str:
    """Return a figure with its unit, rounded so that it never seems to meet a limit it misses."""
    if unit == "yes_no":
        return words("yes" if value >= 1 else "no")
    digits = careful_digits(value, threshold, unit)
    if unit == "share":
        return words.percent(value, digits)
    text = words.number(value, digits)
    return f"{text}{NBSP}{words.unit('unit', unit, value)}" if unit in NAMED else text


def careful_digits(value: float, threshold: float | None, unit: str) -> int:
    """Return how many digits keep the figure on its side of the threshold."""
    least = DIGITS.get(unit, 0)
    if threshold is None:
        return least
    scale = 100 if unit == "share" else 1
    x, t = value * scale, threshold * scale
    if math.isclose(x, t):
        return least  # a limit met exactly needs no more digits
    for digits in range(least, MOST_DIGITS):
        rounded = round(x, digits)
        if ((rounded < t), (rounded > t)) == ((x < t), (x > t)):
            return digits
    return MOST_DIGITS


def interval(
    low: float | None, high: float | None, unit: str, words: Words, threshold: float | None = None
) -> str:
    """Return an interval: one figure, `a to b`, `at least a` or unknown."""
    if low is None:
        return words("unknown")
    least = figure(low, unit, words, threshold)
    if high is None:
        return words("at_least", value=least)
    most = figure(high, unit, words, threshold)
    return least if least == most else words("from_to", low=least, high=most)


def required(operator: str, threshold: float | None, unit: str, words: Words) -> str:
    """Return what a condition requires."""
    if threshold is None:
        return words("no_limit")
    value = figure(threshold, unit, words)
    if unit == "yes_no":
        return value
    return words("at_least" if operator == ">=" else "at_most", value=value)


def lever(
    amount: float | None, lever_unit: str, threshold: float | None, unit: str, words: Words
) -> str:
    """Return what would fulfil a condition, such as "noch 4 KMU bis 50 %"; empty if unknown."""
    if amount is None:
        return ""
    cents = math.ceil(round(amount * 100, 4)) / 100
    what = words.unit("lever_unit", lever_unit, cents)
    number = words.fixed(cents, 2) if _has_cents(cents, lever_unit) else words.number(cents, 2)
    more = f"{number}{NBSP}{what}"
    if threshold is None or lever_unit in ALL_OF or amount == threshold:
        return words("lever", more=more)
    goal = figure(threshold, unit, words)
    if unit == "actors_per_fte":
        goal = f"{goal}{NBSP}{words.code('unit', unit)}"
    return words("lever_to", more=more, goal=goal)


def _has_cents(amount: float, lever_unit: str) -> bool:
    return lever_unit == "eur" and amount != round(amount)


def indicator(value: float | None, name: str, words: Words) -> str:
    """Return an indicator's value as its kind is written."""
    kind = declared_indicators()[name].format
    if value is None or kind == "share":
        return words.percent(value)
    return words.fixed(value, DECIMALS) if kind == "decimal" else words.number(value)


def rounded(value: float | None, name: str, words: Words) -> str:
    """Return an indicator, rounded so that it does not reveal a single cluster's figure."""
    if value is None:
        return words.number(None)
    if declared_indicators()[name].format == "share":
        return words.percent(value, 0)
    return words.number(rounded_value(value, name), max(_digits(value, name), 0))


def rounded_value(value: float, name: str) -> float:
    """Return the value that `rounded` shows."""
    return round(value, _digits(value, name))


def _digits(value: float, name: str) -> int:
    """Return how many digits after the point are shown; below 0: tens, hundreds, thousands."""
    kind = declared_indicators()[name].format
    if kind == "share":
        return SIGNIFICANT
    size = math.floor(math.log10(abs(value))) + 1 if value else 0
    digits = SIGNIFICANT - size
    return digits if kind == "decimal" else min(digits, 0)


def ranges(numbers: list[int]) -> str:
    """Return row numbers in short: `5–7, 9`."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def median_text(value: float, name: str, words: Words) -> str:
    """Return the median of an indicator; that of whole numbers may end in a half."""
    is_count = declared_indicators()[name].format == "count"
    return words.fixed(value, 1) if is_count else indicator(value, name, words)
