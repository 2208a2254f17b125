"""Words for nothing (contract 1.2): the cell gives no answer, or states that there is none."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import polars as pl

from pipeline.common.keys import word_key_expr
from schemas.declaration import Workbook, registers
from schemas.words import word_key

NO_ANSWER, NONE = "no_answer", "none"
TEXT, NUMBER, BOOLEAN = (ord(kind) for kind in "snb")
# Signs that are removed before words are compared.
PUNCTUATION = r"[\s\p{P}|~=<>^`´¨+$]+"
# A remark after a word. A comma between digits is a decimal one.
REMARK = r"(?:,(?:\s|\D)|[(\[]).*$"
# A kind in the plural: "keine Messen", "keine Innovationsprojekte".
ENDINGS = "e|n|en|er|s|es"
PLURALS = {"um": "en", "y": "ies"}
KINDS = ("evidence_kinds", "activity_kinds")
# Words for nothing are short, and so are remarks on them.
LONGEST = 300


def with_nothing(workbook: Workbook, cells: pl.DataFrame) -> pl.DataFrame:
    """Add nothing (no_answer, none, or null for anything else) and unending to cells with words.

    The number 0 and an unticked box count as words for none. unending: whether the text, as an end,
    means that there is no end. Each different text is looked at once.
    """
    texts = cells.filter(pl.col("kind") == TEXT).select("word").unique().drop_nulls()
    every = forms(pl.col("word"))
    texts = texts.with_columns(bare=every.bare, plain=every.plain)
    text = Forms(pl.col("word"), pl.col("bare"), pl.col("plain"))
    texts = texts.with_columns(nothing=nothing_in(workbook, text))
    texts = texts.select("word", "nothing", unending=unending(workbook, text))
    cells = cells.join(texts, on="word", how="left")
    zero = pl.col("kind").is_in([NUMBER, BOOLEAN]) & (pl.col("number") == 0)
    return cells.with_columns(
        nothing=pl.when(zero).then(pl.lit(NONE)).otherwise("nothing"),
        unending=pl.col("unending").fill_null(value=False) | zero.fill_null(value=False),
    )


class Forms(NamedTuple):
    """A text as the patterns of words look at it.

    word: its word key. bare: without white space and punctuation. plain: the same without a remark;
    null for a long text.
    """

    word: pl.Expr
    bare: pl.Expr
    plain: pl.Expr


def forms(word: pl.Expr) -> Forms:
    """Return the forms of a text, from its word key."""
    short = pl.when(is_short(word)).then(word)
    plain = without_punctuation(short.str.replace(REMARK, ""))
    return Forms(word, without_punctuation(word), plain)


def nothing_in(workbook: Workbook, text: Forms) -> pl.Expr:
    """Return no_answer, none, or null for a text; a blank text is no answer.

    "noch nicht bekannt" is both "nicht bekannt" and "noch nicht"; not known is the weaker claim.
    """
    words = workbook.words
    none, no_answer = (words_pattern(words, name) for name in (NONE, NO_ANSWER))
    return (
        pl.when((text.bare == "") | matches(text, no_answer))
        .then(pl.lit(NO_ANSWER))
        .when(
            matches(text, none) | matches(text, none_of_a_kind(words)) | is_number(words, text.word)
        )
        .then(pl.lit(NONE))
    )


def nothing_in_text(workbook: Workbook, text: str) -> str | None:
    """Return the result of `nothing_in` for a single text."""
    return pl.select(nothing_in(workbook, forms(word_key_expr(pl.lit(text))))).item()


def unending(workbook: Workbook, text: Forms) -> pl.Expr:
    """Whether a text in a field of an end means that there is none.

    The frame must have the column nothing: words for none mean it, and so does mere punctuation.
    """
    goes_on = matches(text, words_pattern(workbook.words, "goes_on")) | (text.bare == "")
    return goes_on | (pl.col("nothing") == NONE).fill_null(value=False)


def matches(text: Forms, pattern: str) -> pl.Expr:
    """Whether a text matches the pattern, as it is or without its remark; a long one does not."""
    short = pl.when(is_short(text.word)).then(text.bare)
    return short.str.contains(pattern) | text.plain.str.contains(pattern)


def is_short(word: pl.Expr) -> pl.Expr:
    """Whether a text is short enough to be a word for nothing."""
    return word.str.len_chars() <= LONGEST


def without_punctuation(word: pl.Expr) -> pl.Expr:
    """Return the text without white space and punctuation."""
    return word.str.replace_all(PUNCTUATION, "")


def is_number(words: Mapping[str, tuple[str, ...]], word: pl.Expr) -> pl.Expr:
    """Whether a text is only a number that means none."""
    return word.is_in([key for key in map(word_key, words[NONE]) if key.isdecimal()])


def words_pattern(words: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Return the regular expression of a list's words, with words that may surround them."""
    return _words_pattern(tuple(w for w in words[name] if not w.isdecimal()), words["around"])


@cache
def _words_pattern(words: tuple[str, ...], around: tuple[str, ...]) -> str:
    return with_around(alternatives(words), around)


def with_around(pattern: str, around: tuple[str, ...]) -> str:
    """Return the regular expression of a word with words around it, and a number after it."""
    more = alternatives(around)
    return rf"^(?:{more})*(?:{pattern})(?:{more})*\d*$"


def none_of_a_kind(words: Mapping[str, tuple[str, ...]]) -> str:
    """Return the regular expression of "kein Wettbewerber"."""
    names = ("none_of", "around", "none_between", "none_nouns")
    return _none_of_a_kind(*(words[name] for name in names))


@cache
def _none_of_a_kind(
    none_of: tuple[str, ...],
    around: tuple[str, ...],
    between: tuple[str, ...],
    nouns: tuple[str, ...],
) -> str:
    kinds = {word_key(name) for register in KINDS for e in registers()[register] for name in e.keys}
    kinds |= set(map(word_key, nouns))
    plurals = {
        kind.removesuffix(end) + plural
        for kind in kinds
        for end, plural in PLURALS.items()
        if kind.endswith(end)
    }
    more = alternatives((*around, *between))
    kind = rf"(?:{alternatives(kinds | plurals)})(?:{ENDINGS})?"
    return with_around(rf"(?:{alternatives(none_of)})(?:{more})*{kind}", around)


def alternatives(words: Iterable[str]) -> str:
    """Return the regular expression of any of the words without punctuation, the longest first."""
    keys = {re.sub(r"[\s\W_]+", "", word_key(word)) or word_key(word) for word in words}
    every = sorted(keys, key=lambda key: (-len(key), key))
    return "|".join(re.escape(key) for key in every)
