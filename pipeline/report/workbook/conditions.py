"""The sheet Bedingungen: every condition of every criterion of every cluster."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.common.catalogue import STATUSES
from pipeline.common.texts import say, say_limit
from pipeline.evaluation.evaluate import NOT_FULFILLED
from pipeline.report.workbook.assumptions import KINDS, SIGNS, Slot
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.evidence import evidence_columns
from pipeline.report.workbook.intervals import verdict_tests
from pipeline.report.workbook.sheets import (
    HEADER_ROW,
    Book,
    colour_column,
    column_at,
    new_sheet,
    put_table,
    status_looks,
)
from pipeline.report.workbook.working import Working

KEY = ["catalogue", "cluster_id", "criterion_id"]
# letters of the columns that formulas refer to
LOW, HIGH, LIMIT, STATUS = "I", "J", "L", "N"


def joined(book: Book) -> pl.DataFrame:
    """Return the conditions with the name of their cluster and the result of their criterion."""
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


def condition_columns(working: Working, table: pl.DataFrame) -> list[Column]:
    """Return the columns of the table."""
    book = working.book
    live = Live(working, table)
    return [
        *of_place(book, table),
        *of_figure(book, table, live),
        *of_criterion(working, table),
        *evidence_columns(book, table),
    ]


def of_place(book: Book, table: pl.DataFrame) -> Iterable[Column]:
    """Return the identification: cluster, criterion and condition."""
    titles = {(k.id, c.id): c.title[book.lang] for k in book.review.catalogues for c in k.criteria}
    places = zip(table["catalogue"], table["criterion_id"], strict=True)
    text = book.text
    yield Column(text("h_cluster_id"), table["cluster_id"].to_list())
    yield Column(text("h_name"), table["name"].to_list(), "foreign")
    yield Column(text("h_catalogue"), table["catalogue"].to_list())
    yield Column(text("h_criterion"), table["criterion_id"].to_list())
    yield Column(text("h_criterion_title"), [titles.get(place) for place in places], width=26)
    yield Column(text("h_kind"), book.labels("kind", table["kind"].to_list()))
    yield Column(text("h_condition"), table["condition"].to_list(), "int")


def of_figure(book: Book, table: pl.DataFrame, live: "Live") -> Iterable[Column]:
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
    thresholds = ["" if t is None else t for t in table["threshold"]]
    statuses = book.labels("status", table["status"].to_list())
    yield Column(text("h_metric"), metric_titles(book, table), "wrap", width=32)
    yield Column(text("h_value_low"), lows(book, table), kinds)
    yield Column(text("h_value_high"), highs(book, table), kinds)
    yield Column(text("h_operator"), [SIGNS[o] for o in table["operator"]], "sign")
    yield Column(text("h_threshold"), thresholds, kinds, live.threshold)
    yield Column(text("h_unit"), book.labels("unit", table["unit"].to_list()))
    yield Column(text("h_condition_status"), statuses, formula=live.status)
    yield Column(text("h_lever_amount"), table["lever_amount"].to_list(), amounts, live.lever)
    yield Column(text("h_lever_unit"), book.labels("lever_unit", lever_units), width=16)
    yield Column(text("h_threshold_source"), sources, "wrap", width=36)


def of_criterion(working: Working, table: pl.DataFrame) -> Iterable[Column]:
    """Return the request to the cluster, and the result of the criterion."""
    book, text = working.book, working.book.text
    basis = book.labels("basis", table["basis"].to_list())
    yield Column(text("h_request"), table["request"].to_list(), "foreign_wrap", width=64)
    signs, formula = criterion_signs(working, table)
    yield Column(text("h_criterion_status"), signs, "sign", formula, 12)
    yield Column(
        text("h_basis"), [said_basis(*b) for b in zip(basis, table["against_hard"], strict=True)]
    )
    yield Column(text("h_reason"), table["reason"].to_list(), "foreign_wrap", width=80)


def criterion_signs(working: Working, table: pl.DataFrame) -> tuple[list[str | None], Formula]:
    """Return the criterion's sign in force, and the formula that looks it up."""
    places = {(k.id, c.id): (k, c) for k, c in working.criteria}
    columns = {place: working.valid(*found) for place, found in places.items()}
    keys = list(zip(table["catalogue"], table["criterion_id"], strict=True))
    by_cluster = {place: working.signs(*found) for place, found in places.items()}
    signs = [by_cluster[key][i] for key, i in zip(keys, table["cluster_id"], strict=True)]
    ranges, ids = [columns[key] for key in keys], working.name("clusters")

    def formula(row: int) -> str:
        return f"=INDEX({ranges[row - HEADER_ROW - 2]},MATCH($A{row},{ids},0))"

    return signs, formula


