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
from pipeline.submissions.parse.foreign import Foreign, replaced


def examine_in_our_words(
    files: pl.DataFrame,
    stacked: Stacked,
    mappings: Sequence[ExportMapping],
    settings: Settings,
    last_day: dt.date,
) -> Examined:
    """Return the examined submissions, with our words in `raw` of the parsed cells.

    files: file, source_file. stacked: their sheets and cells, see `intake.frames.stack`.
    """
    mapped = apply_mappings(mappings, files.select("file", "source_file"), [stacked])
    examined = examine(*stacked, settings, last_day, mapped.foreign)
    ours = in_our_words(examined.parsed.cells, mapped.foreign)
    return replace(examined, parsed=replace(examined.parsed, cells=ours))


def in_our_words(cells: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Return the parsed cells with our words in `raw` where a mapping translates another word.

    Items of lists are translated one by one.
    """
    key = word_key_expr(pl.col("raw"))
    cells = replaced(cells.with_columns(key=key), foreign.words, "raw", "key").drop("key")
    cells = cells.with_row_index("number")
    lists = foreign.items.select("file", "sheet_key", "field").unique()
    items = cells.join(lists, on=lists.columns, how="semi")
    items = items.select("number", *lists.columns, pl.col("raw").str.split(";")).explode("raw")
    items = replaced(items.with_columns(key=key), foreign.items, "raw", "key")
    items = items.with_columns(pl.col("raw").str.strip_chars()).filter(pl.col("raw") != "")
    joined = items.group_by("number").agg(said=pl.col("raw").str.join("; "))
    cells = cells.join(joined, on="number", how="left").sort("number")
    return cells.with_columns(raw=pl.coalesce("said", "raw")).drop("number", "said")
