"""The order in which words are declared, as a sort key."""

from collections.abc import Collection

import polars as pl


def declared_order(column: str, declared: Collection[str], *, others_last: bool = False) -> pl.Expr:
    """Return the position (from 0) of each value of a text column among the declared words.

    A value that is not declared raises InvalidOperationError; with `others_last` it comes last.
    """
    positions = range(len(declared))
    if others_last:
        return pl.col(column).replace_strict(list(declared), positions, default=len(declared))
    return pl.col(column).replace_strict(list(declared), positions)
