"""Parses submissions for their next form, and translates the words of a mapping into ours.

The next form accepts only our words, not those of another system's export.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.intake.gather import Stacked
from pipeline.submissions.mapping.apply import apply_mappings
from pipeline.submissions.mapping.model import ExportMapping
from pipeline.submissions.parse.facts import CELL
from pipeline.submissions.parse.foreign import Foreign, replaced
from pipeline.submissions.parse.parse import Parsed, parse
from schemas.declaration import submission


def parse_translated(
    files: pl.DataFrame, stacked: Stacked, mappings: Sequence[ExportMapping]
) -> Parsed:
    """Return the parsed submissions with our words in `raw` of the cells.

    files: file, source_file. stacked: their sheets and cells, see `intake.frames.stack`.
    """
    mapped = apply_mappings(mappings, files.select("file", "source_file"), [stacked])
    foreign = mapped.foreign
    parsed = parse(submission(), *stacked, foreign)
    return replace(parsed, cells=translated_cells(parsed, foreign))


def translated_cells(parsed: Parsed, foreign: Foreign) -> pl.DataFrame:
    """Return the parsed cells with our words in `raw` where a mapping translates another word.

    Lists of which items are translated are parted as they were read.
    """
    cells = parsed.cells.with_columns(key=word_key_expr(pl.col("raw")))
    cells = replaced(cells, foreign.words, "raw", "key").drop("key").with_row_index("number")
    items = parsed.items.join(foreign.items, on=["file", "sheet_key", "field"], how="semi")
    joined = (
        items.drop_nulls("item")
        .group_by(CELL)
        .agg(words=pl.col("item").sort_by("position", "item").str.join("; "))
    )
    cells = cells.join(joined, on=CELL, how="left").sort("number")
    return cells.with_columns(raw=pl.coalesce("words", "raw")).drop("number", "words")
