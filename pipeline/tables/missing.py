"""Names of what is missing: big groups without a seat (5), action fields without a service (8)."""

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.common.texts import LANGUAGES, texts
from pipeline.figures.base import Portfolio
from pipeline.figures.of_bodies import group_sizes
from pipeline.submissions.actors.actors import count
from pipeline.submissions.actors.status import Definition
from schemas.declaration import registers

GROUPS, FIELDS = "group_seats_share", "service_fields_share"


def missing_names(portfolio: Portfolio, rows: pl.DataFrame) -> pl.DataFrame:
    """Return file, metric, missing_de, missing_en: what no certain row covers.

    rows: see `figures.base.ROWS`, of the criteria's figures.
    """
    parts = [groups_without_seat(portfolio, rows), fields_without_service(portfolio, rows)]
    table = pl.concat(parts)
    names = texts("missing_names")
    return table.select(
        "file",
        "metric",
        *(
            pl.concat_str(
                pl.col("metric").replace_strict({k: names[k][lang] for k in (GROUPS, FIELDS)}),
                pl.lit(": "),
                f"names_{lang}",
            ).alias(f"missing_{lang}")
            for lang in LANGUAGES
        ),
    )


def groups_without_seat(portfolio: Portfolio, rows: pl.DataFrame) -> pl.DataFrame:
    """Return file, metric, names_de, names_en of the big groups without a certain seat."""
    counted = count(portfolio.actors, portfolio.settings.actors, Definition()).lazy()
    seated = covering(portfolio, rows, GROUPS, "bodies").select("file", "row")
    seated = seated.join(portfolio.tables["bodies"], on=["file", "row"]).select("file", "group")
    big = group_sizes(portfolio, counted).filter("possibly_big").collect()
    without = big.join(seated, on=["file", "group"], how="anti").sort("file", "group")
    entries, group = registers()["actor_groups"], pl.col("group")
    names = {
        f"names_{lang}": group.replace_strict({e.de: e.name_in(lang) for e in entries})
        for lang in LANGUAGES
    }
    return joined(without.with_columns(**names), GROUPS)


def fields_without_service(portfolio: Portfolio, rows: pl.DataFrame) -> pl.DataFrame:
    """Return file, metric, names_de, names_en of the action fields without a certain service."""
    served = covering(portfolio, rows, FIELDS, "activities").join(
        portfolio.tables["activities"].select("file", "row", key="action_field"), on=["file", "row"]
    )
    served = served.explode("key").with_columns(word_key_expr(pl.col("key")))
    stated = portfolio.clusters.select("file", name="action_fields").explode("name")
    stated = stated.drop_nulls("name").with_columns(key=word_key_expr(pl.col("name")))
    stated = stated.unique(["file", "key"], keep="first", maintain_order=True)
    without = stated.join(served, on=["file", "key"], how="anti", maintain_order="left")
    return joined(without.with_columns(names_de="name", names_en="name"), FIELDS)


def covering(portfolio: Portfolio, rows: pl.DataFrame, metric: str, sheet: str) -> pl.DataFrame:
    """Return file, row of the rows of a sheet that certainly count for a figure."""
    there = portfolio.sheets.filter(pl.col("sheet_key") == sheet).select("file")
    certain = rows.filter(metric=metric, sheet_key=sheet, counted=True)
    return certain.join(there, on="file", how="semi").select("file", "row")


def joined(table: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Return file, metric and the names of each file in one text."""
    names = [pl.col(f"names_{lang}").str.join(", ") for lang in LANGUAGES]
    grouped = table.group_by("file", maintain_order=True).agg(names)
    return grouped.with_columns(metric=pl.lit(metric))
