"""The outlook: what lapses in the coming months, if no new data arrive (contract 2.6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.rows import Row
from pipeline.report.outlook import fall_reasons, fallen, lapsing
from pipeline.report.pages.changes import titles_of
from pipeline.report.pages.charts import (
    SERIES,
    Caption,
    Chart,
    bars,
    counts_axis,
    draw,
    one_bar,
    outside,
)
from pipeline.report.pages.experts import expiring_labels
from pipeline.report.pages.views import (
    Cell,
    Table,
    decision_cell,
    linked,
    names_of,
    roles_of,
    source_line,
)
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.submissions.office import MEMBER


@dataclass(frozen=True)
class Outlook:
    """How many criteria lapse within how many months, which, and who falls below the pass mark.

    lapsed: first what has lapsed already, None without any. charts: of each catalogue under which
    something lapses.
    """

    lapsed: Table | None
    counts: Table
    charts: Sequence[Chart]
    tables: Sequence[Table]


def outlook(review: Review, words: Words) -> Outlook | None:
    """Return the office's view; None if there is no outlook."""
    if "outlook" not in review.tables or review.tables["outlook"].is_empty():
        return None
    found, falling = lapsing(review), fallen(review)
    tables = [_falls(review, falling, found, words), _lapses(review, found, words)]
    tables.append(expiring_labels(review, words))
    gone = _lapsed(review, words)
    counts = _counts(review, found, falling, words)
    charts = list(drawn(review, found, words))
    return Outlook(gone if gone.rows else None, counts, charts, [t for t in tables if t.rows])


def drawn(review: Review, found: pl.DataFrame, words: Words) -> Iterator[Chart]:
    """Yield for each catalogue how many clusters each of its criteria lapses for, and when.

    found: see `lapsing`.
    """
    for number, catalogue in enumerate(review.catalogues, 1):
        own = found.filter(catalogue=catalogue.id)
        if own.is_empty():
            continue
        titles = {c.id: f"{c.id} {words.of(c.title)}" for c in catalogue.criteria}
        rows, parts = _bars(own, titles, review.settings.robustness.outlook_months, words)
        spec = bars(rows, parts, counts_axis(words("axis_clusters")), outside(rows))
        counts = dict(own.group_by("criterion_id").len().iter_rows())
        most = max(counts.values())
        caption = Caption(
            name=f"outlook-{number}",
            title=words(
                "outlook_seen",
                criteria="; ".join(t for c, t in titles.items() if counts.get(c) == most),
                n=words.count("clusters", most),
            ),
            unit=words(
                "outlook_unit",
                title=words.of(catalogue.title),
                n=words.number(own.height),
                clusters=words.count("of_clusters", own["cluster_id"].n_unique()),
            ),
            description=words("outlook_desc"),
            source=source_line(review, words),
        )
        yield draw(spec, caption, words.lang)


def _bars(
    own: pl.DataFrame, titles: Mapping[str, str], ends: Sequence[int], words: Words
) -> tuple[list[dict[str, object]], list[tuple[str, str]]]:
    """Return the rows of a bar for each criterion that lapses, and its parts with their colours.

    own: what lapses under one catalogue. titles: of its criteria. ends: the last month of a part.
    """
    spans = list(zip([1, *(end + 1 for end in ends)], ends, strict=False))
    parts = [words("outlook_part", start=start, end=end) for start, end in spans]
    rows: list[dict[str, object]] = []
    for criterion, title in titles.items():
        months = own.filter(criterion_id=criterion)["months"]
        amounts = [int(months.is_between(start, end).sum()) for start, end in spans]
        if any(amounts):
            rows += one_bar(title, zip(parts, amounts, map(words.number, amounts), strict=True))
    return rows, list(zip(parts, SERIES, strict=False))


def lapse_text(row: Row, title: str, words: Words) -> str:
    """Return what lapses and when: `7.2 … läuft 2027-Q1 aus`."""
    key = "lapses" if row["sure"] else "lapses_by"
    return words(key, title=title, quarter=row["quarter"])


