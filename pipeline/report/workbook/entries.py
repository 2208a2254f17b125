"""Input rules of the template of the ratings: lists, dates, and the sheet of lists."""

import datetime as dt
from collections.abc import Mapping

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import HEADER_ROW, Book, new_sheet, put_table
from pipeline.tables.reasons import asks_text
from schemas.declaration import office, registers

Rule = dict[str, object]
FIRST_DAY = dt.date(2000, 1, 1)
# what users may still do on a protected sheet
ALLOWED = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}


def write_lists(book: Book) -> Mapping[str, str]:
    """Write the question of each criterion; return the lists of criteria and clusters, by field."""
    sheet, text = new_sheet(book, "lists", alone=True), book.text
    pairs = [(k, c) for k in book.review.catalogues for c in k.criteria]
    columns = [
        Column(text("h_criterion"), [c.id for _, c in pairs]),
        Column(text("h_catalogue"), [k.id for k, _ in pairs]),
        Column(text("h_criterion_title"), [c.title[book.lang] for _, c in pairs], "wrap", width=34),
        Column(text("h_kind"), [say("kind", c.kind, book.lang) for _, c in pairs]),
        Column(text("h_asks"), [asks_text(c, book.lang) for _, c in pairs], "wrap", width=70),
    ]
    put_table(book, sheet, text("table_lists"), columns, frozen=1)
    own = {"criterion_id": listed(book, 0, len(book.first.criteria))}
    clusters = new_sheet(book, "clusters", alone=True)
    known = book.table("coverage").sort("cluster_id")
    columns = [
        Column(text("h_cluster_id"), known["cluster_id"].to_list()),
        Column(text("h_name"), known["name"].to_list(), "foreign"),
    ]
    put_table(book, clusters, text("table_clusters"), columns, frozen=1)
    return own | {"cluster_id": listed(book, 0, known.height, "clusters")}


def listed(book: Book, at: int, height: int, code: str = "lists") -> str:
    """Return the reference to a column of one of the sheets of lists."""
    letter, top = xl_col_to_name(at), HEADER_ROW + 2
    return f"='{book.sheet_name(code)}'!${letter}${top}:${letter}${top + max(height, 1) - 1}"


def limit_entries(
    book: Book, sheet: Worksheet, rows: tuple[int, int], lists: Mapping[str, str]
) -> None:
    """Offer lists and check dates in the columns to fill in; rows: the first and last, from 0.

    A word that is not listed can be entered all the same, except for ratings: no other is read.
    """
    own = office().sheet("assessments")
    words = [e.name_in(book.lang) for e in registers()["ratings"]]
    rules: dict[str, Rule] = {
        "catalogue": {"validate": "list", "source": [k.id for k in book.review.catalogues]},
        "rating": {"validate": "list", "source": words},
    }
    for field in ("rated_on", "valid_until"):
        rules[field] = {"validate": "date", "criteria": ">=", "value": FIRST_DAY}
    rules |= {field: {"validate": "list", "source": where} for field, where in lists.items()}
    for field, rule in rules.items():
        at = next(i for i, f in enumerate(own.fields) if f.key == field)
        messages: Rule = {
            "error_title": own.fields[at].name[book.lang],
            "error_message": book.text(f"entry_{field}"),
            "error_type": "stop" if field in ("rating", "rated_on", "valid_until") else "warning",
        }
        sheet.data_validation(rows[0], at, rows[1], at, rule | messages)
