"""What the reference model reads: already typed cells, and the two ways a cell can be unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any


class Blank(Enum):
    """A cell without a value: left empty, or filled with something that cannot be used."""

    EMPTY = "empty"
    BAD = "bad"

    def __repr__(self) -> str:
        return self.name


EMPTY, BAD = Blank.EMPTY, Blank.BAD

Cell = Any
NONE = "keine"
"""A text that says that there is none: of a prospect a no, not an empty cell."""
Row = Mapping[str, Cell]
Rows = list[dict[str, Cell]]
Tri = bool | None

TABLES = ("actors", "management", "bodies", "funding", "activities", "evidence")


@dataclass
class Cluster:
    """One submission; a table that is None means a missing sheet."""

    master: dict[str, Cell]
    actors: Rows = field(default_factory=list)
    management: Rows | None = None
    bodies: Rows | None = None
    funding: Rows | None = None
    activities: Rows | None = None
    evidence: Rows | None = None

    @property
    def cluster_id(self) -> str:
        """The cluster's ID; a reviewed submission always has one."""
        return str(self.master["cluster_id"])

    @property
    def as_of(self) -> date:
        """The day everything is judged at; a reviewed submission always has one."""
        day: date = self.master["as_of"]
        return day

    def cell(self, name: str) -> Cell:
        """A master data cell; a label that is not there is an empty cell."""
        return self.master.get(name, EMPTY)


@dataclass(frozen=True)
class Rating:
    """One row of the office's expert ratings, in the order of the sheet."""

    cluster_id: str
    criterion: str
    verdict: Cell  # "fulfilled", "not_fulfilled", "open" or a blank
    reason: Cell = EMPTY
    day: Cell = EMPTY
    valid_until: Cell = EMPTY
    catalogue: str = "go-cluster"


@dataclass(frozen=True)
class RegisterRow:
    """One row of the office's list of clusters."""

    cluster_id: str
    role: str = "Mitglied"
    expected: bool = True
    measures: Cell = EMPTY


@dataclass
class Portfolio:
    """Everything one review reads."""

    clusters: list[Cluster]
    ratings: list[Rating] | None = None
    register: list[RegisterRow] | None = None
    period: str = "2026-Q3"


def known(cell: Cell) -> bool:
    """Whether the cell has a value."""
    return not isinstance(cell, Blank)


def value(row: Row, column: str) -> Cell:
    """A row's cell; a column that is not there is a column of empty cells."""
    return row.get(column, EMPTY)


def holds(cell: Cell, predicate: Callable[[Any], bool], if_empty: Tri = None) -> Tri:
    """Whether a cell's value passes the predicate; None where that is unknown."""
    if cell is EMPTY:
        return if_empty
    return None if cell is BAD else predicate(cell)


def all_of(*parts: Tri) -> Tri:
    """Three-valued AND."""
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def any_of(*parts: Tri) -> Tri:
    """Three-valued OR."""
    if any(part is True for part in parts):
        return True
    return None if any(part is None for part in parts) else False


def same(text: str) -> str:
    """A text up to case and white space."""
    return " ".join(text.split()).casefold()
