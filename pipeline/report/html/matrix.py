"""Clusters against criteria, and which decisions hang on a definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.catalogue import Catalogue, Criterion
from pipeline.report.html.views import Cell, Table, page_of
from pipeline.report.html.words import Words
from pipeline.review import Review


@dataclass(frozen=True)
class Mark:
    """One cell of the matrix: status, sign, what is read aloud, and whether an expert said so."""

    status: str
    sign: str
    text: str
    assessed: bool


@dataclass(frozen=True)
class MatrixRow:
    """One cluster."""

    cluster_id: str
    name: str
    href: str
    decision: str
    decision_text: str
    fulfilled: str
    unassessed: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Matrix:
    """All clusters under one catalogue, its robustness beside it."""

    title: str
    pass_rule: str
    criteria: Sequence[Criterion]
    rows: Sequence[MatrixRow]
    totals: Sequence[str]
    robustness: Sequence[Table]


def matrices(review: Review, words: Words) -> list[Matrix]:
    """Return the matrix of every catalogue."""
    return [_matrix(review, catalogue, words) for catalogue in review.catalogues]


def _matrix(review: Review, catalogue: Catalogue, words: Words) -> Matrix:
    own = pl.col("catalogue") == catalogue.id
    criteria = review.tables["criteria"].filter(own)
    decisions = review.tables["decisions"].filter(own).sort("cluster_id")
    names = names_of(review)
    marks = {
        (r["cluster_id"], r["criterion_id"]): _mark(r, words)
        for r in criteria.iter_rows(named=True)
    }
    rows = [
        _row(r, names, [marks[r["cluster_id"], c.id] for c in catalogue.criteria], words)
        for r in decisions.iter_rows(named=True)
    ]
    done = criteria.filter(pl.col("status") == "fulfilled")
    totals = dict(done.group_by("criterion_id").len().iter_rows())
    return Matrix(
        title=words.of(catalogue.title),
        pass_rule=pass_rule(catalogue, words),
        criteria=catalogue.criteria,
        rows=rows,
        totals=[words.number(totals.get(c.id, 0)) for c in catalogue.criteria],
        robustness=robustness(review, catalogue, words),
    )


def pass_rule(catalogue: Catalogue, words: Words) -> str:
    """Return how many criteria must be fulfilled."""
    return words("pass_rule", mark=catalogue.pass_mark, all=len(catalogue.criteria))


def names_of(review: Review) -> dict[str, str]:
    """Return the clusters' names by their id."""
    return {i: name or i for i, name in review.tables["clusters"]["cluster_id", "name"].iter_rows()}


def _mark(row: Mapping[str, Any], words: Words) -> Mark:
    status, assessed = row["status"], row["basis"] == "assessed"
    text = words.code("status", status)
    if assessed:
        text = words("against_hard_mark" if row["against_hard"] else "assessed_mark", status=text)
    return Mark(status, words.code("status_sign", status), text, assessed)


def _row(
    row: Mapping[str, Any], names: Mapping[str, str], marks: Sequence[Mark], words: Words
) -> MatrixRow:
    return MatrixRow(
        cluster_id=row["cluster_id"],
        name=names[row["cluster_id"]],
        href=page_of(row["cluster_id"]),
        decision=row["decision"],
        decision_text=words.code("decision", row["decision"]),
        fulfilled=words.number(row["fulfilled"]),
        unassessed=words.number(row["fulfilled_soft"]),
        marks=marks,
    )


# ------------------------------------------------------------------------------------ robustness
def robustness(review: Review, catalogue: Catalogue, words: Words) -> list[Table]:
    """Return how many decisions each variant turns, and which."""
    own = review.tables["robustness"].filter(pl.col("catalogue") == catalogue.id)
    variants = own["variant"].unique(maintain_order=True).to_list()
    return [_turns(own, variants, words), _turned(review, catalogue, own, variants, words)]


def _turns(own: pl.DataFrame, variants: Sequence[str], words: Words) -> Table:
    turned = dict(own.filter(pl.col("changed")).group_by("variant").len().iter_rows())
    of = words.number(own["cluster_id"].n_unique())
    rows = [
        [words.code("variant", v), words("n_of", n=words.number(turned.get(v, 0)), all=of)]
        for v in variants
    ]
    heads = [words("variant"), words("turned")]
    return Table(words("turns_caption"), heads, rows, frozenset({1}))


def _turned(
    review: Review, catalogue: Catalogue, own: pl.DataFrame, variants: Sequence[str], words: Words
) -> Table:
    decisions = review.tables["decisions"].filter(pl.col("catalogue") == catalogue.id)
    base = dict(decisions["cluster_id", "decision"].iter_rows())
    names = names_of(review)
    by_cluster = own.filter(pl.col("cluster_id").is_in(_unsteady(own))).rows_by_key(
        "cluster_id", named=True
    )
    rows = []
    for cluster_id in sorted(by_cluster):
        found = {r["variant"]: r for r in by_cluster[cluster_id]}
        head = Cell(f"{cluster_id} {names[cluster_id]}", page_of(cluster_id))
        now = _decision(base[cluster_id], words)
        rows.append([head, now, *(_variant(found.get(v), words) for v in variants)])
    heads = [words("cluster"), words("decision"), *(words.code("variant", v) for v in variants)]
    return Table(words("turned_caption"), heads, rows)


def _unsteady(own: pl.DataFrame) -> list[str]:
    found: list[str] = own.filter(pl.col("changed"))["cluster_id"].unique().sort().to_list()
    return found


def _decision(decision: str, words: Words) -> Cell:
    return Cell(words.code("decision", decision), mark=decision)


def _variant(row: Mapping[str, Any] | None, words: Words) -> str | Cell:
    if row is None or not row["changed"]:
        return words("unchanged")
    return _decision(row["decision"], words)
