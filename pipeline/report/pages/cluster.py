"""The page of one cluster: its rows of every table, and what is derived from them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from pipeline.common.rows import Row, rows_by
from pipeline.common.texts import LANGUAGES
from pipeline.report.outlook import lapsing
from pipeline.report.pages.actor_table import actor_tables
from pipeline.report.pages.admission import Admission, admission
from pipeline.report.pages.changes import NAME as CHANGES
from pipeline.report.pages.changes import own_changes, titles_of
from pipeline.report.pages.cohort_position import CohortPosition, cohort_position
from pipeline.report.pages.comparison import cohort_name
from pipeline.report.pages.counting import Actors, FigureRows, actor_rows, figure_rows
from pipeline.report.pages.experts import Label, label_text, labels_of, own_agreements, own_label
from pipeline.report.pages.features import Feature, features
from pipeline.report.pages.findings import SEVERITIES, cell_findings, readable
from pipeline.report.pages.hidden_limits import limit_hider
from pipeline.report.pages.money import own_money
from pipeline.report.pages.outlook import own_outlook
from pipeline.report.pages.print_selection import PrintSelection, Sections, select_printed
from pipeline.report.pages.revision import OwnRevision, own_revision
from pipeline.report.pages.steps import Steps, steps
from pipeline.report.pages.verdict import Verdict, named_conditions, verdict
from pipeline.report.pages.views import Head, Table, page_head
from pipeline.report.pages.words import Words
from pipeline.report.since import since_sentences
from pipeline.review import Review
from pipeline.tables.insights import lacking

Parts = Mapping[str, Mapping[str, Sequence[Row]]]
TABLES = (
    "decisions",
    "criteria",
    "conditions",
    "benchmarks",
    "admission",
    "agreements",
    "funding",
    "lapsed",
    CHANGES,
)
CONTEXT = ("process", "features", "stages", "reasons")
# What a cluster's page says of an expert's rating is without the expert's sign.
ASSESSED, REASONS = "assessed", [f"reason_{lang}" for lang in LANGUAGES]


@dataclass(frozen=True)
class ClusterView:
    """Everything that a cluster's page prints; None means unknown and is not printed.

    beside: size and age. paper: what of all this is printed.
    """

    head: Head
    cluster_id: str
    name: str
    facts: Sequence[tuple[str, str]]
    revision: OwnRevision | None
    sections: Sections
    place: CohortPosition
    beside: str
    actors: Actors
    figures: Sequence[FigureRows]
    findings_summary: str
    paper: PrintSelection


def cluster_views(review: Review, words: Words) -> Iterator[ClusterView]:
    """Yield the view of every reviewed cluster, in the order of their IDs.

    review: of some hundred clusters at most: as Python rows, tables need many times their memory.
    """
    hides = limit_hider(review)
    parts = {
        name: rows_by(frame.iter_rows(named=True), "cluster_id")
        for name, frame in printed_frames(review).items()
    }
    printed = actor_tables(review.tables["actors"], words)
    for row in review.tables["clusters"].sort("cluster_id").iter_rows(named=True):
        yield cluster_view(row, review, parts, hides, printed, words)


def printed_frames(review: Review) -> Mapping[str, pl.DataFrame]:
    """Return every table that pages of clusters need, each with its cluster_id."""
    frames = {name: review.tables[name] for name in TABLES if name in review.tables}
    frames |= {name: review.context[name] for name in CONTEXT if name in review.context}
    frames["conditions"] = named_conditions(review)
    frames["actors"] = review.tables["actors"].select("cluster_id", "row", "bound", "bound_reason")
    if "process" in frames:
        informed = (pl.col("informed_on") <= review.last_day).fill_null(value=False)
        frames["process"] = frames["process"].with_columns(informed=informed)
    frames["earlier"] = review.quarters.indicators
    frames["lapses"] = lapsing(review)
    frames["rows"] = grouped_rows(review.tables["rows"])
    findings = own_findings(review)
    frames["findings"] = readable(review, findings)
    frames["severities"] = findings.group_by("cluster_id", "severity").len("n")
    return frames


def grouped_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows behind figures, with the numbers of those with the same sheet and reason."""
    keys = ["cluster_id", "metric", "sheet", "counted", "reason_code"]
    grouped = rows.group_by(keys)
    return grouped.agg(numbers=pl.col("row").unique().sort()).sort(keys)


def own_findings(review: Review) -> pl.DataFrame:
    """Return the findings in the files that were reviewed."""
    reviewed = review.tables["submissions"].filter(pl.col("outcome") == "reviewed")
    return review.tables["findings"].join(
        reviewed.select("source_file"), on="source_file", how="semi", maintain_order="left"
    )


