"""The smallest request to a cluster: which cells, filled how, would settle a criterion.

For every undetermined condition the fewest open rows whose favourable filling fulfils it.
"""

import polars as pl

from pipeline.catalogue import metrics
from pipeline.measures.of_actors import MAY_JOIN, MAY_STAY_AWAY, PROPERTY_OPEN
from pipeline.tables.findings import cell_name
from pipeline.tables.templates import fill
from pipeline.texts import LANGUAGES
from schemas.declaration import submission

CONDITION = ["catalogue", "file", "criterion_id", "condition"]
CRITERION = CONDITION[:3]
FIGURE = ["file", "metric"]
# Figures of which all open cells are needed: a sum, a quotient of sums, a single cell.
WHOLE = ["fte", "actors_per_fte", "own_funds_share", "budget_eur"]
ORDER = [PROPERTY_OPEN, MAY_JOIN, MAY_STAY_AWAY]
# At most so many cells are named one by one.
MOST_CELLS = 40
WORDS = {
    "please": ("Bitte {fill}: {cells}{more}", "Please {fill}: {cells}{more}"),
    "enough": (
        " ({need} von {total} offenen Zeilen genügen)",
        " ({need} of {total} open rows suffice)",
    ),
    "blank": ("Bitte {fill} (Blatt {sheet})", "Please {fill} (sheet {sheet})"),
    "limit": (
        "Es gibt keinen Grenzwert, mit dem verglichen werden kann: ein Gutachten ist nötig",
        "There is no limit to compare with: an expert's rating is needed",
    ),
}


def with_requests(
    criteria: pl.DataFrame,
    conditions: pl.DataFrame,
    rows: pl.DataFrame,
    places: pl.DataFrame,
    sheet_names: pl.DataFrame,
) -> pl.DataFrame:
    """Add request_de and request_en to the undetermined criteria.

    rows: see `measures.base.ROWS`. places: see `Parsed.places`. sheet_names: sheet_key, sheet_de.
    """
    open_ = conditions.filter(pl.col("status") == "undetermined")
    wanted = requested_rows(open_, rows)
    texts = cells_in_words(wanted, places)
    said = open_.join(texts, on=CONDITION, how="left", maintain_order="left")
    said = said.with_columns(main_sheet(), fill_texts()).unnest("fill")
    said = said.join(sheet_names, on="sheet_key", how="left", maintain_order="left")
    said = said.with_columns(_sentence(lang) for lang in LANGUAGES)
    columns = [f"request_{lang}" for lang in LANGUAGES]
    joined = said.group_by(CRITERION, maintain_order=True).agg(
        pl.col(columns).unique(maintain_order=True).str.join("; ")
    )
    table = criteria.join(joined, on=CRITERION, how="left", maintain_order="left")
    is_open = pl.col("status") == "undetermined"
    return table.with_columns(
        pl.when(is_open).then(pl.col(c)).fill_null("").alias(c) for c in columns
    )


