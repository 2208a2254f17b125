"""The overview's tables of counts with their charts: by criterion, field and state."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.evaluation.evaluate import BEST_FIRST
from pipeline.report.workbook.bars import Bars, put_bars
from pipeline.report.workbook.cells import put
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import Book
from schemas.declaration import registers
from schemas.tables import DECISIONS

LOOKS = ("good", "open", "bad")
CHART_COLUMN = 4
# in pixels: a line of the table, the charts
ROW_HEIGHT, CHART_WIDTH = 20, 600


@dataclass(frozen=True)
class Counts:
    """A table of counts: its title, its three column headers, its lines.

    formula: from a line's position (from 0), its row (from 1) and the column to the cell's formula.
    """

    code: str
    heads: Sequence[str]
    labels: Sequence[str]
    values: Sequence[Sequence[int]]
    formula: Callable[[int, int, int], str]


def write_charts(matrix: Matrix, sheet: Worksheet, row: int) -> list[int]:
    """Write the tables with their charts; return the first row of each, and the row after all."""
    rows = [row]
    for counts in (by_criterion(matrix), by_register(matrix, "technology_field"),
                   by_register(matrix, "federal_state")):  # fmt: skip
        rows.append(put_counts(matrix.book, sheet, rows[-1], counts) + 2)
    return rows


def by_criterion(matrix: Matrix) -> Counts:
    """Return how many clusters fulfil each criterion, from the matrix."""
    book, criteria = matrix.book, matrix.catalogue.criteria
    table = matrix.of("criteria")
    signs = [say("status_sign", s, book.lang).replace("?", "~?") for s in BEST_FIRST]

    def formula(at: int, _row: int, column: int) -> str:
        return f'=COUNTIF({matrix.table}[{criteria[at].id}],"{signs[column]}*")'

    return Counts(
        "criteria",
        [say("status", s, book.lang) for s in BEST_FIRST],
        [f"{c.id} {c.title[book.lang]}" for c in criteria],
        [
            counted(table.filter(pl.col("criterion_id") == c.id)["status"], BEST_FIRST)
            for c in criteria
        ],
        formula,
    )


def by_register(matrix: Matrix, code: str) -> Counts:
    """Return how many clusters of each field or state have which decision."""
    book, table = matrix.book, matrix.book.table("clusters")
    names = [entry.de for entry in registers()[f"{code}s"]]
    column, decisions = book.ref("portfolio", code), book.ref("portfolio", "decision")
    words = [say("decision", d, book.lang) for d in DECISIONS]

    def formula(_at: int, row: int, place: int) -> str:
        return f'=COUNTIFS({column},$A{row},{decisions},"{words[place]}")'

    values = [counted(table.filter(pl.col(code) == name)["decision"], DECISIONS) for name in names]
    return Counts(code, words, [str(w) for w in book.words(names)], values, formula)


def counted(values: pl.Series, codes: Sequence[str]) -> list[int]:
    """Return how often each code occurs."""
    return [int((values == code).sum()) for code in codes]


def put_counts(book: Book, sheet: Worksheet, row: int, counts: Counts) -> int:
    """Write one table and its chart; return the last row of both."""
    looks = book.looks
    put(sheet, row, 0, book.text(f"o_by_{counts.code}"), looks["section"], book.lang)
    for at, head in enumerate(counts.heads, 1):
        put(sheet, row, at, head, looks["section_right"], book.lang)
    put(sheet, row, CHART_COLUMN, None, looks["section"], book.lang)
    for place, (label, values) in enumerate(zip(counts.labels, counts.values, strict=True)):
        own = row + 1 + place
        sheet.set_row_pixels(own, ROW_HEIGHT)
        put(sheet, own, 0, label, looks["text"], book.lang)
        for at, value in enumerate(values):
            formula = counts.formula(place, own + 1, at)
            sheet.write_formula(own, at + 1, formula, looks["int"], value)
    last = row + len(counts.labels)
    title = book.text(f"o_by_{counts.code}")
    alt = book.text("o_chart_alt", title=title)
    colours = dict(enumerate(LOOKS, 1))
    bars = Bars(title, book.text("o_clusters_axis"), alt, (row, last), 0, colours)
    put_bars(book, sheet, bars, (row + 1, CHART_COLUMN), CHART_WIDTH, offset=6)
    return max(last, row + 1 + math.ceil(bars.height / ROW_HEIGHT))
