"""The value of a typed cell as a formula: its value, "" (empty), "!" (unusable), "-" (missing).

The rules are those of intake and validation (contract 1.2), as far as Excel's own types allow.
"""

import re

from pipeline.report.form.words import EMPTY, NBSP, NONE, SQUEEZED
from schemas.declaration import DeclarationError, Field

BAD, MISSING = "!", "-"
# An earlier date is a number that somebody typed: 2019 is a day of 1905.
FIRST_DATE, AFTER_LAST_DATE = 18_264, 2_958_466
LARGEST = 10**12
# Characters that Excel's MATCH treats as wildcards.
WILD = "~*?"
PATTERN_PART = re.compile(r"\[([A-Z0-9])-([A-Z0-9])\](?:\{(\d+)\})?|([A-Za-z0-9 _-])")


def word(cell: str) -> str:
    """Return the formula of a cell's text without needless blanks and without wildcards."""
    inner = f'SUBSTITUTE({cell},"{NBSP}"," ")'
    for sign in WILD:
        inner = f'SUBSTITUTE({inner},"{sign}","#")'
    return f"TRIM({inner})"


def looked_up(cell: str, register: str) -> str:
    """Return the formula of the number of a word in a list; an error if it is unknown."""
    return f"INDEX(v_{register},MATCH({word(cell)},w_{register},0))"


def squeezed(cell: str) -> str:
    """Return the formula of a cell's text without blanks and punctuation."""
    inner = cell
    for sign in SQUEEZED:
        inner = f'SUBSTITUTE({inner},"{sign}","")'
    return inner


def is_empty_word(cell: str) -> str:
    """Return the formula of whether a text means nothing ("k. A.", "keine")."""
    return f'OR({squeezed(cell)}="",ISNUMBER(MATCH({squeezed(cell)},w_{EMPTY},0)))'


def is_none(cell: str) -> str:
    """Return the formula of whether a text says that there is none ("keine")."""
    meaning = f"INDEX(v_{EMPTY},MATCH({squeezed(cell)},w_{EMPTY},0))"
    return f"IFERROR({meaning}={NONE},FALSE)"


def value_formula(field: Field, cell: str, empty: str) -> str:
    """Return the formula (without =) of the value of a field's cell.

    cell: a reference. empty: the formula of the result for an empty cell.
    """
    blank = f'TRIM({cell})=""'
    if field.type in ("choice", "country"):
        formula = f"IF({blank},{empty},{looked_up(cell, str(field.list))})"
    elif field.type == "yes_no":
        formula = f"IF({blank},{empty},{looked_up(cell, 'yes_no')})"
    elif field.type in ("number", "integer", "date"):
        formula = f'IF(ISNUMBER({cell}),{of_number(field, cell)},IF({blank},{empty},"{BAD}"))'
    else:
        formula = f"IF(OR({blank},{is_empty_word(cell)}),{empty},{of_text(field, cell)})"
        if field.says_none:
            formula = f"IF({is_none(cell)},0,{formula})"
    return f'IFERROR({formula},"{BAD}")'


def of_number(field: Field, cell: str) -> str:
    """Return the formula of a number or date within its limits."""
    if field.type == "date":
        inside = f"AND({cell}>={FIRST_DATE},{cell}<{AFTER_LAST_DATE})"
        return f'IF({inside},INT({cell}),"{BAD}")'
    least, most = limits(field)
    tests = [f"{cell}>={least:g}", f"{cell}<={most:.0f}"]
    if field.type == "integer":
        tests.append(f"INT({cell})={cell}")
    return f'IF(AND({",".join(tests)}),{cell},"{BAD}")'


def limits(field: Field) -> tuple[float, float]:
    """Return the smallest and the largest number a field accepts."""
    least = -LARGEST if field.min is None else field.min
    return least, LARGEST if field.max is None else field.max


def of_text(field: Field, cell: str) -> str:
    """Return 1 for a usable text."""
    if field.pattern is None:
        return "1"
    return f'IF({pattern_test(field.pattern, f"TRIM({cell})")},1,"{BAD}")'


def pattern_test(pattern: str, cell: str) -> str:
    """Return the formula of whether a text matches the (simple) pattern.

    A pattern is a sequence of characters and of ranges such as [A-Z] with or without {n};
    DeclarationError for any other.
    """
    signs = pattern_signs(pattern)
    tests = [f"LEN({cell})={len(signs)}"]
    for position, (low, high) in enumerate(signs, 1):
        sign = f"CODE(MID({cell},{position},1))"
        tests.append(
            f"{sign}={ord(low)}" if low == high else f"{sign}>={ord(low)},{sign}<={ord(high)}"
        )
    return f"IFERROR(AND({','.join(tests)}),FALSE)"


def pattern_signs(pattern: str) -> list[tuple[str, str]]:
    """Return the first and last permitted character of every position."""
    body, end = pattern.removeprefix("^").removesuffix("$"), 0
    signs: list[tuple[str, str]] = []
    while end < len(body):
        part = PATTERN_PART.match(body, end)
        if part is None:
            raise DeclarationError(
                f"pattern {pattern!r}: erlaubt sind nur Zeichen und Bereiche",
                f"pattern {pattern!r}: only characters and ranges are allowed",
            )
        low, high, times, single = part.groups()
        signs += [(single, single)] if single else [(low, high)] * int(times or 1)
        end = part.end()
    return signs
