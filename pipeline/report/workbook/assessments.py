"""The sheet Gutachten: read-only in portfolio.xlsx, and in a file of its own to fill in.

In that file each expert with assignments has a sheet, beside the one of all.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipeline.report.earlier import Earlier
from pipeline.report.owed_opinions import of_experts
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
    sheet_name,
)
from pipeline.report.workbook.to_rate import to_rate
from pipeline.report.workbook.wording import beside_ratings
from pipeline.review import Review
from pipeline.submissions.office import informing
from pipeline.submissions.ratings import KEYS as KEY
from schemas.declaration import office, registers, views
from schemas.words import word_key

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
    """Write the template of assessments.xlsx: what remains to be rated, and the ratings so far.

    The next run reads its sheet of all unchanged: rows without rating and reason are ignored.
    `adopt` also takes over the sheets of experts, which show what is assigned to each. reviewer:
    the sign of the expert whose ratings alone are asked for.
    """
    write_file(review, path, lang, partial(write_template, earlier=earlier, reviewer=reviewer))


def write_template(book: Book, earlier: Earlier, reviewer: str | None) -> None:
    """Write the sheets of the template; with assignments it opens on who has what to do."""
    experts = [] if reviewer is not None else signs(book.table("assignments"))
    every = to_rate(book.review, earlier, book.lang, reviewer, to_do_first=True)
    if experts:
        write_to_do(book, every)
    for number, sign in enumerate(experts, 1):
        own = to_rate(book.review, earlier, book.lang, sign, to_do_first=True)
        write_to_fill(book, own, sign, number)
    write_to_fill(book, every, reviewer)
    write_lists(book)
    write_known(book, every.drop_nulls("row"))


def write_to_do(book: Book, rows: pl.DataFrame) -> None:
    """Write the first sheet: who has to rate how many until when, and on which sheet."""
    sheet = new_sheet(book, "to_rate", alone=True)
    table = of_experts(book.table("assignments"))
    names = {word_key(sign): sign for sign in signs(book.table("assignments"))}
    sheets = [sheet_of(book, names[word_key(by)]) for by in table["reviewer"]]
    columns = [*owed_columns(book, table), Column(book.text("h_sheet"), sheets)]
    put_table(book, sheet, book.text("table_to_rate"), columns, frozen=1)
    for row, name in enumerate(sheets, HEADER_ROW + 1):
        link = f"internal:'{name}'!A1"
        sheet.write_url(row, len(columns) - 1, link, book.looks["link"], string=name)
    assigned = book.table("assignments").select(KEY).unique()
    free = rows.filter(pl.col("row").is_null()).join(assigned, on=KEY, how="anti").height
    below, name = HEADER_ROW + len(sheets) + 2, sheet_of(book)
    put(sheet, below, 0, book.text("unassigned", n=free), book.looks["label"], book.lang)
    link = f"internal:'{name}'!A1"
    sheet.write_url(below, len(columns) - 1, link, book.looks["link"], string=name)
    sheet.print_area(HEADER_ROW, 0, below, len(columns) - 1)
    sheet.protect("", ALLOWED)


def signs(assignments: pl.DataFrame) -> list[str]:
    """Return the experts' signs, each as it is written first."""
    first: dict[str, str] = {}
    for sign in assignments["reviewer"].unique().sort():
        first.setdefault(word_key(sign), sign)
    return list(first.values())


def sheet_of(book: Book, sign: str | None = None) -> str:
    """Return the name of the sheet of ratings of one expert, or of all."""
    return sheet_name(book.text("sheet_assessments") + (f" {sign}" if sign else ""))


def write_to_fill(
    book: Book, rows: pl.DataFrame, reviewer: str | None, number: int | None = None
) -> None:
    """Write a sheet of ratings to fill in, protected except for input cells.

    reviewer: whose ratings these are, if they are one expert's. number: of the expert's sheet among
    several; None for the sheet of the usual name.
    """
    suffix = "" if number is None else f" {reviewer}"
    code = "about_assessments" if reviewer is None else "about_assessments_one"
    about = book.text(code, reviewer=reviewer)
    sheet = new_sheet(book, "assessments", about, suffix, alone=True)
    put(sheet, 2, 0, book.text("about_filling"), book.looks["about"], book.lang)
    with_new_rows = pl.concat([rows, rows.clear(MORE)])
    columns = [*fields(book, with_new_rows, "in_"), *beside(book, with_new_rows, fill=True)]
    name = book.text("table_assessments") + ("" if number is None else f"_{number}")
    put_table(book, sheet, name, columns, frozen=3, whole=True)
    colour_ratings(book, sheet, columns, with_new_rows.height)
    # blank rows are not printed
    last = HEADER_ROW + max(rows.height, 1)
    print_legibly(book, sheet, HEADER_ROW, last, kept_narrow(columns, 3))
    write_head(book, sheet, reviewer)
    limit_entries(
        book, sheet, (HEADER_ROW + 1, HEADER_ROW + with_new_rows.height), signed=bool(reviewer)
    )
    sheet.protect("", ALLOWED)


def write_ratings(book: Book, earlier: Earlier) -> None:
    """Write the sheet Gutachten of portfolio.xlsx, read-only."""
    sheet = new_sheet(book, "assessments", book.text("about_assessments_here"))
    rows = to_rate(book.review, earlier, book.lang)
    columns = [*fields(book, rows), *beside(book, rows, fill=False)]
    put_table(book, sheet, book.text("table_assessments"), columns, frozen=3)
    colour_ratings(book, sheet, columns, rows.height)
    write_owed(book, sheet, HEADER_ROW + max(rows.height, 1) + 3)


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
    for at, column in enumerate(owed_columns(book, table)):
        put(sheet, top, at, column.header, book.looks["header"], book.lang)
        put_column(sheet, top + 1, at, column, book.looks, book.lang)


def owed_columns(book: Book, table: pl.DataFrame) -> list[Column]:
    """Return who owes how many; table: see `owed.of_experts`."""
    kinds = {"reviewer": "text", "next_due": "date"}
    return [
        Column(book.text(f"h_owed_{name}"), table[name].to_list(), kinds.get(name, "int"))
        for name in table.columns
    ]


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
        "kind": (book.labels("kind", rows["kind"].to_list()), "text", None),
        "asks": (rows["asks"].to_list(), "wrap", 44),
        "computed_status": (book.labels("status", rows["computed_status"].to_list()), "text", None),
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
