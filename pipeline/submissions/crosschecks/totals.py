"""The rule about rows of totals ("Summe") whose number is not the sum of the rows above."""

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.submissions.crosschecks.declared import Check
from pipeline.submissions.crosschecks.facts import Facts, no_hits, number_text
from schemas.rows import row_words
from schemas.words import word_key

COLUMN = ["file", "field"]
YEAR = "year"


def total(check: Check, facts: Facts) -> pl.DataFrame:
    """Find totals that equal neither the sum of all rows above nor that since the last total.

    Nor that of one year's rows, where the sheet has a year. Columns: those of `others`. Rows: those
    labelled as a sum without more words ("Summe 2025" may be the sum of some rows). A sum over a
    cell that could not be read is unknown. Rounding may explain a difference up to `share` of the
    sum, or up to `least`. Detail: the sum of all rows above.
    """
    words = row_words().totals
    added = [word for word in (*words.strong, *words.weak) if word not in words.not_added]
    plain = [word_key(word) for word in added]
    stated = facts.totals.filter(
        pl.col("sheet_key") == check.sheet,
        pl.col("field").is_in(check.others),
        word_key_expr(pl.col("label")).str.strip_chars_end(":").is_in(plain),
    )
    if stated.is_empty():
        return no_hits()
    sums = sums_above(check, facts, stated)
    sums = sums.with_columns(part=pl.col("above") - pl.col("above_before").fill_null(0.0))
    slack = slack_of(check, pl.col("above"))
    off = pl.all_horizontal(
        (pl.col("number") - pl.col(which)).abs() > slack for which in ("above", "part")
    )
    wrong = sums.filter(off, pl.col("unknown") == 0)
    wrong = wrong.join(sums_of_a_year(check, facts, wrong), on=[*COLUMN, "row"], how="anti")
    return wrong.select(
        *("file", "sheet", "row", "column", "field"),
        value="raw",
        detail=number_text(pl.col("above").round(2)),
        other=pl.lit(None, pl.String),
    )


def slack_of(check: Check, total: pl.Expr) -> pl.Expr:
    """Return the difference from a sum that rounding may explain."""
    least = pl.lit(float(check.limits["least"]))
    return pl.max_horizontal(least, check.limits["share"] * total.abs())


def sums_above(check: Check, facts: Facts, stated: pl.DataFrame) -> pl.DataFrame:
    """Add above, unknown and above_before to stated totals; those without rows above are left out.

    above: the sum of the column's rows above. unknown: how many of these could not be read.
    above_before: `above` of the previous total in the column.
    """
    running = running_sums(check, facts, stated)
    stated = stated.sort("row")
    sums = stated.join_asof(running, on="row", by=COLUMN, check_sortedness=False)
    before = pl.col("above").shift().over(COLUMN, order_by="row")
    return sums.with_columns(above_before=before).drop_nulls("above")


def running_sums(check: Check, facts: Facts, stated: pl.DataFrame) -> pl.DataFrame:
    """Return file, field, row, above, unknown: the running sum of each column at each row."""
    fields = list(check.others)
    table = facts.tables[check.sheet].join(stated, on="file", how="semi")
    cells = table.select("file", "row", *fields).unpivot(
        fields, index=["file", "row"], variable_name="field", value_name="value"
    )
    doubtful = facts.doubtful.filter(pl.col("sheet_key") == check.sheet)
    doubtful = doubtful.select("file", "row", "field", bad=pl.lit(value=True))
    cells = cells.join(doubtful, on=["file", "row", "field"], how="left")
    cells = cells.filter(pl.col("value").is_not_null() | pl.col("bad")).sort("row")
    return cells.select(
        *COLUMN,
        "row",
        above=pl.col("value").fill_null(0.0).cum_sum().over(COLUMN),
        unknown=pl.col("bad").fill_null(value=False).cum_sum().over(COLUMN),
    )


def sums_of_a_year(check: Check, facts: Facts, stated: pl.DataFrame) -> pl.DataFrame:
    """Return file, field, row of the stated totals that are the sum of one year's rows above."""
    place = [*COLUMN, "row"]
    table = facts.tables[check.sheet]
    if stated.is_empty() or YEAR not in table.columns:
        return stated.select(place).clear()
    cells = table.select("file", YEAR, *check.others, at="row").unpivot(
        check.others, index=["file", YEAR, "at"], variable_name="field", value_name="value"
    )
    above = stated.join(cells, on=COLUMN).filter(pl.col("at") < pl.col("row"))
    sums = above.group_by(*place, YEAR).agg(pl.col("number").first(), pl.col("value").sum())
    slack = slack_of(check, pl.col("value"))
    return sums.filter((pl.col("number") - pl.col("value")).abs() <= slack).select(place).unique()
