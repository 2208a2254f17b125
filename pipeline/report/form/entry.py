"""The sheets to fill in: one for each declared sheet."""

from collections.abc import Sequence
from functools import cache

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.form.book import TITLE_HEIGHT, Book, add_sheet, add_title, kind_of
from pipeline.report.form.plan import (
    FIRST_ROW,
    FORM_ROW,
    HEADER_ROW,
    VALUE_COLUMN,
    capacity,
    catalogue,
    header,
    tables,
)
from pipeline.report.form.rules import MAX_MESSAGE, add_colours, add_rule, colour
from pipeline.submissions.field_messages import expected
from pipeline.tables.findings import criteria_reading
from schemas.declaration import Field, Sheet

COMMENT = {"x_scale": 2.2, "y_scale": 1.6, "font_size": 9, "color": "#FFFDF3"}
WIDTHS = {
    "text": 18,
    "text_list": 18,
    "choices": 18,
    "postcode": 13,
    "country": 14,
    "choice": 21,
    "number": 13,
    "integer": 12,
    "date": 11,
    "yes_no": 7,
}
NAME_WIDTH = 36
# One page of a table that is still empty.
PRINTED_ROWS = 40


def write_entry(book: Book, declared: Sheet) -> None:
    """Write one sheet."""
    sheet = add_sheet(book, declared.name[book.lang])
    about = declared.intro[book.lang]
    if declared.layout == "table" and prints_if_filled(book, declared):
        about += " " + book.text("about", "printed", row=FIRST_ROW + PRINTED_ROWS - 1)
    add_title(book, sheet, declared.name[book.lang], about)
    if declared.layout == "form":
        write_form_sheet(book, sheet, declared)
    else:
        write_table(book, sheet, declared)
    add_remarks(book, sheet, declared)


# -------------------------------------------------------------------------------------------- form
def write_form_sheet(book: Book, sheet: Worksheet, declared: Sheet) -> None:
    """Write labels, values and explanations.

    The cell above the labels is empty: a text beside another would be read as a label.
    """
    for column, width in enumerate((31, 44, 78, 16)):
        sheet.set_column(column, column, width)
    top = FORM_ROW - 2
    for column, code in enumerate(("h_entry", "h_note", "h_criteria"), VALUE_COLUMN):
        sheet.write_string(top, column, book.text("guide", code), book.looks["header"])
    sheet.freeze_panes(FORM_ROW - 1, VALUE_COLUMN)
    sheet.repeat_rows(top)
    sheet.fit_to_pages(1, 1)
    for row, item in enumerate(declared.fields, FORM_ROW - 1):
        sheet.set_row(row, 27)
        sheet.write_string(row, 0, header(item, book.lang), book.looks["name"])
        value = book.filled.master.get(item.key)
        book.put(sheet, row, VALUE_COLUMN, value, f"entry_{kind_of(item)}")
        sheet.write_string(row, 2, item.note[book.lang], book.looks["note"])
        sheet.write_string(row, 3, criteria(book, declared, item), book.looks["centre"])
        area = (row, VALUE_COLUMN, row, VALUE_COLUMN)
        add_rule(book, sheet, item, area)
        label = xl_rowcol_to_cell(row, 0, row_abs=True, col_abs=True)
        add_colours(book, sheet, item, area, label)