def requested_rows(open_: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to fill for each condition: CONDITION, sheet_key, row, gaps, need, total."""
    gaps = rows.filter(pl.col("counted").is_null(), pl.col("gaps").list.len() > 0)
    rank = pl.col("reason_code").replace_strict(ORDER, range(len(ORDER)), default=0)
    gaps = gaps.with_columns(rank=rank).sort(*FIGURE, "rank", "sheet_key", "row")
    columns = [
        "metric",
        "operator",
        "low",
        "high",
        "threshold",
        "numerator",
        "denominator",
        "lever_kind",
    ]
    joined = open_.select(*CONDITION, *columns).join(gaps, on=FIGURE, maintain_order="left_right")
    joined = joined.with_columns(
        index=pl.int_range(1, pl.len() + 1).over(CONDITION), total=pl.len().over(CONDITION)
    )
    enough = enough_at(joined)
    last = pl.col("index").filter(enough).min().over(CONDITION)
    joined = joined.with_columns(need=last.fill_null(pl.col("total")))
    return joined.filter(pl.col("index") <= pl.col("need"))


def enough_at(joined: pl.DataFrame) -> pl.Expr:
    """Whether filling the rows up to this one favourably fulfils the condition."""
    reason = pl.col("reason_code")
    added = reason.is_in([PROPERTY_OPEN, MAY_JOIN]).cum_sum().over(CONDITION)
    joining = (reason == MAY_JOIN).cum_sum().over(CONDITION)
    leaving = (reason == MAY_STAY_AWAY).cum_sum().over(CONDITION)
    # low is k / (n + those who may stay away), see `measures.of_actors`.
    whole = pl.col("numerator") / pl.col("low")
    whole = (
        pl.when(pl.col("low") > 0).then(whole).otherwise(pl.col("denominator") + pl.col("total"))
    )
    share = (pl.col("numerator") + added) / (whole + joining - leaving) >= pl.col("threshold")
    groups = pl.col("numerator") + pl.col("index") >= pl.col("threshold") * pl.col("denominator")
    counted = pl.col("low") + pl.col("index") >= pl.col("threshold")
    unlimited = pl.col("high").is_infinite()
    return (
        pl.when(pl.col("metric").is_in(WHOLE))
        .then(statement=False)
        .when(unlimited)
        .then(pl.col("gaps").list.contains("times_per_year"))
        .when(pl.col("lever_kind") == "share")
        .then(share)
        .when(pl.col("lever_kind") == "groups")
        .then(groups)
        .otherwise(counted)
    ).fill_null(value=False)


def cells_in_words(wanted: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return CONDITION, cells, need, total: the cells to fill, such as Akteure!C12, C17."""
    cells = wanted.select(*CONDITION, "sheet_key", "row", "need", "total", field="gaps").explode(
        "field"
    )
    at = places.select("file", "sheet_key", "field", "sheet", "column", form_row="row")
    cells = cells.join(at, on=["file", "sheet_key", "field"], how="left", maintain_order="left")
    row = pl.when(pl.col("row") == 0).then("form_row").otherwise("row")
    cells = cells.join(
        declared_names(), on=["sheet_key", "field"], how="left", maintain_order="left"
    )
    # Where the label itself is missing there is no address: the field is named.
    name = pl.coalesce(cell_name(row, pl.col("column")), pl.col("field_name"))
    sheet = pl.coalesce("sheet", "sheet_name")
    cells = cells.with_columns(cell=name, sheet=sheet).unique(
        [*CONDITION, "sheet", "cell"], maintain_order=True
    )
    per_sheet = cells.group_by(*CONDITION, "sheet", maintain_order=True).agg(
        pl.col("cell").head(MOST_CELLS).str.join(", "),
        n=pl.len(),
        need=pl.col("need").first(),
        total=pl.col("total").first(),
    )
    more = pl.when(pl.col("n") > MOST_CELLS).then(pl.lit(", …")).otherwise(pl.lit(""))
    text = pl.concat_str("sheet", pl.lit("!"), "cell", more)
    return per_sheet.group_by(CONDITION, maintain_order=True).agg(
        cells=text.str.join(", "), need=pl.col("need").first(), total=pl.col("total").first()
    )


def declared_names() -> pl.DataFrame:
    """Return sheet_key, field, sheet_name, field_name as the form has them (in German)."""
    return pl.DataFrame(
        [(s.key, f.key, s.name["de"], f.name["de"]) for s in submission().sheets for f in s.fields],
        schema=["sheet_key", "field", "sheet_name", "field_name"],
        orient="row",
    )


def main_sheet() -> pl.Expr:
    """The sheet a figure comes from, for a request that can name no cell."""
    of_metric = {
        key: next((r for r in m.reads if not r.startswith(("master_data", "actors"))), m.reads[0])
        for key, m in metrics().items()
    }
    sheets = {key: cell.partition(".")[0] for key, cell in of_metric.items()}
    return pl.col("metric").replace_strict(sheets).alias("sheet_key")


def fill_texts() -> pl.Expr:
    """How a figure's open cells would have to be filled, in both languages."""
    texts = [
        pl.col("metric")
        .replace_strict({k: m.fill[lang] for k, m in metrics().items()})
        .alias(f"fill_{lang}")
        for lang in LANGUAGES
    ]
    return pl.struct(texts).alias("fill")


def _sentence(lang: str) -> pl.Expr:
    at = LANGUAGES.index(lang)
    how = pl.col(f"fill_{lang}")
    partly = pl.col("need") < pl.col("total")
    enough = fill(WORDS["enough"][at], {"need": pl.col("need"), "total": pl.col("total")})
    more = pl.when(partly).then(enough).otherwise(pl.lit(""))
    please = fill(WORDS["please"][at], {"fill": how, "cells": pl.col("cells"), "more": more})
    blank = fill(WORDS["blank"][at], {"fill": how, "sheet": pl.col("sheet_de")})
    no_limit = pl.col("threshold").is_null() & pl.col("low").is_not_null()
    text = (
        pl.when(no_limit)
        .then(pl.lit(WORDS["limit"][at]))
        .when(pl.col("cells").is_not_null())
        .then(please)
        .otherwise(blank)
    )
    return text.alias(f"request_{lang}")
