"""Writes the form: the order of its sheets, and the settings of the whole file."""

import datetime as dt
import warnings
from copy import deepcopy
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from pipeline.common.new_file import write_new
from pipeline.report.form.book import Book, add_sheet, all_looks
from pipeline.report.form.calculation import Calculation, add_values
from pipeline.report.form.entry import write_entry
from pipeline.report.form.guide import write_example, write_guide
from pipeline.report.form.lists import write_lists
from pipeline.report.form.parts import fill_sheets, sheet_data
from pipeline.report.form.plan import FORM_ROW, VALUE_COLUMN, Filled, own_sheet, text
from pipeline.report.form.selfcheck import write_check
from pipeline.report.form.stored import stored_values
from pipeline.report.form.verdicts import add_everything
from pipeline.report.form.words import define_words, words_xml
from pipeline.report.workbook.files import OPTIONS
from schemas.declaration import Sheet, submission

# A fixed date, so that the same form always has the same bytes.
CREATED = dt.datetime(2026, 1, 1)


def write_form(path: Path, lang: str, filled: Filled | None = None) -> None:
    """Write the form to a new file; FileExistsError if it exists, OSError if it cannot be written.

    The same arguments give the same bytes.
    """
    write_new(path, form_bytes(lang, filled))


def form_bytes(lang: str, filled: Filled | None = None) -> bytes:
    """Return the form as an xlsx file, empty or filled; a warning of XlsxWriter is an error."""
    values = of_this_version(filled or Filled())
    sums = calculation(values)
    target = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with Workbook(target, {**deepcopy(OPTIONS), "in_memory": True}) as file:
            stored = stored_values(values, lang)
            book = Book(file, lang, values, stored, all_looks(file, lang))
            write_sheets(book, sums)
            last = len(file.worksheets())
    contents = {last - 1: words_xml(), last: sheet_data(sums.cells())}
    return fill_sheets(target.getvalue(), contents)


def of_this_version(filled: Filled) -> Filled:
    """Return the values with the version of the form that asks for them."""
    version = submission().words["form_version"]
    return replace(filled, master={**filled.master, "form_version": version})


def calculation(filled: Filled) -> Calculation:
    """Return the sheet of sums."""
    sums = Calculation(filled)
    add_values(sums)
    add_everything(sums)
    return sums


def write_sheets(book: Book, sums: Calculation) -> None:
    """Write every sheet in its order; the last two are hidden and filled later."""
    lang = book.lang
    book.file.set_properties({"title": text("about", "title", lang), "created": CREATED})
    write_guide(book)
    for declared in submission().sheets:
        write_entry(book, declared)
        define_columns(book.file, declared, lang)
    write_check(book, sums)
    write_example(book)
    write_lists(book)
    words = own_sheet("words", lang)
    define_words(book.file, words)
    for name in (words, own_sheet("sums", lang)):
        add_sheet(book, name, hidden=True)


def define_columns(file: Workbook, sheet: Sheet, lang: str) -> None:
    """Name the columns of a table c_<sheet>_<field> and r_<sheet>; in a form, name its values."""
    name = sheet.name[lang]
    for at, item in enumerate(sheet.fields):
        column = xl_col_to_name(at)
        where = f"${column}:${column}"
        if sheet.layout == "form":
            where = f"${xl_col_to_name(VALUE_COLUMN)}${FORM_ROW + at}"
        file.define_name(f"c_{sheet.key}_{item.key}", f"='{name}'!{where}")
    if sheet.layout == "table":
        last = xl_col_to_name(len(sheet.fields) - 1)
        file.define_name(f"r_{sheet.key}", f"='{name}'!$A:${last}")
