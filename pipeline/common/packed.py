"""A large frame in a compact form."""

from dataclasses import dataclass
from io import BytesIO

import polars as pl

# Rows that are packed together.
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Packed:
    """A frame that needs a tenth of its memory until it is asked for.

    content: the frame as Parquet. height: its number of rows.
    """

    content: bytes
    height: int

    @classmethod
    def of(cls, frame: pl.DataFrame) -> "Packed":
        """Return a frame packed."""
        content = BytesIO()
        frame.write_parquet(content, row_group_size=ROWS_AT_ONCE)
        return cls(content.getvalue(), frame.height)

    def lazy(self) -> pl.LazyFrame:
        """Return the frame; of what is filtered, only the groups of rows that fit are unpacked."""
        return pl.scan_parquet(BytesIO(self.content))

    def unpacked(self) -> pl.DataFrame:
        """Return the whole frame."""
        return self.lazy().collect()

    def filter(self, rows: pl.Expr) -> "Packed":
        """Return some rows, packed."""
        return Packed.of(self.lazy().filter(rows).collect())
