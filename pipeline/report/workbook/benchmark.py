"""The sheet Kennzahlen, and the tables of cohorts: clusters compared with theirs.

`esca.py` writes the sheet ESCA-Benchmark with the tables that are made here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from pipeline.common.declared_order import declared_order
from pipeline.common.texts import say, say_limit
from pipeline.evaluation.benchmark import ALL, band_labels
from pipeline.evaluation.statistics import SHOWN, rank_formula
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.changes_medians import median_format
from pipeline.report.workbook.cohort_formulas import CohortFormulas, shown_statistics
from pipeline.report.workbook.portfolio import ESCA, indicator_header
from pipeline.report.workbook.sheets import (
    HEADER_ROW,
    Book,
    colour_column,
    column_at,
    new_sheet,
    put_table,
)
from pipeline.report.workbook.stack import Stack
from schemas.benchmarks import declared_cohort_kinds, declared_indicators, one_cohort_kinds

COHORT = ["cohort_kind", "cohort"]


# ----------------------------------------------------------------------------------- the clusters
@dataclass(frozen=True)
class Letters:
    """The columns of the sheet: after ID and name the cohorts of each kind, then these figures."""

    cohorts: Mapping[str, str]
    actors: str
    fte: str
    ratio: str


def letters() -> Letters:
    """Return where the columns stand that formulas name; the portfolio needs none."""
    kinds = [key for key, kind in one_cohort_kinds().items() if kind.column is not None]
    first, after = 2, 2 + len(kinds)
    of_figures = (xl_col_to_name(after + at) for at in range(3))
    return Letters({key: xl_col_to_name(first + at) for at, key in enumerate(kinds)}, *of_figures)


def put_esca(stack: Stack) -> None:
    """Write actors per FTE of every cluster and its position in its cohorts."""
    book = stack.book
    columns = [*esca_columns(book), *place_columns(book, stack.top)]
    stack.add(columns, {book.text("h_small_fte"): {book.text("yes"): "open"}})


def esca_columns(book: Book) -> Iterable[Column]:
    """Return actors, FTE, their ratio, and the limit of criterion 4.2."""
    clusters, text, at = book.table("clusters"), book.text, letters()
    small = [
        None if fte is None else fte < book.review.settings.cohorts.small_fte
        for fte in clusters["fte"]
    ]
    yield Column(text("h_cluster_id"), clusters["cluster_id"].to_list())
    yield Column(text("h_name"), clusters["name"].to_list(), "foreign")
    for key in at.cohorts:
        names = clusters[str(one_cohort_kinds()[key].column)]
        yield Column(book.header(key), book.words(names.to_list()))
    yield Column(indicator_header(book, "actors"), clusters["actors"].to_list(), "int")
    yield Column(indicator_header(book, "fte"), clusters["fte"].to_list(), "two")
    ratio = clusters[ESCA].to_list()
    formula = quotient(at.actors, at.fte)
    yield Column(indicator_header(book, ESCA), ratio, "two", formula)
    yield Column(text("h_small_fte"), book.yes_no(small), formula=small_fte(book))
    yield from limit_columns(book, clusters["cluster_id"].to_list())


def quotient(above: str, below: str) -> Formula:
    """Return the formula of one column by another."""
    return lambda row: f"={above}{row}/{below}{row}"


def small_fte(book: Book) -> Formula:
    """Return the formula that marks a ratio with few FTE."""
    least, yes, no = book.review.settings.cohorts.small_fte, book.text("yes"), book.text("no")
    fte = letters().fte
    return lambda row: f'=IF({fte}{row}<{least},"{yes}","{no}")'


def limit_columns(book: Book, ids: Sequence[str]) -> Iterable[Column]:
    """Return the limit of criterion 4.2 and its source."""
    rows = book.table("conditions").filter(
        (pl.col("catalogue") == book.first.id) & (pl.col("metric") == ESCA)
    )
    limits = dict(zip(rows["cluster_id"], rows["threshold"], strict=True))
    sources = dict(zip(rows["cluster_id"], rows["limit_source"], strict=True))
    if rows.is_empty():
        return
    yield Column(book.text("h_limit"), [limits.get(i) for i in ids], "two")
    texts = [say_limit(sources.get(i), book.lang) for i in ids]
    yield Column(book.text("h_limit_source"), texts)


def place_columns(book: Book, top: int) -> Iterable[Column]:
    """Return n, quartiles, pooled value and percentile rank for each kind of cohort.

    top: the row (from 0) of the header. The statistics are looked up in the block of cohorts; the
    rank is counted in the table itself.
    """
    placed = book.table("benchmarks").filter(pl.col("indicator") == ESCA)
    pooled = book.table("cohorts").select("indicator", *COHORT, "pooled")
    placed = placed.join(pooled, on=["indicator", *COHORT], how="left")
    ids = book.table("clusters").select("cluster_id")
    for kind in one_cohort_kinds():
        rows = placed.filter(pl.col("cohort_kind") == kind)
        rows = ids.join(rows, on="cluster_id", how="left").sort("cluster_id")
        name = say("cohort_kind", kind, book.lang)
        letter = letters().cohorts.get(kind)
        find = Lookup(book, name, f"${letter}" if letter else f'"{book.text("all")}"', top)
        yield Column(f"n {name}", rows["n"].to_list(), "int", find.statistic("n"))
        for code in ("p25", "median", "p75", "pooled"):
            header = book.text("h_of_kind", statistic=book.text(f"h_{code}"), kind=name)
            formula = find.statistic(code)
            yield Column(header, or_suppressed(book, rows, code), "two", formula)
        ranks = or_suppressed(book, rows, "percentile_rank")
        header = book.text("h_rank", kind=name)
        yield Column(header, ranks, "one", find.rank())


@dataclass(frozen=True)
class Lookup:
    """The formulas of a cluster's cohort of one kind; cohort: the cell or text with its name.

    top: the row (from 0) of the table's header.
    """

    book: Book
    kind: str
    cohort: str
    top: int

    def place(self, row: int) -> str:
        """Return the cohort's name in a row."""
        return f"{self.cohort}{row}" if self.cohort.startswith("$") else self.cohort

    def sum_of(self, code: str, row: int) -> str:
        """Return the expression of a statistic: each cohort has exactly one row."""
        ref = self.book.ref
        column, kinds = ref("esca_cohorts", code), ref("esca_cohorts", "cohort_kind")
        cohorts = ref("esca_cohorts", "cohort")
        return f'SUMIFS({column},{kinds},"{self.kind}",{cohorts},{self.place(row)})'

    def statistic(self, code: str) -> Formula:
        """Return the formula of a statistic, or of the note that the cohort is too small."""
        if code == "n":
            return lambda row: f"={self.sum_of('n', row)}"
        return lambda row: self.if_shown(row, self.sum_of(code, row))

    def if_shown(self, row: int, expression: str) -> str:
        """Return the formula of an expression; a note if the cohort is suppressed."""
        least = self.book.review.settings.cohorts.minimum
        note = self.book.text("too_few", minimum=least)
        return f'=IF({self.sum_of("n", row)}<{least},"{note}",{expression})'

    def rank(self) -> Formula:
        """Return the formula of the percentile rank, which counts smaller and equal values."""
        values = self.book.review.tables["clusters"].height
        first, last = self.top + 2, self.top + 1 + max(values, 1)
        ratio = letters().ratio
        ratios = f"${ratio}${first}:${ratio}${last}"

        def formula(row: int) -> str:
            own = f"({self.cohort}${first}:{self.cohort}${last}={self.place(row)})"
            mine = f"ISNUMBER({ratios})" + (f"*{own}" if self.cohort.startswith("$") else "")
            rank = rank_formula(mine, ratios, f"${ratio}{row}", self.sum_of("n", row))
            return self.if_shown(row, rank)

        return formula


