"""The chart of the block Vergleich and its data."""

from collections.abc import Mapping
from typing import Any

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.workbook.cells import put
from pipeline.report.workbook.compare_choice import DATA, Choice
from pipeline.report.workbook.formats import COLOURS, HEADER, RULE
from pipeline.report.workbook.portfolio import ESCA
from pipeline.report.workbook.sheets import Book
from schemas.benchmarks import one_cohort_kinds

CHART_ROWS = ["label", "box", "box_low", "box_high", "min", "max", "own_value"]


def put_chart_rows(book: Book, sheet: Worksheet, choice: Choice) -> None:
    """Write the data of the chart; charts ignore #N/A."""
    looks = book.looks
    put(sheet, choice.top - 1, DATA, book.text("chart_data"), looks["section"], book.lang)
    for at, code in enumerate(CHART_ROWS, DATA):
        put(sheet, choice.top, at, book.text(f"h_{code}"), looks["header"], book.lang)
    for row, kind in enumerate(one_cohort_kinds(), choice.top + 2):
        at = row - 1
        name, found = say("cohort_kind", kind, book.lang), choice.statistics(kind)
        cohort = book.text("all") if kind == "portfolio" else book.words([choice.cohort(kind)])[0]
        label = f"{name}: {cohort or ''} (n = {found['n']})"
        formula = f'=$A{row}&": "&$B{row}&" (n = "&$C{row}&")"'
        sheet.write_formula(at, DATA, formula, looks["text"], label)
        values = chart_values(found, choice.cluster[ESCA])
        cells = zip(chart_cells(row), values, strict=True)
        for column, (cell, value) in enumerate(cells, DATA + 1):
            stored = "#N/A" if value is None else value
            sheet.write_formula(at, column, f"={cell}", looks["two"], stored)


def chart_cells(row: int) -> list[str]:
    """Return the expressions of a row of the chart's data."""
    steps = [f"$E{row}", f"$F{row}-$E{row}", f"$G{row}-$F{row}", f"$D{row}", f"$H{row}"]
    known_steps = [f"IF(ISNUMBER($E{row}),{step},NA())" for step in steps]
    return [*known_steps, f"IF(ISNUMBER($J{row}),$J{row},NA())"]


def chart_values(found: Mapping[str, Any], value: float | None) -> list[float | None]:
    """Return the results of these expressions."""
    if found["suppressed"]:
        return [None] * 5 + [value]
    low, middle, high = found["p25"], found["median"], found["p75"]
    return [low, middle - low, high - middle, found["min"], found["max"], value]


def put_chart(book: Book, sheet: Worksheet, choice: Choice) -> None:
    """Write the chart: bars from quartile to quartile, points for the ends and the cluster."""
    bars = book.file.add_chart({"type": "column", "subtype": "stacked"})
    points = book.file.add_chart({"type": "line"})
    name, top = f"'{sheet.get_name()}'", choice.top
    last = top + len(one_cohort_kinds())

    def column(at: int) -> str:
        return f"={name}!{xl_range_abs(top + 1, DATA + at, last, DATA + at)}"

    def series(at: int) -> dict[str, Any]:
        head = f"={name}!{xl_rowcol_to_cell(top, DATA + at, row_abs=True, col_abs=True)}"
        return {"name": head, "categories": column(0), "values": column(at)}

    bars.add_series({**series(1), "fill": {"none": True}, "border": {"none": True}, "gap": 80})
    for at, look in ((2, "good"), (3, "muted")):
        fill, line = COLOURS[look]
        bars.add_series({**series(at), "fill": {"color": fill}, "border": {"color": line}})
    for at, mark, size, ink in (
        (4, "square", 5, HEADER),
        (5, "square", 5, HEADER),
        (6, "diamond", 11, COLOURS["bad"][1]),
    ):
        marker = {"type": mark, "size": size, "fill": {"color": ink}, "border": {"color": ink}}
        points.add_series({**series(at), "marker": marker, "line": {"none": True}})
    bars.combine(points)
    bars.set_title({"name": book.text("chart_title"), "name_font": {"size": 12}})
    bars.set_legend({"position": "bottom", "delete_series": [0]})
    grid = {"visible": True, "line": {"color": RULE}}
    axis = {"name": f"={name}!{choice.indicator_cell}", "name_font": {"size": 9, "bold": False}}
    bars.set_y_axis({**axis, "major_gridlines": grid})
    bars.set_size({"width": 980, "height": 420})
    text = book.text("chart_place")
    sheet.insert_chart(choice.chart, 0, bars, {"description": text, "object_position": 2})
