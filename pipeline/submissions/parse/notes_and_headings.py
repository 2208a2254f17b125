"""Single texts in rows: notes below a table, headings between its rows (rules 3 and 4)."""

from functools import cache

import polars as pl

from pipeline.submissions.parse.facts import ROW, SHEET, TEXT
from pipeline.submissions.parse.phrases import (
    any_of,
    declared_names,
    in_words_expr,
    made_of,
    single_words,
)
from pipeline.submissions.parse.totals import every_word, words_beside
from schemas.declaration import Workbook
from schemas.rows import row_words
from schemas.words import word_key

MANY = 2
NOTE, HEADING, MEANING, COLON = "note_row", "heading_row", "heading_meaning", "colon"
LONE_ROW = "lone_row"
# A place and a day, as above a signature: "Dresden, den 30.09.2026".
MONTHS = "jan|feb|maer|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec"
PLACE_AND_DAY = (
    r"^(?:\p{L}[\p{L} .()/-]*,? )?(?:den |am |the )?"
    rf"\d{{1,2}}\. ?(?:\d{{1,2}}\. ?|(?:{MONTHS})\w* ?)\d{{2,4}}\.?$"
)
# A place and a month: "Dresden, im September 2026".
PLACE_AND_MONTH = r"^\p{L}[\p{L} .()/-]*, ?(?:im |in )?(?:%s) \d{4}\.?$"
# The meaning of a colour or a sign: "rot = ausgetreten".
LEGEND = r"^[^=]{1,40}=\s*\S"
# A number of members in words of totals: "Summe aller Mitglieder: 30".
COUNTED = r"^[^:]{1,60}: ?\d"
# The letter or number of a part: "B. Forschung und Lehre", "iv) Partner".
ENUMERATED = r"^(?:[a-z]|[ivx]{2,4})[.)]\s+"
# A name such as "Stand-by GmbH", whose first word is not a whole one.
COMPOUND = r"^\p{L}+[-\u2010-\u2015]\p{L}"
MARKED = r"^(?:[*†‡#§→]|\(?\d{1,2}\)|\[\d{1,2}\]|[a-z]\) |-+ ?\d+ ?-+$)"
# The mark of a footnote, which keys do not tell from a digit: "¹ nach eigenen Angaben".
FOOTNOTE = r"^[¹²³⁰⁴-⁹]"
LISTS = ("actor_types", "commitments", "actor_groups")
ACTORS = "actors"
TEXTS = ("text", "text_list", "choices")
LONGEST = 200


def lone_texts(data: pl.DataFrame) -> pl.DataFrame:
    """Return the text cells that are the only cell of their row, with last (the last full row).

    data: all cells of the remaining rows. A full row has at least two filled cells.
    """
    rows = data.group_by(ROW).agg(cells=pl.len(), full=pl.col("filled").sum() >= MANY)
    last = rows.filter("full").group_by(SHEET).agg(last=pl.col("row").max())
    alone = rows.filter(pl.col("cells") == 1).select(ROW)
    lone = data.join(alone, on=ROW, how="semi").filter(kind=TEXT)
    return lone.join(last, on=SHEET, how="left")


def notes(lone: pl.DataFrame) -> pl.DataFrame:
    """Return the lone texts that are notes below the last full row.

    A word of its column's list ("Kontakt" as a commitment) is a default, no note.
    """
    below = (pl.col("row") > pl.col("last")).fill_null(value=False)
    footnote = pl.col("text").str.contains(FOOTNOTE)
    return lone.filter(below, ~pl.col("listed"), is_note(pl.col("word")) | footnote)


def is_note(word: pl.Expr) -> pl.Expr:
    """Whether a text (its word key) is a note."""
    declared = row_words().notes
    words = in_words_expr(word)
    first = f"^{any_of(declared.first)}"
    after = rf"$| \d| (?:{MONTHS})\p{{L}}*  \d|{any_of(declared.followed_by)}"
    followed = f"{first}(?:{after})"
    colon = word.str.contains(r"^[^:]{1,40}:") & in_words_expr(
        word.str.extract(r"^([^:]{1,40}):", 1)
    ).str.contains(f"{first}$")
    begins = "|".join(literal(text) for text in declared.begins)
    hyphened = "|".join(literal(text) for text in declared.first if "-" in text)  # "E-Mail"
    whole = ~word.str.contains(COMPOUND) | word.str.contains(rf"^(?:{hyphened})(?:$|[^\p{{L}}-])")
    months = "|".join((*map(literal, row_words().totals.dates), rf"(?:{MONTHS})t?\.?"))
    total = words.str.contains(any_of(every_word())) & made_of(words, words_beside())
    return (
        (words.str.contains(followed) & whole)
        | colon
        | (total & word.str.contains(COUNTED))
        | word.str.contains(rf"^(?:{begins})")
        | word.str.contains(f"{PLACE_AND_DAY}|{PLACE_AND_MONTH % months}|{LEGEND}")
        | word.str.contains(MARKED)
    )


