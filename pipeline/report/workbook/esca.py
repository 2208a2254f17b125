"""The sheet ESCA-Benchmark: a picture, comparisons to choose, every cluster, and its cohorts."""

from collections.abc import Sequence

from pipeline.report.workbook.benchmark import put_esca, put_esca_cohorts
from pipeline.report.workbook.compare import put_compare
from pipeline.report.workbook.compare_pair import put_pair
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import new_sheet
from pipeline.report.workbook.stack import Stack
from pipeline.report.workbook.staffing_chart import put_staffing
from pipeline.report.workbook.staffing_data import staffing_of
from pipeline.report.workbook.working import Working


def write_esca(working: Working, matrices: Sequence[Matrix]) -> None:
    """Write the sheet."""
    book, staffing = working.book, staffing_of(matrices)
    sheet = new_sheet(book, "esca", book.text("about_sheet_esca"))
    drawn = ["staffing"] if staffing else []
    codes = [*drawn, "pair", "compare", "esca", "esca_cohorts"]
    pages = ["pair", "compare", "esca"]
    stack = Stack(book, sheet, codes, keys=(15.0, 19.5), pages=pages)
    if staffing:
        put_staffing(stack, staffing)
    put_pair(stack)
    put_compare(stack, working)
    put_esca(stack)
    put_esca_cohorts(stack)
    stack.close()
