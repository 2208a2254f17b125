"""Texts above or below a table that name another unit: "Alle Beträge in T€".

It is not clear which columns they concern: numbers are read by their headers, with a finding.
"""

import polars as pl

from pipeline.common.findings import findings
from pipeline.submissions.parse.facts import ROW, SHEET, TEXT
from pipeline.submissions.parse.headers import HEADER_REMARK, OTHER_UNIT, is_other_unit, is_unit
from pipeline.submissions.parse.phrases import OTHER_UNIT_SIGNS, any_of, in_words_expr
from schemas.rows import row_words

BETWEEN_PARTS = r"[()\[\]:,;]"
UNIT_SIGN = rf"[\p{{L}}{OTHER_UNIT_SIGNS}]"


def units_outside_tables(
    cells: pl.DataFrame, columns: pl.DataFrame, row_findings: pl.DataFrame
) -> pl.DataFrame:
    """Return findings of texts that name another unit above the header, or alone in a row below.

    cells: all cells of tables. columns: SHEET, header_row. row_findings: of the rows.
    """
    heads = columns.select(*SHEET, "header_row").unique()
    around = cells.join(heads, on=SHEET)
    below = pl.col("row") > pl.col("header_row")
    alone = around.filter(below).group_by(ROW).agg(cells=pl.len()).filter(pl.col("cells") == 1)
    around = around.join(alone, on=ROW, how="left")
    around = around.filter(pl.col("kind") == TEXT, pl.col("row") != pl.col("header_row"))
    around = around.filter(~below | (pl.col("cells") == 1))
    parts = around.select("word").unique().with_columns(part=parts_of(pl.col("word")))
    parts = parts.explode("part").with_columns(words=in_words_expr(pl.col("part")))
    texts = parts.filter(names_other_unit(pl.col("words"))).select("word").unique()
    found = around.join(texts, on="word")
    known = row_findings.filter(pl.col("code") == OTHER_UNIT)
    found = found.join(known, on=[*ROW, "column"], how="anti")
    check = pl.lit("beside_table")
    return findings(found.with_columns(check=check, value="text", field=None), HEADER_REMARK)


def parts_of(word: pl.Expr) -> pl.Expr:
    """Return the parts of a text between brackets, colons and commas: "Finanzierung", "T€"."""
    return word.str.replace_all(BETWEEN_PARTS, "\n").str.split("\n")


def names_other_unit(words: pl.Expr) -> pl.Expr:
    """Whether a text in words is another unit, or names one after "in" or before ours.

    A number alone ("1.000") is a value, no unit.
    """
    header_words = row_words().headers
    other, ours = any_of(header_words.other_units), any_of(header_words.our_units)
    named = words.str.contains(f"{any_of(header_words.before_unit)}{other}|{other}{ours}")
    alone = is_unit(words) & is_other_unit(words)
    return (named | alone) & words.str.contains(UNIT_SIGN)
