"""A chart of horizontal bars of the rows of a table: how it looks, wherever it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.workbook.formats import COLOURS, RULE
from pipeline.report.workbook.sheets import Book

# in pixels
BAR_HEIGHT, AROUND = 20, 115


@dataclass(frozen=True)
class Bars:
    """A bar for each row of a table, the first at the top; of several series they are stacked.

    rows: that of the headers and the last one (from 0). names: the column (from 0) of the bars'
    names. looks: from the column of each series' values to its colour; its header is its name. alt:
    what a screen reader says. number: the format of the axis' numbers.
    """

    title: str
    axis: str
    alt: str
    rows: tuple[int, int]
    names: int
    looks: Mapping[int, str]
    number: str = "0"

    @property
    def height(self) -> int:
        """The height of the chart in pixels."""
        return BAR_HEIGHT * (self.rows[1] - self.rows[0]) + AROUND


def put_bars(
    book: Book, sheet: Worksheet, bars: Bars, at: tuple[int, int], width: int, offset: int = 0
) -> None:
    """Draw the chart on the sheet of its table; at: row and column (from 0); the rest in pixels."""
    chart = book.file.add_chart({"type": "bar", "subtype": "stacked"})
    name, (top, last) = f"'{sheet.get_name()}'", bars.rows
    for column, look in bars.looks.items():
        fill, line = COLOURS[look]
        head = xl_rowcol_to_cell(top, column, row_abs=True, col_abs=True)
        chart.add_series(
            {
                "name": f"={name}!{head}",
                "categories": f"={name}!{xl_range_abs(top + 1, bars.names, last, bars.names)}",
                "values": f"={name}!{xl_range_abs(top + 1, column, last, column)}",
                "fill": {"color": fill},
                "border": {"color": line},
                "gap": 35,
            }
        )
    chart.set_title({"name": bars.title, "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 8}})
    grid = {"visible": True, "line": {"color": RULE}}
    axis = {"name": bars.axis, "name_font": {"size": 9, "bold": False}, "num_format": bars.number}
    chart.set_x_axis({**axis, "major_gridlines": grid, "label_position": "high"})
    chart.set_legend({"position": "bottom"} if len(bars.looks) > 1 else {"none": True})
    chart.set_size({"width": width, "height": bars.height})
    options = {"x_offset": offset, "y_offset": offset // 2, "object_position": 2}
    sheet.insert_chart(*at, chart, {**options, "description": bars.alt})
