"""Competitors, visibility, success stories, projects (contract 2.3: 10 to 13): distinct titles."""

import polars as pl

from pipeline.common.exact import months_before
from pipeline.common.keys import title_key_expr
from pipeline.figures.base import (
    Measures,
    Portfolio,
    Test,
    at_least,
    figures,
    join_measures,
    judge,
    kind_is,
    known,
    rows_of,
    without_needless_gaps,
)

SHEET = "evidence"
PLATFORM = "Plattform"
VISIBILITY = ("Presse", PLATFORM, "Messe", "Publikation")
WINDOW_MONTHS = 24


def measure_evidence(portfolio: Portfolio) -> Measures:
    """Return all figures from the sheet Nachweise."""
    rows = portfolio.table(SHEET).with_columns(title_key=title_key_expr(pl.col("title")))
    recent, running, visible = within_window(), not_ended_long_ago(), still_visible()
    begun = Test(pl.col("date") <= pl.col("as_of"), "not_yet_begun", "date_unknown", "date")
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
    return join_measures([*parts, visibility_kinds(portfolio, rows, visible)])


def within_window() -> Test:
    """as_of - 24 months <= date <= as_of."""
    start = months_before(pl.col("as_of"), WINDOW_MONTHS)
    holds = pl.col("date").is_between(start, pl.col("as_of"))
    return Test(holds, "outside_window", "date_unknown", "date")


def not_ended_long_ago() -> Test:
    """Not ended before as_of - 24 months; an empty Ende means that it still runs."""
    start = months_before(pl.col("as_of"), WINDOW_MONTHS)
    holds = (
        pl.when(pl.col("until_bad"))
        .then(None)
        .when(pl.col("until").is_null())
        .then(statement=True)
        .otherwise(pl.col("until") >= start)
    )
    return Test(holds, "ended_long_ago", "until_unknown", "until")


def still_visible() -> list[Test]:
    """Within the window; a platform's profile stands until it ends, since its Datum if stated.

    A row of unknown kind may be any of them.
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
        Test(dated, "outside_window", "date_unknown", "date"),
        Test(stands, "ended_long_ago", "until_unknown", "until"),
    ]


def titles(
    portfolio: Portfolio,
    rows: pl.LazyFrame,
    metric: str,
    kinds: tuple[str, ...],
    more: list[Test],
) -> Measures:
    """Return the number of distinct titles within the kinds.

    One title is certain if one of its rows is. A row of unknown kind adds its title to at most one
    kind that does not have it yet; a row without a title may add one of its own.
    """
    judged = mark_repeated(judge(rows, [kind_is(*kinds), *more, known("title")]), kinds)
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
    return Measures(
        figures(table, metric, low, high, numerator=low), rows_of(judged, metric, SHEET)
    )


def mark_repeated(judged: pl.LazyFrame, kinds: tuple[str, ...]) -> pl.LazyFrame:
    """Mark rows whose title counts already by another row: they add nothing."""
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


def visibility_kinds(portfolio: Portfolio, rows: pl.LazyFrame, visible: list[Test]) -> Measures:
    """Return how many different kinds of visibility there are; a row covers at most one."""
    judged = judge(rows, [kind_is(*VISIBILITY), *visible, known("title")])
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
    return Measures(
        figures(table, metric, low, high, numerator=low), rows_of(judged, metric, SHEET)
    )
