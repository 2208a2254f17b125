"""Texts above or below a table that name another unit: "Alle Beträge in T€".

No rule says of which columns they speak, so the numbers are read by their headers, and it is said.
"""

import polars as pl

from pipeline.common.findings import findings
from pipeline.submissions.parse.facts import ROW, SHEET, TEXT
from pipeline.submissions.parse.headers import HEADER_REMARK, OTHER_UNIT, is_other_unit, is_unit
from pipeline.submissions.parse.phrases import any_of, in_words_expr
from schemas.rows import row_words


def units_beside(cells: pl.DataFrame, columns: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Return findings of texts that name another unit above the header, or alone in a row below.

    cells: all cells of tables. columns: SHEET, header_row. said: the findings of the rows.
    """
    heads = columns.select(*SHEET, "header_row").unique()
    around = cells.join(heads, on=SHEET)
    below = pl.col("row") > pl.col("header_row")
    alone = around.filter(below).group_by(ROW).agg(cells=pl.len()).filter(pl.col("cells") == 1)
    around = around.join(alone, on=ROW, how="left")
    around = around.filter(pl.col("kind") == TEXT, pl.col("row") != pl.col("header_row"))
    around = around.filter(~below | (pl.col("cells") == 1))
    texts = around.select("word").unique().with_columns(words=in_words_expr(pl.col("word")))
    texts = texts.filter(names_other_unit(pl.col("words")))
    found = around.join(texts, on="word")
    known = said.filter(pl.col("code") == OTHER_UNIT)
    found = found.join(known, on=[*ROW, "column"], how="anti")
    check = pl.lit("beside_table")
    return findings(found.with_columns(check=check, value="text", field=None), HEADER_REMARK)


def names_other_unit(words: pl.Expr) -> pl.Expr:
    """Whether a text in words is another unit, or names one after "in" or "Einheit"."""
    said = row_words().headers
    named = words.str.contains(any_of(said.before_unit) + any_of(said.other_units))
    return named | (is_unit(words) & is_other_unit(words))
