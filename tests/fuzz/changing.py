"""What people write that may change a figure, drawn by chance: cells, headers and rows.

A change says where it must be told if it changes anything: the sheet, the row, and the column
where there is one (both from 1).
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.declaration import submission
from schemas.rows import row_words
from tests.making.frames import Grids

from .adding import SHEETS, TOTALS

WORDS, ROWS = submission().words, row_words()
NOTHING = [*WORDS["no_answer"], *WORDS["none"], "-", "./.", "?", '"', "〃"]
FORMS = {
    "number": (
        *("ca. {}", "~{}", "{} T€", "T€ {}", "{} k€", "{} Mio. €", "{} %", "{}*", "{}¹", "{} 1)"),
        *("{} (davon 2 passiv)", "{}-{}", "{}/{}", "> {}", "{}+", "{}.000", "{},000", "{},-"),
        *("{} Std.", "{} EUR", "EUR {}", "({})", "{} ?", "je {}", "{} und {}", "{}\n{}", "bis {}"),
        *("{} (geschätzt)", "{} CHF", "wie 2025", "s. o.", "zwei", "½"),
    ),
    "date": (
        *("{} (geplant)", "ab {}", "vsl. {}", "{}?", "Ende 2027", "31.12.27", "Q3 2026", "09/2026"),
        *("{} / {}", "seit {}", "{} 00:00", "2026", "heute", "{}, verlängerbar"),
    ),
    "word": (
        *("{}?", "{}*", "{} (ruht)", "keine {}", "{}/{}", "{}, {}", "ehemals {}", "{} geplant"),
        *("{} 1)", "{}¹", "s. o.", "dto.", "x", "ja", "{};", "{} und mehr", "nicht {}"),
    ),
}


@dataclass(frozen=True)
class Change:
    """A changed workbook, and where the change stands; column None: anywhere in the row."""

    grids: Grids
    sheet: str
    row: int
    column: int | None
    what: str
    name: str = ""
    """The field of the row's name, if that is what was changed: it is no figure."""
    always: bool = False
    """Whether it must be told although the values stay the same."""


def changed(grids: Grids, chance: random.Random) -> Change:
    """The workbook with one change."""
    copy = {name: [list(row) for row in grid] for name, grid in grids.items()}
    return chance.choice(CHANGES)(copy, chance.choice(list(SHEETS)), chance)


def cell(grids: Grids, sheet: str, chance: random.Random) -> Change:
    """A filled cell of a number, a date or a word of a list is written in another way."""
    grid = grids[sheet]
    fields = [f for f in SHEETS[sheet].fields if f.list or f.type in KINDS]
    places = [
        (row, grid[0].index(f.name["de"]), f)
        for row in range(1, len(grid))
        for f in fields
        if grid[row][grid[0].index(f.name["de"])] is not None
    ]
    row, column, own = chance.choice(places)
    value = grid[row][column]
    said = f"{value:%d.%m.%Y}" if isinstance(value, dt.date) else str(value)
    form = chance.choice([*FORMS["word" if own.list else KINDS[own.type]], None])
    text = form.replace("{}", said) if form else chance.choice(NOTHING)
    grid[row][column] = text
    return Change(grids, sheet, row + 1, column + 1, text)


KINDS = {"number": "number", "integer": "number", "date": "date"}


def header(grids: Grids, sheet: str, chance: random.Random) -> Change:
    """The header of a column of numbers has another unit, a remark, or speaks of a person."""
    head = grids[sheet][0]
    own = chance.choice([f for f in SHEETS[sheet].fields if f.type in ("number", "integer")])
    column = head.index(own.name["de"])
    said = ROWS.headers
    remark = chance.choice([*said.other_units, *said.rates, "Vorjahr", "geschätzt", "Konzern"])
    form = chance.choice(["{} ({})", "{} [{}]", "{}, {}", "{} in {}", "{} {}", "{}\n({})"])
    head[column] = form.format(own.name["de"], remark)
    return Change(grids, sheet, 1, column + 1, head[column])


def unit(grids: Grids, sheet: str, chance: random.Random) -> Change:
    """Another unit alone in a row, in a column of numbers."""
    own = chance.choice([f for f in SHEETS[sheet].fields if f.type in ("number", "integer")])
    row: list[Any] = [None] * len(grids[sheet][0])
    column = grids[sheet][0].index(own.name["de"])
    row[column] = chance.choice([u for u in ROWS.headers.other_units if not u[0].isdigit()])
    at = chance.randint(1, len(grids[sheet]) - 1)
    grids[sheet].insert(at, row)
    return Change(grids, sheet, at + 1, column + 1, row[column])


def beside(grids: Grids, sheet: str, chance: random.Random) -> Change:
    """A text above the table names another unit: the numbers stay, but it is told."""
    form = chance.choice(["Alle Beträge in {}", "({})", "Übersicht, {}", "Angaben: {}", "in {}"])
    text = form.format(chance.choice([u for u in ROWS.headers.other_units if not u[0].isdigit()]))
    grids[sheet].insert(0, [text])
    return Change(grids, sheet, 1, 1, text, always=True)


def label(grids: Grids, sheet: str, chance: random.Random) -> Change:
    """A row's name becomes one of a total, of a heading, or a word for nothing."""
    said = ROWS.totals
    word = chance.choice([*said.strong, *said.part, *said.weak, *ROWS.headings.no_members])
    form = chance.choice(["{}", "{}:", "{} 2025", "{} Plan"])
    column = grids[sheet][0].index(TOTALS[sheet][0])
    row = chance.randint(1, len(grids[sheet]) - 1)
    text = chance.choice([form.format(word), chance.choice(NOTHING)])
    grids[sheet][row][column] = text
    (field,) = (f.key for f in SHEETS[sheet].fields if f.name["de"] == TOTALS[sheet][0])
    return Change(grids, sheet, row + 1, None, text, "" if field == "source" else field)


def lone(grids: Grids, sheet: str, chance: random.Random) -> Change:
    """A text alone in a row, such as a heading, a note, a page number."""
    column = grids[sheet][0].index(TOTALS[sheet][0])
    text = chance.choice([
        *ROWS.headings.groups, *ROWS.headings.no_members, *ROWS.notes.first, *WORDS["no_answer"],
    ])  # fmt: skip
    form = chance.choice(["{}", "{}:", "{} 2025", "1. {}"])
    row: list[Any] = [None] * len(grids[sheet][0])
    row[column] = form.format(text)
    at = chance.randint(1, len(grids[sheet]))
    grids[sheet].insert(at, row)
    return Change(grids, sheet, at + 1, None, row[column])


CHANGES: tuple[Callable[[Grids, str, random.Random], Change], ...] = (
    *(cell, cell, cell, header, unit, beside, label, lone),
)
