"""What all measures share: the portfolio they read, the frames they return, judged rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.settings import Settings

# low, high: the interval; null: unknown, high infinite: no upper limit. numerator, denominator: of
# what is certain, where the figure is a share or a quotient (or what its lever starts from).
Columns = dict[str, pl.DataType | type[pl.DataType]]
FIGURES: Columns = {
    "file": pl.UInt32,
    "metric": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
}
# counted: null where the row possibly counts; gaps: the fields whose cells would settle that;
# gain: how much the figure may gain by it.
ROWS: Columns = {
    "file": pl.UInt32,
    "metric": pl.String,
    "sheet_key": pl.String,
    "row": pl.UInt32,
    "counted": pl.Boolean,
    "reason_code": pl.String,
    "gaps": pl.List(pl.String),
    "gain": pl.Float64,
}
UNLIMITED = float("inf")


@dataclass(frozen=True)
class Portfolio:
    """All reviewed submissions.

    clusters: one row each: file, cluster_id, as_of, the valid Stammdaten, lat, lon of the office.
    actors: see `actors.describe`. tables: the valid tables by sheet key. sheets: file, sheet_key of
    the sheets that are there.
    """

    clusters: pl.DataFrame
    actors: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    sheets: pl.DataFrame
    settings: Settings

    def table(self, sheet_key: str) -> pl.LazyFrame:
        """Return a sheet's rows with their cluster's as_of."""
        days = self.clusters.lazy().select("file", "as_of")
        return self.tables[sheet_key].lazy().join(days, on="file")

    def per_cluster(self, sheet_key: str, counts: pl.LazyFrame) -> pl.LazyFrame:
        """Return counts for every cluster: 0 where there are no rows, null where no sheet is."""
        files = self.clusters.lazy().select("file")
        there = self.sheets.lazy().filter(pl.col("sheet_key") == sheet_key).select("file")
        zeros = files.join(there, on="file")
        filled = zeros.join(counts, on="file", how="left").fill_null(0)
        return files.join(filled, on="file", how="left")


@dataclass(frozen=True)
class Measures:
    """Figures (FIGURES) and the rows behind them (ROWS), worked out when they are collected."""

    figures: pl.LazyFrame
    rows: pl.LazyFrame

    def worked_out(self) -> "Measures":
        """Return the same, worked out now."""
        return Measures(*(frame.lazy() for frame in collected(self.figures, self.rows)))


def collected(*frames: pl.LazyFrame) -> list[pl.DataFrame]:
    """Return frames worked out.

    Of a few hundred submissions polars' engine in memory takes two thirds of the time of its
    streaming one, and looking for what is said twice takes longer than working it out twice.
    """
    plainly = pl.QueryOptFlags(comm_subplan_elim=False, comm_subexpr_elim=False)
    return pl.collect_all(frames, optimizations=plainly, engine="in-memory")


@dataclass(frozen=True)
class Test:
    """One condition on a row: a three-valued expression, the codes of no and unknown, its field."""

    holds: pl.Expr
    no: str
    unknown: str
    field: str


def judge(rows: pl.LazyFrame, tests: Sequence[Test]) -> pl.LazyFrame:
    """Add counted (all tests hold), reason_code (the first that fails or is unknown), gaps."""
    named = rows.with_columns(t.holds.alias(f"_{i}") for i, t in enumerate(tests))
    columns = [pl.col(f"_{i}") for i in range(len(tests))]
    reason = pl.coalesce(
        *(pl.when(~c).then(pl.lit(t.no)) for c, t in zip(columns, tests, strict=True)),
        *(
            pl.when(c.is_null()).then(pl.lit(t.unknown))
            for c, t in zip(columns, tests, strict=True)
        ),
        pl.lit("counts"),
    )
    unknown = [
        pl.when(c.is_null()).then(pl.lit(t.field)) for c, t in zip(columns, tests, strict=True)
    ]
    return named.with_columns(
        counted=pl.all_horizontal(columns),
        reason_code=reason,
        gaps=pl.concat_list(unknown).list.drop_nulls().list.unique(maintain_order=True),
    ).drop(f"_{i}" for i in range(len(tests)))


def figures(
    table: pl.LazyFrame,
    metric: str,
    low: pl.Expr,
    high: pl.Expr,
    numerator: pl.Expr | None = None,
    denominator: pl.Expr | None = None,
) -> pl.LazyFrame:
    """Return one figure per row of the table (which has file) in the form FIGURES."""
    nothing = pl.lit(None, pl.Float64)
    columns = {
        "metric": pl.lit(metric),
        "low": low,
        "high": high,
        "numerator": nothing if numerator is None else numerator,
        "denominator": nothing if denominator is None else denominator,
    }
    return table.select("file", **{k: v.cast(FIGURES[k]) for k, v in columns.items()})


def rows_of(judged: pl.LazyFrame, metric: str, sheet_key: str) -> pl.LazyFrame:
    """Return judged rows in the form ROWS, less those that are of another kind altogether."""
    rows = judged.filter(pl.col("reason_code") != "other_kind")
    return rows.select(
        "file",
        pl.lit(metric).alias("metric"),
        pl.lit(sheet_key).alias("sheet_key"),
        "row",
        "counted",
        "reason_code",
        "gaps",
        pl.lit(1.0).alias("gain"),
    )


def asked(rows: pl.LazyFrame, metric: str, sheet_key: str, field: str) -> pl.LazyFrame:
    """Return rows (file, row; 0 in a form) whose one cell is to be filled, in the form ROWS."""
    return rows.select(
        "file",
        pl.lit(metric).alias("metric"),
        pl.lit(sheet_key).alias("sheet_key"),
        pl.col("row").cast(pl.UInt32),
        pl.lit(None, pl.Boolean).alias("counted"),
        pl.lit("cell_unknown").alias("reason_code"),
        pl.lit([field]).alias("gaps"),
        pl.lit(1.0).alias("gain"),
    )


def without_needless_gaps(judged: pl.LazyFrame, key: list[str]) -> pl.LazyFrame:
    """Take the gaps from possible rows that would add nothing.

    Of rows with the same known key one is enough, and none where one counts already.
    """
    group = ["file", *key]
    known_key = pl.all_horizontal(pl.col(k).is_not_null() for k in key)
    possible = pl.col("counted").is_null()
    first = pl.col("row").filter(possible).min().over(group)
    needless = pl.col("counted").any().over(group) | (pl.col("row") != first)
    nothing = pl.lit([], pl.List(pl.String))
    return judged.with_columns(
        gaps=pl.when(possible & known_key & needless).then(nothing).otherwise("gaps")
    )


def exact_sum(number: pl.Expr) -> pl.Expr:
    """Sum fractions so that neither their order nor binary noise moves the sum off a threshold."""
    return number.sum().round(9)


def count_rows(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, certain, possible: how many rows count, and how many possibly do."""
    return judged.group_by("file").agg(
        certain=pl.col("counted").sum(), possible=pl.col("counted").is_null().sum()
    )


