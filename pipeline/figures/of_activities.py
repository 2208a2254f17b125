"""Services, working structures and communication (contract 2.3: 8, 9.1, 9.2, part of 11, 13)."""

import polars as pl

from pipeline.common.exact import months_before, ratio
from pipeline.common.keys import word_key_expr
from pipeline.figures.base import (
    UNLIMITED,
    FiguresAndRows,
    Portfolio,
    RowTest,
    at_least,
    cells_to_fill,
    exact_sum,
    figure_frame,
    is_filled,
    join_figures,
    judge,
    kind_is,
    rows_of,
    simple_count,
)

SHEET = "activities"
TIMES = "times_per_year"
TOO_RARE = "too_rare"
GROUP, FORUM, SUPPORT = "Arbeitsgruppe", "Clusterforum", "Innovationsunterstützung"
SERVICES = ("Service", SUPPORT)
# Least times per year of a working structure: a yearly forum is the usual one.
MEETINGS = {GROUP: 2, FORUM: 1}
STANDING_MONTHS = 12
# The form asks for innovation support from this version on.
ASKS_SUPPORT = 2


def activity_figures(portfolio: Portfolio) -> FiguresAndRows:
    """Return all figures from the sheet Aktivitäten.

    "Held n times per year" always means that the activity has begun.
    """
    rows = portfolio.table(SHEET)
    counts = {
        "working_structures": [kind_is(GROUP, FORUM), has_stood_a_year(), meets_often()],
        "internal_communication": held_tests("Interne Kommunikation", 4),
        "external_communication": held_tests("Externe Kommunikation", 1),
        "innovation_support": held_tests(SUPPORT, 1),
    }
    parts = {m: simple_count(portfolio, m, SHEET, judge(rows, t)) for m, t in counts.items()}
    parts["innovation_support"] = unknown_in_old_forms(portfolio, parts["innovation_support"])
    return join_figures(
        [*parts.values(), services_per_year(portfolio, rows), service_fields(portfolio, rows)]
    )


def held_tests(kind: str, least: float) -> list[RowTest]:
    """Return the tests that a row is of the kind, has begun and is held so often per year."""
    return [kind_is(kind), has_begun(), at_least(TIMES, least, TOO_RARE)]


def has_begun() -> RowTest:
    """Return the test that Beginn is empty or not after as_of; unknown where its cell is bad."""
    holds = (
        pl.when(pl.col("from_bad"))
        .then(None)
        .when(pl.col("from").is_null())
        .then(statement=True)
        .otherwise(pl.col("from") <= pl.col("as_of"))
    )
    return RowTest(holds, "not_yet_begun", "from_unknown", "from")


def has_stood_a_year() -> RowTest:
    """Return the test that it began at least 12 months ago; unknown where Beginn is empty."""
    begun = pl.col("from") <= months_before(pl.col("as_of"), STANDING_MONTHS)
    return RowTest(begun, "begun_too_late", "from_unknown", "from")


def meets_often() -> RowTest:
    """Return the test that it is held often enough: a working group twice a year, a forum once.

    A row of unknown kind may be a forum.
    """
    least = pl.col("kind").replace_strict(
        MEETINGS, default=min(MEETINGS.values()), return_dtype=pl.Int64
    )
    return RowTest(pl.col(TIMES) >= least, TOO_RARE, f"{TIMES}_unknown", TIMES)


def unknown_in_old_forms(portfolio: Portfolio, found: FiguresAndRows) -> FiguresAndRows:
    """Make the figure unknown where the form did not ask for it and no row counts for certain."""
    version = portfolio.clusters.lazy().select("file", version=pl.col("form_version").fill_null(1))
    table = found.figures.join(version, on="file", how="left")
    asked_for = (pl.col("low") > 0) | (pl.col("version") >= ASKS_SUPPORT)
    values = [pl.when(asked_for).then(c).alias(c) for c in ("low", "high", "numerator")]
    return FiguresAndRows(table.with_columns(values).drop("version"), found.rows)


def services_per_year(portfolio: Portfolio, rows: pl.LazyFrame) -> FiguresAndRows:
    """Return how often services are held per year, summed over all rows.

    A row of unknown frequency makes the upper end infinite.
    """
    judged = judge(rows, [kind_is(*SERVICES), has_begun(), is_filled(TIMES)])
    maybe = pl.col("counted").is_null()
    sums = judged.group_by("file").agg(
        low=exact_sum(pl.col(TIMES).filter(pl.col("counted"))),
        most=exact_sum(pl.col(TIMES).filter(pl.col("counted") | maybe)),
        unlimited=(maybe & pl.col(TIMES).is_null()).sum(),
    )
    table = portfolio.per_cluster(SHEET, sums)
    low = pl.col("low")
    high = pl.when(pl.col("unlimited") > 0).then(UNLIMITED).otherwise(pl.col("most"))
    metric = "services_per_year"
    behind = rows_of(judged, metric, SHEET).drop("gain")
    gain = judged.select("file", "row", gain=pl.col(TIMES).fill_null(UNLIMITED))
    behind = behind.join(gain, on=["file", "row"], how="left")
    return FiguresAndRows(figure_frame(table, metric, low, high, numerator=low), behind)


