"""Writes the workbook in a process of its own, beside the pages: neither needs the other."""

import gc
import os
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.common.memory import give_memory_back
from pipeline.common.sandbox import WORTH_A_PROCESS, own_process
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.assessments import write_assessments
from pipeline.report.workbook.book import write_workbook
from pipeline.review import Review
from pipeline.tables.in_folder import TablesIn

WORKBOOK, TEMPLATE = "portfolio.xlsx", "assessments-template.xlsx"


@dataclass(frozen=True)
class Books:
    """What the workbooks are made from, and the folder of the publication they go to."""

    review: Review
    folder: Path
    lang: str
    earlier: Earlier

    def write_workbook(self) -> None:
        """Write the comparative workbook."""
        write_workbook(self.review, self.folder / WORKBOOK, self.lang, self.earlier)

    def write_template(self) -> None:
        """Write the template of the ratings."""
        write_assessments(self.review, self.earlier, self.folder / TEMPLATE, self.lang)
        give_memory_back()  # the cells and sheets of a written file refer to each other


def write_books(books: Books) -> None:
    """Write both files; the tables must stand in the publication's folder."""
    if books.review.tables["clusters"].height < WORTH_A_PROCESS or (os.cpu_count() or 1) == 1:
        books.write_workbook()
        books.write_template()
        return
    bare = replace(books, review=books.review.without_tables(), earlier=dict(books.earlier))
    with own_process() as other:
        workbook = other.submit(write_from_folder, bare)
        books.write_template()
        workbook.result()


def write_from_folder(bare: Books) -> None:
    """Write the workbook of a review whose tables stand in the publication's folder."""
    gc.disable()  # millions of cells live until the file is written: each look finds nothing
    tables = TablesIn(bare.folder / "data")
    replace(bare, review=replace(bare.review, tables=tables)).write_workbook()
