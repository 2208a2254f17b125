"""Rows of totals, recognised by their words or by their number (contract 1.2, rule 2).

A strong word makes a row of totals whatever follows it. A weak word also occurs in names; it makes
a row of totals only beside units, dates, numbers, words of lists and our own names.
"""

from functools import cache

import polars as pl

from pipeline.submissions.parse.cells import as_text, read_cells
from pipeline.submissions.parse.facts import ADDED, NUMBER, ROW, SHEET, TEXT, YEAR
from pipeline.submissions.parse.phrases import (
    any_of,
    declared_names,
    in_words_expr,
    made_of,
    single_words,
)
from pipeline.submissions.parse.sums import SUMS_BELOW, TOTAL, judge_sums, no_verdicts
from schemas.declaration import Workbook, submission
from schemas.rows import row_words

PART, EDGE, ASIDE_REMARK, BY_NUMBER = "part", "edge", "aside", "by_number"
NAMED_ELSEWHERE = "named_elsewhere"
ACTORS = "actors"
NOT_SUMMED = (YEAR, "status")
MEMBER = ("actor_type", "commitment")
# Texts that look like a number or a day.
LIKE_A_NUMBER = r"(?i)^[^\p{L}]*\d[^\p{L}]*(?:€|eur)?[^\p{L}]*$"
IN_BRACKETS = r"[(\[{][^()\[\]{}]*[)\]}]"
LISTS = (
    "actor_types",
    "commitments",
    "actor_groups",
    "funding_sources",
    "funding_statuses",
    "activity_kinds",
    "evidence_kinds",
    "reaches",
    "federal_states",
)


