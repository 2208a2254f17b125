"""The sheet Überblick: what the file is, the key figures as formulas, links to the other sheets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.cells import lines, put
from pipeline.report.workbook.changes_medians import CHANGES, in_points
from pipeline.report.workbook.charts import write_charts
from pipeline.report.workbook.formats import GROUPS
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.overview_lines import (
    Before,
    Line,
    of_decisions,
    of_figures,
    of_quality,
    of_review,
    of_roles,
    of_source,
    with_role,
)
from pipeline.report.workbook.pages import scale_of
from pipeline.report.workbook.sheets import LINE_HEIGHT, Book, new_sheet, sheet_name
from pipeline.tables.todo import todo_lines
from schemas.tables import DECISIONS

# label, value, of the earlier period, change, remark
WIDTHS = (44, 24, 24, 24, 86)
# the row (from 0) of the link to the guide: where the other sheets have the one back
LINK_ROW = 2
NOTE = 4
START = 5


@dataclass(frozen=True)
class Described:
    """A sheet as the guide shows it: its name, a line about it, its group (of `GROUPS`).

    blocks: the title and the place of each of its tables, if there are several.
    """

    name: str
    text: str
    group: str
    blocks: Sequence[tuple[str, str]]


def write_overview(
    book: Book,
    matrices: Sequence[Matrix],
    sheets: Sequence[Described],
    earlier: Earlier,
) -> None:
    """Fill the sheet. sheets: every other one, which its guide leads to."""
    before = Before(max(earlier, default=None), earlier)
    sheet = book.file.get_worksheet_by_name(sheet_name(book.text("sheet_overview")))
    row = put_todo(book, sheet, START)
    row = put_lines(book, sheet, row, book.text("o_review"), of_review(book))
    row = put_lines(
        book, sheet, row, book.text("o_figures"), of_figures(book, before), before.period
    )
    row = put_lines(book, sheet, row, book.text("o_source"), of_source(book))
    decisions = row
    for matrix in matrices:
        title = book.text("o_decisions", catalogue=matrix.catalogue.title[book.lang])
        row = put_lines(book, sheet, row, title, of_decisions(matrix, before), before.period)
        row = put_roles(matrix, sheet, row)
    row = put_lines(
        book, sheet, row, book.text("o_quality"), of_quality(book, before), before.period
    )
    guide = f"internal:'{sheet.get_name()}'!A{row + 1}"
    sheet.write_url(LINK_ROW, 0, guide, book.looks["link"], string=book.text("o_to_guide"))
    charts = write_charts(matrices[0], sheet, put_guide(book, sheet, row, sheets) + 2)
    pictures = f"internal:'{sheet.get_name()}'!A{charts[0] + 1}"
    sheet.write_url(LINK_ROW, 1, pictures, book.looks["link"], string=book.text("o_to_charts"))
    sheet.set_print_scale(scale_of(WIDTHS))
    sheet.set_h_pagebreaks([decisions, row, *charts[:2]])
    sheet.print_area(0, 0, charts[-1], len(WIDTHS) - 1)


def put_todo(book: Book, sheet: Worksheet, row: int) -> int:
    """Write what is to be done next, with links; return the row after it and a blank one."""
    put_section(book, sheet, row, say("todo", "title", book.lang))
    found = todo_lines(book.review.todo, book.lang)
    if not found:
        row += 1
        put(sheet, row, 0, say("todo", "nothing", book.lang), book.looks["text"], book.lang)
    for line in found:
        row += 1
        # The next cells stay empty, so that the text is shown across them.
        if line.sheet is None:
            text = line.text.replace('"', '""')
            link = f'=HYPERLINK("report/index.html#{line.anchor}","{text}")'
            sheet.write_formula(row, 0, link, book.looks["link"], line.text)
        else:
            sheet.write_url(row, 0, book.places[line.sheet], book.looks["link"], string=line.text)
        put(sheet, row, NOTE, line.names, book.looks["foreign_wrap"], book.lang)
        sheet.set_row(row, LINE_HEIGHT * lines(line.names, WIDTHS[NOTE]) + 4)
    return row + 2


def open_overview(book: Book) -> Worksheet:
    """Return the empty sheet, created first so that it is the first one."""
    sheet = new_sheet(book, "overview", book.text("about_overview"))
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    return sheet


def put_lines(
    book: Book,
    sheet: Worksheet,
    row: int,
    title: str,
    content: Iterable[Line],
    period: str | None = None,
) -> int:
    """Write a section and return the row after it and a blank one; period: the earlier one."""
    put_section(book, sheet, row, title)
    content = list(content)
    if period and any(line.before is not None for line in content):
        put(sheet, row, 2, period, book.looks["section_right"], book.lang)
        put(sheet, row, 3, book.text("o_change"), book.looks["section_right"], book.lang)
    for line in content:
        row += 1
        put(sheet, row, 0, line.label, book.looks["wrap"], book.lang)
        put_value(book, sheet, row, line)
        put_before(book, sheet, row, line)
        put(sheet, row, NOTE, line.note, book.looks["wrap"], book.lang)
        high = max(lines(line.label, WIDTHS[0]), lines(line.note, WIDTHS[NOTE]))
        sheet.set_row(row, LINE_HEIGHT * high + 4)
    return row + 2


def put_roles(matrix: Matrix, sheet: Worksheet, row: int) -> int:
    """Write how many clusters of each role have each decision; return the row after a blank one."""
    book, title = matrix.book, matrix.catalogue.title[matrix.book.lang]
    put_section(book, sheet, row, book.text("o_by_role", catalogue=title))
    for at, code in enumerate(DECISIONS, 1):
        word = say("decision", code, book.lang)
        put(sheet, row, at, word, book.looks["section_right"], book.lang)
    for role, label, counts in of_roles(matrix):
        row += 1
        put(sheet, row, 0, label, book.looks["text"], book.lang)
        for at, code in enumerate(DECISIONS, 1):
            formula = with_role(matrix, role, code)
            sheet.write_formula(row, at, formula, book.looks["int"], counts[code])
    return row + 2


def put_before(book: Book, sheet: Worksheet, row: int, line: Line) -> None:
    """Write the value of the period before, and the change."""
    if line.before is None or line.value is None:
        put(sheet, row, 2, None, book.looks["text"], book.lang)
        put(sheet, row, 3, None, book.looks["text"], book.lang)
        return
    put(sheet, row, 2, line.before, book.looks[line.kind], book.lang)
    times, look = in_points(line.kind), book.looks[CHANGES[line.kind]]
    change = f"B{row + 1}-C{row + 1}"
    formula = f"={change}" if times == 1 else f"={times}*({change})"
    sheet.write_formula(row, 3, formula, look, times * (line.value - line.before))


def put_section(book: Book, sheet: Worksheet, row: int, title: str) -> None:
    """Write the heading of a section."""
    put(sheet, row, 0, title, book.looks["section"], book.lang)
    sheet.set_row(row, LINE_HEIGHT + 6)
    for at in range(1, len(WIDTHS)):
        put(sheet, row, at, None, book.looks["section"], book.lang)


def put_value(book: Book, sheet: Worksheet, row: int, line: Line) -> None:
    """Write a line's value, as a formula where it has one."""
    look = book.looks[line.kind]
    if line.formula is None or line.value is None:
        put(sheet, row, 1, line.value, look, book.lang)
        return
    formula = line.formula.replace("{0-2}", str(row - 1)).replace("{0-3}", str(row - 2))
    sheet.write_formula(row, 1, formula, look, stored(line.value))


def stored(value: Any) -> Any:
    """Return a value as it is stored in a formula's cell: a date as its number."""
    return value.toordinal() - EXCEL_EPOCH if hasattr(value, "toordinal") else value


EXCEL_EPOCH = 693_594  # 1899-12-30


def put_guide(book: Book, sheet: Worksheet, row: int, sheets: Sequence[Described]) -> int:
    """Write by groups links to every sheet and its tables; return the last row.

    So a table is one click away from the first sheet, and its filter two.
    """
    put_section(book, sheet, row, book.text("o_sheets"))
    for group in GROUPS:
        row += 1
        put(sheet, row, 0, book.text(f"group_{group}"), book.looks["label"], book.lang)
        for one in sheets:
            if one.group == group:
                row += 1
                link = f"internal:'{one.name}'!A1"
                sheet.write_url(row, 0, link, book.looks["link"], string=one.name)
                put(sheet, row, 1, one.text, book.looks["about"], book.lang)
                for title, place in one.blocks:
                    row += 1
                    sheet.write_url(row, 0, place, book.looks["link_in"], string=title)
    return row