def or_suppressed(book: Book, rows: pl.DataFrame, column: str) -> list[Any]:
    """Return the column's values; a note if the cohort is suppressed."""
    note = book.text("too_few", minimum=book.review.settings.cohorts.minimum)
    return [
        note if hidden else value
        for value, hidden in zip(rows[column], rows["suppressed"], strict=True)
    ]


# ------------------------------------------------------------------------------------ the cohorts
def put_esca_cohorts(stack: Stack) -> None:
    """Write the statistics of actors per FTE."""
    book = stack.book
    cohorts = in_order(book).filter(pl.col("indicator") == ESCA)
    columns = cohort_columns(CohortFormulas(book, cohorts, "B", "C", stack.top))
    stack.add(columns, suppressed_looks(book), whole=True)


def write_indicators(book: Book) -> None:
    """Write the sheet of the statistics of every indicator."""
    cohorts = in_order(book)
    names = [indicator_header(book, name) for name in cohorts["indicator"]]
    indicator = Column(book.text("h_indicator"), names)
    columns = [indicator, *cohort_columns(CohortFormulas(book, cohorts, "C", "D", HEADER_ROW))]
    about = book.text("about_indicators", minimum=book.review.settings.cohorts.minimum)
    sheet = new_sheet(book, "indicators", about)
    put_table(book, sheet, book.text("table_indicators"), columns, frozen=1)
    for header, looks in suppressed_looks(book).items():
        colour_column(book, sheet, column_at(columns, header), cohorts.height, looks)


