"""The sheet of the self-check: hard criteria and problems, calculated while people type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.form.book import Book, add_sheet, add_title
from pipeline.report.form.calculation import Calculation
from pipeline.report.form.plan import capacity, master, own_sheet
from pipeline.report.form.stored import Problems, Stored
from pipeline.report.form.verdicts import Line, hard_criteria, lines
from pipeline.report.workbook.cells import complete
from pipeline.report.workbook.sheets import status_looks
from schemas.declaration import Sheet, submission

# From 0: the rows of the summary and the first row of the tables.
READY_ROW, SUM_ROW, TOP = 3, 4, 6
HEADS = ["id", "criterion", "status", "metric", "low", "high", "threshold", "condition", "lever",
         "unit"]  # fmt: skip
CELL_HEADS = ["sheet", "rows", "most", "missing", "first", "bad", "first"]
WIDTHS = (16, 34, 24, 40, 13, 13, 13, 24, 15, 40)
UNITS = {"share": "box_share", "eur": "box_cents"}
STATUSES = {1.0: "fulfilled", 0.0: "not_fulfilled", 0.5: "undetermined"}
NOTES = 5


@dataclass(frozen=True)
class Figures:
    """The addresses of the single figures on the sheet of sums."""

    sheet: str
    addresses: Mapping[str, str]

    def outside(self, name: str) -> str:
        """Return the reference to a figure from another sheet."""
        return f"'{self.sheet}'!{self.addresses[name]}"


def write_check(book: Book, sums: Calculation) -> None:
    """Write the sheet; its formulas read the sheet of sums and store the values of the review."""
    name = own_sheet("check", book.lang)
    sheet = add_sheet(book, name)
    add_title(book, sheet, book.text("check", "title"), book.text("check", "about"))
    for column, size in enumerate(WIDTHS):
        sheet.set_column(column, column, size)
    figures = Figures(own_sheet("sums", book.lang), sums.addresses())
    write_ready(book, sheet, figures)
    bottom = write_criteria(book, sheet, figures)
    bottom = write_cells(book, sheet, figures, bottom + 2)
    write_notes(book, sheet, bottom + 2)
    sheet.hide_gridlines(2)


def formula(
    book: Book, sheet: Worksheet, place: tuple[int, int], content: str, look: str, value: Any
) -> None:
    """Write a formula with its stored value; place: row and column from 0."""
    sheet.write_formula(*place, complete(content), book.looks[look], value)


def write_ready(book: Book, sheet: Worksheet, sums: Figures) -> None:
    """Write whether there is a Stichtag, and how many criteria are fulfilled."""
    texts = [book.text("check", "ready"), book.text("check", "not_ready",
             sheet=master().name[book.lang])]  # fmt: skip
    expression = f'IF({sums.outside("ready")}=1,"{texts[0]}","{texts[1]}")'
    formula(book, sheet, (READY_ROW, 0), expression, "label", texts[0 if book.stored.ready else 1])
    ours = hard_criteria()[0]
    sheet.write_string(SUM_ROW, 0, book.text("check", "sum", n=len(ours)), book.looks["label"])
    last = TOP + len(lines())
    ok = say("status", "fulfilled", book.lang)
    number = sum(criterion_status(book.stored, c.id) == "fulfilled" for c in ours)
    expression = f'COUNTIF(C{TOP + 2}:C{last + 1},"{ok}")'
    formula(book, sheet, (SUM_ROW, 2), expression, "box_int", number)


# ---------------------------------------------------------------------------------------- criteria
def write_criteria(book: Book, sheet: Worksheet, sums: Figures) -> int:
    """Write the conditions of the hard criteria; return the last row."""
    sheet.set_row(TOP, 32)
    for column, code in enumerate(HEADS):
        sheet.write_string(TOP, column, book.text("check", f"h_{code}"), book.looks["header"])
    row = TOP
    for row, line in enumerate(lines(), TOP + 1):
        write_line(book, sheet, sums, line, row)
    for column in (2, 7):
        area = (TOP + 1, column, row, column)
        for word, look in status_looks("status", book.lang).items():
            options = {"type": "cell", "criteria": "==", "value": f'"{word}"',
                       "format": book.looks[look]}  # fmt: skip
            sheet.conditional_format(*area, options)
    return row


def write_line(book: Book, sheet: Worksheet, sums: Figures, line: Line, row: int) -> None:
    """Write one condition."""
    criterion, metric = line.criterion, line.condition.metric
    title = criterion.title[book.lang] if line.is_first else ""
    sheet.write_string(row, 0, criterion.id, book.looks["box"])
    sheet.write_string(row, 1, title, book.looks["box_wrap"])
    sheet.write_blank(row, 2, None, book.looks["box"])
    if line.is_first:
        name = f"status_{criterion.id}".replace(".", "_")
        code = criterion_status(book.stored, criterion.id)
        write_status(book, sheet, sums, line, (row, 2), (name, code))
    sheet.write_string(row, 3, metric.title[book.lang], book.looks["box_wrap"])
    stored = book.stored.conditions.get((criterion.id, line.number), {})
    write_figure(book, sheet, sums, line, row, stored)
    code = stored.get("status", "undetermined")
    write_status(book, sheet, sums, line, (row, 7), (f"{line.key}_status", code))
    write_lever(book, sheet, sums, line, row, stored)


def write_figure(
    book: Book, sheet: Worksheet, sums: Figures, line: Line, row: int, stored: Mapping[str, Any]
) -> None:
    """Write the interval and the threshold."""
    metric, unknown = line.condition.metric, book.text("check", "unknown")
    look = UNITS.get(metric.unit, "box_int")
    known = sums.outside(f"{line.key}_known")
    for column, end in enumerate(("low", "high"), 4):
        source = sums.outside(f"{metric.key}_{end}")
        expression = f'IF(OR({known}=0,{source}=""),"{unknown}",{source})'
        value = stored.get(end)
        formula(book, sheet, (row, column), expression, look, unknown if value is None else value)
    least = sums.outside(f"{line.key}_threshold")
    formula(book, sheet, (row, 6), least, look, line.condition.threshold)


def write_status(
    book: Book,
    sheet: Worksheet,
    sums: Figures,
    line: Line,
    place: tuple[int, int],
    status: tuple[str, str],
) -> None:
    """Write a status: the formula from its figure, and its stored code."""
    name, code = status
    expression = status_formula(book, sums.outside(name), sums.outside(f"{line.key}_over"))
    formula(book, sheet, place, expression, "box", say("status", code, book.lang))


def write_lever(
    book: Book,
    sheet: Worksheet,
    sums: Figures,
    line: Line,
    row: int,
    stored: Mapping[str, Any],
) -> None:
    """Write what is missing, and its unit."""
    metric = line.condition.metric
    lever = sums.outside(f"{line.key}_lever")
    amount = stored.get("lever_amount")
    look = "box_cents" if metric.lever_unit == "eur" else "box_int"
    formula(book, sheet, (row, 8), f'IF({lever}="","",{lever})', look,
            "" if amount is None else amount)  # fmt: skip
    unit = say("lever_unit", metric.lever_unit, book.lang)
    formula(book, sheet, (row, 9), f'IF({lever}="","","{unit}")', "box_wrap",
            "" if amount is None else unit)  # fmt: skip


def status_formula(book: Book, source: str, over: str) -> str:
    """Return the formula of a status in words."""
    ok, bad, open_ = (say("status", STATUSES[v], book.lang) for v in (1.0, 0.0, 0.5))
    known = f'IF({source}=1,"{ok}",IF({source}=0,"{bad}","{open_}"))'
    return f'IF({over}>0,"{book.text("check", "too_many")}",{known})'


def criterion_status(stored: Stored, criterion: str) -> str:
    """Return the stored status of a criterion: the AND of its conditions."""
    own = [c["status"] for (i, _), c in stored.conditions.items() if i == criterion]
    if "not_fulfilled" in own:
        return "not_fulfilled"
    return "undetermined" if "undetermined" in own or not own else "fulfilled"


# ------------------------------------------------------------------------------------------- cells
def write_cells(book: Book, sheet: Worksheet, sums: Figures, row: int) -> int:
    """Write what is missing or unusable in each sheet; return the last row."""
    sheet.write_string(row, 0, book.text("check", "cells"), book.looks["section"])
    sheet.set_row(row + 1, 45)
    for column, code in enumerate(CELL_HEADS):
        sheet.write_string(row + 1, column, book.text("check", f"h_{code}"), book.looks["header"])
    for below, declared in enumerate(submission().sheets, row + 2):
        write_sheet_line(book, sheet, sums, declared, below)
    return row + 1 + len(submission().sheets)


def write_sheet_line(
    book: Book, sheet: Worksheet, sums: Figures, declared: Sheet, row: int
) -> None:
    """Write the problems of one sheet."""
    name = declared.name[book.lang]
    sheet.write_url(row, 0, f"internal:'{name}'!A1", book.looks["link"], name)
    if declared.layout == "table":
        used = len(book.filled.rows.get(declared.key, ()))
        formula(book, sheet, (row, 1), sums.outside(f"{declared.key}_rows"), "box_int", used)
        most = capacity(declared, book.filled)
        sheet.write_number(row, 2, most, book.looks["box_int"])
    else:
        sheet.write_blank(row, 1, None, book.looks["box"])
        sheet.write_blank(row, 2, None, book.looks["box"])
    kinds = {"missing": book.stored.missing, "bad": book.stored.bad}
    for column, (kind, stored) in enumerate(kinds.items()):
        problems = stored.get(name, Problems())
        at = (row, 3 + 2 * column)
        formula(book, sheet, at, sums.outside(f"{declared.key}_{kind}"), "box_int", problems.count)
        source = sums.outside(f"{declared.key}_{kind}_at")
        expression = f'IF({source}="","","{name}!"&{source})'
        value = f"{name}!{problems.first}" if problems.count else ""
        formula(book, sheet, (row, 4 + 2 * column), expression, "box", value)


def write_notes(book: Book, sheet: Worksheet, row: int) -> None:
    """Write where the self-check differs from the review."""
    sheet.write_string(row, 0, book.text("check", "notes"), book.looks["section"])
    notes = [book.text("check", f"note_{n}") for n in range(1, NOTES + 1)]
    left_out = [c.id for c in hard_criteria()[1]]
    if left_out:
        notes.append(book.text("check", "left_out", ids=", ".join(left_out)))
    for below, line in enumerate(notes, row + 1):
        sheet.merge_range(below, 0, below, len(HEADS) - 1, f"• {line}", book.looks["line"])
        sheet.set_row(below, 15 if len(line) < 210 else 28)
