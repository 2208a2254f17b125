"""Reads headers and labels: the field, the unit, the remark (contract 1.1, "Brackets in headers").

A header consists of a name, which is one of ours, and a remark: in brackets, after a comma, a
slash, "in" or a blank.
"""

import re
from collections.abc import Iterable
from functools import cache

import polars as pl

from pipeline.common.keys import header_key_expr, word_key_expr
from pipeline.submissions.parse.phrases import any_of, in_words_expr, made_of
from schemas.declaration import NUMBERS, Sheet
from schemas.rows import row_words

OTHER_UNIT, HEADER_REMARK = "other_unit", "header_remark"
# SharePoint's code for signs that names of columns may not have: _x0020_ is a blank.
ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")
NUMBERED = (
    r"^(?:[(\[]?\d{1,3}(?:\.\d{1,2})*[.):\]]*\s+|[(\[]?\d{1,3}[.):\]]+\s*"  # "1. Name", "2)Name"
    r"|[a-z]{1,2}\d{1,3}[.):_]*\s+|[a-z]\)\s*)"  # "A3 Name", "b) Name"
)
IN_BRACKETS = r"[(\[{]([^()\[\]{}]*)[)\]}]"
MARKS = r"(?:\s*(?:[*:†‡#¹²³⁰⁴-⁹]|\s\d{1,2}\)))+$"
# The number of a footnote directly after the last letter.
GLUED = r"(\p{L})\d{1,2}$"
# A word that was parted to fit a narrow column.
PARTED = r"(\p{L})- (\p{L})"
# What separates the name from the remark. A hyphen within a word does not.
PARTS = r"(\s*[,/;:|]\s*|\s+[-–]\s+|\s+)"
NOTHING_READ = pl.DataFrame(
    schema=dict.fromkeys(("sheet_key", "original", "key", "field", "mark"), pl.String)
)
# Matches nothing: a text with a number is a value ("50 %"), not a unit.
NO_NUMBER = "$a"
FOOTNOTE = r"\d{1,2}"
# No header with a remark is longer.
LONGEST = 120


def read_headers(sheets: Iterable[Sheet], headers: pl.DataFrame) -> pl.DataFrame:
    """Add key, field (null: none of ours) and mark to headers (sheet_key, clean, word, …).

    mark: `other_unit` or `header_remark`; null where there is no remark, or only our own unit or
    words without meaning.
    """
    texts = headers.select("sheet_key", "clean", "word").unique()
    texts = decoded(texts).with_columns(key=header_key_expr(pl.col("word")))
    of_sheet = texts.partition_by("sheet_key", as_dict=True)
    parts = [named(sheet, of_sheet[sheet.key,]) for sheet in sheets if (sheet.key,) in of_sheet]
    read = pl.concat([NOTHING_READ, *parts])
    return headers.join(
        read.select("sheet_key", clean="original", key="key", field="field", mark="mark"),
        on=["sheet_key", "clean"],
        how="left",
    )


def decoded(texts: pl.DataFrame) -> pl.DataFrame:
    """Keep the text as `original`; decode SharePoint's codes in clean and word."""
    texts = texts.with_columns(original="clean")
    coded = texts.filter(pl.col("word").str.contains("_x[0-9a-f]{4}_"))
    if coded.is_empty():
        return texts
    plain = [ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) for text in coded["clean"]]
    clean = pl.Series("clean", plain, dtype=pl.String).str.strip_chars()
    coded = coded.with_columns(clean).with_columns(word=word_key_expr(pl.col("clean")))
    return pl.concat([texts.join(coded, on=["sheet_key", "original"], how="anti"), coded])


def named(sheet: Sheet, texts: pl.DataFrame) -> pl.DataFrame:
    """Add field and mark to the texts that may be headers of one sheet."""
    keys = {key: field for field in sheet.fields for key in field.keys}
    fields = {key: field.key for key, field in keys.items()}
    texts = with_parts(texts, tuple(keys))
    whole = meant(pl.col("bare"), fields)
    unglued = meant(pl.col("bare").str.replace(GLUED, "$1"), fields)
    joined = meant(pl.col("bare").str.replace_all(PARTED, "$1$2"), fields)
    begun = meant(pl.col("name"), fields)
    entire = pl.coalesce(whole, unglued, joined)
    texts = texts.with_columns(
        field=pl.coalesce(entire, begun),
        tail=pl.when(entire.is_null()).then(pl.col("tail")),
    )
    texts = with_remark(sheet, texts, fields)
    ours = pl.col("field").is_not_null() & ~pl.col("person") & pl.col("sure")
    remark = pl.when(~pl.col("nothing")).then(pl.lit(HEADER_REMARK))
    mark = pl.when(pl.col("unit")).then(pl.lit(OTHER_UNIT)).otherwise(remark)
    return texts.select(
        *("sheet_key", "original", "key"),
        field=pl.when(ours).then("field"),
        mark=pl.when(ours).then(mark),
    )


