"""Input rules of the template of the ratings: lists, dates, and the sheet of lists."""

import datetime as dt

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import HEADER_ROW, Book, new_sheet, put_table
from pipeline.tables.reasons import asks_text
from schemas.declaration import office, registers

Rule = dict[str, object]
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)
LONGEST_SIGN = 12
# what users may still do on a protected sheet
ALLOWED = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}


def write_lists(book: Book) -> None:
    """Write the question of each criterion, and the clusters: what may be entered."""
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
    clusters = new_sheet(book, "clusters", alone=True)
    known = book.table("coverage").sort("cluster_id")
    columns = [
        Column(text("h_cluster_id"), known["cluster_id"].to_list()),
        Column(text("h_name"), known["name"].to_list(), "foreign"),
    ]
    put_table(book, clusters, text("table_clusters"), columns, frozen=1)


def listed(book: Book, code: str, height: int) -> str:
    """Return the reference to the first column of one of the sheets that `write_lists` writes."""
    top = HEADER_ROW + 2
    return f"='{book.sheet_name(code)}'!$A${top}:$A${top + max(height, 1) - 1}"


def limit_entries(book: Book, sheet: Worksheet, rows: tuple[int, int], *, signed: bool) -> None:
    """Offer lists and check dates and signs in the columns to fill in, and colour what is missing.

    rows: the first and last, from 0. signed: whether the sheet says whose ratings these are. A word
    that is not listed can be entered all the same, except for ratings: no other is read.
    """
    own = office().sheet("assessments")
    words = [e.name_in(book.lang) for e in registers()["ratings"]]
    rules: dict[str, Rule] = {
        "catalogue": {"validate": "list", "source": [k.id for k in book.review.catalogues]},
        "rating": {"validate": "list", "source": words},
    }
    for field in ("rated_on", "valid_until"):
        rules[field] = {"validate": "date", "criteria": "between", "minimum": FIRST_DAY,
                        "maximum": LAST_DAY}  # fmt: skip
    lists = {
        "criterion_id": listed(book, "lists", len(book.first.criteria)),
        "cluster_id": listed(book, "clusters", book.table("coverage").height),
    }
    rules |= {field: {"validate": "list", "source": where} for field, where in lists.items()}
    at = {field.key: xl_col_to_name(i) for i, field in enumerate(own.fields)}
    sign = f"{at['assessor']}{rows[0] + 1}"
    one_word = f'=AND(LEN({sign})<={LONGEST_SIGN},ISERROR(FIND(" ",{sign})))'
    rules["assessor"] = {"validate": "custom", "value": one_word}
    for field, rule in rules.items():
        column = next(i for i, f in enumerate(own.fields) if f.key == field)
        messages: Rule = {
            "error_title": own.fields[column].name[book.lang],
            "error_message": book.text(f"entry_{field}"),
            "error_type": "warning" if field in ("catalogue", *lists) else "stop",
        }
        sheet.data_validation(rows[0], column, rows[1], column, rule | messages)
    needed = ["rating", "reason"] if signed else ["rating", "reason", "assessor"]
    for field in needed:
        others = ",".join(f"LEN(${at[f]}{rows[0] + 1})>0" for f in needed if f != field)
        missing = f"=AND(LEN(TRIM(${at[field]}{rows[0] + 1}))=0,OR({others}))"
        column = next(i for i, f in enumerate(own.fields) if f.key == field)
        options = {"type": "formula", "criteria": missing, "format": book.looks["bad"]}
        sheet.conditional_format(rows[0], column, rows[1], column, options)
