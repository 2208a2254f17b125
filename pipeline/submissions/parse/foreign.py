"""How foreign exports are read, file by file, in addition to our own names (see `mapping`).

What a mapping says of a sheet, a header or a word takes precedence over our own names.
"""

from dataclasses import dataclass, fields
from typing import Self

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.submissions.parse.cells import as_text, field_declarations, read_cells, with_words
from pipeline.submissions.parse.facts import CELL, NUMBER, SHEET, TEXT
from schemas.declaration import Workbook

# The number of a form's row in its table: a form is one row, wherever its cells are.
FORM_ROW = 0
ENGLISH_NUMBER = r"^[^\d,.]*(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?[^\d,.]*$"
SLASH_DATE = r"^(\d{1,2})/(\d{1,2})/(\d{4})"
# Years of two digits: 70 to 99 are of the 20th century.
DAY_AND_MONTH = r"^(\d{1,2}\.\s*\d{1,2}\.\s*)"
OLD_YEAR, NEW_YEAR = DAY_AND_MONTH + r"([7-9]\d)\b", DAY_AND_MONTH + r"([0-6]\d)\b"
YEAR, POSTCODE = r"^(?:19|20)\d{2}$", r"\b(?:[A-Za-z]{1,3}[- ])?\d{4,5}\b"
# What a mapping says of a header; it applies to the cells below.
OF_COLUMN = ["factor", "years", "split"]
WORDS = {
    "file": pl.UInt32,
    "sheet_key": pl.String,
    "field": pl.String,
    "key": pl.String,
    "our_word": pl.String,
}
SCHEMAS = {
    "sheets": {
        "file": pl.UInt32,
        "pattern": pl.String,
        "sheet_key": pl.String,
        "header_row": pl.UInt32,
    },
    "headers": {
        "file": pl.UInt32,
        "sheet_key": pl.String,
        "key": pl.String,
        "field": pl.String,
        "factor": pl.Float64,
        "years": pl.Boolean,
        "split": pl.Boolean,
    },
    "words": WORDS,
    "items": WORDS,
    "fixed": {
        "file": pl.UInt32,
        "sheet_key": pl.String,
        "field": pl.String,
        "sheet": pl.String,
        "kind": pl.UInt8,
        "number": pl.Float64,
        "text": pl.String,
    },
    "notations": {"file": pl.UInt32, "numbers": pl.String, "dates": pl.String},
}


@dataclass(frozen=True)
class Foreign:
    """What the mappings say of the files they were made for; files without one are not here.

    sheets: file, pattern (of the key of the sheet's name in the file; null: found by our names),
    sheet_key (null: the sheet is left out), header_row (null: looked for). headers: file,
    sheet_key, key, field (null: the column is left out), factor (its numbers are multiplied by),
    years (a year alone is its 1 January), split (postcode and city stand in one cell). words: file,
    sheet_key, field, key, said (our word, "" for an empty cell), items: the same of cells that hold
    lists. fixed: file, sheet_key, field, sheet (what findings call the place), kind, number, text
    (as in `intake.frames`). notations: file, numbers ("english" or null), dates ("day/month",
    "month/day", "short years" or null): how texts write them.
    """

    sheets: pl.DataFrame
    headers: pl.DataFrame
    words: pl.DataFrame
    items: pl.DataFrame
    fixed: pl.DataFrame
    notations: pl.DataFrame

    @classmethod
    def of(cls, **rows: list[tuple[object, ...]]) -> Self:
        """Return the frames made of rows; what is not given is empty."""
        frames = {
            f.name: pl.DataFrame(rows.get(f.name, []), schema=SCHEMAS[f.name], orient="row")
            for f in fields(cls)
        }
        return cls(**frames)

    def of_files(self, used: pl.DataFrame) -> Self:
        """Return the same for files, where `file` has held the numbers of mappings so far.

        used: file, mapping (which is made for the file).
        """
        parts = {f.name: getattr(self, f.name).rename({"file": "mapping"}) for f in fields(self)}
        joined = {name: used.join(part, on="mapping") for name, part in parts.items()}
        return type(self)(**{n: j.select(list(SCHEMAS[n])) for n, j in joined.items()})


