"""The sheet Maßnahmen & Geld: the measures of cluster policy, and who pays for the clusters."""

from collections.abc import Iterator

import polars as pl

from pipeline.common.texts import say
from pipeline.evaluation.measures import is_crowded
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.money import put_payer_cohorts, put_payers
from pipeline.report.workbook.portfolio import SEPARATOR
from pipeline.report.workbook.sheets import EDGE, FROZEN_WIDTH, Book, new_sheet
from pipeline.report.workbook.stack import Stack
from pipeline.tables.headlines import role_word
from pipeline.tables.measures import (
    Facts,
    MeasureRoles,
    clusters_of_members,
    facts,
    pooled_ratios,
)
from schemas.declaration import measures
from schemas.tables import DECISIONS

# What the register says, with the width of its column.
TOLD = {
    "events": 34,
    "level": 18,
    "scope": 24,
    "before": 24,
    "after": 24,
    "own_contribution": 30,
    "conditions": 44,
    "participants": 34,
    "budget_for": 34,
    "budget_source": 34,
    "source": 40,
}


def write_money(book: Book) -> None:
    """Write the sheet."""
    others = book.table("other_measures")
    roles = MeasureRoles(book.table("measure_roles"), book.review.period)
    there = {"measure_roles": bool(roles.rows), "other_measures": bool(others.height)}
    some = [code for code, is_there in there.items() if is_there]
    codes = ["measures", *some, "payers", "payer_cohorts", "features"]
    stack = Stack(book, new_sheet(book, "money"), codes, keys=(FROZEN_WIDTH - 2 * EDGE,))
    put_measures(stack)
    if roles.rows:
        put_measure_roles(stack, roles)
    if others.height:
        put_other_measures(stack, others)
    put_payers(stack)
    put_payer_cohorts(stack)
    put_features(stack)
    stack.close()


def put_measures(stack: Stack) -> None:
    """Write every measure of the register in its order: what it says, and the clusters in it."""
    book = stack.book
    table, text = book.table("measures"), book.text
    own = measures()
    described = [facts(own[name], book.lang) for name in table["measure"]]
    columns = [
        Column(text("h_measure_name"), [one.name for one in described]),
        Column(text("h_measure_years"), [one.years for one in described], width=34),
        *of_clusters(book, table),
        *of_budget(book, table, described),
        *of_participation(book, table),
        *of_overlap(book, table),
        *of_register(book, described),
    ]
    stack.add(columns, {text("h_measure_crowded"): {text("yes"): "bad"}})


def put_measure_roles(stack: Stack, roles: MeasureRoles) -> None:
    """Write the clusters of each measure by role, members first; their number in each quarter."""
    book, text = stack.book, stack.book.text
    own, none = roles.rows, (0,) * (1 + len(DECISIONS))
    now = [roles.clusters(book.review.period).get(pair, none) for pair in own]
    decisions = [say("decision", decision, book.lang) for decision in DECISIONS]
    columns = [
        Column(text("h_measure_name"), book.words([measure for measure, _ in own])),
        Column(text("h_role"), [role_word(role, book.lang) for _, role in own]),
        *(
            Column(header, [counts[at] for counts in now], "int")
            for at, header in enumerate((text("h_measure_clusters"), *decisions))
        ),
    ]
    for period in roles.earlier:
        counts = roles.clusters(period)
        numbers = [counts.get(pair, none)[0] for pair in own]
        columns.append(Column(text("h_measure_at", period=period), numbers, "int"))
    stack.add(columns)


def put_other_measures(stack: Stack, table: pl.DataFrame) -> None:
    """Write what clusters name as a measure and the register does not; these clusters.

    table: other_measures of the contract.
    """
    text = stack.book.text
    found = table.group_by("measure").agg(pl.col("cluster_id").sort()).sort("measure")
    ids = found["cluster_id"].to_list()
    stack.add(
        [
            Column(text("h_measure_name"), found["measure"].to_list(), "foreign"),
            Column(text("h_measure_clusters"), [len(own) for own in ids], "int"),
            Column(text("h_measure_ids"), [SEPARATOR.join(own) for own in ids], "wrap", width=44),
        ]
    )


