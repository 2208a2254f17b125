"""The head of the office's report: the portfolio in one look, and who reported."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.catalogue import Catalogue
from pipeline.report.html.views import Cell, Table, page_of
from pipeline.report.html.words import Words
from pipeline.review import Review

MEMBER = "Mitglied"
DECISIONS = ("eligible", "open", "not_eligible")


@dataclass(frozen=True)
class KeyFigure:
    """One figure with what it counts and what else belongs to it."""

    value: str
    label: str
    note: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Returns:
    """Who reported: a sentence and the tables that are not empty."""

    summary: str
    tables: Sequence[Table]


# ----------------------------------------------------------------------------------- key figures
def key_figures(review: Review, words: Words) -> list[KeyFigure]:
    """Return the figures of the portfolio."""
    coverage = review.tables["coverage"]
    state = dict(coverage.group_by("state").len().iter_rows())
    outcome = dict(review.tables["submissions"].group_by("outcome").len().iter_rows())
    expected = coverage.filter(pl.col("expected")).height
    n = words.number
    note = words("of_expected", n=n(expected)) if expected else ""
    quarantined = outcome.get("quarantined", 0)
    return [
        KeyFigure(n(state.get("reviewed", 0)), words("clusters_reviewed"), note),
        *_actor_figures(review.tables["actors"], words),
        *_decision_figures(review, words),
        KeyFigure(n(quarantined), words.count("files_quarantined", quarantined)),
        KeyFigure(n(state.get("missing", 0)), words("clusters_missing")),
    ]


def _actor_figures(actors: pl.DataFrame, words: Words) -> list[KeyFigure]:
    bound = actors.filter(pl.col("bound"))
    smes = bound.filter(pl.col("sme"))
    n = words.number
    distinct = words("distinct_smes", n=n(_distinct(smes)))
    share = words.percent(smes.height / bound.height) if bound.height else words("unknown")
    return [
        KeyFigure(n(bound.height), words("memberships"), words("memberships_note")),
        KeyFigure(n(_distinct(bound)), words("distinct_actors")),
        KeyFigure(n(smes.height), words("smes"), words("smes_note", share=share, more=distinct)),
    ]


def _distinct(actors: pl.DataFrame) -> int:
    """Return how many actors there are across clusters; one without a name is its own."""
    keys = actors["actor_key"]
    return keys.drop_nulls().n_unique() + keys.null_count()


def _decision_figures(review: Review, words: Words) -> list[KeyFigure]:
    decisions = review.tables["decisions"].filter(pl.col("catalogue") == review.catalogues[0].id)
    found = []
    for decision in DECISIONS:
        of_kind = decisions.filter(pl.col("decision") == decision)
        doubtful = of_kind.filter(pl.col("decision_confirmed") != decision).height
        note = words("without_experts", n=words.number(doubtful)) if doubtful else ""
        label = words.code("decision", decision)
        found.append(KeyFigure(words.number(of_kind.height), label, note, decision))
    return found


# --------------------------------------------------------------------------------------- returns
def returns(review: Review, words: Words) -> Returns:
    """Return who reported, whose file was set aside, and which members are below the mark."""
    coverage = review.tables["coverage"]
    counts = dict(coverage.group_by("state").len().iter_rows())
    summary = words(
        "returns_summary",
        all=words.count("clusters", coverage.height),
        **{k: words.number(counts.get(k, 0)) for k in ("reviewed", "quarantined", "missing")},
    )
    tables = [
        _not_reviewed(coverage, words),
        _files(review, "quarantined", words),
        _files(review, "superseded", words),
        _mapped(review, words),
        _outdated(coverage, words),
        *(_below(review, catalogue, words) for catalogue in review.catalogues),
    ]
    return Returns(summary, [t for t in tables if t.rows])


def _not_reviewed(coverage: pl.DataFrame, words: Words) -> Table:
    rows = coverage.filter(pl.col("state") != "reviewed").sort("state", "cluster_id")
    return Table(
        words("not_reviewed_caption"),
        [words(k) for k in ("cluster_id", "name", "role", "expected", "state")],
        [
            [
                r["cluster_id"],
                r["name"] or words("none"),
                words.name("roles", r["role"]),
                words.yes_no(r["expected"]),
                words.code("outcome", r["state"]),
            ]
            for r in rows.iter_rows(named=True)
        ],
    )


def _files(review: Review, outcome: str, words: Words) -> Table:
    rows = review.tables["submissions"].filter(pl.col("outcome") == outcome).sort("source_file")
    return Table(
        words(f"{outcome}_caption"),
        [words(k) for k in ("file", "cluster_id", "reason", "message")],
        [
            [
                r["source_file"],
                r["cluster_id"] or words("none"),
                words.finding(r["code"] or outcome),
                r[f"message_{words.lang}"] or "",
            ]
            for r in rows.iter_rows(named=True)
        ],
    )


def _mapped(review: Review, words: Words) -> Table:
    return Table(
        words("mapped_caption"),
        [words(k) for k in ("file", "mapping")],
        [list(row) for row in review.mapped.select("source_file", "mapping").rows()],
    )


def _outdated(coverage: pl.DataFrame, words: Words) -> Table:
    rows = coverage.filter(pl.col("outdated")).sort("cluster_id")
    return Table(
        words("outdated_caption"),
        [words(k) for k in ("cluster_id", "name", "as_of", "age_days")],
        [
            [
                r["cluster_id"],
                r["name"] or words("none"),
                words.day(r["as_of"]),
                words.number(r["age_days"]),
            ]
            for r in rows.iter_rows(named=True)
        ],
        frozenset({3}),
    )


def _below(review: Review, catalogue: Catalogue, words: Words) -> Table:
    """Return the members that do not reach the pass mark."""
    decisions = review.tables["decisions"].filter(pl.col("catalogue") == catalogue.id)
    members = review.tables["clusters"].filter(pl.col("role") == MEMBER)
    members = members.select("cluster_id", "name")
    rows = decisions.join(members, on="cluster_id").filter(pl.col("decision") != "eligible")
    heads = ("cluster_id", "name", "fulfilled", "undetermined", "decision")
    return Table(
        words("below_caption", title=words.of(catalogue.title), mark=catalogue.pass_mark),
        [words(k) for k in heads],
        [
            [
                Cell(r["cluster_id"], page_of(r["cluster_id"])),
                r["name"] or words("none"),
                words.number(r["fulfilled"]),
                words.number(r["undetermined"]),
                Cell(words.code("decision", r["decision"]), mark=r["decision"]),
            ]
            for r in rows.sort("fulfilled", "cluster_id").iter_rows(named=True)
        ],
        frozenset({2, 3}),
    )
