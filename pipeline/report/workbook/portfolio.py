"""The sheet Portfolio: one row per cluster with all of its figures."""

from dataclasses import replace

import polars as pl
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.formats import COLOURS, FORMATS
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import (
    HEADER_ROW,
    Book,
    colour_column,
    column_at,
    decision_looks,
    new_sheet,
    put_table,
)
from pipeline.report.workbook.trends import data_columns, put_trends, trend_columns
from pipeline.tables.payers import MOVED, PUBLIC
from schemas.benchmarks import declared_indicators, one_cohort_kinds
from schemas.tables import columns_of_clusters

# where the pages stand, seen from the workbook
PAGES = "report/clusters"
# the tables that a cluster's row leads to, with their sheets
JUMPS = {"conditions": "conditions", "findings": "returns"}
# up to so many criteria below the pass mark count as near
NEAR = 3
# the ratio of ESCA and its parts: the indicators on the first screen
ESCA = "actors_per_fte"
FIRST = ("actors", "fte", ESCA)
# between the items of a list in a cell
SEPARATOR = "; "


def indicator_header(book: Book, indicator: str) -> str:
    """Return an indicator's name with its unit."""
    name = say("indicator", indicator, book.lang)
    is_share = declared_indicators()[indicator].format == "share"
    return book.text("in_percent", name=name) if is_share else name


def indicator_format(indicator: str) -> str:
    """Return the look of an indicator's cells."""
    return FORMATS[declared_indicators()[indicator].format]


def looked_up(matrix: Matrix, header: str) -> Formula:
    """Return the formula that finds a cluster's value in the matrix; column A contains its ID."""
    ids, wanted = matrix.ref("cluster_id"), matrix.ref(header)
    return lambda row: (
        f"=INDEX({wanted},MATCH({xl_rowcol_to_cell(row - 1, 0, col_abs=True)},{ids},0))"
    )


def portfolio_columns(book: Book, matrix: Matrix, earlier: Earlier) -> list[Column]:
    """Return the columns of the table: what everybody looks for, then groups that close."""
    clusters, text = book.table("clusters"), book.text
    decisions = book.labels("decision", clusters["decision"].to_list())
    before = [
        Column(text("h_cluster_id"), clusters["cluster_id"].to_list()),
        Column(text("h_name"), clusters["name"].to_list(), "foreign"),
        Column(text("h_role"), book.words(clusters["role"].to_list())),
        Column(text("h_decision"), decisions, formula=looked_up(matrix, "decision")),
        count_column(matrix, "fulfilled"),
    ]
    as_of = Column(text("h_as_of"), clusters["as_of"].to_list(), "date")
    # without rows the links lead to the counts
    jumps = [*JUMPS, "actors" if book.has_rows else "counts"]
    return [
        *before,
        *grouped([indicator_column(book, name, len(before)) for name in in_order()], len(FIRST)),
        *grouped([count_column(matrix, "undetermined"), count_column(matrix, "not_fulfilled")]),
        *grouped([*cohort_columns(book), Column(text("h_measure"), measures(book), "wrap")]),
        *grouped([as_of, *beside_columns(book)]),
        *grouped([page_column(book), *(jump(book, code) for code in jumps)]),
        *trend_columns(book, earlier),
        *data_columns(book, earlier),
    ]


def grouped(columns: list[Column], visible: int = 0) -> list[Column]:
    """Return the columns as a group: all but the first `visible` ones and the next one close."""
    return [
        *columns[: visible + 1],
        *(replace(column, folds=True) for column in columns[visible + 1 :]),
    ]


def in_order() -> list[str]:
    """Return the indicators as they stand on the sheet: the ratio of ESCA and its parts first."""
    return [*FIRST, *(name for name in declared_indicators() if name not in FIRST)]


def count_column(matrix: Matrix, code: str) -> Column:
    """Return how many criteria a cluster fulfils, does not fulfil, or leaves open."""
    values = matrix.book.table("clusters")[code].to_list()
    return Column(matrix.book.text(f"h_{code}"), values, "int", looked_up(matrix, code))


def cohort_columns(book: Book) -> list[Column]:
    """Return the columns that name each cluster's cohorts, in the order of the table clusters."""
    of_column = {kind.column: key for key, kind in one_cohort_kinds().items()}
    clusters = book.table("clusters")
    return [
        Column(book.header(of_column[column]), book.words(clusters[column].to_list()))
        for column in columns_of_clusters()
        if column in of_column
    ]


def page_column(book: Book) -> Column:
    """Return links to the clusters' pages, relative to where the workbook is published."""
    word = book.text("h_page")
    values = [word] * book.table("clusters").height
    return Column(
        word, values, "link", lambda row: f'=HYPERLINK("{PAGES}/"&$A{row}&".html","{word}")'
    )


