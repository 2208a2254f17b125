"""The data for the script of the office's page: clusters to filter, and the reason for each cell.

Everything here is also on the clusters' pages; the script only shows it at the cell. Texts repeat,
so each is included once and referred to by its number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import escape

from pipeline.common.catalogue import Catalogue, Condition
from pipeline.common.rows import Row, rows_by
from pipeline.report.pages.evidence import Sources, sources
from pipeline.report.pages.experts import dissent_texts
from pipeline.report.pages.matrix import CLASSES, spoken
from pipeline.report.pages.verdict import ConditionView, condition_view, named_conditions
from pipeline.report.pages.views import names_of
from pipeline.report.pages.words import Words, form_words
from pipeline.review import Review
from pipeline.tables.insights import Sharing
from pipeline.tables.reasons import asks_text, written_reason

# The script's own texts.
SPOKEN = (
    "filter_status",
    "filter_all",
    "filter_count",
    "filter_drop",
    "sorted_by",
    "ascending",
    "descending",
    "required",
    "reason",
    "request",
    "source_rows",
    "lever_head",
    "value",
    "open_page",
    "sort_by",
    "address_up",
    "address_down",
    "distinct_note",
    "without_experts",
    "cell_label",
    "none_chosen",
    "more_rows",
)
FIELDS = (
    "cluster_id",
    "name",
    "federal_state",
    "technology_field",
    "measures",
    "decision",
    "size_band",
    "actors",
    "smes",
    "doubtful",
    "role",
)


class Pool:
    """Texts by number, escaped for the page; the empty text is 0."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        """Return the text's number."""
        return self.numbers.setdefault(str(escape(text)), len(self.numbers))


def script_texts(words: Words) -> Row:
    """Return the script's own texts, and the names of the fields in its data."""
    return {
        "fields": FIELDS,
        "marks": spoken(words),
        "words": {key: words(key) for key in SPOKEN},
    }


def chosen_from(review: Review, found: Sharing) -> Row:
    """Return what the script filters, counts and sorts by; found: `insights.sharing`.

    Clusters are identified by their position in the order of the ids.
    """
    ids = review.tables["clusters"]["cluster_id"].sort().to_list()
    place = {cluster_id: n for n, cluster_id in enumerate(ids)}
    return {
        "clusters": cluster_rows(review),
        "shared": [
            [[place[i] for i in cluster_ids], actors]
            for cluster_ids, actors in found.groups.iter_rows()
        ],
        "matrices": [matrix_rows(review, c) for c in review.catalogues],
    }


def reasons(review: Review, words: Words) -> Row:
    """Return the reason for each cell of the matrices."""
    pool = Pool()
    behind = sources(review, words)
    catalogues = [_catalogue(review, c, behind, pool, words) for c in review.catalogues]
    return {"catalogues": catalogues, "texts": list(pool.numbers)}


# --------------------------------------------------------------------------------------- clusters
def cluster_rows(review: Review) -> list[list[Any]]:
    """Return FIELDS of every reviewed cluster, in the order of their ids."""
    decisions = review.tables["decisions"].filter(pl.col("catalogue") == review.catalogues[0].id)
    doubtful = pl.col("decision_confirmed") != pl.col("decision")
    decisions = decisions.select("cluster_id", doubtful=doubtful.cast(pl.Int64))
    bound = review.tables["actors"].filter(pl.col("bound"))
    counts = bound.group_by("cluster_id").agg(
        members=pl.len(), smes=pl.col("sme").sum().cast(pl.Int64)
    )
    measures = measures_of(review.tables["benchmarks"])
    table = review.tables["clusters"].join(decisions, on="cluster_id")
    table = table.join(counts, on="cluster_id", how="left").sort("cluster_id")
    table = table.with_columns(pl.col("members", "smes").fill_null(0))
    names = names_of(review)
    return [
        [
            r["cluster_id"],
            names[r["cluster_id"]],
            r["federal_state"] or "",
            r["technology_field"] or "",
            measures.get(r["cluster_id"], []),
            r["decision"],
            r["size_band"] or "",
            r["members"],
            r["smes"],
            r["doubtful"],
            role_key(r["role"]),
        ]
        for r in table.iter_rows(named=True)
    ]


def role_key(role: str | None) -> str:
    """Return a role as the filter's value; the empty one chooses every cluster."""
    return role or "-"


