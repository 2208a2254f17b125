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
    result = {}
    for folder in periods.published_before(outputs, period):
        paths = {name: folder / "data" / f"{name}.parquet" for name in TABLES}
        if all(path.is_file() for path in paths.values()):
            result[folder.name] = {name: pl.read_parquet(path) for name, path in paths.items()}
    return result
