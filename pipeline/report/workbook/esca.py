"""The sheet ESCA-Benchmark: a comparison to choose, every cluster, and its cohorts."""

from pipeline.report.workbook.benchmark import put_esca, put_esca_cohorts
from pipeline.report.workbook.compare import put_compare
from pipeline.report.workbook.sheets import new_sheet
from pipeline.report.workbook.stack import Stack
from pipeline.report.workbook.working import Working


def write_esca(working: Working) -> None:
    """Write the sheet."""
    book = working.book
    sheet = new_sheet(book, "esca", book.text("about_sheet_esca"))
    stack = Stack(book, sheet, ["compare", "esca", "esca_cohorts"], keys=(15.0, 19.5))
    put_compare(stack, working)
    put_esca(stack)
    put_esca_cohorts(stack)
    stack.close()
