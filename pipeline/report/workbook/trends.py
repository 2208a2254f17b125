"""Sparklines on the sheet Portfolio: a cluster's figures over the published periods.

Their data are in hidden columns of the same table, so that sorting keeps both together.
"""

from collections.abc import Sequence

import polars as pl
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.formats import COLOURS, FORMATS
from pipeline.report.workbook.sheets import HEADER_ROW, Book, column_at
from schemas.benchmarks import declared_indicators

INK = COLOURS["good"][1]
# a line with a point per period, the last one marked
LOOK: dict[str, object] = {
    "markers": True,
    "last_point": True,
    "show_hidden": True,
    "empty_cells": "gaps",
    "weight": 1.25,
    "series_color": INK,
    "markers_color": INK,
    "last_color": COLOURS["bad"][1],
}
# as many periods as are legible in a cell
MOST = 8


def drawn() -> dict[str, str]:
    """Return the figures that are drawn, with the look of their cells."""
    of_indicators = {k: one.format for k, one in declared_indicators().items() if one.trend}
    return {"fulfilled": "int", **{k: FORMATS[form] for k, form in of_indicators.items()}}


def trend_title(book: Book, name: str) -> str:
    """Return the name of a figure with sparklines."""
    return book.text("h_fulfilled") if name == "fulfilled" else say("indicator", name, book.lang)


def trend_columns(book: Book, earlier: Earlier) -> list[Column]:
    """Return the empty columns for the sparklines; none without an earlier period."""
    blank = [None] * book.table("clusters").height
    return [
        Column(book.text("h_trend", name=trend_title(book, name)), blank, width=15)
        for name in (drawn() if earlier else ())
    ]


def data_columns(book: Book, earlier: Earlier) -> list[Column]:
    """Return the figures of every period in the sparklines, the oldest first; they are hidden."""
    if not earlier:
        return []
    now = book.table("clusters")
    tables = {p: t["clusters"] for p, t in earlier.items()} | {book.review.period: now}
    ids, result = now.select("cluster_id"), []
    for name, kind in drawn().items():
        for period in list(tables)[-MOST:]:
            there = tables[period]
            if name not in there.columns:
                there = there.with_columns(pl.lit(None, pl.Float64).alias(name))
            own = ids.join(there, on="cluster_id", how="left").sort("cluster_id")[name]
            header = f"{trend_title(book, name)} {period}"
            result.append(Column(header, own.to_list(), kind, width=9, folds=True, hidden=True))
    return result


def put_trends(book: Book, sheet: Worksheet, columns: Sequence[Column], earlier: Earlier) -> None:
    """Draw the sparklines; columns: all of the sheet's."""
    trends, data = trend_columns(book, earlier), data_columns(book, earlier)
    if not trends:
        return
    each, name = len(data) // len(trends), sheet.get_name()
    for number, column in enumerate(trends):
        at = column_at(columns, column.header)
        first = column_at(columns, data[number * each].header)
        rows = range(HEADER_ROW + 1, HEADER_ROW + 1 + len(column.values))
        cells = [xl_rowcol_to_cell(row, at) for row in rows]
        ranges = [f"'{name}'!{xl_range(row, first, row, first + each - 1)}" for row in rows]
        if cells:
            sheet.add_sparkline(cells[0], LOOK | {"location": cells, "range": ranges})
