"""The value of a typed cell as a formula: its value, "" (empty), "!" (unusable), "-" (missing).

The rules are those of intake and validation (contract 1.2), as far as Excel's own types allow.
"""

import re

from pipeline.report.form.words import BEFORE, BETWEEN, DIGITS, EMPTY, NBSP, NONE, SQUEEZED, entry
from schemas.declaration import DeclarationError, Field

BAD, MISSING = "!", "-"
# Of a three-valued result: neither yes (1) nor no (0).
UNKNOWN = "0.5"
# An earlier date is a number that somebody typed: 2019 is a day of 1905.
FIRST_DATE, AFTER_LAST_DATE = 18_264, 2_958_466
LARGEST = 10**12
# Characters that Excel's MATCH treats as wildcards, and the one between the words of a list.
SPECIAL = f"~*?{BETWEEN}"
PATTERN_PART = re.compile(r"\[([A-Z0-9])-([A-Z0-9])\](?:\{(\d+)\})?|([A-Za-z0-9 _-])")


def word(cell: str) -> str:
    """Return the formula of a cell's text without needless blanks and special characters."""
    inner = f'SUBSTITUTE({cell},"{NBSP}"," ")'
    for sign in SPECIAL:
        inner = f'SUBSTITUTE({inner},"{sign}","#")'
    return f"TRIM({inner})"


def found(text: str, register: str) -> str:
    """Return the formula of where a text without special characters stands in a list.

    An error if it is no word of the list.
    """
    return f'FIND("{BETWEEN}"&LOWER({text})&"{BEFORE}",w_{register})'


def looked_up(cell: str, register: str) -> str:
    """Return the formula of the number of a word in a list; an error if it is unknown."""
    own = word(cell)
    at = f"{found(own, register)}+LEN({own})+{len(BETWEEN + BEFORE)}"
    return f"VALUE(MID(w_{register},{at},{DIGITS}))"


def squeezed(cell: str) -> str:
    """Return the formula of a cell's text without blanks and punctuation."""
    inner = cell
    for sign in SQUEEZED:
        inner = f'SUBSTITUTE({inner},"{sign}","")'
    return inner


def is_empty_word(cell: str) -> str:
    """Return the formula of whether a text means nothing ("k. A.", "keine")."""
    return f'(({squeezed(cell)}="")+ISNUMBER({found(squeezed(cell), EMPTY)})>0)'


def is_none(cell: str) -> str:
    """Return the formula of whether a text says that there is none ("keine")."""
    none = f'"{BETWEEN}"&LOWER({squeezed(cell)})&"{entry("", NONE)}{BETWEEN}"'
    return f"ISNUMBER(FIND({none},w_{EMPTY}))"


def number_of(cell: str, register: str, unknown: str = UNKNOWN) -> str:
    """Return the formula of the number of a word in a list, or `unknown`.

    An empty text is no word of any list.
    """
    return f"IFERROR({looked_up(cell, register)},{unknown})"


def judged(field: Field, cell: str, holds: str, empty: str = UNKNOWN) -> str:
    """Return the formula of whether a number or date satisfies a test: 1, 0, or 0.5 (unknown).

    holds: the test of a usable cell. empty: the result for an empty one.
    """
    known = f"IF({usable(field, cell)},IF({holds},1,0),{UNKNOWN})"
    blank = f'IF(TRIM({cell})="",{empty},{UNKNOWN})'
    return f"IFERROR(IF(ISNUMBER({cell}),{known},{blank}),{UNKNOWN})"


def usable(field: Field, cell: str) -> str:
    """Return the formula of whether a number is within the limits of a number or date: 1 or 0."""
    if field.type == "date":
        return f"({cell}>={FIRST_DATE})*({cell}<{AFTER_LAST_DATE})"
    least, most = limits(field)
    whole = f"*(INT({cell})={cell})" if field.type == "integer" else ""
    return f"({cell}>={least:g})*({cell}<={most:.0f}){whole}"


def is_bad(field: Field, cells: str) -> str:
    """Return the formula of which cells are unusable: 1 or 0 each."""
    if field.type in ("choice", "country", "yes_no"):
        register = "yes_no" if field.type == "yes_no" else str(field.list)
        wrong = f"--ISERROR({found(word(cells), register)})"
    elif field.type in ("number", "integer", "date"):
        wrong = f"IF(ISNUMBER({cells}),1-{usable(field, cells)},1)"
    elif field.pattern:
        wrong = f"IF({pattern_test(field.pattern, f'TRIM({cells})')},0,1)"
    else:  # every text can be used
        return f"--ISERROR({cells})"
    return f'IF(ISERROR({cells}),1,IF(TRIM({cells})="",0,{wrong}))'


def is_missing(field: Field, cells: str) -> str:
    """Return the formula of which cells are empty, or say that there is no answer: 1 or 0 each."""
    is_text = field.type in ("text", "text_list", "choices", "postcode")
    empty = is_empty_word(cells) if is_text else f'TRIM({cells})=""'
    return f"IF(ISERROR({cells}),0,IF({empty},1,0))"


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
    value = f"INT({cell})" if field.type == "date" else cell
    return f'IF({usable(field, cell)},{value},"{BAD}")'


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
    DeclarationError for any other. It is short: Excel takes 255 characters as a cell's rule.
    """
    signs = pattern_signs(pattern)
    tests = [f"(LEN({cell})={len(signs)})"]
    for position, (low, high) in enumerate(signs, 1):
        sign = f"CODE(MID({cell},{position},1))"
        middle, half = (ord(low) + ord(high)) / 2, (ord(high) - ord(low) + 1) / 2
        within = f"ABS({sign}-{middle:g})<{half:g}" if low != high else f"{sign}={ord(low)}"
        tests.append(f"({within})")
    return f"IFERROR({'*'.join(tests)}=1,FALSE)"


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
