"""The head of the office's report: an overview of the portfolio, and who reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.report.pages.charts import (
    STATUS_COLOURS,
    Caption,
    Chart,
    bars,
    counts_axis,
    draw,
    one_bar,
)
from pipeline.report.pages.trends import Trend, change, trend
from pipeline.report.pages.views import Cell, Table, page_of, source_line, theirs
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.submissions.office import MEMBER
from pipeline.tables.insights import exactly_at_mark
from pipeline.tables.unread import shown_states
from schemas.reference_figures import reference_figures
from schemas.tables import DECISIONS

SIGNS = {"eligible": "fulfilled", "open": "undetermined", "not_eligible": "not_fulfilled"}


@dataclass(frozen=True)
class KeyFigure:
    """One figure with its unit and remarks, and its trend over the quarters, if there is one.

    id: by which the script updates it when a reader filters; none if it does not depend on filters.
    """

    value: str
    label: str
    note: str = ""
    mark: str = ""
    id: str = ""
    trend: Trend | None = None


@dataclass(frozen=True)
class Part:
    """A part of the bar of decisions, in hundredths of its width; doubtful: not yet confirmed."""

    decision: str
    x: str
    width: str
    doubtful: bool


@dataclass(frozen=True)
class Decisions:
    """An overview of the decisions: their figures, a bar of them, what experts have rated."""

    figures: Sequence[KeyFigure]
    bar: Sequence[Part]
    title: str
    assessed: str


# ----------------------------------------------------------------------------------- key figures
def key_figures(review: Review, words: Words) -> list[KeyFigure]:
    """Return the figures of the portfolio besides the decisions."""
    n, now = words.number, review.headline
    expected, quarantined = now("expected"), now("quarantined")
    note = words("of_expected", n=n(expected)) if expected else ""
    return [
        KeyFigure(
            n(now("clusters_reviewed")),
            words("clusters_reviewed"),
            note,
            id="reviewed",
            trend=trend(review, words, "clusters_reviewed"),
        ),
        *_actor_figures(review, words),
        KeyFigure(
            n(quarantined),
            words.count("files_quarantined", quarantined),
            words.count("of_clusters", now("clusters_quarantined")),
            trend=trend(review, words, "quarantined"),
        ),
        KeyFigure(
            n(now("missing")),
            words("clusters_missing"),
            trend=trend(review, words, "missing"),
        ),
    ]


def headline_sentences(review: Review, words: Words) -> list[str]:
    """Return three sentences: who fulfils, who does not, who reported; each with its change."""
    first, n, now = review.catalogues[0], words.number, review.headline

    def with_change(figure: str, of: str | None = None) -> str:
        return f"{n(now(figure, of))}{change(review, words, figure, of)}"

    decided = review.tables["decisions"].filter(pl.col("catalogue") == first.id)
    at_mark = len(exactly_at_mark(decided, first.pass_mark))
    doubtful = sum(now(f"{d}_doubtful", first.id) for d in DECISIONS)
    return [
        words.count("head_eligible", now("eligible", first.id)).format(
            all=n(decided.height),
            mark=n(first.pass_mark),
            criteria=n(len(first.criteria)),
            change=change(review, words, "eligible", first.id),
            members=passing_members(review, words),
            at=words.count("stand_at_mark", at_mark).format(mark=n(first.pass_mark)),
        ),
        words(
            "head_others",
            open=with_change("open", first.id),
            failed=with_change("not_eligible", first.id),
            doubtful=words.count("results_without_experts", doubtful),
        ),
        words(
            "head_reported",
            reviewed=with_change("clusters_reviewed"),
            known=words.count("clusters_known", now("known")),
            missing=with_change("missing"),
            files=words.count("files_set_aside", now("quarantined")),
            clusters=words.count("of_clusters", now("clusters_quarantined")),
        ),
    ]


def passing_members(review: Review, words: Words) -> str:
    """Return how many of the clusters that fulfil are members."""
    own = pl.col("catalogue") == review.catalogues[0].id
    members = review.by_role.filter(own & (pl.col("role") == MEMBER))
    return words.count("passing_members", int(members["eligible"].sum()))


def role_bars(review: Review, words: Words) -> Chart | None:
    """Return the decisions of each role, now and in the quarter before, as pairs of bars."""
    catalogue = review.catalogues[0]
    own = pl.col("catalogue") == catalogue.id
    earlier = review.quarters.roles.filter(own)
    before = earlier["at_period"].max()
    latest = earlier.filter(pl.col("at_period") == pl.col("at_period").max())
    then = {r["role"]: r for r in latest.to_dicts()}
    now = {r["role"]: r for r in review.by_role.filter(own).to_dicts()}
    if not now:
        return None
    pairs = [
        (words("role_at", role=words.role(role), period=period), counts.get(role, {}))
        for role in dict.fromkeys([*now, *then])
        for period, counts in ((review.period, now), (before, then))
        if period is not None
    ]
    rows = [
        part
        for label, counts in pairs
        for part in one_bar(label, ((signed(d, words), counts.get(d, 0), "") for d in DECISIONS))
    ]
    behind = [_behind(label, counts, words) for label, counts in pairs]
    parts = [(signed(d, words), STATUS_COLOURS[d]) for d in DECISIONS]
    total = sum(r["clusters"] for r in now.values())
    eligible = sum(r["eligible"] for r in now.values())
    caption = Caption(
        name="roles",
        title=words(
            "roles_seen",
            n=words.number(eligible),
            all=words.number(total),
            members=passing_members(review, words),
        ),
        unit=words("roles_unit" if before else "roles_unit_now", n=words.number(total)),
        description=words("roles_desc"),
        source=source_line(review, words),
    )
    spec = bars(rows, parts, counts_axis(words("axis_clusters")), behind)
    return draw(spec, caption, words.lang)


def sign(decision: str, words: Words) -> str:
    """Return the sign of the status that a decision corresponds to."""
    return words.code("status_sign", SIGNS[decision])


def signed(decision: str, words: Words) -> str:
    """Return a decision with its sign."""
    return f"{sign(decision, words)} {words.code('decision', decision)}"


def _behind(label: str, counts: Mapping[str, int], words: Words) -> dict[str, object]:
    """Return the numbers behind a bar: small parts have no room for theirs."""
    counts_text = [f"{sign(d, words)} {words.number(counts.get(d, 0))}" for d in DECISIONS]
    return {"label": label, "end": counts.get("clusters", 0), "text": " · ".join(counts_text)}


def beside(review: Review, words: Words) -> Table:
    """Return figures of a source beside the portfolio's, labelled as what they are."""
    rows = []
    for one in reference_figures().values():
        value = words.number(one.value)
        published = words("about", n=value) if one.about else value
        own = words.number(review.headline(one.figure))
        rows.append([words.of(one.label), own, published, str(one.as_of), words.of(one.source)])
    heads = [
        words(k) for k in ("figure_head", "this_portfolio", "by_source", "year", "source_head")
    ]
    return Table(words("beside_caption"), heads, rows, frozenset({1, 2, 3}))


