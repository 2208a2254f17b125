"""The experts' opinions, agreements with clusters, and ESCA labels: tables and sentences."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.rows import Row
from pipeline.report.owed_opinions import of_experts
from pipeline.report.pages.changes import titles_of
from pipeline.report.pages.views import Cell, Table, day_cell, named, page_of, theirs
from pipeline.report.pages.words import Words
from pipeline.review import Review

Titles = Mapping[tuple[str, str], str]
# What became of an agreement, with the mark of its badge; what needs the office comes first.
OUTCOMES = {"overdue": "not_eligible", "running": "open", "kept": "eligible"}


@dataclass(frozen=True)
class Experts:
    """Who owes how many opinions, which, who differs, and what became of agreements.

    None: nothing is assigned, nobody differs, nothing was agreed.
    """

    of_experts: Table | None
    owed: Table | None
    dissents: Table | None
    agreements: Table | None


def experts(review: Review, words: Words) -> Experts | None:
    """Return the office's view; None if there is nothing to tell."""
    found = Experts(
        _of_experts(review, words),
        _owed(review, words),
        _dissents(review, words),
        _agreements(review, words),
    )
    return found if any(vars(found).values()) else None


def _of_experts(review: Review, words: Words) -> Table | None:
    table = of_experts(review.tables["assignments"])
    rows = [
        [
            r["reviewer"],
            *(words.number(r[c]) for c in ("assigned", "done", "owed", "overdue")),
            day_cell(r["next_due"], words),
        ]
        for r in table.iter_rows(named=True)
    ]
    heads = ["expert", "assigned", "done_opinions", "owed", "overdue", "next_due"]
    titles = [words(k) for k in heads]
    caption = words("of_experts_caption", day=words.day(review.last_day))
    return Table(caption, titles, rows, frozenset({1, 2, 3, 4}), sortable=True) if rows else None


def _owed(review: Review, words: Words) -> Table | None:
    owed = review.tables["assignments"].filter(~pl.col("done"))
    owed = owed.sort("due", "reviewer", "cluster_id", nulls_last=True, maintain_order=True)
    titles, known = titles_of(review, words), _names(review)
    rows: list[list[str | Cell]] = [
        [
            _cluster(r["cluster_id"], known),
            _title(r, titles),
            r["reviewer"],
            day_cell(r["due"], words),
            Cell(words("overdue"), mark="not_eligible") if r["overdue"] else "",
        ]
        for r in owed.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("cluster", "criterion", "expert", "due")] + [words("overdue")]
    ids = owed["cluster_id"].to_list()
    return Table(words("owed_caption"), heads, rows, clusters=ids, sortable=True) if rows else None


def dissent_texts(review: Review, words: Words) -> Mapping[tuple[str, str, str], str]:
    """Return by catalogue, cluster and criterion what the experts say who differ."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for r in review.tables["ratings"].filter("dissent").iter_rows(named=True):
        text = f"{r['reviewer'] or words('none')}: {words.code('status', r['rating'])}"
        key = (r["catalogue"], r["cluster_id"], r["criterion_id"])
        found.setdefault(key, []).append(text + (f" ({words.day(r['date'])})" if r["date"] else ""))
    return {key: "; ".join(texts) for key, texts in found.items()}


def _dissents(review: Review, words: Words) -> Table | None:
    titles, known = titles_of(review, words), _names(review)
    found = dissent_texts(review, words)
    rows: list[list[str | Cell]] = [
        [_cluster(i, known), titles.get((k, c), c), text] for (k, i, c), text in found.items()
    ]
    heads = [words(k) for k in ("cluster", "criterion", "ratings_head")]
    ids = [i for _, i, _ in found]
    return Table(words("dissent_caption"), heads, rows, clusters=ids) if rows else None


# ------------------------------------------------------------------------------------ agreements
def _agreements(review: Review, words: Words) -> Table | None:
    place = pl.col("outcome").replace_strict(list(OUTCOMES), range(len(OUTCOMES)))
    table = review.tables["agreements"].sort(place, "due", nulls_last=True, maintain_order=True)
    known, titles = _names(review), titles_of(review, words)
    rows = [
        [_cluster(r["cluster_id"], known), *_agreement(r, titles, words)]
        for r in table.iter_rows(named=True)
    ]
    heads = [words("cluster"), *_agreement_heads(words)]
    ids = table["cluster_id"].to_list()
    caption = words("agreements_caption", day=words.day(review.last_day))
    return Table(caption, heads, rows, clusters=ids, sortable=True) if rows else None


def own_agreements(rows: Sequence[Row], titles: Titles, words: Words) -> Table | None:
    """Return a cluster's agreements and what became of them; None without any."""
    cells = [_agreement(r, titles, words) for r in rows]
    caption = words("own_agreements_caption")
    return Table(caption, _agreement_heads(words), cells) if cells else None


