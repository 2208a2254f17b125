"""Writes the sheet Rechnung and names its parts."""

from collections.abc import Sequence

from pipeline.common.texts import say
from pipeline.report.workbook.cells import put
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import new_sheet, print_heading, put_range
from pipeline.report.workbook.staffing_data import put_data, staffing_of
from pipeline.report.workbook.working import ID_ROW, KEY_ROW, KIND_ROW, TITLE_ROW, TOP, Working

# how many columns the printed heading is wide
PRINTED = 12


def write_working(working: Working, matrices: Sequence[Matrix]) -> None:
    """Write the sheet and name its parts."""
    book = working.book
    sheet = new_sheet(book, "working")
    put_range(book, sheet, list(working.columns()), TOP, frozen=1)
    print_heading(book, sheet, PRINTED)
    criteria, looks = working.criteria, book.looks
    for start in (working.computed_at, working.rated_at, working.valid_at):
        for at, (catalogue, criterion) in enumerate(criteria, start):
            heads = {
                TITLE_ROW: criterion.title[book.lang],
                KIND_ROW: say("kind", criterion.kind, book.lang),
                ID_ROW: criterion.id,
                KEY_ROW: f"{catalogue.id}|{criterion.id}",
            }
            for row, head in heads.items():
                put(sheet, row, at, head, looks["small"], book.lang)
    count, own = len(criteria), len(book.first.criteria)
    parts = {
        "criteria": working.block(working.computed_at, own, (ID_ROW + 1, ID_ROW + 1)),
        "clusters": working.block(0),
        "keys": working.block(working.computed_at, count, (KEY_ROW + 1, KEY_ROW + 1)),
        "kinds": working.block(working.computed_at, count, (KIND_ROW + 1, KIND_ROW + 1)),
        "computed": working.block(working.computed_at, count),
        "rated": working.block(working.rated_at, count),
    }
    for code, where in parts.items():
        book.file.define_name(working.name(code), f"={where}")
    staffing = staffing_of(matrices)
    if staffing:
        put_data(staffing, sheet)
