"""Texts in words: a form in which phrases are found as whole words.

In a text in words each word has a blank before and after it, and there is no punctuation: " t€  pro
jahr ". A phrase in words matches whole words only, and removing it leaves the other words intact.
"""

import re
from collections.abc import Iterable
from functools import cache

import polars as pl

from pipeline.common.texts import both
from schemas.declaration import registers, submission
from schemas.words import word_key

# Signs of units that are not ours, of units, and all that are part of a word besides letters and
# digits.
OTHER_UNIT_SIGNS = "%‰$£¥₹₽₺₩₴₪¢"
UNIT_SIGNS = f"{OTHER_UNIT_SIGNS}€°"
SIGNS = f"{UNIT_SIGNS}©σ∑"
NO_WORD = rf"[^\p{{L}}\p{{N}}{SIGNS}]+"
NOT_IN_WORDS = re.compile(rf"[^\w{SIGNS}]+|_+")


def in_words_expr(key: pl.Expr) -> pl.Expr:
    """Return a column's texts (by their word keys) in words."""
    words = key.str.replace_all(NO_WORD, " ").str.strip_chars()
    return pl.concat_str(pl.lit(" "), words.str.replace_all(" ", "  ", literal=True), pl.lit(" "))


@cache
def in_words(text: str) -> str:
    """Return a text in words."""
    words = NOT_IN_WORDS.sub(" ", word_key(text)).split()
    return f" {'  '.join(words)} "


@cache
def any_of(phrases: tuple[str, ...]) -> str:
    """Return the regular expression of any of the phrases, the longest first, with their blanks."""
    every = sorted({in_words(phrase) for phrase in phrases}, key=lambda p: (-len(p), p))
    return f"(?:{'|'.join(re.escape(phrase) for phrase in every)})"


def made_of(words: pl.Expr, phrases: tuple[str, ...], number: str = r"\d+") -> pl.Expr:
    """Whether a text in words has only the phrases, and numbers of that form."""
    rest = words.str.replace_all(any_of(phrases), "").str.replace_all(f" {number} ", "")
    return (rest.str.strip_chars() == "") & (words.str.strip_chars() != "")


def single_words(texts: Iterable[str]) -> set[str]:
    """Return every word of the texts."""
    return {word for text in texts for word in in_words(text).split()}


def declared_names(lists: Iterable[str]) -> list[str]:
    """Return every name of the words of these lists, and of our sheets."""
    words = [name for key in lists for entry in registers()[key] for name in entry.keys]
    return [*words, *(key for sheet in submission().sheets for key in sheet.keys)]


def rows_in_words(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Return "rows first to last" as text in both languages (see `texts.both`)."""
    one = pl.format(both("Zeile {}", "row {}"), first, first)
    many = pl.format(both("Zeilen {} bis {}", "rows {} to {}"), first, last, first, last)
    return pl.when(first == last).then(one).otherwise(many)
