"""The sheet Bedingungen: every condition of every criterion of every cluster."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from pipeline.evaluate import NOT_FULFILLED
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import (
    Book,
    colour_column,
    column_at,
    new_sheet,
    put_table,
    status_looks,
)
from pipeline.texts import say_limit

# unit of a figure -> kind of its cells
KINDS = {
    "share": "share",
    "fte": "two",
    "actors_per_fte": "two",
    "per_year": "one",
    "eur": "cents",
}
SIGNS = {">=": "≥", "<=": "≤"}
KEY = ["catalogue", "cluster_id", "criterion_id"]


def joined(book: Book) -> pl.DataFrame:
    """Return the conditions with the name of their cluster and what is said of their criterion."""
    names = book.table("clusters").select("cluster_id", "name")
    of_criterion = book.table("criteria").select(
        *KEY,
        "kind",
        "basis",
        "against_hard",
        criterion_status="status",
        reason=f"reason_{book.lang}",
        request=f"request_{book.lang}",
    )
    table = book.table("conditions").join(of_criterion, on=KEY, how="left", maintain_order="left")
    table = table.join(names, on="cluster_id", how="left", maintain_order="left")
    undetermined = pl.col("status") == "undetermined"
    return table.with_columns(request=pl.when(undetermined).then("request"))


def condition_columns(book: Book, table: pl.DataFrame) -> list[Column]:
    """Return the columns of the table."""
    return [*of_place(book, table), *of_figure(book, table), *of_criterion(book, table)]


def of_place(book: Book, table: pl.DataFrame) -> Iterable[Column]:
    """Return which cluster, criterion and condition it is."""
    titles = {(k.id, c.id): c.title[book.lang] for k in book.review.catalogues for c in k.criteria}
    places = zip(table["catalogue"], table["criterion_id"], strict=True)
    text = book.text
    yield Column(text("h_cluster_id"), table["cluster_id"].to_list())
    yield Column(text("h_name"), table["name"].to_list(), "foreign")
    yield Column(text("h_catalogue"), table["catalogue"].to_list())
    yield Column(text("h_criterion"), table["criterion_id"].to_list())
    yield Column(text("h_criterion_title"), [titles.get(place) for place in places])
    yield Column(text("h_kind"), book.says("kind", table["kind"].to_list()))
    yield Column(text("h_condition"), table["condition"].to_list(), "int")


def of_figure(book: Book, table: pl.DataFrame) -> Iterable[Column]:
    """Return the figure against its threshold, and what is missing."""
    text, kinds = book.text, [KINDS.get(unit, "int") for unit in table["unit"]]
    amounts = [
        "cents" if unit == "eur" else "two" if unit == "fte" else "int"
        for unit in table["lever_unit"]
    ]
    lever_units = [
        unit if amount is not None else None
        for unit, amount in zip(table["lever_unit"], table["lever_amount"], strict=True)
    ]
    sources = [source_of(book, source) for source in table["limit_source"]]
    yield Column(text("h_metric"), metric_titles(book, table), "wrap", width=36)
    yield Column(text("h_value_low"), lows(book, table), kinds)
    yield Column(text("h_value_high"), highs(book, table), kinds)
    yield Column(text("h_operator"), [SIGNS[o] for o in table["operator"]], "sign")
    yield Column(text("h_threshold"), table["threshold"].to_list(), kinds)
    yield Column(text("h_unit"), book.says("unit", table["unit"].to_list()))
    yield Column(text("h_condition_status"), book.says("status", table["status"].to_list()))
    yield Column(text("h_threshold_source"), sources, "wrap", width=36)
    yield Column(text("h_lever_amount"), table["lever_amount"].to_list(), amounts)
    yield Column(text("h_lever_unit"), book.says("lever_unit", lever_units), "wrap", width=22)


def of_criterion(book: Book, table: pl.DataFrame) -> Iterable[Column]:
    """Return the request to the cluster, and what became of the criterion."""
    text = book.text
    basis = book.says("basis", table["basis"].to_list())
    yield Column(text("h_request"), table["request"].to_list(), "foreign_wrap", width=64)
    statuses = book.says("status", table["criterion_status"].to_list())
    yield Column(text("h_criterion_status"), statuses)
    yield Column(
        text("h_basis"), [said_basis(*b) for b in zip(basis, table["against_hard"], strict=True)]
    )
    yield Column(text("h_reason"), table["reason"].to_list(), "foreign_wrap", width=80)


def said_basis(basis: str | None, against_hard: bool | None) -> str | None:
    """Return the basis, marked where a rating stands against a hard criterion."""
    return f"{basis} (!)" if basis and against_hard else basis


def metric_titles(book: Book, table: pl.DataFrame) -> list[str]:
    """Return the names of the figures."""
    titles = {
        condition.metric.key: condition.metric.title[book.lang]
        for catalogue in book.review.catalogues
        for criterion in catalogue.criteria
        for condition in criterion.conditions
    }
    return [titles.get(key, key) for key in table["metric"]]


def lows(book: Book, table: pl.DataFrame) -> list[Any]:
    """Return what is certain; words where it is unknown, or beyond every limit (no FTE at all)."""
    unknown, unlimited = book.text("unknown"), book.text("unlimited")
    return [
        low if low is not None else unlimited if status == NOT_FULFILLED else unknown
        for low, status in zip(table["value_low"], table["status"], strict=True)
    ]


def highs(book: Book, table: pl.DataFrame) -> list[Any]:
    """Return what is possible; words where the figure is unknown or has no upper limit."""
    unknown, unlimited = book.text("unknown"), book.text("unlimited")
    return [
        high if high is not None else unknown if low == unknown else unlimited
        for low, high in zip(lows(book, table), table["value_high"], strict=True)
    ]


def source_of(book: Book, source: str | None) -> str:
    """Return in words where a threshold comes from."""
    if source in ("catalogue", "technology_field"):
        return book.text(f"s_{source}")
    return say_limit(source, book.lang)


def write_conditions(book: Book) -> None:
    """Write the sheet."""
    sheet = new_sheet(book, "conditions")
    table = joined(book)
    columns = condition_columns(book, table)
    put_table(book, sheet, book.text("table_conditions"), columns)
    for header in ("condition_status", "criterion_status"):
        at = column_at(columns, book.text(f"h_{header}"))
        colour_column(book, sheet, at, table.height, status_looks("status", book.lang))