def put_features(stack: Stack) -> None:
    """Write how many actors and clusters have what each of the six features asks for."""
    book = stack.book
    table, text = book.table("features"), book.text
    shares = [n / of if of else None for n, of in table.select("n", "of").iter_rows()]
    stack.add(
        [
            Column(text("h_feature"), book.labels("feature", table["feature"].to_list())),
            Column(text("h_feature_unit"), book.labels("feature_unit", table["unit"].to_list())),
            Column(text("h_feature_n"), table["n"].to_list(), "int"),
            Column(text("h_feature_of"), table["of"].to_list(), "int"),
            Column(text("h_feature_share"), shares, "share"),
            Column(text("h_statement"), book.labels("statement", table["statement"].to_list())),
        ]
    )


def of_clusters(book: Book, table: pl.DataFrame) -> Iterator[Column]:
    """Yield how many clusters take part, whether there are places, and how they stand."""
    text = book.text
    crowded = [is_crowded(*row) for row in table.select("clusters", "places").iter_rows()]
    members = clusters_of_members(book.table("measure_roles"), book.review.period)
    yield Column(text("h_measure_clusters"), table["clusters"].to_list(), "int")
    yield Column(text("h_measure_members"), [members.get(m, 0) for m in table["measure"]], "int")
    yield Column(text("h_measure_places"), table["places"].to_list(), "int")
    yield Column(text("h_measure_crowded"), book.yes_no(crowded))
    for decision in DECISIONS:
        yield Column(say("decision", decision, book.lang), table[decision].to_list(), "int")
    yield Column(text("h_measure_fulfilled"), table["median_fulfilled"].to_list(), "one")
    yield Column(text("h_measure_per_fte"), table["median_actors_per_fte"].to_list(), "two")
    pooled = pooled_ratios(book.table("cohorts"))
    yield Column(text("h_measure_pooled"), [pooled.get(m) for m in table["measure"]], "two")
    yield Column(text("h_measure_public"), table["pooled_public_share"].to_list(), "share")


def of_budget(book: Book, table: pl.DataFrame, described: list[Facts]) -> Iterator[Column]:
    """Yield what the measure costs."""
    yield Column(book.text("h_measure_budget_eur"), table["budget_eur"].to_list(), "eur")
    yield Column(book.text("h_measure_budget"), [one.budget or None for one in described])


def of_participation(book: Book, table: pl.DataFrame) -> Iterator[Column]:
    """Yield how many clusters took part in each published quarter."""
    every = book.table("participation")
    for period in every["at_period"].unique().sort():
        own = every.filter(pl.col("at_period") == period)
        counts = dict(own.select("measure", "clusters").iter_rows())
        header = book.text("h_measure_at", period=period)
        yield Column(header, [counts.get(name, 0) for name in table["measure"]], "int")


def of_overlap(book: Book, table: pl.DataFrame) -> Iterator[Column]:
    """Yield with which measures it has clusters in common, and which clusters are in it."""
    pairs = book.table("measure_overlap")
    words = dict(zip(pairs["other"], book.words(pairs["other"].to_list()), strict=True))
    both: dict[str, list[str]] = {}
    for measure, other, clusters in pairs["measure", "other", "clusters"].iter_rows():
        both.setdefault(measure, []).append(f"{words[other]} ({clusters})")
    ids = dict(
        book.table("benchmarks")
        .filter(pl.col("cohort_kind") == "measure")
        .group_by("cohort")
        .agg(pl.col("cluster_id").unique().sort())
        .iter_rows()
    )
    for code, lists in (("overlap", both), ("ids", ids)):
        cells = [SEPARATOR.join(lists.get(name, ())) or None for name in table["measure"]]
        yield Column(book.text(f"h_measure_{code}"), cells, "wrap", width=44)


def of_register(book: Book, described: list[Facts]) -> Iterator[Column]:
    """Yield what else the register says."""
    for code, width in TOLD.items():
        cells = [getattr(one, code) or None for one in described]
        yield Column(book.text(f"h_measure_{code}"), cells, "wrap", width=width)
