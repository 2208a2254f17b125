"""pandera as `pa`, loaded without hypothesis and with polars' engine for small data.

It draws hypothesis in where that is installed, to make up data, which takes a quarter of a second.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let nothing import a package, unless it is loaded already."""
    missing = name not in sys.modules
    if missing:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if missing:
            del sys.modules[name]


with without("hypothesis"):
    import pandera.polars as pa

    # pandera takes several small steps for each column. polars' engine for large data takes longer
    # to start than they take.
    pl.Config.set_engine_affinity("in-memory")
    pa.DataFrameSchema().validate(pl.DataFrame())  # its checks are loaded at the first use

__all__ = ["pa"]
