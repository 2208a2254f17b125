"""What cells show besides their values: units in number formats, lines through names of rows.

A unit in the format of a number counts like the same unit in the column's header (contract 1.1,
"Brackets in headers"), for this cell alone.
"""

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import collapse_expr, word_key_expr
from pipeline.intake.cells import WIDTH
from pipeline.submissions.parse.cells import as_text
from pipeline.submissions.parse.facts import CELL, NUMBER, SHEET
from pipeline.submissions.parse.headers import HEADER_REMARK, OTHER_UNIT, read_headers
from pipeline.submissions.parse.phrases import any_of, in_words_expr
from schemas.declaration import NUMBERS, Workbook
from schemas.rows import row_words

PLACE = [*SHEET, "row", "column"]
BRACKETS = r"[()\[\]{}]"


def shown_by(sheets: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return PLACE, unit, thousands, struck of the cells that show something (see `cells.Shown`).

    sheets: see `intake.frames.stack`. known: file, sheet, sheet_key.
    """
    some = sheets.filter(pl.col("shown").list.len() > 0).select("file", "sheet", "shown")
    some = some.join(known.select("file", "sheet", "sheet_key"), on=["file", "sheet"])
    each = some.explode("shown").unnest("shown").explode("places").drop("sheet")
    row, column = pl.col("places") // WIDTH + 1, pl.col("places") % WIDTH + 1
    places = {"row": row.cast(pl.UInt32), "column": column.cast(pl.UInt32)}
    return each.with_columns(**places, unit=collapse_expr(pl.col("unit"))).drop("places")


def units_of_formats(
    workbook: Workbook, shown: pl.DataFrame, cells: pl.DataFrame, unknown: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return CELL of the cells whose formats show another unit, and findings.

    cells: placed cells of rows of data. unknown: CELL of cells that are in another unit already. In
    a column to which a mapping gives a factor, the factor decides. Beside a whole number stands
    what is counted: only multiples, shares and rates change it. Beside other numbers a text that is
    no unit is a warning at the first cell of its column.
    """
    numbers = [
        (sheet.key, field.key, field.name["de"], field.type == "integer")
        for sheet in workbook.sheets
        for field in sheet.fields
        if field.type in NUMBERS
    ]
    text = dict.fromkeys(("sheet_key", "field", "name"), pl.String)
    names = pl.DataFrame(numbers, schema={**text, "whole": pl.Boolean}, orient="row")
    own = cells.filter(pl.col("kind") == NUMBER, pl.col("factor").is_null())
    own = own.join(shown.filter(pl.col("unit") != ""), on=PLACE).join(unknown, on=CELL, how="anti")
    own = own.join(names, on=["sheet_key", "field"])
    if own.is_empty():
        return own.select(CELL), findings(own)
    own = own.drop("word").with_columns(said=unit_in_words(), value=as_text(), detail="unit")
    words = row_words().headers
    changing = any_of((*words.multiples, *words.shares, *words.rates))
    own = own.filter(~pl.col("whole") | in_words_expr(pl.col("said")).str.contains(changing))
    own = own.with_columns(clean=pl.format("{} ({})", "name", "said"))
    texts = own.select("sheet_key", "clean").unique()
    texts = texts.with_columns(word=word_key_expr(pl.col("clean")))
    marks = read_headers(workbook.sheets, texts).select("sheet_key", "clean", "mark")
    own = own.join(marks, on=["sheet_key", "clean"]).with_columns(check=pl.lit("format"))
    other = own.filter(mark=OTHER_UNIT)
    remarks = own.filter(mark=HEADER_REMARK).sort(*PLACE)
    remarks = remarks.unique([*SHEET, "field", "unit"], keep="first")
    found = join_findings(findings(other, OTHER_UNIT), findings(remarks, "inconsistent"))
    return other.select(CELL), found


def unit_in_words() -> pl.Expr:
    """Return the unit without the words for as many thousands as its format divides by.

    The format `#,##0," T€"` shows 314 T€ for 314000, which is right.
    """
    words = row_words().headers
    said = word_key_expr(pl.col("unit").str.replace_all(BRACKETS, " "))
    unit = said
    for times, names in enumerate((words.thousands, words.millions, words.billions), 1):
        rest = in_words_expr(said).str.replace_all(any_of(names), "")
        unit = pl.when(pl.col("thousands") == times).then(rest).otherwise(unit)
    return unit


def struck_rows(workbook: Workbook, shown: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return a warning for each row whose first identifying column is struck through.

    cells: placed cells of rows of data. The row counts as its cells say.
    """
    names = [(s.key, s.identifying[0]) for s in workbook.sheets if s.identifying]
    text = dict.fromkeys(("sheet_key", "field"), pl.String)
    naming = pl.DataFrame(names, schema=text, orient="row")
    struck = cells.join(naming, on=["sheet_key", "field"]).join(
        shown.filter("struck").select(PLACE), on=PLACE
    )
    return findings(
        struck.with_columns(check=pl.lit("struck"), value=as_text()).sort(*PLACE), "inconsistent"
    )