def total_rows(workbook: Workbook, data: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of totals: ROW, sheet, column, value, variant, label; and those in doubt.

    data: cells with facts. label: the words that make it one. variant: of the finding; rows whose
    verdict is `counts` are no totals, see `sums.judge_sums`.
    """
    ours = data.filter(pl.col("field").is_not_null())
    labelled = by_word(ours)
    sure = labelled.filter(pl.col("variant") != EDGE)
    doubtful = labelled.filter(pl.col("variant") == EDGE)
    numbers = by_number(workbook, ours, sure, doubtful)
    edge = doubtful.join(numbers.filter(verdict=TOTAL), on=ROW, how="semi")
    bare = numbers.filter(pl.col("verdict") == SUMS_BELOW)
    bare = pl.concat([numbers.join(doubtful, on=ROW, how="anti"), bare]).unique(ROW, keep="first")
    bare = bare.select(*ROW, "sheet", "column", "value", "verdict", label=pl.lit(None, pl.String))
    variant = pl.when(pl.col("verdict") == TOTAL).then(pl.lit(BY_NUMBER)).otherwise("verdict")
    found = pl.concat([sure, edge, bare.with_columns(variant=variant).select(sure.columns)])
    return pl.concat([found, named_elsewhere(data, ours, found).select(sure.columns)])


# ------------------------------------------------------------------------------------------ words
def by_word(ours: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are totals by a word, and those that are if their number is a sum."""
    texts = ours.filter(pl.col("kind") == TEXT)
    words = texts.select("word").unique().with_columns(words=in_words_expr(pl.col("word")))
    words = words.filter(pl.col("words").str.contains(any_of(every_word())))
    inside = pl.col("word").str.replace_all(IN_BRACKETS, " ")
    words = words.with_columns(outside=in_words_expr(inside))
    words = words.with_columns(total_words()).drop_nulls("strength")
    hits = texts.filter(~pl.col("listed")).join(words, on="word")
    if hits.is_empty():
        return hits.select(*ROW, "sheet", "column", value="text", variant="word", label="text")
    rows = (
        ours.join(hits.select(ROW).unique(), on=ROW, how="semi")
        .group_by(ROW)
        .agg(
            numbers=(is_number() & (pl.col("field") != YEAR)).sum(),
            texts=is_text().sum(),
            member=(pl.col("field").is_in(MEMBER) & pl.col("listed")).sum() == len(MEMBER),
        )
    )
    first = hits.sort(*ROW, "rank", "column").unique(ROW, keep="first")
    first = first.join(rows, on=ROW).filter(pl.col("numbers") > 0, ~pl.col("member"))
    one, two = pl.col("texts") == 1, pl.col("texts") <= 2
    strong = pl.col("strength").is_in(["strong", PART])
    elsewhere = pl.col("sheet_key") != ACTORS
    plain = pl.col("plain")
    fits = pl.when(strong).then((elsewhere & two) | (one & plain)).otherwise(one)
    first = first.filter(fits)
    remark = pl.when(elsewhere & pl.col("aside")).then(pl.lit(ASIDE_REMARK)).otherwise(pl.lit(EDGE))
    edge = pl.when(~strong & ~plain).then(remark).otherwise(pl.lit(""))
    variant = pl.when(pl.col("strength") == PART).then(pl.lit(PART)).otherwise(edge)
    found = first.with_columns(variant=variant).sort(ROW)
    return found.select(*ROW, "sheet", "column", value="text", variant="variant", label="text")


def named_elsewhere(data: pl.DataFrame, ours: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return the other rows of nothing but numbers with a word of totals in a foreign column.

    Their number is no sum, so they count (rule 2 looks at our columns), but that needs a look.
    """
    rows = bare_rows(ours, found)
    texts = data.filter(pl.col("field").is_null(), pl.col("kind") == TEXT)
    texts = texts.join(rows, on=ROW, how="semi").with_columns(words=in_words_expr(pl.col("word")))
    strong, every = any_of(row_words().totals.strong), any_of(every_word())
    is_label = pl.col("words").str.contains(f"^{strong}") | (
        pl.col("words").str.contains(every) & made_of(pl.col("words"), words_beside())
    )
    texts = texts.filter(is_label).sort(*ROW, "column").unique(ROW, keep="first")
    numbers = ours.filter(pl.col("role") == "sum").select(*ROW, summed=as_text())
    return texts.join(numbers, on=ROW).with_columns(
        value="summed", variant=pl.lit(NAMED_ELSEWHERE), label="text"
    )


def total_words() -> list[pl.Expr]:
    """Return strength, rank, plain and aside of a text: words, and outside: without brackets.

    strength: strong, part or weak by its first word, weak also by its last or if it is plain; a
    strong word that does not come first is a weak one. plain: whether nothing stands in it that may
    not stand beside a weak word. aside: whether that holds for what stands outside brackets.
    """
    words, outside = pl.col("words"), pl.col("outside")
    totals = row_words().totals
    strong, part = any_of(totals.strong), any_of(totals.part)
    weak = any_of((*totals.weak, *totals.strong))
    plain = made_of(words, words_beside())
    aside = made_of(outside, words_beside()) & outside.str.contains(weak)
    edge = words.str.contains(f"^{weak}|{weak}$") | (plain & words.str.contains(weak)) | aside
    strength = (
        pl.when(words.str.contains(f"^{strong}"))
        .then(pl.lit("strong"))
        .when(words.str.contains(f"^{part}"))
        .then(pl.lit(PART))
        .when(edge)
        .then(pl.lit("weak"))
    )
    rank = pl.when(strength == "weak").then(1).otherwise(0)
    named = {"strength": strength, "rank": rank, "plain": plain, "aside": aside}
    return [each.alias(name) for name, each in named.items()]


@cache
def every_word() -> tuple[str, ...]:
    """Return all words of totals."""
    totals = row_words().totals
    return (*totals.strong, *totals.part, *totals.weak)


@cache
def words_beside() -> tuple[str, ...]:
    """Return what may stand beside a weak word: units, words of lists and groups, our names."""
    declared = row_words()
    heads = (key for s in submission().sheets for f in s.fields for key in f.keys)
    units = (*declared.headers.our_units, *declared.headers.other_units, *declared.headers.harmless)
    groups = (*declared.headings.groups, *declared.headings.joining)
    words = (*every_word(), *declared.totals.beside, *declared.totals.dates)
    every = single_words([*units, *declared_names(LISTS), *heads, *groups, *words])
    return tuple(sorted(every))


def is_number() -> pl.Expr:
    """Whether a cell is a number, or stands for one in a column of them.

    A formula, an error, how often in words.
    """
    plain = (pl.col("kind") == NUMBER) & (pl.col("type") != "postcode")
    failed = pl.col("kind").is_in([ord("e"), ord("f")])
    written = (pl.col("kind") == TEXT) & pl.col("clean").str.contains(LIKE_A_NUMBER)
    in_words = (pl.col("kind") == TEXT) & pl.col("listed")
    return plain | (pl.col("number_field") & (failed | written | in_words))


def is_text() -> pl.Expr:
    """Whether a cell is a text of its own: no word of a list, no number or day where such stand."""
    typed = pl.col("number_field") | (pl.col("type") == "date")
    written = typed & pl.col("clean").str.contains(LIKE_A_NUMBER)
    own = (pl.col("kind") == TEXT) & ~pl.col("listed") & pl.col("nothing").is_null()
    return own & ~written.fill_null(value=False)


# ---------------------------------------------------------------------------------------- numbers
def by_number(
    workbook: Workbook, ours: pl.DataFrame, sure: pl.DataFrame, doubtful: pl.DataFrame
) -> pl.DataFrame:
    """Return ROW, sheet, column, value, verdict of rows that hold nothing but numbers.

    Also of the doubtful ones, by all their numbers. sure: rows of totals by their word.
    """
    candidates = pl.concat([bare_rows(ours, sure), doubtful.select(ROW)]).unique()
    if candidates.is_empty():
        return no_verdicts()
    there = ours.join(candidates.select(SHEET).unique(), on=SHEET, how="semi")
    cells = there.filter(pl.col("number_field"), pl.col("field") != YEAR, pl.col("filled"))
    years = there.filter(pl.col("field") == YEAR).select(*ROW, year=as_text())
    read = read_cells(workbook, cells.drop(ADDED)).join(years, on=ROW, how="left")
    for name, rows in (("candidate", candidates), ("total", sure.select(ROW))):
        marked = rows.with_columns(pl.lit(value=True).alias(name))
        read = read.join(marked, on=ROW, how="left")
    return judge_sums(read.sort(*ROW, "column"))


def bare_rows(ours: pl.DataFrame, sure: pl.DataFrame) -> pl.DataFrame:
    """Return ROW of the rows that hold a number to be added up and nothing else.

    The year and the status aside.
    """
    sums = ours.filter(pl.col("role") == "sum", pl.col("filled"), is_number())
    rows = sums.select(ROW).join(sure, on=ROW, how="anti")
    beside_it = ours.filter(
        pl.col("filled"),
        (pl.col("role") != "sum").fill_null(value=True),
        ~pl.col("field").is_in(NOT_SUMMED),
    )
    return rows.join(beside_it, on=ROW, how="anti")