def _actor_figures(review: Review, words: Words) -> list[KeyFigure]:
    n, now = words.number, review.headline
    all_, smes = now("memberships"), now("smes")
    distinct = words("distinct_smes", n=n(now("smes_distinct")))
    share = words.percent(smes / all_) if all_ else words("unknown")
    note = words("memberships_note")
    smes_note = words("smes_note", share=share, more=distinct)
    return [
        KeyFigure(
            n(all_),
            words("memberships"),
            note,
            id="memberships",
            trend=trend(review, words, "memberships"),
        ),
        KeyFigure(
            n(now("distinct")),
            words("distinct_actors"),
            id="distinct",
            trend=trend(review, words, "distinct"),
        ),
        KeyFigure(n(smes), words("smes"), smes_note, id="smes", trend=trend(review, words, "smes")),
    ]


# ------------------------------------------------------------------------------------- decisions
def decisions(review: Review, words: Words) -> Decisions:
    """Return the decisions of the first catalogue."""
    first = review.catalogues[0].id
    own = pl.col("catalogue") == first
    counts = {d: review.headline(d, first) for d in DECISIONS}
    unsure = {d: review.headline(f"{d}_doubtful", first) for d in DECISIONS}
    return Decisions(
        figures=[_decision(d, counts[d], unsure[d], review, words) for d in DECISIONS],
        bar=bar(counts, unsure, max(sum(counts.values()), 1)),
        title=words.of(review.catalogues[0].title),
        assessed=_assessed(review.tables["criteria"].filter(own), words),
    )


def _decision(decision: str, n: int, doubtful: int, review: Review, words: Words) -> KeyFigure:
    note = words("without_experts", n=words.number(doubtful)) if doubtful else ""
    label = words.code("decision", decision)
    over_quarters = trend(review, words, decision, review.catalogues[0].id)
    return KeyFigure(words.number(n), label, note, decision, decision, over_quarters)


