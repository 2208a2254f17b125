"""Where German places of a name are: the shipped table of places by the words of their names."""

from functools import cache

import polars as pl

from pipeline.crosschecks.declared import declared
from pipeline.keys import word_key_expr
from schemas.declaration import HERE
from schemas.words import UMLAUTS

# Shorter words tell nothing.
SHORTEST = 3


@cache
def every_place() -> pl.DataFrame:
    """Return place, latitude, longitude of the shipped table, and plain (the name as a key)."""
    plain = pl.col("place").str.to_lowercase().str.replace_many(UMLAUTS)
    return pl.read_parquet(HERE / "registers" / "places.parquet").with_columns(plain=plain)


def german_places(words: pl.Series) -> pl.DataFrame:
    """Return word, latitude, longitude: where places are that have one of the words in their name.

    A place whose name does not hold the letters of any of them is not looked at.
    """
    places = every_place().filter(pl.col("plain").str.contains_any(words.unique().implode()))
    known = places.with_columns(word=place_words(pl.col("place"))).explode("word")
    known = known.filter(pl.col("word").is_in(words.implode()))
    return known.select("word", "latitude", "longitude").unique()


def place_words(name: pl.Expr) -> pl.Expr:
    """Return the telling words of a place's name as keys (oe for ö), in their order."""
    words = word_key_expr(name).str.extract_all(r"\p{L}+")
    telling = (pl.element().str.len_chars() >= SHORTEST) & ~pl.element().is_in(common_words())
    return words.list.eval(pl.element().filter(telling))


@cache
def common_words() -> list[str]:
    """Return the words that do not tell one town from another."""
    return list(declared()["common_place_words"])
