"""The sheet Portfolio: one row per cluster with all of its figures."""

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from pipeline.benchmark import INDICATORS
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.criteria import Matrix
from pipeline.report.workbook.sheets import (
    HEADER_ROW,
    Book,
    colour_column,
    column_at,
    decision_looks,
    new_sheet,
    put_table,
)
from pipeline.texts import say

FORMATS = {"count": "int", "share": "share", "decimal": "two", "eur": "eur"}
COUNTS = ["fulfilled", "not_fulfilled", "undetermined"]


def indicator_header(book: Book, indicator: str) -> str:
    """Return an indicator's name with its unit."""
    name = say("indicator", indicator, book.lang)
    is_share = say("indicator_format", indicator, "de") == "share"
    return book.text("in_percent", name=name) if is_share else name


def looked_up(matrix: Matrix, header: str) -> Formula:
    """Return the formula that finds a cluster's value in the matrix; its ID stands in column A."""
    ids, wanted = matrix.ref("cluster_id"), matrix.ref(header)
    return lambda row: (
        f"=INDEX({wanted},MATCH({xl_rowcol_to_cell(row - 1, 0, col_abs=True)},{ids},0))"
    )


def portfolio_columns(book: Book, matrix: Matrix) -> list[Column]:
    """Return the columns of the table."""
    clusters, text = book.table("clusters"), book.text
    decisions = book.says("decision", clusters["decision"].to_list())
    return [
        Column(text("h_cluster_id"), clusters["cluster_id"].to_list()),
        Column(text("h_name"), clusters["name"].to_list(), "foreign"),
        Column(text("h_decision"), decisions, formula=looked_up(matrix, "decision")),
        *(
            Column(text(f"h_{c}"), clusters[c].to_list(), "int", looked_up(matrix, c))
            for c in COUNTS
        ),
        *(
            Column(text(f"h_{c}"), book.words(clusters[c].to_list()))
            for c in ("role", "federal_state", "technology_field", "size_band")
        ),
        Column(text("h_as_of"), clusters["as_of"].to_list(), "date"),
        *(indicator_column(book, name) for name in INDICATORS),
    ]


def indicator_column(book: Book, indicator: str) -> Column:
    """Return the column of an indicator."""
    kind = FORMATS[say("indicator_format", indicator, "de")]
    values = book.table("clusters")[indicator].to_list()
    return Column(indicator_header(book, indicator), values, kind)


def name_figures(book: Book, columns: list[Column]) -> None:
    """Name the block of indicators and its headers: cells are found there by both."""
    first, last = (xl_col_to_name(len(columns) - i) for i in (len(INDICATORS), 1))
    own, top = f"='{book.sheet_name('portfolio')}'!", HEADER_ROW + 1
    bottom = top + max(len(columns[0].values), 1)
    heads, figures = (book.text(f"name_{code}") for code in ("figure_heads", "figures"))
    book.file.define_name(heads, f"{own}${first}${top}:${last}${top}")
    book.file.define_name(figures, f"{own}${first}${top + 1}:${last}${bottom}")


def write_portfolio(book: Book, matrix: Matrix) -> None:
    """Write the sheet."""
    sheet = new_sheet(book, "portfolio")
    columns = portfolio_columns(book, matrix)
    put_table(book, sheet, book.text("table_portfolio"), columns)
    name_figures(book, columns)
    at = column_at(columns, book.text("h_decision"))
    colour_column(book, sheet, at, len(columns[0].values), decision_looks(book.lang))