def cluster_view(
    row: Row,
    review: Review,
    parts: Parts,
    hides: Callable[[Row], bool],
    printed: Mapping[str, Markup],
    words: Words,
) -> ClusterView:
    """Return the view of one cluster, from its row of the table clusters and its parts.

    hides: whether a condition's limit must be hidden from the cluster (see `limit_hider`). printed:
    see `actor_tables`.
    """
    cluster_id = row["cluster_id"]
    own = {name: by_cluster.get(cluster_id, ()) for name, by_cluster in parts.items()}
    name, labels = row["name"] or cluster_id, labels_of(review)
    verdicts, settings = _verdicts(review, own, hides, words), review.settings.cohorts
    position = cohort_position(
        own["benchmarks"], own["earlier"], review.period, settings.cluster_page_minimum, words
    )
    sections = Sections(
        verdicts=verdicts,
        since=since_sentences(review, words.lang),
        changes=_changes(review, own, words),
        outlook=[
            *own_outlook(own["lapsed"], own["lapses"], titles_of(review, words), words),
            *own_label(labels.get(cluster_id), review.last_day, words),
        ],
        admission=_admission(own, words),
        agreements=own_agreements(own["agreements"], titles_of(review, words), words),
        money=own_money(row, own["funding"], words),
        features=_features(own, words),
        findings=cell_findings(words("cell_findings_caption"), own["findings"], words),
    )
    beside = _beside(row, words)
    place_text = " ".join((beside, words("place_note"), position.too_small))
    return ClusterView(
        head=page_head(review, cluster_id, words, row["name"] or ""),
        cluster_id=cluster_id,
        name=name,
        facts=_facts(row, labels.get(cluster_id), words),
        revision=own_revision(review, cluster_id, words),
        sections=sections,
        place=position,
        beside=beside,
        actors=actor_rows(own["actors"], printed.get(cluster_id, Markup()), words),
        figures=figure_rows(own["rows"], words),
        findings_summary=_findings_summary(own["severities"], words),
        paper=select_printed(sections, position, place_text, words),
    )


def _features(own: Mapping[str, Sequence[Row]], words: Words) -> Sequence[Feature]:
    rows = own.get("features", ())
    return features(rows[0], own["stages"], words) if rows else ()


def _admission(own: Mapping[str, Sequence[Row]], words: Words) -> Admission | None:
    process, applies = own.get("process", ()), own.get("admission", ())
    errors = sum(r["n"] for r in own["severities"] if r["severity"] == "error")
    return admission(process[0], next(iter(applies), None), errors, words) if process else None


def _changes(review: Review, own: Mapping[str, Sequence[Row]], words: Words) -> Table | None:
    rows = own.get(CHANGES, ())
    return own_changes(rows, titles_of(review, words), words) if rows else None


def _beside(row: Row, words: Words) -> str:
    """Return size and age, which a reader needs to interpret a position among others."""
    band, age = row["size_band"], row["age_years"]
    size = words("size_is", band=cohort_name("size_band", band, words)) if band else None
    return words(
        "beside_it",
        size=size or words("size_unknown"),
        age=words("age_unknown") if age is None else words.count("age_is", int(age)),
    )


def _facts(row: Row, label: Label | None, words: Words) -> list[tuple[str, str]]:
    return [
        (words("cluster_id"), row["cluster_id"]),
        (words("as_of"), words.day(row["as_of"])),
        (words("technology_field"), words.name("technology_fields", row["technology_field"])),
        (words("federal_state"), words.name("federal_states", row["federal_state"])),
        (words("role"), words.name("roles", row["role"])),
        *([(words("esca_label"), label_text(label, words))] if label else []),
    ]


def _verdicts(
    review: Review,
    own: Mapping[str, Sequence[Row]],
    hides: Callable[[Row], bool],
    words: Words,
) -> list[tuple[Verdict, Steps]]:
    found = []
    for number, catalogue in enumerate(review.catalogues, 1):
        mine = {
            name: [r for r in own[name] if r["catalogue"] == catalogue.id]
            for name in ("decisions", "criteria", "conditions")
        }
        unsigned = [r for r in own.get("reasons", ()) if r["catalogue"] == catalogue.id]
        mine["criteria"] = with_unsigned(mine["criteria"], unsigned)
        decision = mine["decisions"][0]
        rows = (decision, mine["criteria"], mine["conditions"])
        own_verdict = verdict(catalogue, number, *rows, hides, words)
        short = lacking(decision["fulfilled"], catalogue.pass_mark)
        found.append((own_verdict, steps(own_verdict, short, catalogue.pass_mark, words)))
    return found


def with_unsigned(criteria: Sequence[Row], reasons: Sequence[Row]) -> list[Row]:
    """Return criteria with the reasons for the cluster; a sign that is unknown is not shown."""
    own = {r["criterion_id"]: r for r in reasons}
    none = dict.fromkeys(REASONS)
    return [
        {**c, **{k: own.get(c["criterion_id"], none)[k] for k in REASONS}}
        if c["basis"] == ASSESSED
        else c
        for c in criteria
    ]


def _findings_summary(severities: Sequence[Row], words: Words) -> str:
    if not severities:
        return words("no_findings")
    there = {r["severity"]: r["n"] for r in severities}
    n = {s: words.count(f"n_{s}", there.get(s, 0)) for s in SEVERITIES}
    return words("findings_summary", **n)