def matrix_rows(review: Review, catalogue: Catalogue) -> list[list[Any]]:
    """Return each cluster's decision, fulfilled criteria, unassessed ones, signs of its statuses.

    The signs are the classes of its cells, in the order of the catalogue's criteria.
    """
    own = pl.col("catalogue") == catalogue.id
    order = {c.id: n for n, c in enumerate(catalogue.criteria)}
    signs = (
        review.tables["criteria"]
        .filter(own)
        .select(
            "cluster_id",
            sign=pl.col("status").replace_strict(CLASSES, return_dtype=pl.String),
            place=pl.col("criterion_id").replace_strict(order, return_dtype=pl.Int64),
        )
    )
    joined = signs.sort("place").group_by("cluster_id").agg(pl.col("sign").str.join())
    decisions = review.tables["decisions"].filter(own).join(joined, on="cluster_id")
    columns = ("decision", "fulfilled", "fulfilled_soft", "sign")
    return [list(row) for row in decisions.sort("cluster_id").select(columns).iter_rows()]


def measures_of(benchmarks: pl.DataFrame) -> Mapping[str, list[str]]:
    """Return each cluster's excellence measures; every measure is a cohort."""
    own = benchmarks.filter(pl.col("cohort_kind") == "measure")
    grouped = own.group_by("cluster_id").agg(pl.col("cohort").unique().sort())
    return dict(grouped.iter_rows())


# ------------------------------------------------------------------------------------------ cells
def _catalogue(
    review: Review, catalogue: Catalogue, behind: Sources, pool: Pool, words: Words
) -> dict[str, Any]:
    own = pl.col("catalogue") == catalogue.id
    ordered = named_conditions(review).filter(own).sort("cluster_id", "criterion_id", "condition")
    conditions = rows_by(ordered.iter_rows(named=True), "cluster_id", "criterion_id")
    differ = dissent_texts(review, words)
    declared = {c.id: c for c in catalogue.criteria}
    position = {c.id: n for n, c in enumerate(catalogue.criteria)}
    cells: dict[str, list[Any]] = {}
    judged = review.tables["criteria"].filter(own).sort("cluster_id", "criterion_id")
    for row in judged.iter_rows(named=True):
        cluster_id, criterion_id = row["cluster_id"], row["criterion_id"]
        those = conditions.get((cluster_id, criterion_id), ())
        dissent = differ.get((catalogue.id, cluster_id, criterion_id), "")
        cell = _cell(row, those, dissent, declared[criterion_id].conditions, behind, pool, words)
        cells.setdefault(cluster_id, [0] * len(declared))[position[criterion_id]] = cell
    criteria = [
        [
            c.id,
            words.of(c.title),
            words.code("kind", c.kind),
            asks_text(c, words.lang),
            [words.of(k.metric.title) for k in c.conditions],
        ]
        for c in catalogue.criteria
    ]
    return {"criteria": criteria, "cells": cells}


def _cell(
    row: Row,
    conditions: Sequence[Row],
    dissent: str,
    declared: Sequence[Condition],
    behind: Sources,
    pool: Pool,
    words: Words,
) -> list[Any]:
    """Return status, basis, rating's reason, request, and of each condition the result of _view."""
    assessed = row["basis"] == "assessed"
    computed = words.code("status", row["computed_status"])
    basis = words("by_expert", computed=computed) if assessed else words("by_computation")
    against = words("against_hard") if row["against_hard"] else ""
    reason = row[f"reason_{words.lang}"] if assessed else ""
    views = []
    for condition in conditions:
        view = condition_view(declared[condition["condition"] - 1], condition, words)
        source = behind.get((row["cluster_id"], condition["metric"]), "")
        views.append(_view(view, source, pool, words))
    written = [written_reason(reason or "", words.lang), *form_words()]
    status = f"{words.code('status_sign', row['status'])} {words.code('status', row['status'])}"
    differs = words("dissent_is", ratings=dissent) if dissent else ""
    basis_text = " ".join(filter(None, (f"{basis}.", against, differs)))
    request = row[f"request_{words.lang}"] or ""
    texts = (status, basis_text, *(words.marked(text or "", written) for text in (reason, request)))
    return [*map(pool, texts), views]


def _view(view: ConditionView, source: str, pool: Pool, words: Words) -> list[int]:
    required = f"{view.required} ({view.limit})" if view.limit else view.required
    told = words.marked(view.lever, view.written)
    return [pool(text) for text in (view.sign, view.value, required, told, source)]