def own_outlook(
    gone: Sequence[Row], rows: Sequence[Row], titles: Mapping[tuple[str, str], str], words: Words
) -> list[str]:
    """Return a cluster's sentences about what has lapsed already, and what will."""
    already = [
        words("lapsed_already", title=titles[r["catalogue"], r["criterion_id"]]) for r in gone
    ]
    return already + [lapse_text(r, titles[r["catalogue"], r["criterion_id"]], words) for r in rows]


def _lapsed(review: Review, words: Words) -> Table:
    """Return what has lapsed since an earlier as_of, up to the period's last day."""
    names, titles = names_of(review), titles_of(review, words)
    found = review.tables["lapsed"]
    days = dict(review.tables["clusters"].select("cluster_id", "as_of").iter_rows())
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            words.day(days[r["cluster_id"]]),
            titles[r["catalogue"], r["criterion_id"]],
            words.code("status", r["status"]),
        ]
        for r in found.iter_rows(named=True)
    ]
    heads = [words("cluster"), words("as_of"), words("criterion"), words("at_the_end")]
    caption = words("lapsed_caption", day=words.day(review.last_day))
    return Table(caption, heads, rows, clusters=found["cluster_id"].to_list())


def _counts(review: Review, found: pl.DataFrame, falling: pl.DataFrame, words: Words) -> Table:
    rows = []
    members = review.tables["clusters"].filter(pl.col("role") == MEMBER)
    for months in review.settings.robustness.outlook_months:
        soon = pl.col("months") <= months
        own = found.filter(soon)
        counts = [own.height, own["cluster_id"].n_unique(), falling.filter(soon).height]
        counts.append(falling.filter(soon).join(members, on="cluster_id", how="semi").height)
        rows.append([words.count("in_months", months), *map(words.number, counts)])
    heads = [words(k) for k in ("within", "lapsing_criteria", "lapsing_clusters", "falling")]
    heads.append(words("of_them_members"))
    return Table(words("outlook_counts"), heads, rows, frozenset({1, 2, 3, 4}))


def _falls(review: Review, falling: pl.DataFrame, found: pl.DataFrame, words: Words) -> Table:
    """Return who falls and which criteria lapse until then; found: see `lapsing`."""
    names, catalogues = names_of(review), {c.id: c for c in review.catalogues}
    roles, titles = roles_of(review, words), titles_of(review, words)
    why = fall_reasons(falling, found)
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            roles[r["cluster_id"]],
            words.of(catalogues[r["catalogue"]].title),
            words.count("in_months", r["months"]),
            words(
                "n_of",
                n=words.number(r["fulfilled"]),
                all=words.number(len(catalogues[r["catalogue"]].criteria)),
            ),
            decision_cell(r["decision"], words),
            "; ".join(
                title
                for (catalogue, criterion), title in titles.items()
                if criterion in why.get((catalogue, r["cluster_id"]), ())
                and catalogue == r["catalogue"]
            ),
        ]
        for r in falling.iter_rows(named=True)
    ]
    heads = ("cluster", "role", "catalogue_name", "within", "fulfilled_then", "then", "falls_for")
    ids = falling["cluster_id"].to_list()
    return Table(words("falls_caption"), [words(k) for k in heads], rows, frozenset({4}), ids)


def _lapses(review: Review, found: pl.DataFrame, words: Words) -> Table:
    names, titles = names_of(review), titles_of(review, words)
    roles = roles_of(review, words)
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            roles[r["cluster_id"]],
            titles[r["catalogue"], r["criterion_id"]],
            words.count("in_months", r["months"]),
            r["quarter"] if r["sure"] else words("by_quarter", quarter=r["quarter"]),
        ]
        for r in found.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("cluster", "role", "criterion", "within", "quarter")]
    return Table(words("lapses_caption"), heads, rows, clusters=found["cluster_id"].to_list())
