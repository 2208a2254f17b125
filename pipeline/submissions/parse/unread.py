"""Sheets that are not read, but by their names continue one that is: "Akteure (2)"."""

import polars as pl

from pipeline.common.findings import findings
from pipeline.common.texts import both
from pipeline.submissions.parse.phrases import any_of, in_words_expr, made_of
from schemas.declaration import Workbook
from schemas.rows import row_words

UNREAD_SHEET = "unread_sheet"


def unread_sheets(workbook: Workbook, strange: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return findings of sheets named like one that was read, with further words or numbers.

    strange: file, sheet, name, key of the sheets that are not read. known: file, sheet_key: the
    declared sheets that each file has. What they hold is not known: only our sheets are read.
    """
    said = row_words().sheets
    words = strange.with_columns(words=in_words_expr(pl.col("key")))
    parts = []
    for sheet in workbook.sheets:
        own = any_of(tuple(sheet.keys))
        rest = pl.col("words").str.replace(own, "")
        alike = pl.col("words").str.contains(own) & made_of(rest, said.further)
        detail = pl.lit(both(sheet.name["de"], sheet.name["en"]))
        parts.append(words.filter(alike).with_columns(sheet_key=pl.lit(sheet.key), detail=detail))
    found = pl.concat(parts).join(known, on=["file", "sheet_key"], how="semi")
    found = found.unique(["file", "sheet"], keep="first").sort("file", "sheet")
    place = {"sheet": pl.col("name"), "value": pl.col("name"), "check": pl.lit(UNREAD_SHEET)}
    return findings(found.with_columns(**place), "inconsistent")