@dataclass(frozen=True)
class Live:
    """The formulas of a row: the assumptions give its threshold, the threshold its status."""

    working: Working
    table: pl.DataFrame

    @cached_property
    def slots(self) -> list[Slot]:
        """The condition of each row."""
        own = {slot.key: slot for slot in self.working.assumptions.slots}
        keys = self.table.select("catalogue", "criterion_id", "condition").rows()
        return [own[key] for key in keys]

    @cached_property
    def fields(self) -> list[str | None]:
        """The technology field of each row's cluster."""
        of_cluster = dict(zip(self.working.ids, self.working.fields, strict=True))
        return [of_cluster.get(i) for i in self.table["cluster_id"]]

    @cached_property
    def given(self) -> list[float | None]:
        """The threshold of each row in the review."""
        return self.table["threshold"].to_list()

    @cached_property
    def levers(self) -> list[float | None]:
        """The lever of each row in the review."""
        return self.table["lever_amount"].to_list()

    def threshold(self, row: int) -> str:
        """Return the formula of the threshold."""
        at = row - HEADER_ROW - 2
        slot, own = self.slots[at], self.given[at]
        cell = self.working.assumptions.threshold(slot, self.fields[at])
        if slot.condition.threshold is not None:
            return f"={cell}"
        usual = '""' if own is None else repr(own)
        return f"=IF(ISNUMBER({cell}),{cell},{usual})"

    def status(self, row: int) -> str:
        """Return the formula of the condition's status."""
        at, book = row - HEADER_ROW - 2, self.working.book
        slot, limit = self.slots[at], f"{LIMIT}{row}"
        if slot.condition.threshold is None:
            limits, known = (limit, limit), f"ISNUMBER({limit})"
        else:
            limits, known = self.working.assumptions.range_of(slot, self.fields[at]), ""
            limits = (limit, limit) if limits[0] == limits[1] else limits
        operator, beyond = slot.condition.operator, self.working.beyond
        good, bad = verdict_tests(operator, f"{LOW}{row}", f"{HIGH}{row}", limits, beyond, known)
        words = (book.labels("status", [code])[0] for code in STATUSES)
        yes, no, perhaps = words
        return f'=IF({bad},"{no}",IF({good},"{yes}","{perhaps}"))'

    def lever(self, row: int) -> str:
        """Return the formula of what is missing: for counts the rest, else the review's lever."""
        at = row - HEADER_ROW - 2
        limit, met = f"{LIMIT}{row}", say("status", STATUSES[0], self.working.book.lang)
        if self.slots[at].condition.metric.lever == "missing":
            rest = f"MAX(0,ROUND({limit}-{LOW}{row},6))"
            return f'=IF({STATUS}{row}="{met}","",{rest})'
        again = self.working.book.text("lever_again")
        return f'=IF({limit}={self.given[at]!r},{self.levers[at]!r},"{again}")'


def said_basis(basis: str | None, against_hard: bool | None) -> str | None:
    """Return the basis, marked if a rating contradicts a hard criterion."""
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
    """Return the lower ends; a word if unknown, or beyond every limit (no FTE at all)."""
    unknown, unlimited = book.text("unknown"), book.text("unlimited")
    return [
        low if low is not None else unlimited if status == NOT_FULFILLED else unknown
        for low, status in zip(table["value_low"], table["status"], strict=True)
    ]


def highs(book: Book, table: pl.DataFrame) -> list[Any]:
    """Return the upper ends; a word if the figure is unknown or has no upper limit."""
    unknown, unlimited = book.text("unknown"), book.text("unlimited")
    return [
        high if high is not None else unknown if low == unknown else unlimited
        for low, high in zip(lows(book, table), table["value_high"], strict=True)
    ]


def source_of(book: Book, source: str | None) -> str:
    """Return the source of a threshold as text."""
    if source in ("catalogue", "technology_field"):
        return book.text(f"s_{source}")
    return say_limit(source, book.lang)


def write_conditions(working: Working) -> None:
    """Write the sheet."""
    book = working.book
    sheet = new_sheet(book, "conditions")
    table = joined(book)
    columns = condition_columns(working, table)
    put_table(book, sheet, book.text("table_conditions"), columns)
    for header, group in (("condition_status", "status"), ("criterion_status", "status_sign")):
        at = column_at(columns, book.text(f"h_{header}"))
        colour_column(book, sheet, at, table.height, status_looks(group, book.lang))
