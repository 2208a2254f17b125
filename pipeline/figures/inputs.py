"""What figures are made from: the columns of each table that an evaluation needs.

A publication stores them (see `history.state`). A later review evaluates them again with one change
at a time, to tell why a verdict changed.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.common.keys import title_key_expr
from schemas.properties import properties

DataType = pl.DataType | type[pl.DataType]
RATING = ["catalogue", "cluster_id", "criterion_id", "rated", "valid_until"]
REFERENCE = ["source", "size_band", "limit", "cohort"]
# By table the columns that figures need. Names, titles and firms' turnover are not among them.
INPUT_COLUMNS: Mapping[str, list[str]] = {
    "clusters": [
        *("file", "cluster_id", "as_of", "form_version", "technology_field", "founded"),
        "strategy_actors",
        *("strategy_dated", "revision_concept", "funding_secured_until", "long_term_prospect"),
        *("action_fields", "lat", "measures"),
    ],
    "actors": [
        *("file", "row", "as_of", "actor_type", "commitment", "joined", "joined_bad", "left"),
        *("left_bad", "country_bad", "office_lat", "distance_km", "sme", "sme_ifm"),
        *properties(),
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
# The types of these columns, the same in every table. All other columns are texts.
TYPES: Mapping[DataType, str] = {
    pl.UInt32: "file row",
    pl.Boolean: "revision_concept joined_bad left_bad country_bad sme sme_ifm several "
    "postcode_bad from_bad until_bad date_bad",
    pl.Date: "as_of founded strategy_dated funding_secured_until joined left from until date "
    "valid_until",
    pl.Float64: "strategy_actors form_version lat office_lat distance_km fte seats year amount_eur "
    "times_per_year actors_involved limit",
    pl.List(pl.String): "action_fields action_field measures",
}
TYPE_OF = {
    **{name: kind for kind, names in TYPES.items() for name in names.split()},
    **dict.fromkeys(properties(), pl.Boolean),
}
SCHEMAS: Mapping[str, Mapping[str, DataType]] = {
    name: {column: TYPE_OF.get(column, pl.String) for column in kept}
    for name, kept in INPUT_COLUMNS.items()
}
SHEETS = ("management", "bodies", "funding", "activities", "evidence")


def input_tables(tables: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    """Return the valid tables of SHEETS with INPUT_COLUMNS only.

    Titles become numbers: figures need to know which titles of a submission are equal, not the
    titles themselves.
    """
    inputs = {name: tables[name].select(INPUT_COLUMNS[name]) for name in SHEETS}
    number = dense_number(title_key_expr(pl.col("title"))).over("file")
    return {**inputs, "evidence": inputs["evidence"].with_columns(title=number)}


def dense_number(text: pl.Expr) -> pl.Expr:
    """Return a number from 1 for each text, as text; equal texts have the same number."""
    return text.rank("dense").cast(pl.String)