def literal(text: str) -> str:
    """Return a regular expression that matches the text literally."""
    return "".join(
        c if c.isalnum() or c == " " else f"\\{c}" if c.isascii() else c for c in word_key(text)
    )


def headings(workbook: Workbook, lone: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Return the lone texts that are headings, with row_kind: heading_row, heading_meaning, colon.

    years: file, year: of the Stichtag.
    """
    sheets = [sheet.key for sheet in workbook.sheets if sheet.headings]
    above = (pl.col("row") < pl.col("last")).fill_null(value=False)
    short = pl.col("word").str.len_chars() <= LONGEST
    some = lone.filter(pl.col("sheet_key").is_in(sheets), above & short)
    if some.is_empty():
        return some.with_columns(row_kind=pl.lit(""))
    some = some.join(years, on="file", how="left")
    some = some.with_columns(words=in_words_expr(pl.col("word").str.replace(ENUMERATED, "")))
    return (
        some.with_columns(row_kind=kind_of_heading(workbook))
        .drop("words", "year")
        .drop_nulls("row_kind")
    )


def lone_rows(lone: pl.DataFrame) -> pl.DataFrame:
    """Return the lone texts that make a row of data, with all else unknown: ROW and the cell.

    In Akteure the missing values of the row say so.
    """
    own = lone.filter(pl.col("type").is_in(TEXTS), "filled", pl.col("nothing").is_null())
    own = own.filter(~pl.col("listed"), pl.col("sheet_key") != ACTORS)
    return own.select(*ROW, "sheet", "column", "field", value="text")


def kind_of_heading(workbook: Workbook) -> pl.Expr:
    """Return the kind of heading of a text (columns word and words); null if it is none."""
    heading_words = row_words().headings
    words = pl.col("words")
    gone = any_of(heading_words.no_members)
    alone = made_of(words, tuple(sorted({*group_words(), *single_words(heading_words.no_members)})))
    ends = pl.col("word").str.ends_with(":")
    organisation = pl.col("text").str.contains(workbook.words["organisation_pattern"])
    meaning = words.str.contains(f"^{gone}") | (alone & words.str.contains(gone)) | other_year()
    return (
        pl.when(meaning)
        .then(pl.lit(MEANING))
        .when(alone & words.str.contains(r"\p{L}"))
        .then(pl.lit(HEADING))
        .when(ends & ~organisation)
        .then(pl.lit(COLON))
    )


def other_year() -> pl.Expr:
    """Whether a text says "ab 2027" or "bis 2024": a year after or before the Stichtag's."""
    heading_words = row_words().headings
    begun, ended = year_after(heading_words.from_year), year_after(heading_words.until_year)
    other = (begun > pl.col("year")) | (ended < pl.col("year"))
    return other.fill_null(value=False)


def year_after(phrases: tuple[str, ...]) -> pl.Expr:
    """The year that stands in a text in words after one of the phrases, which groups may precede.

    Null if there is none.
    """
    pattern = rf"^(?:{any_of(group_words())})*{any_of(phrases)}(?: \d{{1,2}} ){{0,2}} (\d{{4}}) "
    return pl.col("words").str.extract(pattern, 1).cast(pl.Int32, strict=False)


@cache
def group_words() -> tuple[str, ...]:
    """Return the words of headings: of lists and sheets, for groups, and words that join these."""
    heading_words = row_words().headings
    names = declared_names(LISTS)
    return tuple(sorted(single_words([*names, *heading_words.groups, *heading_words.joining])))


def rows_below(found: pl.DataFrame, data: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Add first and until: the rows of data below each heading, down to the next of ends.

    Headings directly below one another ("Ehemalige Mitglieder", "Unternehmen") have the same rows.
    found: ROW and more. data: ROW of the rows that are left. ends: ROW of headings and totals,
    with is_heading.
    """
    of_data = data.select(*ROW, is_heading=pl.lit(None, pl.Boolean)).unique()
    lines = pl.concat([ends.select(*ROW, "is_heading").unique(), of_data]).sort(ROW)
    below_one = pl.col("is_heading").shift(1).over(SHEET).fill_null(value=False)
    nexts = lines.filter(pl.col("is_heading").is_not_null(), ~(pl.col("is_heading") & below_one))
    nexts = nexts.select(*SHEET, next="row", end="row").sort("end")
    found = found.with_columns(after=pl.col("row") + 1).sort("after")
    found = found.join_asof(
        nexts, left_on="after", right_on="end", by=SHEET, strategy="forward", check_sortedness=False
    )
    rows = data.select(*SHEET, at="row").unique()
    below = found.select(*ROW, "next").join(rows, on=SHEET)
    below = below.filter(
        pl.col("at") > pl.col("row"), (pl.col("at") < pl.col("next")).fill_null(value=True)
    )
    spans = below.group_by(ROW).agg(first=pl.col("at").min(), until=pl.col("at").max())
    return found.drop("after", "next").join(spans, on=ROW, how="left").sort(ROW)
