"""The picture of actors per FTE against actors, above the table of the sheet ESCA-Benchmark."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.limit_steps import limited
from pipeline.report.workbook.cells import put, put_column
from pipeline.report.workbook.charts import LOOKS
from pipeline.report.workbook.formats import HEADER, POINTS, RULE
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.staffing_data import GROUPS, Staffing, drawn, has_picture
from pipeline.report.workbook.working import KEY_ROW, TITLE_ROW, TOP

# rows (from 0) on the sheet: the choice, the picture; how many rows both take
CHOICE_ROW, CHART_ROW, ROWS = 3, 4, 26
CHOICE = f"$B${CHOICE_ROW + 1}"
# in pixels: a row, the picture's width
ROW_HEIGHT, WIDTH = 20, 1000
MARKS = ("circle", "diamond", "square")
# of both logarithmic axes: a line of the grid for each doubling
BASE = 2


def rows_of_picture(book: Book) -> int:
    """Return how many rows further down the table stands."""
    return ROWS if has_picture(book) else 0


def write_staffing(book: Book, matrices: Sequence[Matrix]) -> None:
    """Draw the picture, if there is one; both of its sheets have been written."""
    if not has_picture(book):
        return
    catalogue, criterion_id, condition = next(limited(book.review))
    matrix = next(m for m in matrices if m.catalogue == catalogue)
    slot = next(
        s
        for s in matrix.working.assumptions.slots
        if s.catalogue == catalogue and s.criterion.id == criterion_id and s.condition == condition
    )
    staffing = Staffing(matrix, slot, CHOICE)
    put_data(staffing, sheet_of(book, "working"))
    sheet = sheet_of(book, "esca")
    put_choice(staffing, sheet)
    put_chart(staffing, sheet)


def sheet_of(book: Book, code: str) -> Worksheet:
    """Return a sheet that has been written."""
    return book.file.get_worksheet_by_name(book.sheet_name(code))


# -------------------------------------------------------------------------------------- the scale
def across(book: Book) -> tuple[float, float]:
    """Return the ends of the axis of actors."""
    sizes = [pair[0] for pair in drawn(book).values() if pair]
    start, end = power(min(sizes), math.floor), power(max(sizes), math.ceil)
    return start, max(end, BASE * start)


def bottom(staffing: Staffing) -> float:
    """Return the lower end of the axis of ratios; the upper one follows what is assumed."""
    ratios = [pair[1] for pair in drawn(staffing.book).values() if pair]
    limits = [height for _, _, height in staffing.steps if height is not None and height > 0]
    return power(min(ratios + limits), math.floor)


def power(value: float, whole: Callable[[float], int]) -> float:
    """Return the power of the base next to a value: above it (ceil) or below it (floor)."""
    return float(BASE) ** whole(math.log(value, BASE))


# --------------------------------------------------------------------------------------- the cells
def put_data(staffing: Staffing, sheet: Worksheet) -> None:
    """Write the data, and above them the names and the title that the picture shows."""
    book = staffing.book
    for at, column in enumerate(staffing.columns(across(book)), staffing.first):
        put(sheet, TOP, at, column.header, book.looks["header"], book.lang)
        put_column(sheet, TOP + 1, at, column, book.looks, book.lang)
        sheet.set_column(at, at, column.width)
    heads = {(TITLE_ROW, "x"): title(staffing), (KEY_ROW, "step_y"): name_of_limit(staffing)}
    heads |= {(KEY_ROW, decision): name_of_group(staffing, decision) for decision in GROUPS}
    for (row, code), (formula, said) in heads.items():
        sheet.write_formula(row, staffing.at(code), f"={formula}", book.looks["small"], said)


def title(staffing: Staffing) -> tuple[str, str]:
    """Return the expression of what is seen, and its result."""
    text = staffing.book.text
    y, limit = staffing.block("y"), staffing.block("limit")
    cells = {
        "n": f"SUMPRODUCT(ISNUMBER({y})*ISNUMBER({limit})*({y}>{limit}))",
        "all": f"COUNT({limit})",
    }
    seen, none = text("p_seen"), text("p_unlimited")
    spelled = f'"{seen}"'
    for gap, cell in cells.items():
        spelled = spelled.replace(f"{{{gap}}}", f'"&{cell}&"')
    above, limits = staffing.counts()
    said = seen.format(n=above, all=limits) if limits else none
    return f'IF({cells["all"]}=0,"{none}",{spelled})', said


def name_of_group(staffing: Staffing, decision: str) -> tuple[str, str]:
    """Return the expression of a group's name, and its result."""
    lang = staffing.book.lang
    status = say("status", GROUPS[decision], lang)
    verdict = f"{staffing.slot.criterion.id} {status}"
    said = say("decision", decision, lang)
    return f'IF({staffing.shows_decisions},"{said}","{verdict}")', said


