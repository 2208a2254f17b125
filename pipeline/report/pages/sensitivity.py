"""Decisions that depend on a definition, a single criterion or a few cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.report.pages.views import (
    Cell,
    Table,
    decision_cell,
    linked,
    names_of,
    roles_of,
    titled,
)
from pipeline.report.pages.words import Words, form_words
from pipeline.review import Review
from pipeline.submissions.office import MEMBER
from pipeline.tables.insights import smallest_requests, within_one_of_mark


@dataclass(frozen=True)
class Sensitivity:
    """One catalogue's tables: variants, changed decisions, clusters near the mark, requests."""

    title: str
    turns: Table
    others: Sequence[Table]


def sensitivities(review: Review, words: Words) -> list[Sensitivity]:
    """Return what decisions depend on, by catalogue."""
    return [_sensitivity(review, catalogue, words) for catalogue in review.catalogues]


def _sensitivity(review: Review, catalogue: Catalogue, words: Words) -> Sensitivity:
    own = pl.col("catalogue") == catalogue.id
    robustness = review.tables["robustness"].filter(own)
    decisions = review.tables["decisions"].filter(own)
    criteria = review.tables["criteria"].filter(own)
    names, roles = names_of(review), roles_of(review, words)
    variants = robustness["variant"].unique(maintain_order=True).to_list()
    requests = smallest_requests(criteria, decisions, catalogue.pass_mark)
    others = [
        _turned(robustness, decisions, variants, names, roles, words),
        _within_one_of_mark(
            within_one_of_mark(decisions, catalogue.pass_mark), catalogue, names, roles, words
        ),
        _requests(requests, catalogue, names, roles, words),
    ]
    members = review.tables["clusters"].filter(pl.col("role") == MEMBER)
    title = words.of(catalogue.title)
    tables = [titled(t, title) for t in others if t.rows]
    return Sensitivity(title, titled(_turns(robustness, members, variants, words), title), tables)


# ------------------------------------------------------------------------------------- variants
def _turns(
    own: pl.DataFrame, members: pl.DataFrame, variants: Sequence[str], words: Words
) -> Table:
    """Return how many decisions each variant changes, and how many of them are members'."""
    changed = own.filter(pl.col("changed"))
    turned = dict(changed.group_by("variant").len().iter_rows())
    theirs = changed.join(members, on="cluster_id", how="semi")
    of_members = dict(theirs.group_by("variant").len().iter_rows())
    of = words.number(own["cluster_id"].n_unique())
    rows = [
        [
            words.variant(v),
            words("n_of", n=words.number(turned.get(v, 0)), all=of),
            words.number(of_members.get(v, 0)),
        ]
        for v in variants
    ]
    heads = [words(k) for k in ("variant", "turned", "of_them_members")]
    return Table(words("turns_caption"), heads, rows, frozenset({1, 2}))


def _turned(
    own: pl.DataFrame,
    decisions: pl.DataFrame,
    variants: Sequence[str],
    names: Mapping[str, str],
    roles: Mapping[str, str],
    words: Words,
) -> Table:
    """Return the clusters whose decision a variant changes, and the new decision."""
    base = dict(decisions["cluster_id", "decision"].iter_rows())
    turned = own.filter(pl.col("changed"))
    by_cluster: dict[str, dict[str, str]] = {}
    for cluster_id, variant, decision in turned["cluster_id", "variant", "decision"].iter_rows():
        by_cluster.setdefault(cluster_id, {})[variant] = decision
    ids = sorted(by_cluster)
    rows = [
        [
            linked(i, names),
            roles[i],
            decision_cell(base[i], words),
            *(_variant(by_cluster[i].get(v), words) for v in variants),
        ]
        for i in ids
    ]
    heads = [
        words("cluster"),
        words("role"),
        words("decision"),
        *(words.variant(v) for v in variants),
    ]
    return Table(words("turned_caption"), heads, rows, clusters=ids)


def _variant(decision: str | None, words: Words) -> str | Cell:
    return decision_cell(decision, words) if decision else words("unchanged")


# ------------------------------------------------------------------------- criteria and requests
def _within_one_of_mark(
    close: pl.DataFrame,
    catalogue: Catalogue,
    names: Mapping[str, str],
    roles: Mapping[str, str],
    words: Words,
) -> Table:
    mark = catalogue.pass_mark
    rows = [_close_row(r, mark, names, roles, words) for r in close.iter_rows(named=True)]
    heads = ("cluster", "role", "distance", "fulfilled", "undetermined", "decision")
    caption, ids = words("at_the_mark_caption"), close["cluster_id"].to_list()
    return Table(caption, [words(k) for k in heads], rows, frozenset({3, 4}), ids)


def _close_row(
    row: Mapping[str, Any],
    mark: int,
    names: Mapping[str, str],
    roles: Mapping[str, str],
    words: Words,
) -> list[str | Cell]:
    return [
        linked(row["cluster_id"], names),
        roles[row["cluster_id"]],
        words("one_above" if row["fulfilled"] >= mark else "one_below"),
        words.number(row["fulfilled"]),
        words.number(row["undetermined"]),
        decision_cell(row["decision"], words),
    ]


def _requests(
    requests: pl.DataFrame,
    catalogue: Catalogue,
    names: Mapping[str, str],
    roles: Mapping[str, str],
    words: Words,
) -> Table:
    titles = {c.id: f"{c.id} {words.of(c.title)}" for c in catalogue.criteria}
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            roles[r["cluster_id"]],
            words.number(r["missing"]),
            titles[r["criterion_id"]],
            Cell(r[f"request_{words.lang}"], written=form_words()),
        ]
        for r in requests.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("cluster", "role", "missing_criteria", "criterion", "request")]
    ids = requests["cluster_id"].to_list()
    return Table(words("requests_caption"), heads, rows, frozenset({2}), ids)
