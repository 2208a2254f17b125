"""Examines submissions for their next form, and translates the words of a mapping into ours.

The next form accepts only our words, not those of another system's export.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.common.settings import Settings
from pipeline.intake.gather import Stacked
from pipeline.submissions.examine import Examined, examine
from pipeline.submissions.mapping.apply import apply_mappings
from pipeline.submissions.mapping.model import ExportMapping
from pipeline.submissions.parse.facts import CELL
from pipeline.submissions.parse.foreign import Foreign, replaced
from pipeline.submissions.parse.parse import Parsed


def examine_translated(
    files: pl.DataFrame,
    stacked: Stacked,
    mappings: Sequence[ExportMapping],
    settings: Settings,
    last_day: dt.date,
) -> Examined:
    """Return the examined submissions without distances, with our words in `raw` of the cells.

    files: file, source_file. stacked: their sheets and cells, see `intake.frames.stack`.
    """
    mapped = apply_mappings(mappings, files.select("file", "source_file"), [stacked])
    foreign = mapped.foreign
    examined = examine(*stacked, settings, last_day, foreign, with_distances=False)
    ours = translated_cells(examined.parsed, foreign)
    return replace(examined, parsed=replace(examined.parsed, cells=ours))


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
