"""Cell addresses, sheet names and texts in the form that a workbook accepts."""

import re
from collections.abc import Collection

from pipeline.common.column_letters import column_letters, column_number

ADDRESS = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
MOST_LETTERS = 31
LONGEST = 32_000
# What XML cannot hold, and what Excel would read as an escaped character.
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def cell_of(text: str) -> tuple[int, int] | None:
    """Return (column, row) of an address such as G17, from 1; None if it is not an address."""
    match = ADDRESS.match(text)
    if match is None:
        return None
    column, row = column_number(match[1]), int(match[2])
    return (column, row) if column <= LAST_COLUMN and row <= LAST_ROW else None


def address(column: int, row: int) -> str:
    """Return the address of a cell, both from 1."""
    return f"{column_letters(column)}{row}"


def link_to(sheet: str, cell: str) -> str:
    """Return the target of a link within the workbook."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell or 'A1'}"


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a sheet name that differs from all others; Excel ignores the case of letters."""
    used = {other.casefold() for other in taken}
    result, number = name[:MOST_LETTERS], 1
    while result.casefold() in used:
        number += 1
        end = f" {number}"
        result = name[: MOST_LETTERS - len(end)] + end
    return result


def fit(text: str) -> str:
    """Return a text in the form that a part of a workbook can hold."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    return ESCAPE.sub("_x005F_", UNFIT.sub("\ufffd", text))
