"""The same workbook in another order: sheets, columns and rows moved, strange ones between."""

import random
from collections.abc import Sequence

from schemas.declaration import Sheet, submission
from schemas.words import header_key, word_key

from .books import Drawn, Grid
from .oracle import Given

STRANGE = ["Anmerkung", "Notiz", "Kürzel", "x", "Summe der Zeilen", "2024"]
TITLES = ["Erhebungsbogen 2026", "Bitte ausfüllen!", "Stand: heute", "Alle Angaben freiwillig"]
HEADER_ROWS = submission().words["header_rows"]


def spelled(name: str, chance: random.Random) -> str:
    """A name of a sheet as users write it; it stays the same name."""
    forms = [name, name.upper(), f" {name} ", name.replace("ä", "ae"), name.lower()]
    return chance.choice([form for form in forms if word_key(form) == word_key(name)])


def header(name: str, chance: random.Random) -> str:
    """A header or label as users write it; it stays the same header."""
    forms = [
        name,
        f"{name}*",
        f"{name} [EUR]",
        f"{name} (optional) *",
        name.replace(" ", "\n"),
        f"{name}:",
    ]
    return chance.choice([f for f in forms if header_key(f) == header_key(name)])


def arranged(one: Drawn, chance: random.Random) -> tuple[Drawn, dict[str, str], dict[str, int]]:
    """The workbook rearranged; its sheets' names there, and how far their rows moved, by key."""
    sheets: dict[str, Grid] = {}
    names: dict[str, str] = {}
    moved: dict[str, int] = {}
    for sheet in chance.sample(submission().sheets, len(submission().sheets)):
        name = spelled(chance.choice(list(sheet.name.values())), chance)
        grid = one.sheets[sheet.name["de"]]
        down = chance.randrange(HEADER_ROWS)
        place = moved_form if sheet.layout == "form" else moved_table
        sheets[name] = place(sheet, grid, down, chance)
        names[sheet.key], moved[sheet.key] = name, down
        if chance.random() < 0.2:  # of two sheets with one meaning the first counts
            sheets[name + "  "] = {(1, 1): Given("s", "doppelt"), (2, 1): Given("n", 1.0)}
        if chance.random() < 0.3:
            sheets[f"Blatt{len(sheets)}"] = {(1, 1): Given("e", "#REF!"), (99, 9): Given("f")}
    return Drawn(sheets), names, moved


def headings(grid: Grid, chance: random.Random, down: int, right: int) -> None:
    """Put titles above the header: texts that are no headers."""
    for row in range(1, down + 1):
        if chance.random() < 0.4:
            grid[row, right + chance.randrange(1, 4)] = Given("s", chance.choice(TITLES))


def moved_table(sheet: Sheet, grid: Grid, down: int, chance: random.Random) -> Grid:
    """The table further down and to the right, its columns permuted, strange ones between."""
    right = chance.randrange(4)
    strange = [f"{chance.choice(STRANGE)} {i}" for i in range(chance.randrange(4))]
    order = [*range(1, len(sheet.fields) + 1), *strange]
    chance.shuffle(order)
    result: Grid = {}
    headings(result, chance, down, right)
    last = max((row for row, _ in grid), default=1)
    for column, source in enumerate(order, right + 1):
        if isinstance(source, str):
            result[down + 1, column] = Given("s", source)
            for row in range(2, last + 3):
                result[down + row, column] = Given("s", chance.choice(TITLES))
            continue
        result[down + 1, column] = Given("s", header(grid[1, source].value, chance))
        for row in range(2, last + 1):
            if (row, source) in grid:
                result[down + row, column] = grid[row, source]
    return result


def moved_form(sheet: Sheet, grid: Grid, down: int, chance: random.Random) -> Grid:
    """The form further down and to the right, its lines permuted, strange ones between."""
    right = chance.randrange(4)
    order: Sequence[int | str] = chance.sample(
        [*range(1, len(sheet.fields) + 1), *STRANGE], len(sheet.fields) + len(STRANGE)
    )
    result: Grid = {}
    headings(result, chance, down, right)
    for row, source in enumerate(order, down + 1):
        if isinstance(source, str):
            result[row, right + 1] = Given("s", source)
            continue
        result[row, right + 1] = Given("s", header(grid[source, 1].value, chance))
        if (source, 2) in grid:
            result[row, right + 2] = grid[source, 2]
    return result
