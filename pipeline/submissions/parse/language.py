"""In which language a submission is written: as its sheets, headers and labels are called."""

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.common.texts import LANGUAGES
from schemas.declaration import Workbook
from schemas.words import header_key, word_key

# What a file calls a field: `key` as in `headers.read_headers`.
HEADERS = pl.Schema(
    {"file": pl.UInt32, "sheet_key": pl.String, "field": pl.String, "key": pl.String}
)
OF_SHEET = ""  # stands for the field where a whole sheet is named


def languages_of(workbook: Workbook, sheets: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Return file, language of each file that has more names of one language than of the other.

    sheets: file, sheet_key, sheet (its name in the file). headers: HEADERS. Names that are the same
    in both languages, and those that only an alias or a mapping knows, say nothing.
    """
    key = word_key_expr(pl.col("sheet"))
    named = sheets.select("file", "sheet_key", field=pl.lit(OF_SHEET), key=key)
    names = pl.concat([named, headers.select(HEADERS.names())])
    names = names.join(known_names(workbook), on=["sheet_key", "field", "key"])
    german = pl.col("language") == LANGUAGES[0]
    counted = names.group_by("file").agg(more=german.sum().cast(pl.Int64) - (~german).sum())
    language = pl.when(pl.col("more") > 0).then(pl.lit("de")).otherwise(pl.lit("en"))
    return counted.filter(pl.col("more") != 0).select("file", language=language).sort("file")


def known_names(workbook: Workbook) -> pl.DataFrame:
    """Return sheet_key, field, key, language of every name that only one language has."""
    rows = [
        (sheet.key, field, key_of(name[lang]), lang)
        for sheet in workbook.sheets
        for field, name, key_of in (
            (OF_SHEET, sheet.name, word_key),
            *((own.key, own.name, header_key) for own in sheet.fields),
        )
        for lang in LANGUAGES
        if key_of(name["de"]) != key_of(name["en"])
    ]
    columns = ["sheet_key", "field", "key", "language"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def of_files(languages: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return source_file, language; languages: file, language. files: file, source_file."""
    named = languages.join(files.select("file", "source_file"), on="file")
    return named.select(*no_languages().columns).sort("source_file")


def no_languages() -> pl.DataFrame:
    """Return the languages of no file, see `of_files`."""
    return pl.DataFrame(schema={"source_file": pl.String, "language": pl.String})
