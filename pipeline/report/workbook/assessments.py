"""The sheet Gutachten: read-only in portfolio.xlsx, and as a separate file to fill in."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipeline.report.earlier import Earlier
from pipeline.report.owed import of_experts
from pipeline.report.workbook.cells import Column, put, put_column
from pipeline.report.workbook.entries import ALLOWED, limit_entries, write_lists
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.sheets import (
    HEADER_ROW,
    Book,
    colour_column,
    column_at,
    kept_narrow,
    new_sheet,
    print_legibly,
    put_table,
)
from pipeline.report.workbook.to_rate import to_rate
from pipeline.report.workbook.wording import beside_ratings
from pipeline.review import Review
from pipeline.submissions.office import informing
from schemas.declaration import office, registers, views

# field of the sheet -> kind of its cells, if it is not a text to fill in
KINDS = {"reason": "foreign_wrap", "rated_on": "date", "valid_until": "date"}
WIDTHS: dict[str, float] = {"reason": 60, "rating": 15, "assessor": 12}
WIDTHS |= {"catalogue": 10.5, "cluster_id": 11.5, "criterion_id": 11.5}
RATING_COLOURS = {"fulfilled": "good", "not_fulfilled": "bad"}
# number of blank rows for further ratings
MORE = 200


def write_assessments(
    review: Review, earlier: Earlier, path: Path, lang: str, reviewer: str | None = None
) -> None:
    """Write the template of assessments.xlsx: the ratings so far, and what remains to be rated.

    The next run reads its sheet unchanged: rows without rating and reason are ignored. reviewer:
    the sign of the expert whose ratings are asked for, instead of all; `adopt` takes them over.
    """
    sheets = partial(write_ratings, earlier=earlier, fill=True, reviewer=reviewer)
    write_file(review, path, lang, sheets)


def write_ratings(book: Book, earlier: Earlier, *, fill: bool, reviewer: str | None = None) -> None:
    """Write the sheet Gutachten, to fill in (protected except for input cells) or read-only."""
    about = book.text("about_assessments" if fill else "about_assessments_here")
    if reviewer is not None:
        about = book.text("about_assessments_one", reviewer=reviewer)
    sheet = new_sheet(book, "assessments", about, alone=fill)
    rows = to_rate(book.review, earlier, book.lang, reviewer)
    shown = with_blank(rows) if fill else rows
    columns = [*fields(book, shown, "in_" if fill else ""), *beside(book, shown, fill=fill)]
    put_table(book, sheet, book.text("table_assessments"), columns, frozen=3, whole=fill)
    colour_ratings(book, sheet, columns, shown.height)
    if not fill:
        write_owed(book, sheet, HEADER_ROW + max(shown.height, 1) + 3)
    if fill:
        # blank rows are not printed
        last = HEADER_ROW + max(rows.height, 1)
        print_legibly(book, sheet, HEADER_ROW, last, kept_narrow(columns, 3))
        write_head(book, sheet, reviewer)
        limit_entries(book, sheet, (HEADER_ROW + 1, HEADER_ROW + shown.height), write_lists(book))
        write_known(book, rows.drop_nulls("row"))
        sheet.protect("", ALLOWED)


def write_head(book: Book, sheet: Worksheet, reviewer: str | None) -> None:
    """Write above the table what `adopt` reads: the period, and whose ratings these are."""
    parts = {"o_period": book.review.period, "o_assessor": reviewer}
    for at, (code, value) in enumerate(parts.items()):
        if value is not None:
            put(sheet, HEADER_ROW - 1, 2 * at, book.text(code), book.looks["label"], book.lang)
            put(sheet, HEADER_ROW - 1, 2 * at + 1, value, book.looks["text"], book.lang)


def write_known(book: Book, rows: pl.DataFrame) -> None:
    """Write the ratings that the template was made with, hidden: `adopt` tells what is new."""
    sheet = book.file.add_worksheet(views().sheet("known").name[book.lang])
    for at, column in enumerate(fields(book, rows)):
        put(sheet, 0, at, column.header, book.looks["header"], book.lang)
        put_column(sheet, 1, at, column, book.looks, book.lang)
    sheet.hide()


def write_owed(book: Book, sheet: Worksheet, top: int) -> None:
    """Write below the ratings who owes how many; nothing where nothing is assigned."""
    table = of_experts(book.table("assignments"))
    if table.is_empty():
        return
    put(sheet, top - 1, 0, book.text("owed_title"), book.looks["label"], book.lang)
    kinds = {"reviewer": "text", "next_due": "date"}
    for at, name in enumerate(table.columns):
        kind = kinds.get(name, "int")
        column = Column(book.text(f"h_owed_{name}"), table[name].to_list(), kind)
        put(sheet, top, at, column.header, book.looks["header"], book.lang)
        put_column(sheet, top + 1, at, column, book.looks, book.lang)


def with_blank(rows: pl.DataFrame) -> pl.DataFrame:
    """Add blank rows for further ratings."""
    return pl.concat([rows, rows.clear(MORE)])


def fields(book: Book, rows: pl.DataFrame, look: str = "") -> Iterable[Column]:
    """Return the columns that the next run reads, in the order of their declaration."""
    for field in office().sheet("assessments").fields:
        values = rows[field.key].to_list()
        if field.key == "rating":
            values = ratings(book, values)
        kind = look + KINDS.get(field.key, "text")
        yield Column(field.name[book.lang], values, kind, width=WIDTHS.get(field.key, 13))


def ratings(book: Book, values: list[str | None]) -> list[str | None]:
    """Return ratings in the workbook's language."""
    names = {e.de: e.en if book.lang == "en" else e.de for e in registers()["ratings"]}
    return [value and names[value] for value in values]


def beside(book: Book, rows: pl.DataFrame, *, fill: bool) -> Iterable[Column]:
    """Return the columns with information for the rater: no run reads them.

    fill: whether the file stands alone; in portfolio.xlsx the wording has a sheet of its own.
    """
    columns = {
        "note": (rows["note"].to_list(), "wrap", 44),
        "name": (rows["name"].to_list(), "foreign", None),
        "title": (rows["title"].to_list(), "wrap", 26),
        "kind": (book.says("kind", rows["kind"].to_list()), "text", None),
        "asks": (rows["asks"].to_list(), "wrap", 44),
        "computed_status": (book.says("status", rows["computed_status"].to_list()), "text", None),
        "reason_now": (rows["reason_now"].to_list(), "foreign_wrap", 70),
        "request": (rows["request"].to_list(), "foreign_wrap", 60),
    }
    if fill:
        columns["wording"] = (beside_ratings(book.review, rows, book.lang), "foreign_wrap", 70)
    for column in informing():
        if column["key"] in columns:
            values, kind, width = columns[column["key"]]
            yield Column(column[book.lang], values, kind, width=width)


def colour_ratings(book: Book, sheet: Worksheet, columns: list[Column], height: int) -> None:
    """Colour the ratings."""
    at = column_at(columns, office().sheet("assessments").field("rating").name[book.lang])
    looks = {
        (e.en if book.lang == "en" else e.de): RATING_COLOURS[e.extra["status"]]
        for e in reversed(registers()["ratings"])
        if e.extra.get("status") in RATING_COLOURS
    }
    colour_column(book, sheet, at, height, looks)