def with_parts(texts: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Add bare (the text without brackets, number and marks), brackets, name, part, tail.

    brackets: the texts in brackets. name, part, tail: where the text begins with one of the keys,
    the key, the separator and the rest.
    """
    short = pl.when(pl.col("word").str.len_chars() <= LONGEST).then("word")
    bare = short.str.replace_all(IN_BRACKETS, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    bare = bare.str.replace(MARKS, "").str.replace(NUMBERED, "").str.replace(MARKS, "")
    texts = texts.with_columns(
        bare=bare.str.strip_chars(),
        brackets=short.str.extract_all(IN_BRACKETS).list.join(" "),
    )
    parts = pl.col("bare").str.extract_groups(beginning(keys)).struct
    return texts.with_columns(name=parts["name"], part=parts["part"], tail=parts["tail"])


@cache
def beginning(keys: tuple[str, ...]) -> str:
    """Return the regular expression of a text that begins with a key; the longest comes first."""
    every = "|".join(re.escape(key) for key in sorted(keys, key=lambda k: (-len(k), k)))
    return rf"^(?P<name>{every})(?P<part>{PARTS[1:-1]})(?P<tail>\S.*)$"


def meant(key: pl.Expr, fields: dict[str, str]) -> pl.Expr:
    """Return the field of a key, null if it is none."""
    return key.replace_strict(fields, default=None, return_dtype=pl.String)


def with_remark(sheet: Sheet, texts: pl.DataFrame, fields: dict[str, str]) -> pl.DataFrame:
    """Add remark and whether it is another unit (unit), meaningless (nothing), about a person.

    sure: whether the header is certainly the name it begins with. After a mere blank further words
    make another name ("Name der Organisation"), unless they are units, are without meaning, or
    follow a name of numbers ("Umsatz 2025").
    """
    words = row_words().headers
    known = (*words.our_units, *words.harmless)
    remark = pl.concat_str("brackets", "tail", separator=" ", ignore_nulls=True)
    texts = texts.with_columns(remark=in_words_expr(remark.str.replace(r"^in\s", "")))
    alias = meant(pl.col("tail"), fields) == pl.col("field")
    inside = pl.col("brackets").str.strip_chars("()[]{} ")
    alias = alias | (meant(inside, fields) == pl.col("field"))
    example = pl.col("remark").str.contains(f"^{any_of(words.examples)}")
    is_table = sheet.layout == "table"
    counted = [f.key for f in sheet.fields if is_table and f.type in NUMBERS]
    free = [f.key for f in sheet.fields if f.type == "text"]
    remark = pl.col("remark")
    empty = remark.str.strip_chars() == ""
    texts = texts.with_columns(
        unit=remark.str.contains(any_of((*words.other_units, *words.rates))) & ~example,
        nothing=(empty | alias | example | made_of(remark, known, FOOTNOTE)).fill_null(value=False),
        person=remark.str.contains(any_of(words.persons)) & pl.col("field").is_in(free),
    )
    blank = pl.col("part").str.strip_chars() == ""
    loose = blank & pl.col("tail").is_not_null() & ~pl.col("tail").str.contains(r"^in\s")
    sure = ~loose | pl.col("unit") | pl.col("nothing") | pl.col("field").is_in(counted)
    return texts.with_columns(sure=sure.fill_null(value=True))


def is_remark(words: pl.Expr) -> pl.Expr:
    """Whether a text in words has only units and remarks of headers."""
    header_words = row_words().headers
    return made_of(
        words,
        (*header_words.other_units, *header_words.our_units, *header_words.harmless),
        NO_NUMBER,
    )


def is_unit(words: pl.Expr) -> pl.Expr:
    """Whether a text in words has only units."""
    header_words = row_words().headers
    return made_of(words, (*header_words.other_units, *header_words.our_units, "in"), NO_NUMBER)


def is_other_unit(words: pl.Expr) -> pl.Expr:
    """Whether a text in words names a unit that is not ours."""
    return words.str.contains(any_of(row_words().headers.other_units))
