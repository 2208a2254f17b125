"""Competitors, visibility, success stories, projects (contract 2.3: 10 to 13): distinct titles."""

import polars as pl

from pipeline.common.exact import months_before
from pipeline.common.keys import title_key_expr
from pipeline.figures.base import (
    FiguresAndRows,
    Portfolio,
    RowTest,
    at_least,
    figure_frame,
    is_filled,
    join_figures,
    judge,
    kind_is,
    rows_of,
    without_needless_gaps,
)

SHEET = "evidence"
PLATFORM = "Plattform"
VISIBILITY = ("Presse", PLATFORM, "Messe", "Publikation")
WINDOW_MONTHS = 24


def evidence_figures(portfolio: Portfolio) -> FiguresAndRows:
    """Return all figures from the sheet Nachweise."""
    rows = portfolio.table(SHEET).with_columns(title_key=title_key_expr(pl.col("title")))
    recent, running, visible = within_window(), not_ended_long_ago(), still_visible()
    begun = RowTest(pl.col("date") <= pl.col("as_of"), "not_yet_begun", "date_unknown", "date")
    partners = at_least("actors_involved", 2, "too_few_actors")
    tests = {
        "competitors": (("Wettbewerber",), []),
        "unique_selling_points": (("Alleinstellungsmerkmal",), []),
        "visibility_items": (VISIBILITY, visible),
        "success_stories": (("Erfolgsgeschichte",), [recent]),
        "innovation_projects": (("Innovationsprojekt",), [partners, begun, running]),
        "anchoring": (("Verankerung",), []),
    }
    parts = [titles(portfolio, rows, m, kinds, more) for m, (kinds, more) in tests.items()]
    return join_figures([*parts, visibility_kinds(portfolio, rows, visible)])


def within_window() -> RowTest:
    """Return the test as_of - 24 months <= date <= as_of."""
    start = months_before(pl.col("as_of"), WINDOW_MONTHS)
    holds = pl.col("date").is_between(start, pl.col("as_of"))
    return RowTest(holds, "outside_window", "date_unknown", "date")


def not_ended_long_ago() -> RowTest:
    """Return the test that it did not end before as_of - 24 months; without Ende it still runs."""
    start = months_before(pl.col("as_of"), WINDOW_MONTHS)
    holds = (
        pl.when(pl.col("until_bad"))
        .then(None)
        .when(pl.col("until").is_null())
        .then(statement=True)
        .otherwise(pl.col("until") >= start)
    )
    return RowTest(holds, "ended_long_ago", "until_unknown", "until")


def still_visible() -> list[RowTest]:
    """Return the tests that a row is still visible.

    Its date is within the window. A profile on a platform is visible from its Datum, if stated, to
    its Ende. A row of unknown kind may be a profile or not.
    """
    kind, recent, lasting = pl.col("kind"), within_window().holds, not_ended_long_ago().holds
    published = (
        pl.when(pl.col("date_bad"))
        .then(None)
        .when(pl.col("date").is_null())
        .then(statement=True)
        .otherwise(pl.col("date") <= pl.col("as_of"))
    )
    is_profile = kind == PLATFORM
    may_be_profile = kind.is_null() & lasting.fill_null(value=True)
    dated = pl.when(is_profile | may_be_profile).then(published).otherwise(recent)
    stands = (
        pl.when(is_profile)
        .then(lasting)
        .when(may_be_profile & ~recent.fill_null(value=False))
        .then(lasting)
        .otherwise(statement=True)
    )
    return [
        RowTest(dated, "outside_window", "date_unknown", "date"),
        RowTest(stands, "ended_long_ago", "until_unknown", "until"),
    ]


