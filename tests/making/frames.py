"""The maker of frames: rows contain what a test needs, the columns are those of the engine.

Workbooks as the stacked frames of the intake, tables as they are published, frames as states keep
them. A new column needs nothing here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.figures.each_submission import ProcessingOptions, Received, process_submissions
from pipeline.history.state import to_frames
from pipeline.intake.frames import CELLS, SHEETS
from pipeline.review import Review, Task, review
from pipeline.submissions.office import read_office
from pipeline.tables.features import statements
from schemas.declaration import measures
from schemas.tables import table_models

PERIOD = "2026-Q3"
LAST_DAY = date(2026, 9, 30)
MASTER = {"Cluster-ID": "DE-0001", "Stichtag": LAST_DAY}
COMPANY = {"Name": "Alpha GmbH", "Akteurstyp": "Unternehmen", "Bindung": "Mitgliedschaft"}


class Err(str):
    """What Excel shows in place of a value: #REF!"""


KINDS = {str: "s", int: "n", float: "n", bool: "b", date: "d", Err: "e"}


Row = Mapping[str, Any]
Grids = dict[str, list[list[Any]]]


def raw_cells_of(books: Sequence[Grids]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the stacked frames of many workbooks, which have their places as numbers."""
    names = [
        (file, sheet, name, False, [], [])
        for file, book in enumerate(books)
        for sheet, name in enumerate(book)
    ]
    cells = [
        (file, sheet, row, column, *typed(value))
        for file, book in enumerate(books)
        for sheet, grid in enumerate(book.values())
        for row, line in enumerate(grid, 1)
        for column, value in enumerate(line, 1)
        if value is not None
    ]
    sheets = pl.DataFrame(names, schema=SHEETS, orient="row")
    return sheets, pl.DataFrame(cells, schema=CELLS, orient="row")


def raw_cells(sheets: Grids) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the stacked frames of one workbook from its grids."""
    return raw_cells_of([sheets])


def typed(value: Any) -> tuple[int, float | None, str | None]:
    kind = ord(KINDS[type(value)])
    if isinstance(value, str):
        return kind, None, value
    if isinstance(value, date):
        return kind, float((value - date(1970, 1, 1)).days), None
    return kind, float(value), None


def grid_of(rows: list[dict[str, Any]]) -> list[list[Any]]:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return [heads, *([row.get(head) for head in heads] for row in rows)]


# ------------------------------------------------------------------------------------------ tables
def published(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    """A table of the contract; what a row does not say is null, and the period the usual one."""
    columns = {c: column.dtype.type for c, column in table_models()[name].columns.items()}
    usual = {"period": PERIOD} if "period" in columns else {}
    return filled([usual | dict(row) for row in rows], columns)


def expert_tables() -> dict[str, list[Row]]:
    """The tables of a portfolio without ratings, assignments and agreements."""
    return {"ratings": [], "assignments": [], "agreements": []}


def measure_tables() -> dict[str, list[Row]]:
    """The tables of measures and features of clusters that take part in none and have none."""
    none = {"clusters": 0, "eligible": 0, "open": 0, "not_eligible": 0}
    rows: list[Row] = [
        {"measure": m.de, "level": m.level, "end_kind": m.end_kind, **none}
        for m in measures().values()
    ]
    features: list[Row] = [
        {"feature": feature, "statement": statement, "unit": unit, "n": 0, "of": 0}
        for statement, (feature, unit, *_) in statements().items()
    ]
    empty: list[Row] = []
    names = ("measure_overlap", "measure_roles", "participation", "other_measures")
    others = dict.fromkeys(names, empty)
    return {"measures": rows, "features": features, **others}


def kept(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    """A frame of a state; what a row does not say is null, or false for a bad cell."""
    state = reviewed().state
    assert state is not None
    table = filled(rows, to_frames(state)[name].schema)
    bad = [column for column in table.columns if column.endswith("_bad")]
    return table.with_columns(pl.col(bad).fill_null(value=False)) if bad else table


def beside(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    """A frame of what pages show besides the tables; missing columns are null."""
    return filled(rows, reviewed().context[name].schema)


def filled(rows: Iterable[Row], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A frame of these columns; a row that names another is a mistake."""
    said = list(rows)
    unknown = {key for row in said for key in row} - set(schema)
    assert not unknown, f"no such column: {unknown}"
    return pl.DataFrame([{c: row.get(c) for c in schema} for row in said], schema=schema)


@cache
def reviewed() -> Review:
    """A review of one small submission: its frames have the columns of all reviews."""
    settings = load_settings()
    files = pl.DataFrame(
        {"file": [0], "source_file": ["a.xlsx"], "sha256": ["a"]},
        schema_overrides={"file": pl.UInt32},
    )
    refusals = pl.DataFrame(schema={"file": pl.UInt32, "code": pl.String, "detail": pl.String})
    cells = raw_cells({"Stammdaten": [list(pair) for pair in MASTER.items()]})
    parts = [process_submissions(ProcessingOptions(settings, LAST_DAY), files, *cells)]
    task = Task(PERIOD, LAST_DAY, (load("go-cluster"),), settings, {})
    office = read_office({}, *raw_cells({}))
    return review(task, Received(files, refusals, parts), office, files.clear())
