"""The explaining sheets: instructions, and an example of a filled form."""

from xlsxwriter.worksheet import Worksheet

from pipeline.report.form.book import Book, add_sheet, add_title, kind_of, leave_out
from pipeline.report.form.entry import criteria
from pipeline.report.form.plan import FIRST_ROW, Value, header, master, own_sheet
from pipeline.submissions.field_messages import expected
from schemas.declaration import Field, Sheet, submission, word_in

WIDTHS = (24, 27, 34, 84, 18)
STEPS = 5
# How many pages the instructions have in print, with any font.
PAGES = 3


def write_guide(book: Book) -> None:
    """Write the instructions."""
    sheet = add_sheet(book, own_sheet("guide", book.lang))
    for column, size in enumerate(WIDTHS):
        sheet.set_column(column, column, size)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, book.text("about", "title"), book.looks["title"])
    sheet.write_string(1, 0, book.text("about", "purpose"), book.looks["about"])
    row = write_origin(book, sheet, 3)
    row = write_steps(book, sheet, row)
    row = write_contents(book, sheet, row)
    row = write_signs(book, sheet, row)
    write_fields(book, sheet, row)
    sheet.fit_to_pages(1, PAGES)
    sheet.hide_gridlines(2)


def write_origin(book: Book, sheet: Worksheet, row: int) -> int:
    """Write where the values of a filled form come from, and what to do about the date."""
    if book.filled.origin is None:
        return row
    cluster, period = book.filled.origin
    day = "new_day" if book.filled.new_day else "same_day"
    parts = [book.text("about", "prefilled", cluster=cluster, period=period)]
    parts += [book.text("about", day), book.text("about", "carried")]
    sheet.set_row(row, 46)
    sheet.merge_range(row, 0, row, 4, " ".join(parts), book.looks["alert"])
    return row + 2


def section(book: Book, sheet: Worksheet, row: int, code: str) -> int:
    """Write the title of a section; return the next row."""
    for column in range(len(WIDTHS)):
        sheet.write_blank(row, column, None, book.looks["section"])
    sheet.write_string(row, 0, book.text("guide", code), book.looks["section"])
    return row + 1


def write_steps(book: Book, sheet: Worksheet, row: int) -> int:
    """Write the steps in order; return the next row."""
    row = section(book, sheet, row, "steps")
    names = {
        "master": master().name[book.lang],
        "entry": book.text("guide", "h_entry"),
        "check": own_sheet("check", book.lang),
        "row": FIRST_ROW,
    }
    for number in range(1, STEPS + 1):
        text = book.text("guide", f"step_{number}", **names)
        sheet.merge_range(row, 0, row, 4, text, book.looks["line"])
        sheet.set_row(row, 28 if len(text) > 170 else 15)
        row += 1
    return row + 1


def write_contents(book: Book, sheet: Worksheet, row: int) -> int:
    """Write every sheet with a link and its subject; return the next row."""
    row = section(book, sheet, row, "sheets")
    every = {s.name[book.lang]: s.intro[book.lang] for s in submission().sheets}
    for code in ("check", "example", "lists"):
        every[own_sheet(code, book.lang)] = book.text("guide", f"about_{code}")
    for name, about in every.items():
        sheet.write_url(row, 0, f"internal:'{name}'!A1", book.looks["link"], name)
        sheet.write_string(row, 1, about)
        row += 1
    return row + 1


def write_signs(book: Book, sheet: Worksheet, row: int) -> int:
    """Write the meaning of stars and colours; return the next row."""
    row = section(book, sheet, row, "signs")
    sheet.write_string(row, 0, book.text("guide", "sign_star"))
    for look in ("open", "bad"):
        row += 1
        sheet.write_blank(row, 0, None, book.looks[look])
        sheet.write_string(row, 1, book.text("guide", f"sign_{look}"))
    return row + 2


def write_fields(book: Book, sheet: Worksheet, row: int) -> None:
    """Write every field with what to enter."""
    row = section(book, sheet, row, "fields")
    heads = ("h_sheet", "h_field", "h_kind", "h_note", "h_criteria")
    for column, code in enumerate(heads):
        sheet.write_string(row, column, book.text("guide", code), book.looks["header"])
    for declared in submission().sheets:
        for item in declared.fields:
            row += 1
            cells = (
                declared.name[book.lang],
                header(item, book.lang),
                expected(item, book.lang),
                item.note[book.lang],
                criteria(book, declared, item),
            )
            for column, text in enumerate(cells):
                look = "name" if column == 1 else "centre" if column == 4 else "note"
                sheet.write_string(row, column, text, book.looks[look])
            lines = max(-(-len(cells[2]) // 34), -(-len(cells[3]) // 84), -(-len(cells[4]) // 16))
            sheet.set_row(row, 13.5 * lines + 2)


# ----------------------------------------------------------------------------------------- example
def write_example(book: Book) -> None:
    """Write filled rows of every sheet; intake never reads this sheet."""
    name = own_sheet("example", book.lang)
    sheet = add_sheet(book, name)
    add_title(book, sheet, name, book.text("guide", "example"))
    leave_out(sheet)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 14, 24)
    row = 4
    for declared in submission().sheets:
        sheet.write_string(row, 0, declared.name[book.lang], book.looks["section"])
        row = write_example_rows(book, sheet, declared, row + 1) + 1


def write_example_rows(book: Book, sheet: Worksheet, declared: Sheet, row: int) -> int:
    """Write the examples of one sheet; return the next free row."""
    rows = example_rows(declared, book.lang)
    if declared.layout == "form":
        for item in declared.fields:
            sheet.write_string(row, 0, header(item, book.lang), book.looks["name"])
            value = rows[0].get(item.key)
            book.put(sheet, row, 1, value, f"column_{kind_of(item)}")
            row += 1
        return row
    for column, item in enumerate(declared.fields):
        sheet.write_string(row, column, header(item, book.lang), book.looks["header"])
        for below, values in enumerate(rows, row + 1):
            value = values.get(item.key)
            if value is not None:
                book.put(sheet, below, column, value, f"column_{kind_of(item)}")
    return row + 1 + len(rows)


def example_rows(declared: Sheet, lang: str) -> list[dict[str, Value]]:
    """Return the declared examples with the language's words."""
    return [
        {key: in_language(declared.field(key), value, lang) for key, value in row.items()}
        for row in declared.examples
    ]


def in_language(item: Field, value: object, lang: str) -> Value:
    """Return an example's value in a language."""
    if isinstance(value, dict):
        return str(value[lang])
    if item.type in ("choice", "country") and isinstance(value, str):
        return word_in(str(item.list), value, lang)
    return value  # type: ignore[return-value]
