"""The tables of a publication that stand in its folder, read when they are needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class TablesIn(Mapping[str, pl.DataFrame]):
    """The tables of a folder by their names. None is kept: all at once need much memory."""

    folder: Path

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return a whole table; KeyError if it is not there."""
        return self.lazy(name).collect()

    def __contains__(self, name: object) -> bool:
        """Whether there is a table of that name."""
        return self.path(name).is_file()

    def __iter__(self) -> Iterator[str]:
        """Yield the names in order."""
        return (path.stem for path in sorted(self.folder.glob("*.parquet")))

    def __len__(self) -> int:
        """Return the number of tables."""
        return sum(1 for _ in self)

    def lazy(self, name: str) -> pl.LazyFrame:
        """Return a table of which only what is asked for is read; KeyError if it is not there."""
        if name not in self:
            raise KeyError(name)
        return pl.scan_parquet(self.path(name))

    def path(self, name: object) -> Path:
        """Return where a table of that name would be."""
        return self.folder / f"{name}.parquet"


def lazy(tables: Mapping[str, pl.DataFrame], name: str) -> pl.LazyFrame:
    """Return one of the tables; of one in a folder only what is asked for is read."""
    return tables.lazy(name) if isinstance(tables, TablesIn) else tables[name].lazy()
