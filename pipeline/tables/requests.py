"""The smallest request to a cluster: the fewest cells that decide an undetermined criterion.

For every undetermined condition the fewest open rows whose favourable filling fulfils it.
"""

from typing import Any

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.common.texts import LANGUAGES
from pipeline.figures.of_actors import MAY_JOIN, MAY_JOIN_OPEN, MAY_STAY_AWAY, PROPERTY_OPEN
from pipeline.submissions.parse.repeated_headers import cells_moved
from pipeline.tables.findings import cell_name
from pipeline.tables.reasons import LIMIT, harder_value
from pipeline.tables.templates import fill
from schemas.declaration import submission

CONDITION = ["catalogue", "file", "criterion_id", "condition"]
CRITERION = CONDITION[:3]
FIGURE = ["file", "metric"]
GOAL = ["metric", "operator", "threshold"]
# Figures of which all open cells are needed: a sum, a quotient of sums, a single cell.
WHOLE = ["fte", "actors_per_fte", "own_funds_share", "budget_eur"]
ORDER = [PROPERTY_OPEN, MAY_JOIN, MAY_JOIN_OPEN, MAY_STAY_AWAY]
WORDS = {
    "please": ("Bitte ausfüllen: {cells}; {goal}{more}", "Please fill in: {cells}; {goal}{more}"),
    "one_enough": (
        " (1 von {total} offenen Zeilen genügt, wenn sie zählt)",
        " (1 of {total} open rows suffices if it counts)",
    ),
    "enough": (
        " ({need} von {total} offenen Zeilen genügen, wenn sie zählen)",
        " ({need} of {total} open rows suffice if they count)",
    ),
    "blank": ("Bitte das Blatt „{sheet}“ ausfüllen; {goal}", "Please fill in “{sheet}”; {goal}"),
    "limit": (
        "Es gibt keinen Grenzwert, mit dem verglichen werden kann: ein Gutachten ist nötig",
        "There is no limit to compare with: an expert's rating is needed",
    ),
    "yes": ("gefordert ist: {title}", "required is: {title}"),
    "reach": (
        "entscheidend ist, ob „{title}“ {limit} erreicht",
        "what matters is whether “{title}” comes to {limit}",
    ),
}


def with_requests(
    criteria: pl.DataFrame,
    conditions: pl.DataFrame,
    rows: pl.DataFrame,
    places: pl.DataFrame,
    cells: pl.DataFrame,
) -> pl.DataFrame:
    """Add request_de and request_en to the undetermined criteria.

    rows: see `figures.base.ROWS`. places, cells: see `Parsed`; of cells at least those that
    `repeated_headers.cells_moved` returns.
    """
    open_ = conditions.filter(pl.col("status") == "undetermined")
    moved = cells_moved(places, cells)
    texts = cells_in_words(requested_rows(open_, rows), places, moved)
    sentences = open_.join(texts, on=CONDITION, how="left")
    sentences = sentences.join(goals(open_), on=GOAL, nulls_equal=True, how="left").sort(
        "condition"
    )
    sentences = sentences.with_columns(main_sheet()).with_columns(
        _sentence(lang) for lang in LANGUAGES
    )
    columns = [f"request_{lang}" for lang in LANGUAGES]
    joined = sentences.group_by(CRITERION).agg(
        pl.col(columns).unique(maintain_order=True).str.join("; ")
    )
    table = criteria.join(joined, on=CRITERION, how="left")
    is_open = pl.col("status") == "undetermined"
    return table.with_columns(
        pl.when(is_open).then(pl.col(c)).fill_null("").alias(c) for c in columns
    )


