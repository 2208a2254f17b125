"""The sheet of lists: every word the form offers, in its language."""

from collections.abc import Mapping, Sequence
from functools import cache

from xlsxwriter.utility import xl_col_to_name

from pipeline.report.form.book import Book, add_sheet, add_title, leave_out
from pipeline.report.form.plan import offered, own_sheet, yes_no
from pipeline.report.form.words import YES_NO, used_lists
from pipeline.report.workbook.cells import complete
from schemas.declaration import Field, submission

HEAD_ROW = 4  # from 1
NARROW = 14.0


@cache
def lists(lang: str) -> Mapping[str, Sequence[str]]:
    """Return the offered words by list, in the order of their columns."""
    return {name: offered(name, lang) for name in used_lists()} | {YES_NO: yes_no(lang)}


def list_range(item: Field, lang: str) -> str:
    """Return the reference to the words a field offers, as a formula."""
    name = YES_NO if item.type == YES_NO else str(item.list)
    every = lists(lang)
    letters = xl_col_to_name(list(every).index(name))
    last = HEAD_ROW + len(every[name])
    return complete(f"'{own_sheet('lists', lang)}'!${letters}${HEAD_ROW + 1}:${letters}${last}")


def list_title(name: str, lang: str) -> str:
    """Return the names of the fields that use a list."""
    fields = [f for s in submission().sheets for f in s.fields]
    if name == YES_NO:
        return " / ".join(yes_no(lang))
    return ", ".join(dict.fromkeys(f.name[lang] for f in fields if f.list == name))


def write_lists(book: Book) -> None:
    """Write the sheet."""
    name = own_sheet("lists", book.lang)
    sheet = add_sheet(book, name)
    add_title(book, sheet, name, book.text("guide", "lists"))
    sheet.freeze_panes(HEAD_ROW, 0)
    leave_out(sheet)
    for column, (register, words) in enumerate(lists(book.lang).items()):
        title = list_title(register, book.lang)
        width = max(NARROW, *(len(word) + 2 for word in words), len(title) / 2 + 4)
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD_ROW - 1, column, title, book.looks["header"])
        for row, word in enumerate(words, HEAD_ROW):
            sheet.write_string(row, column, word)
