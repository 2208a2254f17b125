"""The sheet Aufnahme: where each applicant stands, what was agreed, and what lapses soon."""

from collections.abc import Iterator

import polars as pl

from pipeline.common.texts import say
from pipeline.evaluation.admission import STEPS
from pipeline.report.workbook.agreements import put_agreements
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.outlook import put_falls, put_lapses
from pipeline.report.workbook.portfolio import SEPARATOR, looked_up
from pipeline.report.workbook.sheets import Book, decision_looks, new_sheet
from pipeline.report.workbook.stack import Stack


def write_admission(book: Book, matrix: Matrix) -> None:
    """Write the sheet; a block is empty where there is nothing of its kind."""
    sheet = new_sheet(book, "admission", book.text("about_sheet_admission"))
    stack = Stack(book, sheet, ["admission", "agreements", "falls", "lapses"])
    order = ["overdue", "days", "cluster_id"]
    table = book.table("admission").sort(order, descending=[True, True, False], nulls_last=True)
    columns = list(admission_columns(book, matrix, table))
    looks = {
        book.text("h_overdue"): {book.text("yes"): "bad"},
        book.text("h_decision_computed"): decision_looks(book.lang),
    }
    stack.add(columns, looks)
    put_agreements(stack)
    put_falls(stack)
    put_lapses(stack)
    stack.close()


def admission_columns(book: Book, matrix: Matrix, table: pl.DataFrame) -> Iterator[Column]:
    """Yield the columns; the computed decision follows views and assumptions."""
    text, lang = book.text, book.lang
    lacks = [
        SEPARATOR.join(say("checklist", code, lang) for code in codes)
        for codes in table["missing"].to_list()
    ]
    steps = [say("admission_step", c, lang) or text("decided") for c in table["next_step"]]
    yield Column(text("h_cluster_id"), table["cluster_id"].to_list())
    yield Column(text("h_name"), table["name"].to_list(), "foreign")
    yield Column(text("h_role"), book.words(table["role"].to_list()))
    yield Column(text("h_next_step"), steps)
    yield Column(text("h_since"), table["since"].to_list(), "date")
    yield Column(text("h_days"), table["days"].to_list(), "int")
    yield Column(text("h_overdue"), book.yes_no(table["overdue"].to_list()))
    yield Column(text("h_missing"), lacks, "wrap")
    yield Column(text("h_soft_unrated"), table["soft_unrated"].to_list(), "int")
    yield Column(
        text("h_decision_computed"),
        book.labels("decision", table["decision"].to_list()),
        formula=looked_up(matrix, "decision"),
    )
    for step in STEPS:
        if step.word:
            name = say("admission_step", step.code, lang)
            yield Column(name, book.words(table[step.word].to_list()))
            yield Column(text("h_dated", name=name), table[step.day].to_list(), "date")