# ------------------------------------------------------------------------------------------- rows
def requested_rows(open_: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to fill for each condition: CONDITION, sheet_key, row, gaps, need, total."""
    gaps = rows.filter(pl.col("counted").is_null(), pl.col("gaps").list.len() > 0)
    rank = pl.col("reason_code").replace_strict(ORDER, range(len(ORDER)), default=0)
    gaps = gaps.with_columns(rank=rank)
    columns = ["metric", "low", "threshold", "numerator", "denominator", "lever_kind"]
    joined = open_.select(*CONDITION, *columns).join(gaps, on=FIGURE)
    joined = joined.sort(*CONDITION, "rank", -pl.col("gain"), "sheet_key", "row")
    joined = joined.with_columns(
        index=pl.int_range(1, pl.len() + 1).over(CONDITION), total=pl.len().over(CONDITION)
    )
    last = pl.col("index").filter(enough_at()).min().over(CONDITION)
    joined = joined.with_columns(need=last.fill_null(pl.col("total")))
    return joined.filter(pl.col("index") <= pl.col("need"))


def enough_at() -> pl.Expr:
    """Whether filling the rows up to this one favourably fulfils the condition."""
    gained = pl.col("numerator") + pl.col("gain").cum_sum().over(CONDITION)
    groups = gained >= pl.col("threshold") * pl.col("denominator")
    # Which groups are big hangs on all the types, which seats count on all that is left.
    of_types = (pl.col("lever_kind") == "groups") & (pl.col("sheet_key") == "actors")
    several_sheets = pl.col("sheet_key").n_unique().over(CONDITION) > 1
    return (
        pl.when(pl.col("metric").is_in(WHOLE) | pl.col("low").is_null() | several_sheets | of_types)
        .then(statement=False)
        .when(pl.col("lever_kind") == "share")
        .then(share_reached())
        .when(pl.col("lever_kind") == "groups")
        .then(groups)
        .otherwise(gained >= pl.col("threshold"))
    ).fill_null(value=False)


def share_reached() -> pl.Expr:
    """Whether the least share of the bound actors reaches the threshold with the rows so far.

    The least share is k / (n + those who may be bound without the property or with it unknown).
    """
    reason = pl.col("reason_code")
    added = reason.is_in([PROPERTY_OPEN, MAY_JOIN, MAY_JOIN_OPEN]).cum_sum().over(CONDITION)
    joining = (reason == MAY_JOIN).cum_sum().over(CONDITION)
    leaving = (reason == MAY_STAY_AWAY).cum_sum().over(CONDITION)
    doubtful = reason.is_in([MAY_JOIN_OPEN, MAY_STAY_AWAY]).sum().over(CONDITION)
    whole = pl.col("denominator") + doubtful + joining.cast(pl.Int64) - leaving.cast(pl.Int64)
    return (pl.col("numerator") + added) / whole >= pl.col("threshold")


# ------------------------------------------------------------------------------------------ texts
def cells_in_words(rows: pl.DataFrame, places: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Return CONDITION, cells, need, total: the cells to fill, as Akteure!C12, C17 (Bindung).

    moved: the cells of rows below a header of another order, where their own columns count.
    """
    cells = rows.select(*CONDITION, "sheet_key", "row", "need", "total", field="gaps")
    cells = cells.explode("field").with_row_index("place")
    at = places.select("file", "sheet_key", "field", "sheet", "column", form_row="row")
    cells = cells.join(at, on=["file", "sheet_key", "field"], how="left")
    moved_rows = moved.select("file", "sheet_key", "row", other=pl.lit(value=True)).unique()
    cells = cells.join(moved_rows, on=["file", "sheet_key", "row"], how="left")
    own = moved.select("file", "sheet_key", "row", "field", own="column")
    cells = cells.join(own, on=["file", "sheet_key", "row", "field"], how="left")
    cells = cells.with_columns(column=pl.when("other").then("own").otherwise("column"))
    cells = cells.join(declared_names(), on=["sheet_key", "field"], how="left")
    row = pl.when(pl.col("row") == 0).then("form_row").otherwise("row")
    # Where the column or label itself is missing there is no address: the row is named, if any.
    no_column = pl.when(pl.col("row") > 0).then(pl.format("Zeile {}", pl.col("row")))
    cells = cells.with_columns(
        cell=pl.coalesce(cell_name(row, pl.col("column")), no_column),
        sheet=pl.coalesce("sheet", "sheet_name"),
    )
    cells = cells.sort("place").unique([*CONDITION, "sheet", "field", "cell"], keep="first")
    grouped = cells.group_by(*CONDITION, "sheet", "field_name").agg(
        pl.col("cell").sort_by("place").drop_nulls().str.join(", "),
        pl.col("place").min(),
        pl.col("need", "total").first(),
    )
    cell = pl.when(pl.col("cell") != "").then(pl.concat_str(pl.lit("!"), "cell"))
    text = pl.format("{}{} ({})", pl.col("sheet"), cell.fill_null(""), pl.col("field_name"))
    return grouped.group_by(CONDITION).agg(
        text.sort_by("place").str.join(", ").alias("cells"), pl.col("need", "total").first()
    )


def declared_names() -> pl.DataFrame:
    """Return sheet_key, field, sheet_name, field_name as the form has them (in German)."""
    return pl.DataFrame(
        [(s.key, f.key, s.name["de"], f.name["de"]) for s in submission().sheets for f in s.fields],
        schema=["sheet_key", "field", "sheet_name", "field_name"],
        orient="row",
    )


def goals(open_: pl.DataFrame) -> pl.DataFrame:
    """Return GOAL, goal_de, goal_en: the value that the figure must reach, in words."""
    different = open_.select(GOAL).unique()
    rows = different.rows()
    return different.with_columns(
        pl.Series(f"goal_{lang}", [_goal(row, lang) for row in rows], dtype=pl.String)
        for lang in LANGUAGES
    )


def _goal(row: tuple[Any, ...], lang: str) -> str:
    key, operator, threshold = row
    metric, at = metrics()[key], LANGUAGES.index(lang)
    if metric.unit == "yes_no":
        return WORDS["yes"][at].format(title=metric.title[lang])
    limit = f"{LIMIT[lang][operator]} {harder_value(metric, operator, threshold, lang)}"
    return WORDS["reach"][at].format(title=metric.title[lang], limit=limit)


def main_sheet() -> pl.Expr:
    """Return the name of the sheet of a figure, for a request that cannot name a cell."""
    names = {s.key: s.name["de"] for s in submission().sheets}
    of_metric = {
        key: next((r for r in m.reads if not r.startswith(("master_data", "actors"))), m.reads[0])
        for key, m in metrics().items()
    }
    sheets = {key: names[cell.partition(".")[0]] for key, cell in of_metric.items()}
    return pl.col("metric").replace_strict(sheets).alias("sheet")


def _sentence(lang: str) -> pl.Expr:
    at = LANGUAGES.index(lang)
    goal = pl.col(f"goal_{lang}")
    partly = pl.col("need") < pl.col("total")
    enough = {
        code: fill(WORDS[code][at], {"need": pl.col("need"), "total": pl.col("total")})
        for code in ("one_enough", "enough")
    }
    many = pl.when(pl.col("need") == 1).then(enough["one_enough"]).otherwise(enough["enough"])
    more = pl.when(partly).then(many).otherwise(pl.lit(""))
    please = fill(WORDS["please"][at], {"cells": pl.col("cells"), "goal": goal, "more": more})
    blank = fill(WORDS["blank"][at], {"sheet": pl.col("sheet"), "goal": goal})
    own = {key: m.request[lang] for key, m in metrics().items() if m.request}
    unasked = pl.col("metric").replace_strict(own, default=None, return_dtype=pl.String)
    unasked = pl.when(pl.col("low").is_null()).then(unasked)
    text = (
        pl.when(pl.col("threshold").is_null())
        .then(pl.lit(WORDS["limit"][at]))
        .when(unasked.is_not_null())
        .then(unasked)
        .when(pl.col("cells").is_not_null())
        .then(please)
        .otherwise(blank)
    )
    return text.alias(f"request_{lang}")
