"""What earlier periods published: read once, for comparisons in the reports."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline import periods

# Tables of earlier periods by period, the oldest first.
Earlier = Mapping[str, Mapping[str, pl.DataFrame]]
TABLES = ("clusters", "conditions")


def read_earlier(outputs: Path, period: str) -> Earlier:
    """Return the tables of every earlier period that is published whole."""
    folders = sorted(outputs.iterdir()) if outputs.is_dir() else []
    result = {}
    for folder in folders:
        paths = {name: folder / "data" / f"{name}.parquet" for name in TABLES}
        named = periods.NAME.match(folder.name) and folder.name < period
        if named and all(path.is_file() for path in paths.values()):
            result[folder.name] = {name: pl.read_parquet(path) for name, path in paths.items()}
    return result
