"""Collects the content of each feedback copy from the tables of a review or of a check."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import polars as pl

from pipeline.check import Checked
from pipeline.common.catalogue import Catalogue, load
from pipeline.common.rows import rows_by
from pipeline.common.settings import load_settings
from pipeline.common.stages import in_batches
from pipeline.common.texts import LANGUAGES, day, say
from pipeline.intake.discover import shown_name
from pipeline.intake.sent_file import SentFile
from pipeline.report.answers import Answer, answer_of, answers
from pipeline.report.feedback.subject import Ask, Both, Mark, Subject
from pipeline.report.feedback.write import FeedbackBatch
from pipeline.report.pages.hidden_limits import limit_hider, masked
from pipeline.review import Review
from pipeline.submissions.choose import SUPERSEDED

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
    """Return the batches of the copies of all submissions of a review; names: of the copies.

    lang: of the copies of submissions that do not tell their own.
    """
    return [
        FeedbackBatch(
            some, of_some, partial(subjects_of_review, of_files(review, some), lang), wanted
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
    tables["limits"] = review.tables["limits"]
    context = {name: t.filter(of_these) for name, t in review.context.items() if name == "answers"}
    languages = review.languages.filter(own)
    return replace(review, tables=tables, context=context, languages=languages)


def subjects_of_review(review: Review, lang: str, files: Sequence[SentFile]) -> Iterator[Subject]:
    """Yield the submissions of a review with their findings and requests, in file order.

    One at a time: the findings of a whole portfolio need many times the memory of their table.
    lang: where a submission does not tell its own.
    """
    by_name = {row["source_file"]: row for row in review.tables["submissions"].to_dicts()}
    findings = findings_by_file(review.tables["findings"])
    clusters = {row["cluster_id"]: row for row in review.tables["clusters"].to_dicts()}
    asks, known = asks_by_cluster(review), answers(review)
    spoken, named = dict(review.languages.iter_rows()), names_of(review.catalogues[0])
    for file in files:
        row = by_name[file.name]
        reviewed, cluster = row["outcome"] == "reviewed", row["cluster_id"]
        marks = marks_of(findings, file.name, named)
        own = asks.get(cluster, ()) if reviewed else ()
        spoken_here = spoken.get(file.name, lang)
        answer = answer_of(cluster, known, review.settings.office)
        answered = partial(answer.text, released_on=review.released_on)
        yield Subject(
            file.path,
            file.name,
            row["sha256"],
            cluster or "",
            review.period,
            day(clusters[cluster]["as_of"], spoken_here) if reviewed else "",
            row["outcome"],
            reason(row),
            counted(row["outcome"], clusters.get(cluster, {}), review),
            in_both(answered)
            if asks_something(marks, own) and row["outcome"] != SUPERSEDED
            else ("", ""),
            marks,
            own,
            row["code"] not in UNREADABLE,
            draft=review.draft,
            lang=spoken_here,
        )


def counted(outcome: str, cluster: Mapping[str, Any], review: Review) -> Both:
    """Return the thanks for a submission and what of it counts already.

    cluster: of a reviewed submission, its row of the table clusters.
    """
    numbers = {name: cluster.get(name) for name in ("fulfilled", "not_fulfilled", "undetermined")}
    numbers["all"] = len(review.catalogues[0].criteria)
    return in_both(lambda lang: say("feedback", f"counted_{outcome}", lang).format(**numbers))


def in_both(in_language: Callable[[str], str]) -> Both:
    """Return a text in both languages."""
    german, english = map(in_language, LANGUAGES)
    return german, english


def subjects_of_check(checked: Checked, lang: str, files: Sequence[SentFile]) -> Iterator[Subject]:
    """Yield the files of a check with their findings and requests, in the order of the files.

    lang: where a file does not tell its own.
    """
    by_name = {row["source_file"]: row for row in checked.files.to_dicts()}
    findings = findings_by_file(checked.findings)
    asks, settings = asks_of_check(checked.requests), load_settings()
    named = names_of(load(settings.review.first_catalogue))
    for file in files:
        row = by_name[file.name]
        marks, own = marks_of(findings, file.name, named), asks.get(file.name, ())
        yield Subject(
            file.path,
            shown_name(file.path),
            row["sha256"],
            row["cluster_id"] or "",
            answer=in_both(Answer(None, None, settings.office).text)
            if asks_something(marks, own)
            else ("", ""),
            marks=marks,
            asks=own,
            copyable=row["code"] not in UNREADABLE,
            lang=row["language"] or lang,
        )


def asks_something(marks: Sequence[Mark], asks: Sequence[Ask]) -> bool:
    """Whether the sender has something to do."""
    return bool(asks) or any(mark.severity != "info" for mark in marks)


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
    return in_both(partial(say, "feedback", code))


def findings_by_file(findings: pl.DataFrame) -> dict[tuple[str], pl.DataFrame]:
    """Return the findings of every file, in the table's order."""
    table = findings.select(
        "source_file",
        "criterion_ids",
        "severity",
        "sheet",
        "cell",
        "code",
        "message_de",
        "message_en",
        "value",
    )
    return table.partition_by("source_file", as_dict=True)


def names_of(catalogue: Catalogue) -> Callable[[Sequence[str]], Both]:
    """Return the names of criteria: number and title in both languages, one word for all."""
    titles = {criterion.id: criterion.title for criterion in catalogue.criteria}

    def named(ids: tuple[str, ...], lang: str) -> str:
        if len(ids) == len(titles):
            return say("feedback", "every_criterion", lang).format(n=len(ids))
        return ", ".join(f"{i} {titles[i][lang]}" for i in ids)

    @cache
    def in_languages(ids: tuple[str, ...]) -> Both:
        return in_both(partial(named, ids))

    return lambda ids: in_languages(tuple(ids))


def marks_of(
    findings: Mapping[tuple[str], pl.DataFrame],
    name: str,
    named: Callable[[Sequence[str]], Both],
) -> tuple[Mark, ...]:
    """Return the findings of one file; named: see `names_of`."""
    table = findings.get((name,))
    if table is None:
        return ()
    return tuple(_mark(named(ids or ()), source, *row) for source, ids, *row in table.iter_rows())


def _mark(
    criteria: Both,
    name: str,
    severity: str,
    sheet: str | None,
    cell: str | None,
    code: str,
    german: str,
    english: str,
    value: str | None,
) -> Mark:
    own = OWN_REASONS.get(code)
    place = "!".join(part for part in (sheet, cell) if part)
    message = (
        own_reason(own) if own else (bare(german, place or name), bare(english, place or name))
    )
    quoted = "" if own else value or ""
    return Mark(severity, sheet or "", cell or "", message, criteria, quoted)


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
    hides = limit_hider(review)
    table = review.tables["conditions"]
    table = table.filter(pl.col("limit_source").str.contains("^(quartile|frozen)"))
    hidden = filter(hides, table.iter_rows(named=True))
    return rows_by(hidden, "catalogue", "cluster_id", "criterion_id")
