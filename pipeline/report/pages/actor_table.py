"""The printed rows of all actors, built as whole columns because there are very many."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from pipeline.report.pages.words import Words
from schemas.properties import shown_properties

KILOMETRES = 1
MARKS = {True: "yes", False: "no", None: "possible"}
SIGNS = {sign: str(escape(sign)) for sign in "&<>'\""}
START = '<tr class="k-{}"><td class="n">{}</td><th scope="row"GERMAN>{}</th>'


def actor_tables(actors: pl.DataFrame, words: Words) -> Mapping[str, Markup]:
    """Return the rows of actors by cluster, in their order.

    actors: the table of the contract. The columns: row, name, type, whether it is bound, whether it
    is an SME, how near it is, and each of `shown_properties`.
    """
    shown = list(shown_properties())
    # After rounding there are few different distances.
    actors = actors.with_columns(pl.col("distance_km").round(KILOMETRES))
    cells = actors.select(
        "cluster_id",
        "row",
        name=escaped(pl.col("name").fill_null(words("none"))),
        mark=as_texts("bound", actors, MARKS.__getitem__),
        kind=as_texts("actor_type", actors, lambda v: words.name("actor_types", v)),
        bound=as_texts("bound_reason", actors, lambda v: words.code("bound_reason", v)),
        sme=as_texts("sme_reason", actors, lambda v: words.code("sme_reason", v)),
        near=pl.concat_str(
            as_texts(
                "distance_km",
                actors,
                lambda v: "" if v is None else f"{words.number(v, KILOMETRES)} km: ",
            ),
            as_texts("near_reason", actors, lambda v: words.code("near_reason", v)),
        ),
        **{key: as_texts(key, actors, words.yes_no) for key in shown},
    )
    columns = ["kind", "bound", "sme", "near", *shown]
    start = START.replace("GERMAN", words.german)
    row = pl.format(
        f"{start}{'<td>{}</td>' * len(columns)}</tr>\n", "mark", "row", "name", *columns
    )
    own = cells.group_by("cluster_id").agg(row.str.join())
    return {cluster_id: Markup(rows) for cluster_id, rows in own.iter_rows()}


def escaped(text: pl.Expr) -> pl.Expr:
    """Return texts escaped for a page, as `escape` does."""
    return text.str.replace_many(list(SIGNS), list(SIGNS.values()))


def as_texts(column: str, actors: pl.DataFrame, say: Callable[[Any], str]) -> pl.Expr:
    """Return a column as text, escaped; each of its few values is formatted once."""
    values = actors[column].unique()
    texts = [str(escape(say(value))) for value in values]
    return pl.col(column).replace_strict(values, pl.Series(texts, dtype=pl.String))
