"""What all figures share: the portfolio they read, the frames they return, judged rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.common.settings import Settings

# low, high: the interval. Both are null where nothing is known; an infinite high is no upper limit.
# numerator, denominator: of what is certain, where the figure is a share or a quotient. Of other
# figures numerator is the number from which a lever is computed.
Columns = dict[str, pl.DataType | type[pl.DataType]]
FIGURES: Columns = {
    "file": pl.UInt32,
    "metric": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
}
# counted: null where the row possibly counts. gaps: the fields whose cells would decide that.
# gain: by how much the figure may rise if the row counts.
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
    actors: see `actors.with_properties`. tables: the valid tables by sheet key. sheets: file,
    sheet_key of the sheets that are there.
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
class FiguresAndRows:
    """Figures (FIGURES) and the rows behind them (ROWS), as lazy frames."""

    figures: pl.LazyFrame
    rows: pl.LazyFrame

    def computed(self, *, with_rows: bool) -> "FiguresAndRows":
        """Return the same, with the figures already computed, and the rows if they are needed."""
        if not with_rows:
            return replace(self, figures=collect_frames(self.figures)[0].lazy())
        return FiguresAndRows(*(frame.lazy() for frame in collect_frames(self.figures, self.rows)))


def collect_frames(*frames: pl.LazyFrame) -> list[pl.DataFrame]:
    """Compute lazy frames together and return them in their order.

    For a few hundred submissions the in-memory engine of polars takes two thirds of the time of the
    streaming engine, and the search for common subplans takes longer than it saves.
    """
    plainly = pl.QueryOptFlags(comm_subplan_elim=False, comm_subexpr_elim=False)
    return pl.collect_all(frames, optimizations=plainly, engine="in-memory")


@dataclass(frozen=True)
class RowTest:
    """One condition on a row.

    holds: true, false, or null where it is unknown. no, unknown: the reason codes of these two
    answers. field: the field whose cell would decide it.
    """

    holds: pl.Expr
    no: str
    unknown: str
    field: str


def judge(rows: pl.LazyFrame, tests: Sequence[RowTest]) -> pl.LazyFrame:
    """Add counted, reason_code and gaps, see ROWS.

    A row counts when all tests hold. The reason is that of the first test that fails, else of the
    first that is unknown, else "counts".
    """
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


def figure_frame(
    table: pl.LazyFrame,
    metric: str,
    low: pl.Expr,
    high: pl.Expr,
    numerator: pl.Expr | None = None,
    denominator: pl.Expr | None = None,
) -> pl.LazyFrame:
    """Return one figure per row of the table, in the columns of FIGURES.

    table: file, and the columns that the expressions use.
    """
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
    """Return judged rows in the columns of ROWS, without rows of another kind (see `kind_is`)."""
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


def cells_to_fill(rows: pl.LazyFrame, metric: str, sheet_key: str, field: str) -> pl.LazyFrame:
    """Return rows whose only unknown cell is that of the field, in the columns of ROWS.

    rows: file, row (0 in a form).
    """
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
    """Empty the gaps of possible rows that cannot raise the figure.

    A figure that counts distinct keys needs one row of each key: the first possible one, or none
    where a row of that key counts already.
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
    """Return the sum, rounded to 9 digits: a sum of decimals must not miss a threshold by noise."""
    return number.sum().round(9)


def count_rows(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Return file, certain, possible: how many rows count, and how many possibly do."""
    return judged.group_by("file").agg(
        certain=pl.col("counted").sum(), possible=pl.col("counted").is_null().sum()
    )


def simple_count(
    portfolio: Portfolio, metric: str, sheet_key: str, judged: pl.LazyFrame
) -> FiguresAndRows:
    """Return a figure that is a number of rows: low is how many count, high adds the possible."""
    table = portfolio.per_cluster(sheet_key, count_rows(judged))
    low, possible = pl.col("certain"), pl.col("possible")
    return FiguresAndRows(
        figure_frame(table, metric, low, low + possible, numerator=low),
        rows_of(judged, metric, sheet_key),
    )


def join_figures(parts: Sequence[FiguresAndRows]) -> FiguresAndRows:
    """Stack the figures and the rows of several parts."""
    return FiguresAndRows(pl.concat([p.figures for p in parts]), pl.concat([p.rows for p in parts]))


def is_filled(field: str) -> RowTest:
    """Return the test that a cell is filled; it is unknown, never false, where the cell is not."""
    holds = pl.when(pl.col(field).is_not_null()).then(statement=True)
    return RowTest(holds, "", f"{field}_unknown", field)


def kind_is(*kinds: str) -> RowTest:
    """Return the test that the row is of one of the kinds."""
    return RowTest(pl.col("kind").is_in(list(kinds)), "other_kind", "kind_unknown", "kind")


def at_least(field: str, least: float, no: str) -> RowTest:
    """Return the test that a number reaches a least value."""
    return RowTest(pl.col(field) >= least, no, f"{field}_unknown", field)
