"""Writes the form: the order of its sheets, and the settings of the whole file."""

import datetime as dt
import warnings
from copy import deepcopy
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from pipeline.common.new_file import write_new
from pipeline.report.form.book import Book, add_sheet, all_looks
from pipeline.report.form.calculation import Calculation, add_rows
from pipeline.report.form.entry import write_entry
from pipeline.report.form.guide import write_example, write_guide
from pipeline.report.form.lists import write_lists
from pipeline.report.form.plan import (
    FIRST_ROW,
    FORM_ROW,
    VALUE_COLUMN,
    Filled,
    capacity,
    own_sheet,
    text,
)
from pipeline.report.form.selfcheck import write_check
from pipeline.report.form.stored import Stored, of_this_version, stored_values
from pipeline.report.form.verdicts import add_everything
from pipeline.report.form.words import write_words
from pipeline.report.workbook.files import OPTIONS
from schemas.declaration import Sheet, submission

# A fixed date, so that the same form always has the same bytes.
CREATED = dt.datetime(2026, 1, 1)


def write_form(
    path: Path, lang: str, filled: Filled | None = None, stored: Stored | None = None
) -> None:
    """Write the form to a new file; FileExistsError if it exists, OSError if it cannot be written.

    stored: the values of its self-check, if they are known. The same arguments give the same bytes.
    """
    write_new(path, form_bytes(lang, filled, stored))


def form_bytes(lang: str, filled: Filled | None = None, stored: Stored | None = None) -> bytes:
    """Return the form as an xlsx file, empty or filled; a warning of XlsxWriter is an error."""
    values = of_this_version(filled or Filled())
    if stored is None:
        (stored,) = stored_values([values], lang)
    target = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with Workbook(target, {**deepcopy(OPTIONS), "in_memory": True}) as file:
            book = Book(file, lang, values, stored, all_looks(file, lang))
            write_sheets(book, calculation(values))
    return target.getvalue()


def calculation(filled: Filled) -> Calculation:
    """Return the sheet of sums."""
    sums = Calculation(filled)
    add_rows(sums)
    add_everything(sums)
    return sums


def write_sheets(book: Book, sums: Calculation) -> None:
    """Write every sheet in its order; the last two are hidden."""
    lang = book.lang
    book.file.set_properties({"title": text("about", "title", lang), "created": CREATED})
    write_guide(book)
    for declared in submission().sheets:
        write_entry(book, declared)
        define_columns(book, declared)
    write_check(book, sums)
    write_example(book)
    write_lists(book)
    write_words(book.file, add_sheet(book, own_sheet("words", lang), hidden=True))
    sums.write(add_sheet(book, own_sheet("sums", lang), hidden=True))


def define_columns(book: Book, sheet: Sheet) -> None:
    """Name the cells of the sheet for the formulas.

    Of a form c_<sheet>_<field> is a value. Of a table r_<sheet> are the whole columns; d_<sheet>
    and d_<sheet>_<field> their rows that are calculated, whichever rows people delete or insert.
    """
    name = sheet.name[book.lang]
    if sheet.layout == "form":
        for at, item in enumerate(sheet.fields):
            where = f"${xl_col_to_name(VALUE_COLUMN)}${FORM_ROW + at}"
            book.file.define_name(f"c_{sheet.key}_{item.key}", f"='{name}'!{where}")
        return
    rows = (FIRST_ROW, FIRST_ROW + capacity(sheet, book.filled) - 1)
    letters = [xl_col_to_name(at) for at in range(len(sheet.fields))]
    whole = f"'{name}'!${letters[0]}:${letters[-1]}"
    book.file.define_name(f"r_{sheet.key}", f"={whole}")
    ends = (f"INDEX({whole},{row},{at})" for row, at in zip(rows, (1, len(letters)), strict=True))
    book.file.define_name(f"d_{sheet.key}", f"={':'.join(ends)}")
    for item, column in zip(sheet.fields, letters, strict=True):
        own = (f"INDEX('{name}'!${column}:${column},{row})" for row in rows)
        book.file.define_name(f"d_{sheet.key}_{item.key}", f"={':'.join(own)}")