def simple_count(
    portfolio: Portfolio, metric: str, sheet_key: str, judged: pl.LazyFrame
) -> Measures:
    """Return the number of rows that count: certain, and with the possible ones."""
    table = portfolio.per_cluster(sheet_key, count_rows(judged))
    low, possible = pl.col("certain"), pl.col("possible")
    return Measures(
        figures(table, metric, low, low + possible, numerator=low),
        rows_of(judged, metric, sheet_key),
    )


def join_measures(parts: Sequence[Measures]) -> Measures:
    """Return all figures and all rows."""
    return Measures(pl.concat([p.figures for p in parts]), pl.concat([p.rows for p in parts]))


def known(field: str) -> Test:
    """Return the test that a cell is filled: without it the row only possibly counts."""
    holds = pl.when(pl.col(field).is_not_null()).then(statement=True)
    return Test(holds, "", f"{field}_unknown", field)


def kind_is(*kinds: str) -> Test:
    """Return the test that the row is of one of the kinds."""
    return Test(pl.col("kind").is_in(list(kinds)), "other_kind", "kind_unknown", "kind")


def at_least(field: str, least: float, no: str) -> Test:
    """Return the test that a number reaches a least value."""
    return Test(pl.col(field) >= least, no, f"{field}_unknown", field)