NOTHING_FOREIGN = Foreign.of()


# ---------------------------------------------------------------------------------------- headers
def with_fields(headers: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Replace the fields of headers or labels (see `headers.read_headers`) by those of a mapping.

    Adds by_mapping, left_out and OF_COLUMN. left_out: the mapping says not to read the column. A
    header that is split stands there once for each of its fields.
    """
    mapped = foreign.headers.with_columns(by_mapping=pl.lit(value=True)).rename({"field": "their"})
    headers = headers.join(mapped, on=[*SHEET, "key"], how="left")
    by_mapping = pl.col("by_mapping").fill_null(value=False)
    return headers.with_columns(
        field=pl.when(by_mapping).then("their").otherwise("field"),
        mark=pl.when(~by_mapping).then("mark"),
        by_mapping=by_mapping,
        left_out=by_mapping & pl.col("their").is_null(),
    ).drop("their")


def first_of_each_field(headers: pl.DataFrame) -> pl.DataFrame:
    """Return one header for each field: a mapping's, else the first without a mark."""
    marked = pl.col("mark").is_not_null()
    order = ["file", "sheet_key", ~pl.col("by_mapping"), marked, "row", "column"]
    known = headers.drop_nulls("field").sort(order)
    return known.unique([*SHEET, "field"], keep="first")


# ------------------------------------------------------------------------------------------ words
def with_our_words(workbook: Workbook, cells: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Replace clean and word of placed cells by the mapping's words; raw texts stay for messages.

    A number may be a word, too (1 for "Unternehmen").
    """
    if not foreign.words.is_empty():
        number = pl.when(pl.col("kind") == NUMBER).then(as_text())
        key = pl.when(pl.col("kind") == TEXT).then("word").otherwise(number)
        cells = replaced(cells.with_columns(key=key), foreign.words, "clean", "word").drop("key")
    if not foreign.headers.is_empty():
        cells = with_places_split(with_days_of_years(cells))
    return with_our_notation(workbook, cells.drop("years", "split"), foreign.notations)


def with_days_of_years(cells: pl.DataFrame) -> pl.DataFrame:
    """Turn years into their 1 January in the columns of which the mapping says so."""
    year = pl.when(pl.col("kind") == NUMBER).then(as_text()).otherwise("clean")
    is_year = pl.col("years") & pl.col("kind").is_in([TEXT, NUMBER]) & year.str.contains(YEAR)
    return cells.with_columns(
        kind=pl.when(is_year).then(pl.lit(TEXT, pl.UInt8)).otherwise("kind"),
        text=pl.when(is_year).then(year).otherwise("text"),
        clean=pl.when(is_year).then(pl.lit("01.01.") + year).otherwise("clean"),
    )


def with_places_split(cells: pl.DataFrame) -> pl.DataFrame:
    """Keep only the postcode or only the city of cells that hold both ("01067 Dresden")."""
    text = pl.when(pl.col("kind") == NUMBER).then(as_text()).otherwise("clean")
    city = text.str.replace(POSTCODE, "").str.strip_chars(" ,;/-")
    here = pl.when(pl.col("split") & pl.col("kind").is_in([TEXT, NUMBER]))
    return cells.with_columns(
        clean=here.then(
            pl.when(pl.col("field") == "city")
            .then(city)
            .otherwise(text.str.extract(f"({POSTCODE})").fill_null(""))
        ).otherwise("clean")
    )


def our_items(items: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Replace item and key of a list's items (file, sheet_key, field, key, item)."""
    return replaced(items, foreign.items, "item", "key") if foreign.items.height else items


def replaced(cells: pl.DataFrame, words: pl.DataFrame, text: str, key: str) -> pl.DataFrame:
    """Replace text and key of the cells (by their column `key`) that the words translate."""
    words = words.with_columns(our_key=word_key_expr(pl.col("our_word")))
    cells = cells.join(words, on=[*SHEET, "field", "key"], how="left")
    ours = [pl.coalesce("our_word", text).alias(text), pl.coalesce("our_key", key).alias(key)]
    return cells.with_columns(ours).drop("our_word", "our_key")


def with_our_notation(
    workbook: Workbook, cells: pl.DataFrame, notations: pl.DataFrame
) -> pl.DataFrame:
    """Write numbers and dates in texts as in German where the mapping says how they are written."""
    if notations.is_empty():
        return cells
    types = field_declarations(workbook).select("sheet_key", "field", "type")
    cells = cells.join(types, on=["sheet_key", "field"], how="left")
    cells = cells.join(notations, on="file", how="left")
    english = pl.col("type").is_in(["number", "integer"]) & (pl.col("numbers") == "english")
    date = pl.when(pl.col("type") == "date").then("dates")
    return cells.with_columns(
        clean=pl.when(english & pl.col("clean").str.contains(ENGLISH_NUMBER))
        .then(german_number(pl.col("clean")))
        .when(date == "day/month")
        .then(pl.col("clean").str.replace(SLASH_DATE, "$1.$2.$3"))
        .when(date == "month/day")
        .then(pl.col("clean").str.replace(SLASH_DATE, "$2.$1.$3"))
        .when(date == "short years")
        .then(pl.col("clean").str.replace(OLD_YEAR, "${1}19$2").str.replace(NEW_YEAR, "${1}20$2"))
        .otherwise("clean")
    ).drop("type", "numbers", "dates")


def german_number(text: pl.Expr) -> pl.Expr:
    """Turn 1,234.5 into 1234,5; three decimals get a fourth, so that they are no thousands."""
    text = text.str.replace_all(",", "", literal=True)
    return text.str.replace(r"\.(\d{3})\b", ".${1}0").str.replace(".", ",", literal=True)


# ------------------------------------------------------------------------------------------ fixed
def with_fixed(
    workbook: Workbook, typed: pl.DataFrame, sheets: pl.DataFrame, foreign: Foreign
) -> pl.DataFrame:
    """Add typed cells for values that a mapping fixes, where a row has no value of its own.

    typed: see `cells.read_cells`, with at (the row in the file); a form's row is FORM_ROW. The new
    cells stand nowhere: column and at are null, sheet is what findings call the place.
    """
    if foreign.fixed.is_empty():
        return typed
    filled = typed.filter(~pl.col("empty"))
    form_rows = sheets.filter(pl.col("sheet_key").is_in(workbook.forms)).select(
        *SHEET, row=pl.lit(FORM_ROW, pl.UInt32)
    )
    rows = pl.concat([filled.select(*SHEET, "row"), form_rows]).unique()
    new = rows.join(foreign.fixed, on=SHEET).join(filled, on=CELL, how="anti").sort(CELL)
    new = read_cells(workbook, as_placed(new)).with_columns(at=pl.lit(None, pl.UInt32))
    rest = typed.join(new, on=CELL, how="anti")
    return pl.concat([rest, new.select(rest.columns)])


def as_placed(fixed: pl.DataFrame) -> pl.DataFrame:
    """Return fixed values as cells without a column."""
    nowhere = {"column": pl.lit(None, pl.UInt32), "factor": pl.lit(None, pl.Float64)}
    return with_words(fixed.with_columns(**nowhere))


def fixed_forms(workbook: Workbook, known: pl.DataFrame, foreign: Foreign) -> pl.DataFrame:
    """Return file, sheet_key, name of forms that files do not have and a mapping fixes."""
    fixed = foreign.fixed.filter(pl.col("sheet_key").is_in(workbook.forms))
    fixed = fixed.select(*SHEET, name="sheet").unique(SHEET, keep="first")
    return fixed.join(known, on=SHEET, how="anti")