def suppressed_looks(book: Book) -> Mapping[str, Mapping[str, str]]:
    """Return by its header the colours of the column that says what is not shown."""
    return {book.text("h_suppressed"): {suppressed_note(book): "muted"}}


def suppressed_note(book: Book) -> str:
    """Return what stands beside a cohort of which nothing is shown, with the reason."""
    return book.text("suppressed", minimum=book.review.settings.cohorts.minimum)


def in_order(book: Book) -> pl.DataFrame:
    """Return the cohorts in their order, the size bands by size."""
    labels = band_labels(book.review.settings.cohorts)
    place = pl.col("cohort").replace_strict(labels, range(len(labels)), default=0)
    indicator = declared_order("indicator", declared_indicators())
    kind = declared_order("cohort_kind", declared_cohort_kinds())
    return book.table("cohorts").sort(indicator, kind, place, "cohort")


def cohort_columns(formulas: CohortFormulas) -> list[Column]:
    """Return the cohorts, their size and statistics, as formulas over the sheet Portfolio."""
    book, cohorts = formulas.book, formulas.cohorts
    text = book.text
    note = suppressed_note(book)
    suppressed = [note if hidden else "" for hidden in cohorts["suppressed"]]
    size = formulas.of_rows(formulas.size)
    return [
        Column(text("h_cohort_kind"), book.labels("cohort_kind", cohorts["cohort_kind"].to_list())),
        Column(text("h_cohort"), cohort_names(book, cohorts)),
        Column(text("h_n"), cohorts["n"].to_list(), "int", size),
        *(statistic_column(formulas, code) for code in SHOWN),
        Column(text("h_suppressed"), suppressed, formula=formulas.note(note)),
    ]


def statistic_column(formulas: CohortFormulas, code: str) -> Column:
    """Return the column of a statistic; pooled values exist for ratios."""
    book, cohorts = formulas.book, formulas.cohorts
    formats = [median_format(i) for i in cohorts["indicator"]]
    formula = formulas.of_rows(formulas.statistic(code))
    values = shown_statistics(cohorts, code)
    return Column(book.text(f"h_{code}"), values, formats, formula, array=True)


def cohort_names(book: Book, cohorts: pl.DataFrame) -> list[str | None]:
    """Return the cohorts' names as text."""
    names = book.words(cohorts["cohort"].to_list())
    return [book.text("all") if name == ALL else name for name in names]
