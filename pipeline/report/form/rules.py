"""The rules of cells: allowed values, drop-downs, and the colours of unusable values."""

import datetime as dt
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.form.book import Book
from pipeline.report.form.cell_formulas import FIRST_DATE, found, limits, pattern_test
from pipeline.report.form.lists import list_range
from pipeline.report.workbook.cells import complete
from pipeline.submissions.field_messages import expected
from schemas.declaration import Field

FIRST_DAY, LAST_DAY = dt.date(1950, 1, 1), dt.date(2199, 12, 31)
LONGEST = {"text": 1000, "text_list": 2000, "postcode": 12}
MAX_MESSAGE = 255
Area = tuple[int, int, int, int]


def add_rule(book: Book, sheet: Worksheet, item: Field, area: Area, prompt: str = "") -> None:
    """Add the data validation of a field to its cells.

    area: first row, first column, last row, last column, from 0. prompt: shown at a selected cell.
    """
    first = xl_rowcol_to_cell(area[0], area[1])
    rule = rule_of(book, item, first) | {"error_title": book.text("rule", "title")}
    rule["error_message"] = message(book, item)[:MAX_MESSAGE]
    if prompt:
        rule["input_message"] = prompt
    sheet.data_validation(*area, rule)


def rule_of(book: Book, item: Field, first: str) -> dict[str, Any]:
    """Return XlsxWriter's options of a field's rule; first: its first cell."""
    if item.type in ("choice", "yes_no"):
        return {"validate": "list", "source": list_range(item, book.lang)}
    if item.type == "country":  # a code is allowed, too
        source = list_range(item, book.lang)
        return {"validate": "list", "source": source, "error_type": "warning"}
    if item.type == "choices":  # a list cannot validate several words in one cell
        return {"validate": "list", "source": list_range(item, book.lang), "show_error": False}
    if item.type == "date":
        return {"validate": "date", "criteria": "between", "minimum": FIRST_DAY,
                "maximum": LAST_DAY}  # fmt: skip
    if item.type in ("number", "integer"):
        least, most = limits(item)
        kind = "integer" if item.type == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": least, "maximum": most}
    if item.pattern:
        return {"validate": "custom", "value": complete(pattern_test(item.pattern, first))}
    return {"validate": "length", "criteria": "<=", "value": LONGEST[item.type]}


def message(book: Book, item: Field) -> str:
    """Return the error message of the rule."""
    if item.pattern:
        return book.text("rule", "pattern", example=item.example)
    if item.type in ("choice", "yes_no", "choices"):
        return book.text("rule", "list")
    if item.type in ("number", "integer"):
        return book.text("rule", "number", expected=expected(item, book.lang))
    if item.type in ("text", "text_list"):
        return book.text("rule", "text", most=LONGEST[item.type])
    return book.text("rule", item.type)


def add_colours(book: Book, sheet: Worksheet, item: Field, area: Area, whole: str) -> None:
    """Colour what is missing and what cannot be used.

    whole: the reference to the cells of the row that make an empty one missing.
    """
    first = xl_rowcol_to_cell(area[0], area[1])
    if item.required:
        formula = f"=AND(LEN(TRIM({first}))=0,COUNTA({whole})>0)"
        colour(book, sheet, area, formula, "open")
    test = bad_test(item, first)
    if test:
        colour(book, sheet, area, f"=IF(LEN(TRIM({first}))=0,FALSE,{test})", "bad")


def colour(book: Book, sheet: Worksheet, area: Area, formula: str, look: str) -> None:
    """Colour the cells for which the formula holds."""
    options = {"type": "formula", "criteria": complete(formula), "format": book.looks[look]}
    sheet.conditional_format(*area, options)


def bad_test(item: Field, cell: str) -> str | None:
    """Return the formula of whether a filled cell cannot be used; None where every text can."""
    if item.type in ("choice", "country"):
        return f"ISERROR({found(f'TRIM({cell})', str(item.list))})"
    if item.type == "yes_no":
        return f"ISERROR({found(f'TRIM({cell})', item.type)})"
    if item.type == "date":
        return f"IF(ISNUMBER({cell}),{cell}<{FIRST_DATE},TRUE)"
    if item.type in ("number", "integer"):
        least, most = limits(item)
        outside = f"{cell}<{least:g},{cell}>{most:.0f}"
        whole = f",INT({cell})<>{cell}" if item.type == "integer" else ""
        return f"IF(ISNUMBER({cell}),OR({outside}{whole}),TRUE)"
    return f"NOT({pattern_test(item.pattern, f'TRIM({cell})')})" if item.pattern else None
