"""How columns of names are compared: `schemas/words.py` as polars expressions."""

import polars as pl

from schemas.words import DASHES, HEADER_TAIL, INVISIBLE, ODD_BREAKS, UMLAUTS


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
    key = collapse_expr(text).str.replace_all(DASHES, "-").str.to_lowercase()
    return key.str.replace_many(list(UMLAUTS), list(UMLAUTS.values()))


def header_key_expr(text: pl.Expr) -> pl.Expr:
    """`header_key` for a column."""
    key = word_key_expr(text)
    bare = key.str.replace(HEADER_TAIL, "")
    return pl.when(bare == "").then(key).otherwise(bare)
