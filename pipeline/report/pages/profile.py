"""The portfolio by criterion: how many fulfil it, by how much others miss it, which levers help."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.evaluation.evaluate import BEST_FIRST
from pipeline.report.pages.charts import (
    STATUS_COLOURS,
    Caption,
    Chart,
    bars,
    counts_axis,
    draw,
    one_bar,
    outside,
)
from pipeline.report.pages.views import Table, signed_status, source_line, titled
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import criteria_counts, shortfalls, single_levers


@dataclass(frozen=True)
class Profile:
    """One catalogue: a sentence about the best single lever, the chart, its values."""

    title: str
    lever: str
    chart: Chart
    tables: Sequence[Table]


def profiles(review: Review, words: Words) -> list[Profile]:
    """Return the profile of the portfolio under every catalogue; empty for an empty portfolio."""
    if not review.tables["clusters"].height:
        return []
    return [_profile(review, n, c, words) for n, c in enumerate(review.catalogues, 1)]


def _profile(review: Review, number: int, catalogue: Catalogue, words: Words) -> Profile:
    own = pl.col("catalogue") == catalogue.id
    criteria, conditions, decisions = (
        review.tables[name].filter(own) for name in ("criteria", "conditions", "decisions")
    )
    counts = {r["criterion_id"]: r for r in criteria_counts(criteria).iter_rows(named=True)}
    levers = single_levers(criteria, decisions, catalogue.pass_mark)
    title = words.of(catalogue.title)
    return Profile(
        title=title,
        lever=_best_lever(levers, catalogue, words),
        chart=_chart(number, counts, catalogue, review, words),
        tables=[
            titled(_counts(counts, dict(levers.iter_rows()), catalogue, words), title),
            titled(_shortfalls(shortfalls(conditions), catalogue, words), title),
        ],
    )


def _best_lever(levers: pl.DataFrame, catalogue: Catalogue, words: Words) -> str:
    """Return which single criteria would bring most clusters to the pass mark."""
    if not levers.height:
        return words("no_single_lever")
    most = levers["clusters"][0]
    titles = {c.id: f"{c.id} {words.of(c.title)}" for c in catalogue.criteria}
    best = levers.filter(pl.col("clusters") == most)["criterion_id"].to_list()
    named = "; ".join(titles[c.id] for c in catalogue.criteria if c.id in best)
    key, n = "single_lever" if len(best) == 1 else "single_levers", words.count("clusters", most)
    return words(key, criteria=named, n=n, mark=catalogue.pass_mark)


# -------------------------------------------------------------------------------------- the chart
def _chart(
    number: int,
    counts: Mapping[str, Mapping[str, Any]],
    catalogue: Catalogue,
    review: Review,
    words: Words,
) -> Chart:
    parts = [(signed_status(s, words), STATUS_COLOURS[s]) for s in BEST_FIRST]
    rows = [
        part
        for c in catalogue.criteria
        for part in _parts(f"{c.id} {words.of(c.title)}", counts[c.id], words)
    ]
    spec = bars(rows, parts, counts_axis(words("axis_clusters")), outside(rows))
    n = sum(counts[catalogue.criteria[0].id][s] for s in BEST_FIRST)
    caption = Caption(
        name=f"profile-{number}",
        title=_seen(counts, catalogue, words),
        unit=words("profile_unit", title=words.of(catalogue.title), n=words.number(n)),
        description=words("profile_chart_desc"),
        source=source_line(review, words),
    )
    return draw(spec, caption, words.lang)


def _seen(counts: Mapping[str, Mapping[str, Any]], catalogue: Catalogue, words: Words) -> str:
    """Return which criteria most clusters miss."""
    most = max(counts[c.id]["not_fulfilled"] for c in catalogue.criteria)
    if not most:
        return words("profile_chart", title=words.of(catalogue.title))
    missed = [c for c in catalogue.criteria if counts[c.id]["not_fulfilled"] == most]
    named = "; ".join(f"{c.id} {words.of(c.title)}" for c in missed)
    return words("profile_seen", criteria=named, n=words.number(most))


def _parts(label: str, counts: Mapping[str, Any], words: Words) -> Iterator[dict[str, object]]:
    """Return the parts of one bar, each with its sign and number if there is room."""
    signs = {s: words.code("status_sign", s) for s in BEST_FIRST}
    numbers = {s: f"{signs[s]} {words.number(counts[s])}" for s in BEST_FIRST}
    return one_bar(label, ((signed_status(s, words), counts[s], numbers[s]) for s in BEST_FIRST))


# ------------------------------------------------------------------------------------- the tables
def _counts(
    counts: Mapping[str, Mapping[str, Any]],
    alone: Mapping[str, int],
    catalogue: Catalogue,
    words: Words,
) -> Table:
    rows = [
        [
            f"{c.id} {words.of(c.title)}",
            words.code("kind", c.kind),
            *(words.number(counts[c.id][s]) for s in BEST_FIRST),
            words.number(alone.get(c.id, 0)),
        ]
        for c in catalogue.criteria
    ]
    heads = [
        words("criterion"),
        words("kind"),
        *(words.code("status", s) for s in BEST_FIRST),
        words("alone_enough", mark=catalogue.pass_mark),
    ]
    return Table(words("profile_caption"), heads, rows, frozenset({2, 3, 4, 5}))


def _shortfalls(found: pl.DataFrame, catalogue: Catalogue, words: Words) -> Table:
    by_condition = {(r["criterion_id"], r["condition"]): r for r in found.iter_rows(named=True)}
    rows = []
    for criterion in catalogue.criteria:
        for number, condition in enumerate(criterion.conditions, 1):
            row = by_condition.get((criterion.id, number))
            if row:
                title = f"{criterion.id} {words.of(condition.metric.title)}"
                unit = words.code("lever_unit", row["lever_unit"])
                spread = [words.number(row[k], 2) for k in ("least", "median", "most")]
                rows.append([title, words.number(row["clusters"]), *spread, unit])
    heads = [words(k) for k in ("condition_head", "miss_it", "least", "median", "most", "lacking")]
    return Table(words("shortfalls_caption"), heads, rows, frozenset({1, 2, 3, 4}))
