"""Exports of known systems: their columns by their documented names, and what each of them means.

`exports.tsv` is the table of all. It was written down before the proposals were built.
"""

import csv
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from tests.making.workbooks import Book, Cell, Grid

TABLE = Path(__file__).with_name("exports.tsv")
FIRST_VALUE = 4


@dataclass(frozen=True)
class Export:
    """One system's export. meant: by column the field of Akteure it means; empty: none."""

    sheet: str
    grid: Grid
    meant: dict[str, str]

    @property
    def book(self) -> Book:
        """The export as a workbook."""
        return Book({self.sheet: self.grid})


def exports() -> dict[str, Export]:
    """Return the exports by the name of the system."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        lines = [line for line in stream if not line.startswith("# ")]
    rows = [line for line in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]
    systems = dict.fromkeys(row[0] for row in rows)
    return {system: export([row for row in rows if row[0] == system]) for system in systems}


def export(rows: list[list[str]]) -> Export:
    """Return one export of its rows of the table."""
    header: list[Cell] = [row[2] for row in rows]
    values = [[cell(text) for text in row[FIRST_VALUE:]] for row in rows]
    below = [list(line) for line in zip_longest(*values)]
    meant = {row[2]: "".join(row[3:FIRST_VALUE]) for row in rows}
    return Export(rows[0][1], [header, *below], meant)


def cell(text: str) -> Cell:
    """Return a value of the table as a cell."""
    if text.startswith("#"):
        return int(text[1:])
    if text.startswith("@"):
        return date.fromisoformat(text[1:])
    return text or None
