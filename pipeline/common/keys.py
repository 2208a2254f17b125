"""How columns of names are compared: `schemas/words.py` as polars expressions."""

import polars as pl

from schemas.words import (
    AND,
    CHOICE_TAIL,
    DASHES,
    HEADER_TAIL,
    INVISIBLE,
    ODD_BREAKS,
    UMLAUTS,
)


def visible_expr(text: pl.Expr) -> pl.Expr:
    """`visible` for a column."""
    return text.str.replace_all(ODD_BREAKS, " ").str.replace_all(INVISIBLE, "")


def collapse_expr(text: pl.Expr) -> pl.Expr:
    """`collapse` for a column, of texts of any length."""
    normal = visible_expr(text).str.normalize("NFC")
    return normal.str.replace_all(r"\s+", " ").str.strip_chars()


def title_key_expr(text: pl.Expr) -> pl.Expr:
    """Titles and names of actors: equal up to case and white space only."""
    return collapse_expr(text).str.to_lowercase()


def word_key_expr(text: pl.Expr) -> pl.Expr:
    """`word_key` for a column."""
    return with_and_expr(folded_expr(text))


def folded_expr(text: pl.Expr) -> pl.Expr:
    """The first step of `word_key_expr`; large columns take both steps one after the other."""
    key = collapse_expr(text).str.normalize("NFKC")
    key = key.str.replace_all(r"\s+", " ").str.strip_chars()
    key = key.str.replace_all(DASHES, "-").str.to_lowercase()
    return key.str.replace_many(list(UMLAUTS), list(UMLAUTS.values()))


def with_and_expr(key: pl.Expr) -> pl.Expr:
    """`with_and` for a column of folded texts; it looks at each of them several times."""
    and_beside_words = key.str.contains(r"[&+]") & key.str.contains(r"[\p{L}\p{N}]")
    return (
        pl.when(and_beside_words)
        .then(key.str.replace_all(AND, " und ").str.strip_chars())
        .otherwise(key)
    )


def choice_key_expr(key: pl.Expr) -> pl.Expr:
    """`choice_key` for a column of word keys."""
    return key.str.replace(CHOICE_TAIL, "")


def header_key_expr(key: pl.Expr) -> pl.Expr:
    """`header_key` for a column of word keys."""
    bare = key.str.replace(HEADER_TAIL, "")
    return pl.when(bare == "").then(key).otherwise(bare)
