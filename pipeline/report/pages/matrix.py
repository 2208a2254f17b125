"""Clusters against criteria: one row per cluster, one cell per criterion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, Criterion
from pipeline.report.pages.dossier import dossier_of
from pipeline.report.pages.views import anchor, names_of, page_of, roles_of
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import by_distance, criteria_counts

# CSS classes of cells, short because there is one per cluster and criterion.
CLASSES = {"fulfilled": "f", "not_fulfilled": "x", "undetermined": "u"}
# What is summed below the matrix.
SUMMED = ("fulfilled", "not_fulfilled")
EXPERT, AGAINST, DISSENT = "e", "h", "d"


@dataclass(frozen=True)
class Mark:
    """One kind of cell: its classes, its sign, the text for screen readers (see `spoken`)."""

    css: str
    sign: str
    text: str


@dataclass(frozen=True)
class MatrixRow:
    """One cluster; marks: (mark, anchor of the criterion on its page)."""

    cluster_id: str
    name: str
    role: str
    href: str
    dossier: str
    decision: str
    decision_text: str
    fulfilled: str
    unassessed: str
    marks: Sequence[tuple[Mark, str]]


@dataclass(frozen=True)
class Sum:
    """A line below: how many clusters have the state (see CLASSES) in each criterion."""

    state: str
    head: str
    totals: Sequence[str]


@dataclass(frozen=True)
class Matrix:
    """All clusters under one catalogue; bands: its categories and how many criteria each has."""

    id: str
    title: str
    caption: str
    pass_rule: str
    criteria: Sequence[Criterion]
    bands: Sequence[tuple[str, int]]
    rows: Sequence[MatrixRow]
    sums: Sequence[Sum]


def matrices(review: Review, words: Words) -> list[Matrix]:
    """Return the matrix of every catalogue."""
    return [_matrix(review, n, c, words) for n, c in enumerate(review.catalogues, 1)]


def _matrix(review: Review, number: int, catalogue: Catalogue, words: Words) -> Matrix:
    own = pl.col("catalogue") == catalogue.id
    criteria = review.tables["criteria"].filter(own)
    decisions = by_distance(review.tables["decisions"].filter(own), catalogue.pass_mark)
    names, roles = names_of(review), roles_of(review, words)
    kinds = _marks(words)
    columns = ("cluster_id", "criterion_id", "status", "basis", "against_hard")
    differ = review.tables["ratings"].filter(own & pl.col("dissent"))
    differing = set(differ.select("cluster_id", "criterion_id").iter_rows())
    marks = {
        (i, c): kinds[s, b, a, (i, c) in differing]
        for i, c, s, b, a in criteria.select(columns).iter_rows()
    }
    criteria_ = catalogue.criteria
    anchors = [anchor(number, c.id) for c in criteria_]
    rows = [
        _row(r, names, roles, [marks[r["cluster_id"], c.id] for c in criteria_], anchors, words)
        for r in decisions.iter_rows(named=True)
    ]
    counts = {r["criterion_id"]: r for r in criteria_counts(criteria).iter_rows(named=True)}
    return Matrix(
        id=f"m{number}",
        title=words.of(catalogue.title),
        caption=words("matrix_caption", title=words.of(catalogue.title)),
        pass_rule=pass_rule(catalogue, words),
        criteria=catalogue.criteria,
        bands=[
            (words.of(catalogue.categories[category - 1]), len(list(criteria)))
            for category, criteria in groupby(catalogue.criteria, key=lambda c: c.category)
        ],
        rows=rows,
        sums=[
            Sum(
                CLASSES[status],
                words(f"{status}_by"),
                [
                    words.number(counts[c.id][status] if c.id in counts else 0)
                    for c in catalogue.criteria
                ],
            )
            for status in SUMMED
        ],
    )


def pass_rule(catalogue: Catalogue, words: Words) -> str:
    """Return how many criteria must be fulfilled."""
    return words("pass_rule", mark=catalogue.pass_mark, all=len(catalogue.criteria))


def _marks(words: Words) -> Mapping[tuple[str, str, bool, bool], Mark]:
    """Return the kinds of cells by status, basis, what contradicts: the rating, another expert."""
    return {
        (status, basis, against, dissent): _mark(
            status, basis == "assessed", against, dissent, words
        )
        for status in CLASSES
        for basis in ("computed", "assessed")
        for against in (False, True)
        for dissent in (False, True)
    }


def spoken(words: Words) -> Mapping[str, str]:
    """Return by a cell's classes its text for screen readers; the script adds it to all cells."""
    return {mark.css: mark.text for mark in _marks(words).values()}


def _mark(status: str, assessed: bool, against: bool, dissent: bool, words: Words) -> Mark:
    text = words.code("status", status)
    if assessed:
        text = words("against_hard_mark" if against else "assessed_mark", status=text)
    if dissent:
        text = words("dissent_mark", status=text)
    classes = (
        CLASSES[status],
        EXPERT if assessed else "",
        AGAINST if assessed and against else "",
        DISSENT if dissent else "",
    )
    return Mark(" ".join(filter(None, classes)), words.code("status_sign", status), text)


def _row(
    row: Mapping[str, Any],
    names: Mapping[str, str],
    roles: Mapping[str, str],
    marks: Sequence[Mark],
    anchors: Sequence[str],
    words: Words,
) -> MatrixRow:
    return MatrixRow(
        cluster_id=row["cluster_id"],
        name=names[row["cluster_id"]],
        role=roles[row["cluster_id"]],
        href=page_of(row["cluster_id"]),
        dossier=dossier_of(row["cluster_id"]),
        decision=row["decision"],
        decision_text=words.code("decision", row["decision"]),
        fulfilled=words.number(row["fulfilled"]),
        unassessed=words.number(row["fulfilled_soft"]),
        marks=list(zip(marks, anchors, strict=True)),
    )
