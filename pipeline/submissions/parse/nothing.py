"""Words for nothing (contract 1.2): no answer is given, or it is said that there is none."""

import re
from collections.abc import Iterable
from functools import cache

import polars as pl

from pipeline.submissions.parse.phrases import any_of, in_words_expr
from schemas.declaration import Workbook, registers
from schemas.words import word_key

NO_ANSWER, NONE = "no_answer", "none"
# What matching does without.
APART = r"[\s\p{P}]+"
REMARK = r"[,(].*$"
# A kind in the plural: "keine Messen", "keine Innovationsprojekte".
ENDINGS = "e|n|en|er|s|es"
KINDS = ("evidence_kinds", "activity_kinds")
# Words for nothing are short.
LONGEST = 80


def nothing_in(workbook: Workbook, word: pl.Expr) -> pl.Expr:
    """Return what a text (by its word key) says: no_answer, none, or null for anything else."""
    word = pl.when(word.str.len_chars() <= LONGEST).then(word)
    whole = squeezed(word)
    start = squeezed(word.str.replace(REMARK, ""))
    none, no_answer = (around(workbook, name) for name in (NONE, NO_ANSWER))
    return (
        pl.when(start.str.contains(none) | in_words_expr(word).str.contains(none_of_a_kind()))
        .then(pl.lit(NONE))
        .when((whole == "") | start.str.contains(no_answer))
        .then(pl.lit(NO_ANSWER))
    )


def squeezed(word: pl.Expr) -> pl.Expr:
    """The text without white space and punctuation."""
    return word.str.replace_all(APART, "")


def around(workbook: Workbook, name: str) -> str:
    """Return the regular expression of a list's words with what may stand around them."""
    return _around(*(tuple(workbook.words[key]) for key in (name, "around")))


@cache
def _around(words: tuple[str, ...], beside: tuple[str, ...]) -> str:
    more = alternatives(beside)
    numbers = alternatives(word for word in words if word.isdecimal())
    plain = alternatives(word for word in words if not word.isdecimal())
    return rf"^(?:{numbers})$|^(?:{more})*(?:{plain})(?:(?:{more})*|\d*)$"


def alternatives(words: Iterable[str]) -> str:
    """Return the regular expression of any of the words, squeezed; the longest come first."""
    keys = {re.sub(r"[\s\W_]+", "", word_key(word)) or word_key(word) for word in words}
    every = sorted(keys, key=lambda key: (-len(key), key))
    return "|".join(re.escape(key) for key in every) or "(?:$a)"


@cache
def none_of_a_kind() -> str:
    """Return the regular expression of "kein Wettbewerber", in words."""
    kinds = {word_key(name) for register in KINDS for e in registers()[register] for name in e.keys}
    every = "|".join(re.escape(kind).replace(r"\ ", "  ") for kind in sorted(kinds))
    return rf"^{any_of(('kein', 'keine', 'keinen', 'keinerlei', 'no'))} (?:{every})(?:{ENDINGS})? $"
