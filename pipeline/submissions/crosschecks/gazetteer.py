"""The shipped table of German places, by the words of their names."""

from functools import cache

import polars as pl

from pipeline.common.keys import folded_expr, with_and_expr
from pipeline.submissions.crosschecks.declared import declared
from schemas.declaration import HERE

# Shorter words do not identify a place.
SHORTEST = 3


@cache
def german_places() -> pl.DataFrame:
    """Return word, latitude, longitude: a row for each word in the name of each place."""
    places = pl.read_parquet(HERE / "registers" / "places.parquet")
    places = places.with_columns(word=folded_expr(pl.col("place")))
    places = places.with_columns(word=place_words(with_and_expr(pl.col("word")))).explode("word")
    return places.drop_nulls("word").select("word", "latitude", "longitude").unique()


def place_words(key: pl.Expr) -> pl.Expr:
    """Return the words that identify a place, from the key of its name, in their order."""
    words = key.str.extract_all(r"\p{L}+")
    telling = (pl.element().str.len_chars() >= SHORTEST) & ~pl.element().is_in(common_words())
    return words.list.eval(pl.element().filter(telling))


@cache
def common_words() -> list[str]:
    """Return the words of places' names that do not identify a place ("Bad", "Stadt")."""
    return list(declared().common_place_words)
