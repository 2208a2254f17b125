"""The block of medians on the sheet Veränderungen: over all clusters and over the panel."""

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.evaluation.statistics import MEDIAN
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.formats import FORMATS, POINTS
from pipeline.report.workbook.portfolio import indicator_header
from pipeline.report.workbook.sheets import Book
from schemas.benchmarks import declared_indicators

PANEL = "panel"
# medians of whole numbers may end in a half
MEDIANS = FORMATS | {"count": "one"}
CHANGES = {"int": "change", "one": "change_one", "two": "change_two", "eur": "change"}
CHANGES |= {"share": POINTS}


def in_points(kind: str) -> int:
    """Return by what a change of values of a kind is multiplied: shares change in points."""
    return 100 if kind == "share" else 1


def change_column(
    book: Book, kinds: Sequence[str], changes: Sequence[float | str | None], top: int
) -> Column:
    """Return the column of changes from the value in D to that in E; empty where one is unknown.

    kinds: of the values of each row. top: the row (from 0) of the table's header.
    """
    scaled = [
        change * in_points(kind) if isinstance(change, float | int) else change
        for kind, change in zip(kinds, changes, strict=True)
    ]

    def formula(row: int) -> str:
        change = f"E{row}-D{row}"
        if in_points(kinds[row - top - 2]) != 1:
            change = f"{in_points(kinds[row - top - 2])}*({change})"
        return f'=IF(AND(ISNUMBER(D{row}),ISNUMBER(E{row})),{change},"")'

    return Column(book.text("o_change"), scaled, [CHANGES[kind] for kind in kinds], formula)


def median_columns(book: Book, top: int) -> list[Column]:
    """Return each indicator's medians before and now; see `put_array_formulas` for the panel's.

    top: the row (from 0) of the header.
    """
    rows = book.table("medians").to_dicts()
    names = [indicator_header(book, r["indicator"]) for r in rows]
    kinds = [median_format(r["indicator"]) for r in rows]
    scopes = [book.text(f"c_scope_{r['scope']}") for r in rows]
    then, now = ([median_or_note(book, r[c]) for r in rows] for c in ("previous", "value"))
    return [
        Column(book.text("h_indicator"), names, "wrap", width=16),
        Column(book.text("h_c_scope"), scopes, "wrap", width=18.5),
        Column(book.text("h_c_n_then"), [r["n_previous"] for r in rows], "int"),
        Column(book.text("h_c_then"), then, kinds),
        Column(book.text("h_c_now"), now, kinds),
        Column(book.text("h_c_n_now"), [r["n"] for r in rows], "int"),
        change_column(book, kinds, [difference(r) for r in rows], top),
    ]


def median_format(indicator: str) -> str:
    """Return the look of an indicator's medians and quartiles."""
    return MEDIANS[declared_indicators()[indicator].format]


def median_or_note(book: Book, value: float | None) -> float | str:
    """Return a median, or the note that there are too few values."""
    few = book.text("too_few", minimum=book.review.settings.cohorts.minimum)
    return few if value is None else value


def difference(row: Mapping[str, Any]) -> float | str:
    """Return the change of a median; empty if one of both is not shown."""
    if row["previous"] is None or row["value"] is None:
        return ""
    return float(row["value"] - row["previous"])


def put_array_formulas(book: Book, sheet: Worksheet, top: int) -> None:
    """Replace the values of n and medians by formulas; top: the first row (from 0)."""
    least = book.review.settings.cohorts.minimum
    few = book.text("too_few", minimum=least)
    for at, row in enumerate(book.table("medians").iter_rows(named=True), top):
        look = book.looks[median_format(row["indicator"])]
        values = {now: known(book, row["scope"], at + 1, now) for now in (True, False)}
        cells = [(5, True, row["n"], row["value"], 4)]
        if row["scope"] == PANEL:
            cells.append((2, False, row["n_previous"], row["previous"], 3))
        for n_at, now, n, value, median_at in cells:
            count = f"COUNT({values[now]})"
            sheet.write_array_formula(at, n_at, at, n_at, f"={count}", book.looks["int"], n)
            median = f'=IF({count}<{least},"{few}",{MEDIAN.of(values[now])})'
            sheet.write_array_formula(
                at, median_at, at, median_at, median, look, median_or_note(book, value)
            )


def known(book: Book, scope: str, row: int, now: bool) -> str:
    """Return the expression of the known values of the indicator in column A.

    For all clusters, those on the sheet Portfolio; for the panel, those known in both periods.
    """
    if scope != PANEL:
        heads, figures = book.text("name_figure_heads"), book.text("name_figures")
        return f"INDEX({figures},0,MATCH($A{row},{heads},0))"
    names, then, value = (
        book.ref("indicator_changes", code) for code in ("indicator", "c_then", "c_now")
    )
    wanted = value if now else then
    return f'IF(({names}=$A{row})*ISNUMBER({then})*ISNUMBER({value}),{wanted},"")'
