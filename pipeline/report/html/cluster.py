"""The page of one cluster: its rows of every table, and what is made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.report.html.counting import Actors, FigureRows, actor_rows, figure_rows
from pipeline.report.html.discretion import discretion
from pipeline.report.html.faults import SEVERITIES, cell_findings, readable
from pipeline.report.html.place import Place, place
from pipeline.report.html.verdict import Verdict, verdict
from pipeline.report.html.views import Head, Table, page_head
from pipeline.report.html.words import Words
from pipeline.review import Review

Row = Mapping[str, Any]
Parts = Mapping[str, Mapping[str, Sequence[Row]]]
TABLES = ("decisions", "criteria", "conditions", "benchmarks", "actors")


@dataclass(frozen=True)
class ClusterView:
    """All that a cluster's page prints."""

    head: Head
    cluster_id: str
    name: str
    facts: Sequence[tuple[str, str]]
    verdicts: Sequence[Verdict]
    place: Place
    actors: Actors
    figures: Sequence[FigureRows]
    findings: Table
    findings_summary: str


def cluster_views(review: Review, words: Words) -> Iterator[ClusterView]:
    """Yield the view of every reviewed cluster."""
    parts = take_apart(review)
    for row in review.tables["clusters"].sort("cluster_id").iter_rows(named=True):
        yield cluster_view(row, review, parts, words)


def take_apart(review: Review) -> Parts:
    """Return every table's rows by cluster, each table gone through once."""
    frames = {name: review.tables[name] for name in TABLES}
    frames["rows"] = grouped_rows(review.tables["rows"])
    findings = own_findings(review)
    frames["findings"] = readable(review, findings)
    frames["severities"] = findings.group_by("cluster_id", "severity", maintain_order=True).len("n")
    return {name: _by_cluster(frame) for name, frame in frames.items()}


def _by_cluster(frame: pl.DataFrame) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["cluster_id"], []).append(row)
    return found


def grouped_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows behind figures with the numbers of those that share sheet and reason."""
    keys = ["cluster_id", "metric", "sheet", "counted", "reason_code"]
    grouped = rows.group_by(keys, maintain_order=True)
    return grouped.agg(numbers=pl.col("row").unique().sort()).sort(keys)


def own_findings(review: Review) -> pl.DataFrame:
    """Return the findings in the files that were reviewed."""
    reviewed = review.tables["submissions"].filter(pl.col("outcome") == "reviewed")
    return review.tables["findings"].join(
        reviewed.select("source_file"), on="source_file", how="semi", maintain_order="left"
    )


def cluster_view(row: Row, review: Review, parts: Parts, words: Words) -> ClusterView:
    """Return the view of one cluster, from its row of the table clusters and its parts."""
    cluster_id = row["cluster_id"]
    own = {name: by_cluster.get(cluster_id, ()) for name, by_cluster in parts.items()}
    name = row["name"] or cluster_id
    return ClusterView(
        head=page_head(review, f"{cluster_id} {name}", words),
        cluster_id=cluster_id,
        name=name,
        facts=_facts(row, words),
        verdicts=_verdicts(review, own, words),
        place=place(own["benchmarks"], review.settings.cohorts.cluster_page_minimum, words),
        actors=actor_rows(own["actors"], words),
        figures=figure_rows(own["rows"], words),
        findings=cell_findings(words("cell_findings_caption"), own["findings"], words),
        findings_summary=_findings_summary(own["severities"], words),
    )


def _facts(row: Row, words: Words) -> list[tuple[str, str]]:
    return [
        (words("cluster_id"), row["cluster_id"]),
        (words("as_of"), words.day(row["as_of"])),
        (words("technology_field"), words.name("technology_fields", row["technology_field"])),
        (words("federal_state"), words.name("federal_states", row["federal_state"])),
        (words("role"), words.name("roles", row["role"])),
    ]


def _verdicts(review: Review, own: Mapping[str, Sequence[Row]], words: Words) -> list[Verdict]:
    found = []
    hides = discretion(review)
    for catalogue in review.catalogues:
        mine = {
            name: [r for r in own[name] if r["catalogue"] == catalogue.id]
            for name in ("decisions", "criteria", "conditions")
        }
        decision = mine["decisions"][0]
        rows = (decision, mine["criteria"], mine["conditions"])
        found.append(verdict(catalogue, *rows, hides, words))
    return found


def _findings_summary(severities: Sequence[Row], words: Words) -> str:
    if not severities:
        return words("no_findings")
    there = {r["severity"]: r["n"] for r in severities}
    n = {s: words.count(f"n_{s}", there.get(s, 0)) for s in SEVERITIES}
    return words("findings_summary", **n)
