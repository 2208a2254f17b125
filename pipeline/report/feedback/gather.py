"""Collects the content of each feedback copy from the tables of a review or of a check."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from pipeline.check import Checked
from pipeline.common.stages import in_batches
from pipeline.common.texts import LANGUAGES, day, say
from pipeline.intake.discover import shown_name
from pipeline.intake.sent import SentFile
from pipeline.report.feedback.subject import Ask, Both, Mark, Subject
from pipeline.report.feedback.write import FeedbackBatch
from pipeline.report.pages.discretion import discretion, masked
from pipeline.review import Review

# Outcomes of files that could not be read: there is nothing to copy.
UNREADABLE = {
    "unreadable",
    "encrypted",
    "not_a_workbook",
    "too_large",
    "timeout",
    "reader_crash",
}
# The tables about clusters that the copies are made from.
OF_CLUSTERS = ("clusters", "criteria", "conditions")
# The table's messages may name files of another cluster. These texts replace them.
OWN_REASONS = {"duplicate_cluster": "reason_duplicate", "superseded": "reason_superseded"}


def feedback_batches(
    review: Review,
    files: Sequence[SentFile],
    names: Sequence[str],
    lang: str,
    wanted: frozenset[str],
) -> list[FeedbackBatch]:
    """Return the batches of the copies of all submissions of a review; names: of the copies."""
    return [
        FeedbackBatch(
            some, of_some, partial(subjects_of_review, of_files(review, some), lang), lang, wanted
        )
        for some, of_some in zip(in_batches(files), in_batches(names), strict=True)
    ]


def of_files(review: Review, files: Sequence[SentFile]) -> Review:
    """Return the review with the tables that copies are made from, restricted to these files.

    files: the submissions.
    """
    own = pl.col("source_file").is_in([file.name for file in files])
    submissions, findings = (
        review.tables[name].filter(own) for name in ("submissions", "findings")
    )
    of_these = pl.col("cluster_id").is_in(submissions["cluster_id"].drop_nulls().implode())
    tables = {name: review.tables[name].filter(of_these) for name in OF_CLUSTERS}
    tables |= {"submissions": submissions, "findings": findings}
    return replace(review, tables={**tables, "limits": review.tables["limits"]}, context={})


def subjects_of_review(review: Review, lang: str, files: Sequence[SentFile]) -> Iterator[Subject]:
    """Yield the submissions of a review with their findings and requests, in file order.

    One at a time: the findings of a whole portfolio need many times the memory of their table.
    """
    by_name = {row["source_file"]: row for row in review.tables["submissions"].to_dicts()}
    findings = findings_by_file(review.tables["findings"])
    dates = dict(review.tables["clusters"].select("cluster_id", "as_of").iter_rows())
    asks = asks_by_cluster(review)
    for file in files:
        row = by_name[file.name]
        reviewed, cluster = row["outcome"] == "reviewed", row["cluster_id"]
        yield Subject(
            file.path,
            file.name,
            row["sha256"],
            cluster or "",
            review.period,
            day(dates[cluster], lang) if reviewed else "",
            row["outcome"],
            reason(row),
            marks_of(findings, file.name),
            asks.get(cluster, ()) if reviewed else (),
            row["code"] not in UNREADABLE,
            draft=review.draft,
        )


def subjects_of_check(checked: Checked, files: Sequence[SentFile]) -> Iterator[Subject]:
    """Yield the files of a check with their findings and requests, in the order of the files."""
    by_name = {row["source_file"]: row for row in checked.files.to_dicts()}
    findings = findings_by_file(checked.findings)
    asks = asks_of_check(checked.requests)
    for file in files:
        row = by_name[file.name]
        yield Subject(
            file.path,
            shown_name(file.path),
            row["sha256"],
            row["cluster_id"] or "",
            marks=marks_of(findings, file.name),
            asks=asks.get(file.name, ()),
            copyable=row["code"] not in UNREADABLE,
        )


def asks_of_check(requests: pl.DataFrame) -> dict[str, tuple[Ask, ...]]:
    """Return the requests for each file's undetermined criteria (see `check.Checked`)."""
    result: dict[str, list[Ask]] = {}
    columns = ("source_file", "criterion_id", "title_de", "title_en", "request_de", "request_en")
    for name, criterion, *texts in requests.select(columns).iter_rows():
        ask = Ask(criterion, (texts[0], texts[1]), (texts[2], texts[3]))
        result.setdefault(name, []).append(ask)
    return {name: tuple(asks) for name, asks in result.items()}


