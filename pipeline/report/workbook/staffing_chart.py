"""The picture of actors per FTE against actors, above the table of the sheet ESCA-Benchmark."""

import math
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.workbook.cells import put
from pipeline.report.workbook.charts import LOOKS
from pipeline.report.workbook.formats import HEADER, MARKS, RULE
from pipeline.report.workbook.stack import Stack
from pipeline.report.workbook.staffing_data import (
    BASE,
    GROUPS,
    Staffing,
    across,
    drawn,
    power,
    what_is_seen,
)
from pipeline.report.workbook.working import KEY_ROW

# how many rows the picture takes, below that of the choice
ROWS = 25
# in pixels: a row, the picture's width
ROW_HEIGHT, WIDTH = 20, 1000
SHAPES = ("circle", "diamond", "square")


def put_staffing(stack: Stack, staffing: Staffing) -> None:
    """Write the block: what the colours show, and the picture."""
    row = stack.leave(ROWS + 2)
    formula, result = what_is_seen(staffing)
    # in a cell: LibreOffice does not calculate a chart's title again
    stack.sheet.write_formula(row, 0, f"={formula}", stack.book.looks["label"], result)
    put_choice(staffing, stack.sheet, row + 1)
    put_chart(staffing, stack.sheet, row + 2)


def bottom(staffing: Staffing) -> float:
    """Return the lower end of the axis of ratios; the upper one follows what is assumed."""
    ratios = [pair[1] for pair in drawn(staffing.book).values() if pair]
    limits = [height for _, height in staffing.corners if height is not None and height > 0]
    return power(min(ratios + limits), math.floor)


def put_choice(staffing: Staffing, sheet: Worksheet, row: int) -> None:
    """Write the drop-down of what the colours show, and beside it who is not in the picture."""
    book, looks = staffing.book, staffing.book.looks
    decision = book.text("h_decision")
    verdict = book.text("p_verdict", criterion=staffing.slot.criterion.id)
    put(sheet, row, 0, book.text("p_colours"), looks["label"], book.lang)
    put(sheet, row, 1, decision, looks["in_text"], book.lang)
    own = f"='{sheet.get_name()}'!{xl_rowcol_to_cell(row, 1, row_abs=True, col_abs=True)}"
    book.file.define_name(book.text("name_colours"), own)
    rule = {"validate": "list", "source": [decision, verdict]}
    sheet.data_validation(row, 1, row, 1, rule)
    absent = ", ".join(cluster for cluster, pair in drawn(book).items() if pair is None)
    if absent:
        put(sheet, row, 2, book.text("p_absent", names=absent), looks["about"], book.lang)


# --------------------------------------------------------------------------------------- the chart
def put_chart(staffing: Staffing, sheet: Worksheet, row: int) -> None:
    """Draw a series for each group, the outliers named, and the limit as a line of steps."""
    book = staffing.book
    chart = book.file.add_chart({"type": "scatter", "subtype": "straight"})
    labels = [{"value": name} if name else {"delete": True} for name in staffing.outliers()]
    named = {"custom": labels, "value": True, "position": "right", "font": {"size": 8}}
    for decision, look, mark in zip(GROUPS, LOOKS, SHAPES, strict=True):
        fill = {"color": MARKS[look]}
        marker = {"type": mark, "size": 8, "fill": fill, "border": fill}
        own = {"marker": marker, "line": {"none": True}, "data_labels": named}
        chart.add_series(series(staffing, decision, "x") | own)
    line = {"line": {"color": HEADER, "width": 2.25}}
    chart.add_series(series(staffing, "step_y", "step_x") | line)
    title = book.text("p_title", criterion=staffing.slot.criterion.id)
    chart.set_title({"name": title, "name_font": {"size": 12}})
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
    chart.set_size({"width": WIDTH, "height": ROW_HEIGHT * ROWS})
    text = book.text("p_alt", criterion=staffing.slot.criterion.id)
    sheet.insert_chart(row, 0, chart, {"description": text, "object_position": 2})


def series(staffing: Staffing, code: str, x: str) -> dict[str, Any]:
    """Return where a series has its name and its points."""
    return {
        "name": f"={staffing.place(code, KEY_ROW + 1)}",
        "categories": f"={staffing.block(x)}",
        "values": f"={staffing.block(code)}",
    }
