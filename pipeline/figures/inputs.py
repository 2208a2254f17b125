"""What figures are made from: the columns of each table that an evaluation needs.

A publication keeps these, so that a later review can evaluate it with one thing changed at a time.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.common.keys import title_key_expr
from pipeline.submissions.actors.status import PROPERTIES

DataType = pl.DataType | type[pl.DataType]
RATING = ["catalogue", "cluster_id", "criterion_id", "rated", "valid_until"]
REFERENCE = ["source", "size_band", "limit", "cohort"]
# Of every table only what figures are made from. Names, titles and firms' turnover stay out.
KEPT: Mapping[str, list[str]] = {
    "clusters": [
        *("file", "cluster_id", "as_of", "form_version", "technology_field", "founded"),
        "strategy_actors",
        *("strategy_dated", "revision_concept", "funding_secured_until", "long_term_prospect"),
        *("action_fields", "lat", "measures"),
    ],
    "actors": [
        *("file", "row", "as_of", "actor_type", "commitment", "joined", "joined_bad", "left"),
        *("left_bad", "country_bad", "office_lat", "distance_km", "sme", "sme_ifm"),
        *PROPERTIES,
        *("actor_group", "several", "name_key", "postcode_key", "postcode_bad"),
    ],
    "management": ["file", "row", "fte", "from", "until", "from_bad", "until_bad"],
    "bodies": ["file", "row", "group", "seats"],
    "funding": ["file", "row", "year", "source", "amount_eur", "status"],
    "activities": ["file", "row", "kind", "action_field", "from", "from_bad", "times_per_year"],
    "evidence": [
        *("file", "row", "kind", "title", "date", "date_bad", "until", "until_bad"),
        "actors_involved",
    ],
    "sheets": ["file", "sheet_key"],
    "ratings": RATING,
    "reference": REFERENCE,
}
# The types of these columns, whatever table they are in; all others are texts.
TYPES: Mapping[DataType, str] = {
    pl.UInt32: "file row",
    pl.Boolean: "revision_concept joined_bad left_bad country_bad sme sme_ifm rnd several "
    "postcode_bad from_bad until_bad date_bad",
    pl.Date: "as_of founded strategy_dated funding_secured_until joined left from until date "
    "valid_until",
    pl.Float64: "strategy_actors form_version lat office_lat distance_km fte seats year amount_eur "
    "times_per_year actors_involved limit",
    pl.List(pl.String): "action_fields action_field measures",
}
TYPE_OF = {name: kind for kind, names in TYPES.items() for name in names.split()}
SCHEMAS: Mapping[str, Mapping[str, DataType]] = {
    name: {column: TYPE_OF.get(column, pl.String) for column in kept} for name, kept in KEPT.items()
}
SHEETS = ("management", "bodies", "funding", "activities", "evidence")


def kept_sheets(tables: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    """Return of the valid tables what figures are made from: what states keep of them.

    Titles are numbered: it matters which ones of a submission are the same, not what they say.
    """
    kept = {name: tables[name].select(KEPT[name]) for name in SHEETS}
    number = dense_number(title_key_expr(pl.col("title"))).over("file")
    return {**kept, "evidence": kept["evidence"].with_columns(title=number)}


def dense_number(text: pl.Expr) -> pl.Expr:
    """Number texts from 1, the same text by the same number: as text."""
    return text.rank("dense").cast(pl.String)
