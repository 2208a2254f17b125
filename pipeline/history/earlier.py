"""Finds and reads the period before: the latest earlier one that is published (contract 2.6)."""

from pathlib import Path

import polars as pl

from pipeline import periods
from pipeline.history.model import TABLES, Before, Since
from pipeline.history.state import State
from pipeline.history.state_files import StateTroubleError, read_state
from pipeline.settings import Settings


def read_before(outputs: Path, period: str, settings: Settings) -> Before | None:
    """Return what the period before published; None where nothing earlier can be read.

    A period whose tables cannot be read is passed over, and counts as a gap.
    """
    for folder in reversed(periods.published_before(outputs, period)):
        tables = _tables(folder / "data")
        if tables is not None:
            state, trouble = _state(folder, settings)
            skipped = tuple(periods.between(folder.name, period))
            return Before(Since(folder.name, skipped, trouble), tables, state)
    return None


def _tables(folder: Path) -> dict[str, pl.DataFrame] | None:
    try:
        return {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    except (OSError, pl.exceptions.PolarsError):
        return None


def _state(folder: Path, settings: Settings) -> tuple[State | None, str | None]:
    try:
        return read_state(folder, settings), None
    except StateTroubleError as error:
        return None, str(error)