def name_of_limit(staffing: Staffing) -> tuple[str, str]:
    """Return the expression of what the steps are, and its result."""
    text, criterion = staffing.book.text, staffing.slot.criterion.id
    usual, assumed = (text(f"p_limit{code}", criterion=criterion) for code in ("", "_assumed"))
    return f'IF(ISNUMBER({staffing.assumed}),"{assumed}","{usual}")', usual


def put_choice(staffing: Staffing, sheet: Worksheet) -> None:
    """Write the drop-down of what the colours show, and beside it who is not in the picture."""
    book, looks = staffing.book, staffing.book.looks
    decision = book.text("h_decision")
    verdict = book.text("p_verdict", criterion=staffing.slot.criterion.id)
    put(sheet, CHOICE_ROW, 0, book.text("p_colours"), looks["label"], book.lang)
    put(sheet, CHOICE_ROW, 1, decision, looks["in_text"], book.lang)
    rule = {"validate": "list", "source": [decision, verdict]}
    sheet.data_validation(CHOICE_ROW, 1, CHOICE_ROW, 1, rule)
    absent = ", ".join(cluster for cluster, pair in drawn(book).items() if pair is None)
    if absent:
        put(sheet, CHOICE_ROW, 2, book.text("p_absent", names=absent), looks["about"], book.lang)


# --------------------------------------------------------------------------------------- the chart
def put_chart(staffing: Staffing, sheet: Worksheet) -> None:
    """Draw a series for each group, the outliers named, and the limit as a line of steps."""
    book = staffing.book
    chart = book.file.add_chart({"type": "scatter", "subtype": "straight"})
    labels = [{"value": name} if name else {"delete": True} for name in staffing.outliers()]
    named = {"custom": labels, "value": True, "position": "right", "font": {"size": 8}}
    for decision, look, mark in zip(GROUPS, LOOKS, MARKS, strict=True):
        fill = {"color": POINTS[look]}
        looks = {"type": mark, "size": 8, "fill": fill, "border": fill}
        own = {"marker": looks, "line": {"none": True}, "data_labels": named}
        chart.add_series(series(staffing, decision, "x") | own)
    look = {"color": HEADER, "width": 2.25}
    chart.add_series(series(staffing, "step_y", "step_x") | {"line": look})
    chart.set_title({"name": f"={staffing.place('x', TITLE_ROW + 1)}", "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    grid = {"visible": True, "line": {"color": RULE}}
    axis = {"log_base": BASE, "major_unit": BASE, "major_gridlines": grid, "num_format": "0"}
    font = {"name_font": {"size": 9, "bold": False}}
    (start, end), low = across(book), bottom(staffing)
    chart.set_x_axis(
        {"name": book.text("p_x"), "min": start, "max": end, "crossing": start, **font, **axis}
    )
    chart.set_y_axis({"name": book.text("p_y"), "min": low, "crossing": low, **font, **axis})
    chart.show_na_as_empty_cell()
    chart.set_size({"width": WIDTH, "height": ROW_HEIGHT * (ROWS - 1)})
    text = book.text("p_alt", criterion=staffing.slot.criterion.id)
    sheet.insert_chart(CHART_ROW, 0, chart, {"description": text, "object_position": 2})


def series(staffing: Staffing, code: str, x: str) -> dict[str, Any]:
    """Return where a series has its name and its points."""
    return {
        "name": f"={staffing.place(code, KEY_ROW + 1)}",
        "categories": f"={staffing.block(x)}",
        "values": f"={staffing.block(code)}",
    }
