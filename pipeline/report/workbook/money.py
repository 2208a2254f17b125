"""The blocks Geldgeber of the sheet Maßnahmen & Geld: who pays, who joins and leaves."""

from collections.abc import Sequence

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from pipeline.report.workbook.benchmark import cohort_names
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.cluster_columns import named_columns
from pipeline.report.workbook.portfolio import measures
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.stack import Stack
from pipeline.tables.payers import MOVED, OTHER, OWN, PUBLIC, TOTAL, of_clusters, of_cohorts, payers


def put_payers(stack: Stack) -> None:
    """Write who pays for each cluster."""
    book = stack.book
    settings, text = book.review.settings, book.text
    table = of_clusters(book.review.tables, settings)
    before = [*named_columns(book, table), *moved_columns(book, table)]
    columns = [*before, *money_columns(book, table, len(before))]
    columns.append(Column(text("h_measure"), measures(book), "wrap"))
    stack.add(columns)


def put_payer_cohorts(stack: Stack) -> None:
    """Write who pays for the clusters of each cohort."""
    book = stack.book
    settings, text = book.review.settings, book.text
    table = of_cohorts(book.review.tables, settings)
    before = [
        Column(text("h_cohort_kind"), book.labels("cohort_kind", table["cohort_kind"].to_list())),
        Column(text("h_cohort"), cohort_names(book, table)),
        Column(text("h_clusters"), table["clusters"].to_list(), "int"),
        *moved_columns(book, table),
        Column(text("h_n_known"), table["n"].to_list(), "int"),
    ]
    columns = [*before, *money_columns(book, table, len(before))]
    stack.add(columns)


def moved_columns(book: Book, table: pl.DataFrame) -> list[Column]:
    """Return how many members joined and left."""
    return [Column(book.text(f"h_{name}"), table[name].to_list(), "int") for name in MOVED]


def money_columns(book: Book, table: pl.DataFrame, first: int) -> list[Column]:
    """Return the amount of everybody who pays; their sum and the public share are formulas.

    first: the position of the first of these columns.
    """
    every = payers(book.review.settings)
    last, total = first + len(every) - 1, first + len(every)
    public = last - 2  # before own funds and others
    columns = [Column(payer_name(book, payer), table[payer].to_list(), "cents") for payer in every]
    there = book.text("h_total"), book.text("h_public_share")
    whole = "SUM({first}:{last})"
    ends = xl_col_to_name(first), xl_col_to_name(last), xl_col_to_name(public)
    known = f"COUNT({ends[0]}{{row}}:{ends[1]}{{row}})"
    whole = f"SUM({ends[0]}{{row}}:{ends[1]}{{row}})"
    some = f"SUM({ends[0]}{{row}}:{ends[2]}{{row}})"
    at = xl_col_to_name(total)
    sums = filled(f'=IF({known}=0,"",{whole})')
    share = filled(f'=IF(N({at}{{row}})=0,"",{some}/{at}{{row}})')
    return [
        *columns,
        Column(there[0], blank(table[TOTAL]), "cents", sums),
        Column(there[1], blank(table[PUBLIC]), "share", share),
    ]


def filled(formula: str) -> Formula:
    """Return a formula with its row."""
    return lambda row: formula.replace("{row}", str(row))


def blank(values: pl.Series) -> Sequence[float | str]:
    """Return the values as the formulas show them: nothing as an empty text."""
    return ["" if value is None else value for value in values]


def payer_name(book: Book, payer: str) -> str:
    """Return what people read for somebody who pays, in EUR."""
    if payer in (OWN, OTHER):
        return book.text("h_in_eur", name=book.text(f"payer_{payer}"))
    (name,) = book.words([payer])
    return book.text("h_in_eur", name=name)
