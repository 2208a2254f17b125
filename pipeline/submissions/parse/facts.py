"""Properties of cells that the rules about rows need (contract 1.2).

They are the type of the column, whether the cell is filled, whether it holds a word of its column's
list. Each different text is looked at once.
"""

import polars as pl

from pipeline.common.keys import choice_key_expr
from pipeline.submissions.parse.cells import as_text, times_in_words
from pipeline.submissions.parse.words_for_nothing import NO_ANSWER, with_nothing
from schemas.declaration import NUMBERS, TOGETHER, Sheet, Workbook, words
from schemas.words import choice_key

TEXT, NUMBER, BOOLEAN, ERROR, FORMULA = (ord(kind) for kind in "snbef")
SHEET = ["file", "sheet_key"]
ROW = [*SHEET, "row"]
CELL = [*ROW, "field"]
# What this module adds to cells.
ADDED = ["type", "number_field", "goes_on", "often", "register", "role"]
ADDED += ["nothing", "unending", "listed", "filled"]
# A text that is the number 0, with or without decimals and our unit.
ZERO = r"(?i)^(?:€|eur)?\s*[-+\u2212]?0+(?:[.,](?:0+|[-\u2010-\u2015\u2212]{1,2}))?\s*(?:€|eur)?$"
YEAR = "year"


def with_facts(workbook: Workbook, data: pl.DataFrame) -> pl.DataFrame:
    """Add ADDED to cells below a header row.

    type: null in a column that is none of ours. role: sum or title, see `workbook.toml`. nothing,
    unending: see `words_for_nothing`. listed: whether the cell holds a word of its column's list, a
    yes or no, a frequency, or an open end. filled: false for an empty cell, a zero, an unticked
    box, an open end and a word for none; a word for no answer fills a title only.
    """
    data = data.join(field_facts(workbook), on=["sheet_key", "field"], how="left")
    data = with_nothing(workbook, data)
    data = data.with_columns(choice=choice_key_expr(pl.col("word")))
    data = data.join(list_words(workbook), on=["register", "choice"], how="left").drop("choice")
    title = (pl.col("role") == "title").fill_null(value=False)
    answers = pl.col("nothing").is_null() | ((pl.col("nothing") == NO_ANSWER) & title)
    blank = (pl.col("clean") == "").fill_null(value=False)
    zero = (pl.col("number_field") & pl.col("clean").str.contains(ZERO)).fill_null(value=False)
    open_end = (pl.col("goes_on") & pl.col("unending")).fill_null(value=False)
    often = times_in_words(data).is_not_null()
    return data.with_columns(
        listed=pl.col("listed").fill_null(value=False) | open_end | often,
        filled=~blank & answers & ~zero & ~open_end,
    )


def field_facts(workbook: Workbook) -> pl.DataFrame:
    """Return sheet_key, field, type, number_field, goes_on, often, register, role of each field."""
    rows = [
        (
            *(s.key, f.key, f.type, f.type in NUMBERS, f.goes_on, f.often),
            *(f.list or yes_no(f.type), role(s, f.key)),
        )
        for s in workbook.sheets
        for f in s.fields
    ]
    columns = ["sheet_key", "field", *ADDED[:6]]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def yes_no(kind: str) -> str | None:
    """Return the name of the list of words for yes and no; null for other types of fields."""
    return kind if kind == "yes_no" else None


def role(sheet: Sheet, field: str) -> str | None:
    """Return the role of a field in its sheet: sum, title or null."""
    return {sheet.summed: "sum", sheet.title: "title"}.get(field)


def list_words(workbook: Workbook) -> pl.DataFrame:
    """Return register, choice, listed: every word that a cell of a list may hold."""
    registers = {f.list for s in workbook.sheets for f in s.fields if f.list}
    rows = [(register, key) for register in sorted(registers) for key in words(register)]
    yes_and_no = [*workbook.words["yes"], *workbook.words["no"]]
    rows += [("yes_no", key) for key in sorted({choice_key(word) for word in yes_and_no})]
    schema = {"register": pl.String, "choice": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(listed=pl.lit(value=True))


def identifying_fields(workbook: Workbook) -> pl.DataFrame:
    """Return sheet_key, field, needs: how many of the row's fields of that group must be filled.

    group: which fields identify a row only together; all others by themselves.
    """
    rows = [
        (sheet.key, field, together, len(together.split(TOGETHER)))
        for sheet in workbook.sheets
        for together in sheet.identifying
        for field in together.split(TOGETHER)
    ]
    schema = {"sheet_key": pl.String, "field": pl.String, "group": pl.String, "needs": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def first_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return each row's first filled cell (of ours, if any), for a finding: ROW, sheet, column."""
    order = cells.sort(*ROW, ~pl.col("filled"), pl.col("field").is_null(), "column")
    first = order.unique(ROW, keep="first")
    return first.select(*ROW, "sheet", "column", value=as_text())
