"""The measures of cluster policy over time, and the portfolio's clusters in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.common.texts import number
from pipeline.evaluation.measures import is_crowded
from pipeline.report.pages.charts import Caption, Chart, draw, timeline
from pipeline.report.pages.explain import measures_of
from pipeline.report.pages.money import money_cells, money_heads
from pipeline.report.pages.views import Cell, Table, linked, names_of, source_line, theirs
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.measures import (
    Facts,
    MeasureRoles,
    clusters_of_members,
    facts,
    pooled_ratios,
)
from pipeline.tables.payers import of_clusters
from schemas.declaration import Measure, measures
from schemas.tables import DECISIONS

REGISTER = "measures"


@dataclass(frozen=True)
class MeasuresView:
    """The time line and its numbers.

    crowded: sentences about measures with more clusters than places. tables: those to be opened.
    in_several: the clusters that are in two measures or more.
    """

    crowded: Sequence[str]
    chart: Chart
    shares: Table
    tables: Sequence[Table]
    in_several: Table


def measures_view(review: Review, words: Words) -> MeasuresView:
    """Return the measures of the register by their start."""
    rows = {row["measure"]: row for row in review.tables["measures"].iter_rows(named=True)}
    entries = sorted(measures().values(), key=_begin)
    described = {entry.de: facts(entry, words.lang) for entry in entries}
    last = review.last_day.year
    labels = [described[entry.de].name for entry in entries]
    spec = timeline(
        labels,
        [
            span
            for entry in entries
            for span in _spans(entry, described[entry.de].name, last, words)
        ],
        [
            mark
            for entry in entries
            for mark in _marks(entry, described[entry.de].name, last, words)
        ],
        [_text(entry, described[entry.de].name, rows[entry.de], words) for entry in entries],
        (min(filter(None, (entry.start for entry in entries)), default=last), last),
        words("year"),
        ([words(f"span_{kind}") for kind in SPANS], [words(f"mark_{kind}") for kind in MARKS]),
    )
    chart = draw(spec, _caption(rows, review, words), words.lang)
    return MeasuresView(
        crowded=[
            _crowded(row, words)
            for row in rows.values()
            if is_crowded(row["clusters"], row["places"])
        ],
        chart=chart,
        shares=_shares(review, entries, rows, words),
        tables=[
            table
            for table in (
                _by_role(review, entries, words),
                _budgets(entries, described, rows, words),
                _participation(review, words),
                _overlap(review, words),
                _others(review, words),
                *_register(entries, described, words),
            )
            if table.rows
        ],
        in_several=_in_several(review, words),
    )


def _caption(rows: Mapping[str, Mapping[str, Any]], review: Review, words: Words) -> Caption:
    most = max((row["clusters"] for row in rows.values()), default=0)
    title = words("policy_chart")
    if most:
        best = [name for name, row in rows.items() if row["clusters"] == most]
        named = "; ".join(words.name(REGISTER, name) for name in best)
        title = words("policy_seen", n=words.count("clusters", most), measures=named)
    unit = words("policy_unit", n=words.number(len(rows)))
    source = f"{words('policy_source')} {source_line(review, words)}"
    return Caption("policy", title, unit, words("policy_chart_desc"), source)


def _crowded(row: Mapping[str, Any], words: Words) -> str:
    name = words.name(REGISTER, row["measure"])
    clusters, places = words.number(row["clusters"]), words.number(row["places"])
    return words("crowded", measure=name, clusters=clusters, places=places)


def _begin(entry: Measure) -> tuple[int, str]:
    """Return the sort key: measures of unknown start are last."""
    return (entry.start or 9999, entry.de)


# ------------------------------------------------------------------------------------- the picture
SPANS = ("known", "spending", "still")
MARKS = ("start", "unknown", "running", "event")


def _spans(entry: Measure, label: str, last: int, words: Words) -> Iterator[dict[str, object]]:
    """Yield the bars of a measure: only of years of which the source says that it ran or paid."""
    if entry.start is None:
        return

    def bar(kind: str, start: int, end: int) -> dict[str, object]:
        # Within one year a bar is as long as a part of that year.
        longest = max(end, start + 0.3)
        return {"label": label, "start": start, "end": longest, "kind": words(f"span_{kind}")}

    if entry.end_kind == "running":
        yield bar("known", entry.start, min(entry.as_of, last))
        if entry.as_of < last:
            yield bar("still", entry.as_of, last)
    elif entry.end is not None:
        yield bar(
            "spending" if entry.end_kind == "spending horizon" else "known", entry.start, entry.end
        )


def _marks(entry: Measure, label: str, last: int, words: Words) -> Iterator[dict[str, object]]:
    """Yield the marks of a measure: a start without a bar, an end that is not known, events."""

    def mark(kind: str, year: float) -> dict[str, object]:
        return {"label": label, "at": year, "kind": words(f"mark_{kind}")}

    for event in entry.events:
        if event.year <= last:
            yield mark("event", event.year)
    if entry.start is None:
        return
    if entry.end_kind == "running":
        yield mark("running", last)
    elif entry.end_kind == "unknown" and entry.end is not None:
        yield mark("unknown", entry.end)
    elif entry.end_kind == "unknown":
        yield mark("start", entry.start)
        yield mark("unknown", entry.start + 1)


def _text(entry: Measure, label: str, row: Mapping[str, Any], words: Words) -> dict[str, object]:
    """Return what stands at the right of a row: how many clusters, and a missing start."""
    texts = [words.count("clusters", row["clusters"])]
    if is_crowded(row["clusters"], row["places"]):
        texts = [words("clusters_of_places", n=row["clusters"], places=row["places"])]
    if entry.start is None:
        texts.append(words("no_start"))
    return {"label": label, "text": ", ".join(texts)}


# -------------------------------------------------------------------------------------- the tables
def _shares(
    review: Review,
    entries: Sequence[Measure],
    rows: Mapping[str, Mapping[str, Any]],
    words: Words,
) -> Table:
    """Return how the clusters of each measure stand: decisions, fulfilment, medians and ratios.

    Which of them are members stands first; the other roles have a table of their own.
    """
    members = clusters_of_members(review.tables["measure_roles"], review.period)
    pooled = pooled_ratios(review.tables["cohorts"])
    own = [rows[entry.de] for entry in entries if rows[entry.de]["clusters"]]
    heads = [
        *(words(k) for k in ("measure", "axis_clusters", "of_them_members")),
        *(words.code("decision", d) for d in DECISIONS),
        *(words(f"measure_{k}") for k in ("fulfilled", "per_fte", "per_fte_pooled", "public")),
    ]
    return Table(
        words("measure_shares_caption"),
        heads,
        [
            [
                words.name(REGISTER, row["measure"]),
                words.number(row["clusters"]),
                words.number(members.get(row["measure"], 0)),
                *(words.number(row[d]) for d in DECISIONS),
                _known(row["median_fulfilled"], words),
                _known(row["median_actors_per_fte"], words),
                _known(pooled.get(row["measure"]), words),
                words("suppressed")
                if row["pooled_public_share"] is None
                else words.percent(row["pooled_public_share"]),
            ]
            for row in own
        ],
        frozenset(range(1, len(heads))),
    )


def _known(value: float | None, words: Words) -> str:
    return words("suppressed") if value is None else words.number(value, 1)


def _by_role(review: Review, entries: Sequence[Measure], words: Words) -> Table:
    """Return the clusters of each measure by role, members first; their number in each quarter."""
    roles = MeasureRoles(review.tables["measure_roles"], review.period)
    place = {entry.de: at for at, entry in enumerate(entries)}
    # What an earlier quarter's register knew and today's does not comes last.
    own = sorted(roles.rows, key=lambda row: place.get(row[0], len(place)))
    now, none = roles.clusters(review.period), (0,) * (1 + len(DECISIONS))
    before = [roles.clusters(period) for period in roles.earlier]
    heads = [
        *(words(k) for k in ("measure", "role", "axis_clusters")),
        *(words.code("decision", d) for d in DECISIONS),
        *(words("clusters_at", period=period) for period in roles.earlier),
    ]
    return Table(
        words("measure_roles_caption"),
        heads,
        [
            [
                words.name(REGISTER, pair[0]),
                words.role(pair[1]),
                *(words.number(n) for n in now.get(pair, none)),
                *(words.number(counts.get(pair, none)[0]) for counts in before),
            ]
            for pair in own
        ],
        frozenset(range(2, len(heads))),
    )


def _budgets(
    entries: Sequence[Measure],
    described: Mapping[str, Facts],
    rows: Mapping[str, Mapping[str, Any]],
    words: Words,
) -> Table:
    """Return what each measure costs and offers beside the clusters that take part in it."""
    heads = (
        "measure",
        "budget",
        "budget_eur",
        "budget_for",
        "budget_source",
        "places",
        "axis_clusters",
    )
    return Table(
        words("budgets_caption"),
        [words(head) for head in heads],
        [
            [
                described[entry.de].name,
                described[entry.de].budget or words("unknown"),
                words.number(rows[entry.de]["budget_eur"]),
                described[entry.de].budget_for or words("none"),
                described[entry.de].budget_source or words("none"),
                described[entry.de].places or words("unknown"),
                _against_places(rows[entry.de], words),
            ]
            for entry in entries
            if entry.budget or entry.places
        ],
        frozenset({2, 6}),
    )


def _against_places(row: Mapping[str, Any], words: Words) -> str | Cell:
    if is_crowded(row["clusters"], row["places"]):
        text = words("clusters_of_places", n=row["clusters"], places=row["places"])
        return Cell(text, mark="warning")
    return words.number(row["clusters"])


def _participation(review: Review, words: Words) -> Table:
    """Return in how many clusters each measure has a part, by the published quarters."""
    table = review.tables["participation"]
    periods = table["at_period"].unique().sort().to_list()
    counts = {(m, at): n for at, m, n in table["at_period", "measure", "clusters"].iter_rows()}
    own = table["measure"].unique(maintain_order=True)
    return Table(
        words("participation_caption"),
        [words("measure"), *periods],
        [
            [words.name(REGISTER, m), *(words.number(counts.get((m, at))) for at in periods)]
            for m in own
        ],
        frozenset(range(1, len(periods) + 1)),
    )


def _overlap(review: Review, words: Words) -> Table:
    """Return the pairs of measures that clusters have in common, each pair once."""
    order = {name: at for at, name in enumerate(measures())}
    pairs = [
        (measure, other, n)
        for measure, other, n in review.tables["measure_overlap"][
            "measure", "other", "clusters"
        ].iter_rows()
        if order[measure] < order[other]
    ]
    return Table(
        words("overlap_caption"),
        [words("measure"), words("other_measure"), words("axis_clusters")],
        [
            [words.name(REGISTER, a), words.name(REGISTER, b), words.number(n)]
            for a, b, n in sorted(pairs, key=lambda pair: -pair[2])
        ],
        frozenset({2}),
    )


def _others(review: Review, words: Words) -> Table:
    """Return what clusters name as a measure and the register does not, with these clusters."""
    by_name: dict[str, list[str]] = {}
    for measure, cluster in review.tables["other_measures"]["measure", "cluster_id"].iter_rows():
        by_name.setdefault(measure, []).append(cluster)
    return Table(
        words("other_measures_caption"),
        [words("measure"), words("axis_clusters"), words("clusters_named")],
        [[theirs(name), words.number(len(ids)), ", ".join(ids)] for name, ids in by_name.items()],
        frozenset({1}),
    )


def _in_several(review: Review, words: Words) -> Table:
    """Return the clusters that are in two measures or more, with these and who pays for them."""
    taken, names = measures_of(review.tables["benchmarks"]), names_of(review)
    paid = of_clusters(review.tables, review.settings).rows_by_key(
        "cluster_id", named=True, unique=True
    )
    own = {cluster: found for cluster, found in sorted(taken.items()) if len(found) > 1}
    heads = [*(words(k) for k in ("cluster", "number", "measures")), *money_heads(review, words)]
    return Table(
        words("in_several_caption"),
        heads,
        [
            [
                linked(cluster, names),
                number(len(found), 0, words.lang),
                ", ".join(words.name(REGISTER, measure) for measure in found),
                *money_cells(paid[cluster], review, words),
            ]
            for cluster, found in own.items()
        ],
        frozenset({1, *range(3, len(heads))}),
        list(own),
    )


def _register(
    entries: Sequence[Measure], described: Mapping[str, Facts], words: Words
) -> Iterator[Table]:
    """Yield what the register says: when, who and for whom, then conditions and sources."""
    for caption, columns in (
        ("policy_caption", ("years", "events", "level", "scope", "before", "after")),
        (
            "terms_caption",
            ("places", "own_contribution", "conditions", "participants", "source"),
        ),
    ):
        yield Table(
            words(caption),
            [words("measure"), *(words(f"fact_{column}") for column in columns)],
            [
                [
                    described[entry.de].name,
                    *(getattr(described[entry.de], column) or words("none") for column in columns),
                ]
                for entry in entries
            ],
        )