def by_role(review: Review, words: Words) -> list[Table]:
    """Return how many clusters of each role have each decision, by catalogue."""
    tables = []
    for catalogue in review.catalogues:
        own = review.by_role.filter(pl.col("catalogue") == catalogue.id)
        rows = [
            [words.role(r["role"]), *(words.number(r[c]) for c in ("clusters", *DECISIONS))]
            for r in own.iter_rows(named=True)
        ]
        heads = [words("role"), words("all_decisions")]
        heads += [words.code("decision", d) for d in DECISIONS]
        caption = words("by_role_caption", title=words.of(catalogue.title))
        tables.append(Table(caption, heads, rows, frozenset({1, 2, 3, 4})))
    return [table for table in tables if table.rows]


def bar(counts: Mapping[str, int], unsure: Mapping[str, int], whole: int) -> list[Part]:
    """Return the parts of a bar of decisions.

    counts: by decision. unsure: how many of these are not yet confirmed. whole: of the bar.
    """
    parts, start = [], 0
    for decision in DECISIONS:
        doubtful = unsure[decision]
        sizes = [(counts[decision] - doubtful, False), (doubtful, True)]
        for size, is_doubtful in sizes:
            x, width = (f"{100 * k / whole:.3f}" for k in (start, size))
            parts.append(Part(decision, x, width, is_doubtful))
            start += size
    return parts


def _assessed(criteria: pl.DataFrame, words: Words) -> str:
    """Return how many of the verdicts on soft criteria are from experts."""
    soft = criteria.filter(pl.col("kind") == "soft")
    rated = soft.filter(pl.col("basis") == "assessed").height
    share = words.percent(rated / soft.height, 0) if soft.height else words("unknown")
    n, all_ = words.number(rated), words.number(soft.height)
    return words("assessed_share", n=n, all=all_, share=share)


# --------------------------------------------------------------------------------------- returns
@dataclass(frozen=True)
class Returns:
    """Who reported: a sentence and the tables that are not empty."""

    summary: str
    tables: Sequence[Table]


def returns(review: Review, words: Words) -> Returns:
    """Return who reported, who is missing, and which members are below the mark."""
    coverage = review.tables["coverage"]
    now = review.headline
    summary = words(
        "returns_summary",
        all=words.count("clusters", now("known")),
        reviewed=words.number(now("clusters_reviewed")),
        quarantined=words.number(now("clusters_quarantined")),
        missing=words.number(now("missing")),
    )
    tables = [
        _not_reviewed(review, words),
        *(_below(review, catalogue, words) for catalogue in review.catalogues),
        _outdated(coverage, words),
    ]
    return Returns(summary, [t for t in tables if t.rows])


def files_set_aside(review: Review, words: Words) -> list[Table]:
    """Return the files that were not reviewed or not even read, with their reasons."""
    tables = [_files(review, outcome, words) for outcome in ("quarantined", "superseded")]
    tables += [_unread(review.tables["unread"], words), _mapped(review, words)]
    return [t for t in tables if t.rows]


def _not_reviewed(review: Review, words: Words) -> Table:
    rows = (
        shown_states(review.tables)
        .filter(pl.col("state") != "reviewed")
        .sort("state", "cluster_id")
    )
    return Table(
        words("not_reviewed_caption"),
        [words(k) for k in ("cluster_id", "name", "role", "expected", "state", "guessed_from")],
        [
            [
                r["cluster_id"],
                theirs(r["name"] or words("none")),
                words.name("roles", r["role"]),
                words.yes_no(r["expected"]),
                words.code("outcome", r["shown_state"]),
                r["guessed_from"] or words("none"),
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


def _unread(unread: pl.DataFrame, words: Words) -> Table:
    return Table(
        words("unread_caption"),
        [words(k) for k in ("file", "reason", "message")],
        [
            [r["source_file"], words.code("unread_reason", r["reason"]), r[f"message_{words.lang}"]]
            for r in unread.iter_rows(named=True)
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
                theirs(r["name"] or words("none")),
                words.day(r["as_of"]),
                words.number(r["age_days"]),
            ]
            for r in rows.iter_rows(named=True)
        ],
        frozenset({3}),
        rows["cluster_id"].to_list(),
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
                theirs(r["name"] or words("none")),
                words.number(r["fulfilled"]),
                words.number(r["undetermined"]),
                Cell(words.code("decision", r["decision"]), mark=r["decision"]),
            ]
            for r in rows.sort("fulfilled", "cluster_id").iter_rows(named=True)
        ],
        frozenset({2, 3}),
        rows.sort("fulfilled", "cluster_id")["cluster_id"].to_list(),
    )