def titles(
    portfolio: Portfolio,
    rows: pl.LazyFrame,
    metric: str,
    kinds: tuple[str, ...],
    more: list[RowTest],
) -> FiguresAndRows:
    """Return the number of distinct titles of the kinds; a title counts once in each kind.

    A title is certain if one of its rows counts. A row of unknown kind may add its title to one
    kind that does not have it yet. A row without a title may add a title of its own.
    """
    judged = mark_repeated(judge(rows, [kind_is(*kinds), *more, is_filled("title")]), kinds)
    judged = without_needless_gaps(judged, ["kind", "title_key"])
    live = judged.filter(pl.col("counted").is_null() | pl.col("counted"))
    own = live.filter(pl.col("kind").is_not_null() & pl.col("title_key").is_not_null())
    pairs = own.group_by("file", "title_key", "kind").agg(sure=pl.col("counted").any())
    known_pairs = pairs.group_by("file", "title_key").agg(
        sure=pl.col("sure").fill_null(value=False).sum(), named=pl.len()
    )
    kindless = live.filter(pl.col("kind").is_null() & pl.col("title_key").is_not_null())
    loose = kindless.group_by("file", "title_key").agg(loose=pl.len())
    every = known_pairs.join(loose, on=["file", "title_key"], how="full", coalesce=True).fill_null(
        0
    )
    most = pl.min_horizontal(pl.col("named") + pl.col("loose"), pl.lit(len(kinds), pl.UInt32))
    sums = every.group_by("file").agg(certain=pl.col("sure").sum(), most=most.sum())
    blank = live.filter(pl.col("title_key").is_null()).group_by("file").agg(blank=pl.len())
    table = portfolio.per_cluster(SHEET, sums.join(blank, on="file", how="full", coalesce=True))
    low, high = pl.col("certain"), pl.col("most") + pl.col("blank")
    return FiguresAndRows(
        figure_frame(table, metric, low, high, numerator=low), rows_of(judged, metric, SHEET)
    )


def mark_repeated(judged: pl.LazyFrame, kinds: tuple[str, ...]) -> pl.LazyFrame:
    """Set rows to "same_title" whose title already counts through another row."""
    title = ["file", "kind", "title_key"]
    sure = pl.col("counted").fill_null(value=False)
    first = pl.col("row").filter(sure).min().over(title)
    of_kind = pl.col("kind").is_in(list(kinds)) & pl.col("title_key").is_not_null()
    live = pl.col("counted").is_null() | pl.col("counted")
    repeated = of_kind & live & first.is_not_null() & (pl.col("row") != first)
    repeated = repeated.fill_null(value=False)
    return judged.with_columns(
        counted=pl.when(repeated).then(False).otherwise("counted"),
        reason_code=pl.when(repeated).then(pl.lit("same_title")).otherwise("reason_code"),
    )


def visibility_kinds(
    portfolio: Portfolio, rows: pl.LazyFrame, visible: list[RowTest]
) -> FiguresAndRows:
    """Return how many different kinds of visibility there are; each row adds at most one."""
    judged = judge(rows, [kind_is(*VISIBILITY), *visible, is_filled("title")])
    judged = without_needless_gaps(judged, ["kind"])
    certain = judged.filter(pl.col("counted")).select("file", "kind").unique()
    maybe = judged.filter(pl.col("counted").is_null())
    named = maybe.drop_nulls("kind").select("file", "kind").unique()
    named = named.join(certain, on=["file", "kind"], how="anti")
    wild = maybe.filter(pl.col("kind").is_null())
    sums = judged.select("file").unique()
    for name, part in {"certain": certain, "named": named, "wild": wild}.items():
        sums = sums.join(part.group_by("file").agg(pl.len().alias(name)), on="file", how="left")
    table = portfolio.per_cluster(SHEET, sums.fill_null(0))
    low = pl.col("certain")
    most = pl.min_horizontal(low + pl.col("named") + pl.col("wild"), pl.lit(len(VISIBILITY)))
    high = pl.when(low.is_not_null()).then(most)
    metric = "visibility_kinds"
    return FiguresAndRows(
        figure_frame(table, metric, low, high, numerator=low), rows_of(judged, metric, SHEET)
    )