def jump(book: Book, code: str) -> Column:
    """Return links to the cluster's first row in another table, even after sorting."""
    name, ids = book.sheet_name(JUMPS.get(code, "rows")), book.ref(code, "cluster_id")
    there = set(book.table("clusters" if code == "counts" else code)["cluster_id"])
    own, word = book.table("clusters")["cluster_id"], book.text(f"jump_{code}")
    place = f"\"#'{name}'!A\"&ROW(INDEX({ids},MATCH($A{{row}},{ids},0)))"
    values = [word if i in there else "" for i in own]

    def formula(row: int) -> str:
        return f'=IFERROR(HYPERLINK({place.format(row=row)},"{word}"),"")'

    return Column(word, values, "link", formula)


def measures(book: Book) -> list[str | None]:
    """Return each cluster's excellence measures as a list in a cell."""
    placed = book.table("benchmarks").filter(pl.col("cohort_kind") == "measure")
    lists = placed.group_by("cluster_id").agg(pl.col("cohort").unique().sort())
    own = book.table("clusters").select("cluster_id")
    found = own.join(lists, on="cluster_id", how="left").sort("cluster_id")["cohort"]
    return [None if names is None else SEPARATOR.join(spoken(book, names)) for names in found]


def spoken(book: Book, names: pl.Series) -> list[str]:
    """Return words of a register in the workbook's language."""
    return [word for word in book.words(names.to_list()) if word]


def indicator_column(book: Book, indicator: str, first: int) -> Column:
    """Return the column of an indicator; a quotient is calculated from its parts in the same row.

    first: the position of the first indicator's column.
    """
    parts = declared_indicators()[indicator].quotient
    values = book.table("clusters")[indicator].to_list()
    formula = quotient(first, *parts) if parts else None
    return Column(indicator_header(book, indicator), values, indicator_format(indicator), formula)


def beside_columns(book: Book) -> list[Column]:
    """Return what stands beside the indicators: who joined and left, the share of public money."""
    clusters, kinds = book.table("clusters"), dict.fromkeys(MOVED, "int") | {PUBLIC: "share"}
    return [
        Column(book.text(f"h_{name}"), clusters[name].to_list(), kind)
        for name, kind in kinds.items()
    ]


def quotient(first: int, above: str, below: str) -> Formula:
    """Return the formula of one indicator by another."""
    order = in_order()
    one, other = (xl_col_to_name(first + order.index(i)) for i in (above, below))
    return lambda row: f"={one}{row}/{other}{row}"


def name_figures(book: Book, columns: list[Column]) -> None:
    """Name the block of indicators and its headers: cells are found there by both."""
    order = in_order()
    at = column_at(columns, indicator_header(book, order[0]))
    first, last = xl_col_to_name(at), xl_col_to_name(at + len(order) - 1)
    own, top = f"='{book.sheet_name('portfolio')}'!", HEADER_ROW + 1
    bottom = top + max(len(columns[0].values), 1)
    heads, figures = (book.text(f"name_{code}") for code in ("figure_heads", "figures"))
    book.file.define_name(heads, f"{own}${first}${top}:${last}${top}")
    book.file.define_name(figures, f"{own}${first}${top + 1}:${last}${bottom}")


def write_portfolio(book: Book, matrix: Matrix, earlier: Earlier) -> None:
    """Write the sheet; earlier: what earlier periods published, drawn as sparklines."""
    sheet = new_sheet(book, "portfolio")
    columns = portfolio_columns(book, matrix, earlier)
    put_table(book, sheet, book.text("table_portfolio"), columns)
    name_figures(book, columns)
    put_trends(book, sheet, columns, earlier)
    height = len(columns[0].values)
    at = column_at(columns, book.text("h_decision"))
    colour_column(book, sheet, at, height, decision_looks(book.lang))
    put_bars(matrix, sheet, columns, HEADER_ROW + max(height, 1))


def put_bars(matrix: Matrix, sheet: Worksheet, columns: list[Column], last: int) -> None:
    """Show shares as bars, and by a sign how the fulfilled criteria compare to the pass mark."""
    book = matrix.book
    bar: dict[str, object] = {"type": "data_bar", "bar_color": COLOURS["good"][0]}
    bar |= {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    for name, indicator in declared_indicators().items():
        if indicator.format == "share":
            at = column_at(columns, indicator_header(book, name))
            sheet.conditional_format(HEADER_ROW + 1, at, last, at, bar)
    at = column_at(columns, book.text("h_fulfilled"))
    steps = [f"={matrix.mark}", f"={matrix.mark}-{NEAR}"]
    icons = [{"criteria": ">=", "type": "formula", "value": step} for step in steps]
    rule = {"type": "icon_set", "icon_style": "3_symbols", "icons": icons}
    sheet.conditional_format(HEADER_ROW + 1, at, last, at, rule)
