"""Rows of tables as Python objects."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

Row = Mapping[str, Any]


def rows_by(rows: Iterable[Row], *columns: str) -> dict[Any, list[Row]]:
    """Return the rows by the value of one column, or by the values of several, in their order."""
    key, found = itemgetter(*columns), dict[Any, list[Row]]()
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