def reason(row: Mapping[str, Any]) -> Both:
    """Return the reason for a submission's outcome and what to do, without naming other files."""
    code = OWN_REASONS.get(row["code"] or row["outcome"])
    if code is not None:
        return own_reason(code)
    german, english = (row[f"message_{lang}"] or "" for lang in LANGUAGES)
    return bare(german, row["source_file"]), bare(english, row["source_file"])


def own_reason(code: str) -> Both:
    """Return one of our reasons in both languages."""
    return say("feedback", code, "de"), say("feedback", code, "en")


def findings_by_file(findings: pl.DataFrame) -> dict[tuple[str], pl.DataFrame]:
    """Return the findings of every file, in the table's order."""
    table = findings.select(
        "source_file",
        "severity",
        "sheet",
        "cell",
        "code",
        "message_de",
        "message_en",
        pl.col("criterion_ids").list.join(", "),
        "value",
    )
    return table.partition_by("source_file", as_dict=True)


def marks_of(findings: Mapping[tuple[str], pl.DataFrame], name: str) -> tuple[Mark, ...]:
    """Return the findings of one file."""
    table = findings.get((name,))
    return () if table is None else tuple(_mark(*row) for row in table.iter_rows())


def _mark(
    name: str,
    severity: str,
    sheet: str | None,
    cell: str | None,
    code: str,
    german: str,
    english: str,
    criteria: str | None,
    value: str | None,
) -> Mark:
    own = OWN_REASONS.get(code)
    place = "!".join(part for part in (sheet, cell) if part)
    message = (
        own_reason(own) if own else (bare(german, place or name), bare(english, place or name))
    )
    shown = "" if own else value or ""
    return Mark(severity, sheet or "", cell or "", message, criteria or "", shown)


def bare(message: str, place: str) -> str:
    """Return a message without the address at its start: the copy shows it at that address."""
    rest = message.removeprefix(f"{place}: ")
    return rest[:1].upper() + rest[1:]


def asks_by_cluster(review: Review) -> dict[str, tuple[Ask, ...]]:
    """Return the requests for each cluster's undetermined criteria, in catalogue order."""
    titles = {(c.id, k.id): k.title for c in review.catalogues for k in c.criteria}
    several = len(review.catalogues) > 1
    hidden = hidden_limits(review)
    table = review.tables["criteria"].filter(pl.col("request_de") != "")
    columns = ("cluster_id", "catalogue", "criterion_id", "request_de", "request_en")
    result: dict[str, list[Ask]] = {}
    for cluster, catalogue, criterion, german, english in table.select(columns).iter_rows():
        title = titles[catalogue, criterion]
        label = f"{criterion} ({catalogue})" if several else criterion
        for condition in hidden.get((catalogue, cluster, criterion), ()):
            german, english = masked(german, condition), masked(english, condition)
        ask = Ask(label, (title["de"], title["en"]), (german, english))
        result.setdefault(cluster, []).append(ask)
    return {cluster: tuple(asks) for cluster, asks in result.items()}


def hidden_limits(review: Review) -> Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]]:
    """Return by catalogue, cluster and criterion the conditions limited by others' values."""
    hides = discretion(review)
    table = review.tables["conditions"]
    table = table.filter(pl.col("limit_source").str.contains("^(quartile|frozen)"))
    result: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in filter(hides, table.iter_rows(named=True)):
        key = (row["catalogue"], row["cluster_id"], row["criterion_id"])
        result.setdefault(key, []).append(row)
    return result
