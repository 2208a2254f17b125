"""The sheet Kriterien of a catalogue: its matrix, with titles above it and colours."""

from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.workbook.cells import put
from pipeline.report.workbook.matrix import FIRST, KIND_ROW, TOP, Matrix
from pipeline.report.workbook.sheets import (
    colour,
    column_at,
    decision_looks,
    kept_narrow,
    new_sheet,
    print_legibly,
    put_table,
    status_looks,
)

# rows (from 0) of the pass mark and of the titles; the column of the pass mark
MARK_ROW, TITLE_ROW, MARK_COLUMN = 3, 4, 2


def write_criteria(matrix: Matrix) -> None:
    """Write the sheet."""
    book, catalogue = matrix.book, matrix.catalogue
    parts = {"catalogue": catalogue.id, "version": catalogue.version}
    parts |= {"mark": str(catalogue.pass_mark), "criteria": str(len(catalogue.criteria))}
    sheet = new_sheet(book, "criteria", book.text("about_criteria", **parts), matrix.suffix)
    put_table(book, sheet, matrix.table, matrix.columns, TOP)
    put_titles(matrix, sheet)
    last = TOP + max(len(matrix.columns[0].values), 1)
    signs = (TOP + 1, FIRST, last, FIRST + len(catalogue.criteria) - 1)
    colour(book, sheet, signs, status_looks("status_sign", book.lang))
    for code in ("decision", "decision_confirmed", "reviewed"):
        at = column_at(matrix.columns, book.text(f"h_{code}"))
        colour(book, sheet, (TOP + 1, at, last, at), decision_looks(book.lang))
    at = column_at(matrix.columns, book.text("h_effect"))
    colour(book, sheet, (TOP + 1, at, last, at), {book.text("changed"): "open"})


def put_titles(matrix: Matrix, sheet: Worksheet) -> None:
    """Write the pass mark, and above each criterion its title and kind."""
    book, looks = matrix.book, matrix.book.looks
    criteria = matrix.catalogue.criteria
    label = book.text("mark", criteria=len(criteria))
    put(sheet, MARK_ROW, 1, label, looks["label_right"], book.lang)
    mark, pass_mark = f"={matrix.mark}", matrix.catalogue.pass_mark
    sheet.write_formula(MARK_ROW, MARK_COLUMN, mark, looks["int"], pass_mark)
    sheet.set_row(TITLE_ROW, 150)
    for at, criterion in enumerate(criteria, FIRST):
        put(sheet, TITLE_ROW, at, criterion.title[book.lang], looks["upright"], book.lang)
        put(sheet, KIND_ROW, at, say("kind", criterion.kind, book.lang), looks["small"], book.lang)
    sheet.repeat_rows(TITLE_ROW, TOP)
    last = TOP + max(len(matrix.columns[0].values), 1)
    print_legibly(book, sheet, TITLE_ROW, last, kept_narrow(matrix.columns, FIRST))