# ------------------------------------------------------------------------------------------- table
def write_table(book: Book, sheet: Worksheet, declared: Sheet) -> None:
    """Write headers with their explanations, rules and rows."""
    last_row = FIRST_ROW - 2 + capacity(declared, book.filled)
    last = xl_col_to_name(len(declared.fields) - 1)
    sheet.set_row(HEADER_ROW - 1, 32)
    sheet.set_row(0, TITLE_HEIGHT, book.looks["above"])
    for row in (1, 2):  # the formats of the columns apply below these rows
        sheet.set_row(row, None, book.looks["above"])
    for column, item in enumerate(declared.fields):
        sheet.set_column(column, column, width(book, declared, item), look_of(book, item))
        sheet.write_string(
            HEADER_ROW - 1, column, header(item, book.lang),
            book.looks["must" if item.required else "header"],
        )  # fmt: skip
        if column:
            hint = book.text("hint", item.type)
            sheet.write_string(HEADER_ROW - 2, column, hint, book.looks["hint"])
        area = (FIRST_ROW - 1, column, last_row, column)
        add_rule(book, sheet, item, area, explanation(book, declared, item))
        add_colours(book, sheet, item, area, f"$A{FIRST_ROW}:${last}{FIRST_ROW}")
    colour(
        book, sheet, (FIRST_ROW - 1, 0, last_row, len(declared.fields) - 1),
        f"=COUNTA($A{FIRST_ROW}:${last}{FIRST_ROW})>0", "lines",
    )  # fmt: skip
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.repeat_rows(0, HEADER_ROW - 1)
    if prints_if_filled(book, declared):
        bottom = FIRST_ROW - 2 + PRINTED_ROWS
        sheet.print_area(FIRST_ROW - 1, 0, bottom, len(declared.fields) - 1)
    write_rows(book, sheet, declared)


def prints_if_filled(book: Book, declared: Sheet) -> bool:
    """Whether a table is printed only when something stands in it: its headers are in the guide.

    The table of actors is always printed, to show what such a sheet looks like.
    """
    return declared is not tables()[0] and not book.filled.rows.get(declared.key)


def write_rows(book: Book, sheet: Worksheet, declared: Sheet) -> None:
    """Write the rows of a filled form."""
    columns = {
        item.key: (column, f"column_{kind_of(item)}") for column, item in enumerate(declared.fields)
    }
    for row, values in enumerate(book.filled.rows.get(declared.key, ()), FIRST_ROW - 1):
        for key, value in values.items():
            column, look = columns[key]
            book.put(sheet, row, column, value, look)


def look_of(book: Book, item: Field) -> object:
    """Return the format of a whole column."""
    return book.looks[f"column_{kind_of(item)}"]


def width(book: Book, declared: Sheet, item: Field) -> float:
    """Return the width of a column; names and titles need more, and so do long words above."""
    wide = item.key in ("name", "title", "reference") and item.type == "text"
    longest = max(map(len, header(item, book.lang).split()))
    return max(NAME_WIDTH if wide else WIDTHS[item.type], 1.25 * longest + 3)


# ------------------------------------------------------------------------------------ explanations
def explanation(book: Book, declared: Sheet, item: Field) -> str:
    """Return what is shown at the cells of a field: as much of its explanation as Excel can hold.

    No comment: LibreOffice prints each page that a hidden comment reaches into, be it empty.
    """
    request = expected(item, book.lang)
    parts = [item.note[book.lang], f"{request[0].upper()}{request[1:]}."]
    read_by = criteria(book, declared, item)
    if read_by != "–":
        parts.append(book.text("guide", "read_by", ids=read_by))
    while len("\n".join(parts)) > MAX_MESSAGE:
        parts.pop()
    return "\n".join(parts)


def criteria(book: Book, declared: Sheet, item: Field) -> str:
    """Return the criteria that read a field, in words."""
    ids = reading(f"{declared.key}.{item.key}")
    if len(ids) == len(catalogue().criteria):
        return book.text("guide", "all_criteria")
    return ", ".join(ids) or "–"


@cache
def reading(place: str) -> Sequence[str]:
    """Return the criteria that read a field, such as actors.name: the same in every form."""
    return criteria_reading(catalogue(), {place})


def add_remarks(book: Book, sheet: Worksheet, declared: Sheet) -> None:
    """Write the findings of a filled form beside its cells."""
    for (name, cell), messages in book.stored.remarks.items():
        if name == declared.name[book.lang]:
            text = "\n".join(messages)
            sheet.write_comment(cell, book.text("guide", "finding", message=text), COMMENT)