def _agreement_heads(words: Words) -> list[str]:
    heads = ("criterion", "agreement", "agreed_on", "status_then", "status_now", "due", "outcome")
    return [words(k) for k in heads]


def _agreement(row: Row, titles: Titles, words: Words) -> list[str | Cell]:
    statuses = [
        words.code("status", row[c]) if row[c] else words("none") for c in ("status_then", "status")
    ]
    outcome = row["outcome"]
    return [
        _title(row, titles),
        theirs(row["agreement"] or words("none")),
        day_cell(row["agreed_on"], words),
        *statuses,
        day_cell(row["due"], words),
        Cell(words(f"agreement_{outcome}"), mark=OUTCOMES[outcome]),
    ]


# ---------------------------------------------------------------------------------------- labels
@dataclass(frozen=True)
class Label:
    """A cluster's ESCA label, and until when it is valid."""

    label: str
    until: dt.date | None


def labels_of(review: Review) -> Mapping[str, Label]:
    """Return the ESCA labels of the register by cluster."""
    if "labels" not in review.context:
        return {}
    return {i: Label(label, until) for i, label, until in review.context["labels"].iter_rows()}


def label_text(label: Label, words: Words) -> str:
    """Return a label with the day until which it is valid."""
    name = words.name("esca_labels", label.label)
    if label.until is None:
        return name
    return words("label_valid", label=name, day=words.day(label.until))


def own_label(label: Label | None, last_day: dt.date, words: Words) -> list[str]:
    """Return a sentence about a label that has expired or will within a year; else none."""
    if label is None or not _expires(label, last_day):
        return []
    key = "label_expired" if label.until and label.until < last_day else "label_expires"
    name = words.name("esca_labels", label.label)
    return [words(key, label=name, day=words.day(label.until))]


def expiring_labels(review: Review, words: Words) -> Table:
    """Return the labels that have expired or will within a year, the soonest first."""
    known = _names(review)
    found = [(i, k) for i, k in labels_of(review).items() if _expires(k, review.last_day)]
    found.sort(key=lambda pair: (pair[1].until or review.last_day, pair[0]))
    roles = dict(review.tables["coverage"].select("cluster_id", "role").iter_rows())
    rows: list[list[str | Cell]] = [
        [
            _cluster(i, known),
            words.role(roles.get(i)),
            words.name("esca_labels", k.label),
            day_cell(k.until, words),
            words("expired") if k.until and k.until < review.last_day else "",
        ]
        for i, k in found
    ]
    heads = [words(k) for k in ("cluster", "role", "esca_label", "label_until", "note")]
    return Table(words("labels_caption"), heads, rows, clusters=[i for i, _ in found])


def _expires(label: Label, last_day: dt.date) -> bool:
    # within twelve months; a quarter's last day is never 29 February
    soon = last_day.replace(year=last_day.year + 1)
    return label.until is not None and label.until <= soon


# ----------------------------------------------------------------------------------------- cells
def _names(review: Review) -> Mapping[str, tuple[str, bool]]:
    """Return each cluster's name, and whether it has a page."""
    rows = review.tables["coverage"].select("cluster_id", "name", "state").iter_rows()
    return {i: (name or "", state == "reviewed") for i, name, state in rows}


def _cluster(cluster_id: str, known: Mapping[str, tuple[str, bool]]) -> Cell:
    name, has_page = known.get(cluster_id, ("", False))
    return named(cluster_id, name, page_of(cluster_id) if has_page else "")


def _title(row: Row, titles: Titles) -> str:
    key = row["catalogue"], row["criterion_id"]
    return titles.get(key, f"{row['criterion_id']} ({row['catalogue']})")
