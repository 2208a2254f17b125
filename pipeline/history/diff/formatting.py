"""Formats a difference: as text for people, as plain data for programs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from pipeline.common.rows import Row, rows_by
from pipeline.common.texts import number, percent, say, say_count
from pipeline.history.diff.compare import Difference
from pipeline.history.diff.publication import CURRENT, Publication
from pipeline.history.diff.sources import catalogue_versions, readable_name
from schemas.benchmarks import declared_indicators

DIGITS = {"count": 0, "decimal": 2, "eur": 0}
MOST_SOURCES = 20


def lines(
    before: Publication, now: Publication, difference: Difference, lang: str
) -> Iterator[str]:
    """Yield the lines that describe the difference; texts of submissions are not escaped."""
    period = now.record.get("period", "")
    both = (publication_line(p, lang) for p in (before, now))
    yield f"{period}: {' → '.join(both)}"
    if difference.is_empty:
        yield say("diff", "equal", lang)
        return
    yield from source_lines(before, now, difference, lang)
    yield from cluster_lines(before, now, difference, lang)


def publication_line(publication: Publication, lang: str) -> str:
    """Return a description of the publication: revision, draft or release, time of the run."""
    stands = publication.standing
    moment = str(publication.record.get("started", "")).replace("T", " ")[:16]
    text = say("diff", stands.state, lang).format(**asdict(stands))
    place = publication.place
    place = say("diff", place, lang) if place == CURRENT else place
    return say("diff", "publication", lang).format(what=text, moment=moment, place=place)


# --------------------------------------------------------------------------------- changed sources
def source_lines(
    before: Publication, now: Publication, difference: Difference, lang: str
) -> Iterator[str]:
    """Yield the sources that have changed."""
    yield ""
    yield say("diff", "head_sources" if difference.sources.height else "same_sources", lang)
    versions = [catalogue_versions(p.record) for p in (before, now)]
    rows = difference.sources.to_dicts()
    for row in rows[:MOST_SOURCES]:
        yield f"  {source_line(row, versions, lang)}"
    if len(rows) > MOST_SOURCES:
        yield "  " + say_count("diff", "more", len(rows) - MOST_SOURCES, lang)
    for row in difference.submissions.drop_nulls().iter_rows(named=True):
        if row["file_before"] != row["file_now"]:
            both = {row["state_before"], row["state_now"]}
            code = "other_file" if both == {"reviewed"} else "other_file_sent"
            yield "  " + say("diff", code, lang).format(**row)


def source_line(row: Row, versions: list[dict[str, str]], lang: str) -> str:
    """Return one source with what became of it, and both states where people can read them."""
    kind, name = row["kind"], readable_name(row["kind"], row["name"], lang)
    line = f"{say('source_kind', kind, lang)} {name}: {say('source_change', row['change'], lang)}"
    states = (row["before"], row["now"]) if kind in ("version", "request") else (None, None)
    if kind == "catalogue":
        states = (versions[0].get(row["name"]), versions[1].get(row["name"]))
    if row["change"] != "changed" or None in states or states[0] == states[1]:
        return line
    return f"{line} ({states[0]} → {states[1]})"


# --------------------------------------------------------------------------------------- effects
def cluster_lines(
    before: Publication, now: Publication, difference: Difference, lang: str
) -> Iterator[str]:
    """Yield the differences of each cluster, and their causes."""
    every = now.tables["coverage"].height
    moved = difference.decisions.filter(
        pl.col("decision_before").ne_missing(pl.col("decision_now"))
    )
    yield ""
    yield say("diff", "head_clusters", lang).format(
        n=difference.clusters.height,
        all=every,
        decided=moved["cluster_id"].n_unique(),
        turned=difference.criteria.height,
    )
    parts = parts_by_cluster(difference)
    first = next(iter(catalogue_versions(now.record)), "")
    for cluster in difference.clusters.iter_rows(named=True):
        own = {name: found.get(cluster["cluster_id"], ()) for name, found in parts.items()}
        yield f"{cluster['cluster_id']} {cluster['name'] or ''}".rstrip()
        yield f"  {say('diff', 'cause', lang)}: {causes(cluster, lang)}"
        if cluster["state_before"] != cluster["state_now"]:
            yield f"  {turn(cluster, 'state', 'outcome', lang)}"
        yield from (f"  {decision_line(row, first, lang)}" for row in own["decisions"])
        for row in own["criteria"]:
            yield from criterion_lines(row, first, lang)
        if own["indicators"]:
            yield "  " + "; ".join(indicator(row, lang) for row in own["indicators"])


def of_each_cluster(difference: Difference, first: str, lang: str) -> dict[str, list[str]]:
    """Return the differences of each cluster as short texts, for the cluster itself.

    first: the catalogue that decides. A reason is left out: the present one stands with its
    criterion.
    """
    parts = parts_by_cluster(difference)
    found = {}
    for cluster in difference.clusters.iter_rows(named=True):
        own = {name: rows.get(cluster["cluster_id"], []) for name, rows in parts.items()}
        changes = []
        if cluster["state_before"] != cluster["state_now"]:
            changes.append(turn(cluster, "state", "outcome", lang))
        changes += [decision_line(row, first, lang) for row in own["decisions"]]
        changes += [criterion_line(row, first, lang) for row in own["criteria"]]
        changes += [indicator(row, lang) for row in own["indicators"]]
        found[cluster["cluster_id"]] = changes
    return found


def parts_by_cluster(difference: Difference) -> Mapping[str, Mapping[str, list[Row]]]:
    """Return the changed decisions, criteria and indicators, each by cluster."""
    return {
        name: rows_by(getattr(difference, name).iter_rows(named=True), "cluster_id")
        for name in ("decisions", "criteria", "indicators")
    }


def causes(row: Row, lang: str) -> str:
    """Return the causes in words."""
    return ", ".join(say("cause", code, lang) for code in row["causes"])


def turn(row: Row, column: str, group: str, lang: str) -> str:
    """Return a code before and now as text."""
    then, now = (row[f"{column}_{side}"] for side in ("before", "now"))
    texts = [say(group, code, lang) if code else say("diff", "none", lang) for code in (then, now)]
    return " → ".join(dict.fromkeys(texts))


def decision_line(row: Row, first: str, lang: str) -> str:
    """Return a decision before and now, with the number of fulfilled criteria."""
    counts = " → ".join(number(row[f"fulfilled_{side}"], 0, lang) for side in ("before", "now"))
    fulfilled = say("diff", "fulfilled", lang).format(counts=counts)
    return f"{of_catalogue(row, first)}{turn(row, 'decision', 'decision', lang)} ({fulfilled})"


def criterion_lines(row: Row, first: str, lang: str) -> Iterator[str]:
    """Yield a criterion whose status changed, the causes, and both reasons."""
    yield f"  {criterion_line(row, first, lang)}"
    for side in ("before", "now"):
        reason = row[f"reason_{lang}_{side}"]
        if reason:
            yield f"    {say('diff', side, lang)}: {reason}"


def criterion_line(row: Row, first: str, lang: str) -> str:
    """Return a criterion whose status changed, with the causes."""
    status = turn(row, "status", "status", lang)
    return f"{of_catalogue(row, first)}{row['criterion_id']} {status} ({causes(row, lang)})"


def of_catalogue(row: Row, first: str) -> str:
    """Return the catalogue unless it is the one that decides."""
    return "" if row["catalogue"] == first else f"{row['catalogue']}: "


def indicator(row: Row, lang: str) -> str:
    """Return an indicator's value then and now."""
    form = declared_indicators()[row["indicator"]].format
    values = (format_value(row[side], form, lang) for side in ("before", "now"))
    return f"{say('indicator', row['indicator'], lang)} {' → '.join(values)}"


def format_value(value: float | None, form: str, lang: str) -> str:
    """Return a value in its format."""
    if form == "share":
        return percent(value, lang)
    return number(value, DIGITS.get(form, 2), lang)


# ------------------------------------------------------------------------------------ for programs
def as_json(before: Publication, now: Publication, difference: Difference) -> str:
    """Return the same as JSON, in ASCII, without control characters for a terminal."""
    names = ("sources", "submissions", "clusters", "decisions", "criteria", "indicators")
    content = {
        "period": now.record.get("period"),
        "before": publication_data(before),
        "now": publication_data(now),
        "equal": difference.is_empty,
        **{name: getattr(difference, name).to_dicts() for name in names},
    }
    return json.dumps(content, ensure_ascii=True, indent=2)


def publication_data(publication: Publication) -> dict[str, Any]:
    """Return the description of a publication as data."""
    stands = publication.standing
    return {
        "place": publication.place,
        **asdict(stands),
        "started": publication.record.get("started"),
    }