def service_fields(portfolio: Portfolio, rows: pl.LazyFrame) -> FiguresAndRows:
    """Return the share of the strategic action fields with a service at least once a year.

    A row may serve several fields; a row of unknown field may serve any. A cluster that states that
    it has no action fields has the share 0.
    """
    fields = action_fields(portfolio.clusters.lazy())
    own = strategic_fields_of_rows(rows, fields).group_by("file", "row").agg("key")
    rows = rows.join(own, on=["file", "row"], how="left")
    stated = pl.col("action_field").is_not_null()
    strategic = pl.when(stated).then(pl.col("key").is_not_null())
    of_field = RowTest(strategic, "other_field", "action_field_unknown", "action_field")
    tests = [kind_is(*SERVICES), of_field, has_begun(), at_least(TIMES, 1, TOO_RARE)]
    judged = without_needless_fields(judge(rows, tests))
    sums = count_covered(judged).join(
        fields.group_by("file").agg(n=pl.len()), on="file", how="full", coalesce=True
    )
    none = pl.col("action_fields").list.len() == 0
    stating = portfolio.clusters.lazy().select("file", none=none.fill_null(value=False))
    table = portfolio.per_cluster(SHEET, sums).fill_null(0).join(stating, on="file")
    there = portfolio.sheets.filter(pl.col("sheet_key") == SHEET)["file"].implode()
    n = pl.when(pl.col("file").is_in(there) & (pl.col("n") > 0)).then(pl.col("n").cast(pl.Int64))
    certain = pl.col("certain").cast(pl.Int64)
    named_too = pl.min_horizontal(certain + pl.col("possible").cast(pl.Int64), n)
    most = pl.when(pl.col("wild") > 0).then(n).otherwise(named_too)
    metric = "service_fields_share"
    number = pl.when(n.is_not_null()).then(certain)
    missing = missing_action_fields(portfolio.clusters.lazy(), metric)
    behind = rows_of(judged, metric, SHEET).drop("gain")
    gain = judged.select("file", "row", gain="gained")
    behind = behind.join(gain, on=["file", "row"], how="left")
    unless = pl.when("none").then(0)  # no action fields: none of them is served
    shares = (pl.coalesce(unless, ratio(part, n)) for part in (certain, most))
    parts = (pl.coalesce(unless, part) for part in (number, n))
    return FiguresAndRows(
        figure_frame(table, metric, *shares, *parts), pl.concat([behind, missing])
    )


def action_fields(clusters: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, key: the strategic action fields of each cluster."""
    fields = clusters.select("file", key="action_fields").explode("key").drop_nulls("key")
    return fields.with_columns(word_key_expr(pl.col("key"))).unique()


def strategic_fields_of_rows(rows: pl.LazyFrame, fields: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, row, key: the strategic action fields that each row names."""
    named = rows.select("file", "row", key="action_field").explode("key").drop_nulls("key")
    named = named.with_columns(word_key_expr(pl.col("key"))).unique()
    return named.join(fields, on=["file", "key"], how="semi")


def without_needless_fields(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Empty the gaps of possible rows that would add no field, and add gained.

    Of the possible rows of a field only the first may add it, and none where a row of that field
    counts already. gained: how many fields a row may add; infinite where its own are unknown.
    """
    each = judged.select("file", "row", "key", "counted").explode("key").drop_nulls("key")
    field, possible = ["file", "key"], pl.col("counted").is_null()
    first = pl.col("row").filter(possible).min().over(field)
    adds = possible & ~pl.col("counted").fill_null(value=False).any().over(field)
    adds = adds & (pl.col("row") == first)
    gained = each.group_by("file", "row").agg(gained=adds.sum().cast(pl.Float64))
    judged = judged.join(gained, on=["file", "row"], how="left")
    nothing = pl.lit([], pl.List(pl.String))
    needless = pl.col("counted").is_null() & (pl.col("gained") == 0).fill_null(value=False)
    return judged.with_columns(
        gaps=pl.when(needless).then(nothing).otherwise("gaps"),
        gained=pl.col("gained").fill_null(UNLIMITED),
    )


def count_covered(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, certain, possible, wild: numbers of action fields and rows.

    certain: fields with a row that counts. possible: other fields with a row that may count. wild:
    possible rows of unknown field.
    """
    each = judged.explode("key").drop_nulls("key")
    certain = each.filter(pl.col("counted")).select("file", "key").unique()
    maybe = each.filter(pl.col("counted").is_null())
    named = maybe.select("file", "key").unique().join(certain, on=["file", "key"], how="anti")
    wild = judged.filter(pl.col("counted").is_null(), pl.col("key").is_null())
    parts = {"certain": certain, "possible": named, "wild": wild}
    result = judged.select("file").unique()
    for name, part in parts.items():
        result = result.join(part.group_by("file").agg(pl.len().alias(name)), on="file", how="left")
    return result.fill_null(0)


def missing_action_fields(clusters: pl.LazyFrame, metric: str) -> pl.LazyFrame:
    """Return the cell of the action fields (ROWS) for clusters that name none."""
    rows = clusters.filter(pl.col("action_fields").is_null())
    return cells_to_fill(rows.with_columns(row=pl.lit(0)), metric, "master_data", "action_fields")
