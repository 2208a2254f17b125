"""A workbook under construction, and what all of its sheets have in common."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.catalogue import Catalogue
from pipeline.report.workbook.cells import Column, put, put_column, width_of
from pipeline.review import Review
from pipeline.texts import say
from schemas.declaration import registers

HEADER_ROW = 4
PAGE_WIDTH = 215.0
A4 = 9
MAX_NAME = 31


@dataclass(frozen=True)
class Book:
    """The file, what it is made from, the language, the looks of cells."""

    file: Workbook
    review: Review
    lang: str
    looks: Mapping[str, Format]

    def text(self, code: str, **parts: object) -> str:
        """Return one of the workbook's own texts."""
        found = say("workbook", code, self.lang)
        return found.format(**parts) if parts else found

    def table(self, name: str) -> pl.DataFrame:
        """Return a table of the review."""
        return self.review.tables[name]

    @property
    def first(self) -> Catalogue:
        """The catalogue that decides."""
        return self.review.catalogues[0]

    def says(self, group: str, codes: Sequence[str | None]) -> list[str | None]:
        """Return the texts of codes."""
        return [None if code is None else say(group, code, self.lang) for code in codes]

    def yes_no(self, values: Sequence[bool | None], unknown: str | None = None) -> list[str | None]:
        """Return yes, no, and what stands for unknown, as words."""
        words = {True: self.text("yes"), False: self.text("no"), None: unknown}
        return [words[value] for value in values]

    def words(self, values: Sequence[str | None]) -> list[str | None]:
        """Return words of the registers (and size bands) in the workbook's language."""
        if self.lang == "de":
            return list(values)
        entries = {e.de: e.en for register in registers().values() for e in register}
        over = f"{say('workbook', 'over', 'de')} "
        own = f"{self.text('over')} "
        return [v and entries.get(v, v.replace(over, own)) for v in values]

    def ref(self, table: str, header: str) -> str:
        """Return a structured reference to a column of a table, both by their codes."""
        return f"{self.text(f'table_{table}')}[{self.text(f'h_{header}')}]"


# ------------------------------------------------------------------------------------- a new sheet
def sheet_name(name: str) -> str:
    """Return the name as Excel takes it."""
    return re.sub(r"[\[\]:*?/\\']", "-", name)[:MAX_NAME]


def new_sheet(book: Book, code: str, about: str | None = None, suffix: str = "") -> Worksheet:
    """Return a new sheet with its title, what it is, the mark of a draft and a way back."""
    name = sheet_name(book.text(f"sheet_{code}") + suffix)
    sheet = book.file.add_worksheet(name)
    title = f"{name} · {book.review.period}"
    put(sheet, 0, 0, title, book.looks["title"], book.lang)
    put(sheet, 1, 0, about or book.text(f"about_{code}"), book.looks["about"], book.lang)
    put(sheet, 3, 0, book.text("draft"), book.looks["draft"], book.lang)
    if code != "overview":
        link = f"internal:'{book.text('sheet_overview')}'!A1"
        sheet.write_url(2, 0, link, book.looks["link"], string=book.text("back"))
    sheet.hide_gridlines(2)
    set_print(book, sheet, name)
    return sheet


def set_print(book: Book, sheet: Worksheet, name: str) -> None:
    """Landscape A4, the mark of a draft above and page x of y below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    head = f"{book.text('title')} {book.review.period} · {name}".replace("&", "&&")
    sheet.set_header(f"&L{head}&R&B{book.text('draft')}")
    catalogue = f"{book.first.id} {book.first.version}".replace("&", "&&")
    sheet.set_footer(f"&L{catalogue}&R{book.text('page', page='&P', pages='&N')}")


# ---------------------------------------------------------------------------------------- a table
def put_table(
    book: Book,
    sheet: Worksheet,
    name: str,
    columns: Sequence[Column],
    top: int = HEADER_ROW,
    frozen: int = 2,
) -> None:
    """Write columns as an Excel table below a header row that stays in sight and on every page."""
    height = max(len(column.values) for column in columns)
    last = top + max(height, 1)
    for at, column in enumerate(columns):
        put_column(sheet, top + 1, at, column, book.looks, book.lang)
        sheet.set_column(at, at, width_of(column))
    heads = [{"header": c.header, "header_format": book.looks["header"]} for c in columns]
    style = {"name": name, "columns": heads, "style": "Table Style Light 1"}
    sheet.add_table(top, 0, last, len(columns) - 1, style)
    sheet.set_row(top, 15.0 * max(_lines(column) for column in columns) + 6)
    sheet.freeze_panes(top + 1, frozen)
    _print_table(sheet, columns, top, last, frozen)


def _lines(column: Column) -> int:
    room, lines, used = width_of(column) - 2.5, 1, 0.0
    for word in column.header.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, 0.0
        used += len(word) + (1 if used else 0)
    return lines


def _print_table(
    sheet: Worksheet, columns: Sequence[Column], top: int, last: int, frozen: int
) -> None:
    pages = math.ceil(sum(width_of(column) for column in columns) / PAGE_WIDTH)
    sheet.fit_to_pages(pages, 0)
    sheet.repeat_rows(top)
    if pages > 1 and frozen:
        sheet.repeat_columns(0, frozen - 1)
    sheet.print_area(0, 0, last, len(columns) - 1)


# ---------------------------------------------------------------------------------------- colours
def colour(
    book: Book, sheet: Worksheet, where: tuple[int, int, int, int], looks: Mapping[str, str]
) -> None:
    """Colour cells by what they begin with; the text alone says it too."""
    for start, look in looks.items():
        rule = {"type": "text", "criteria": "begins with", "value": start}
        sheet.conditional_format(*where, {**rule, "format": book.looks[look]})


def colour_column(book: Book, sheet: Worksheet, at: int, height: int, looks: Mapping[str, str]) -> None:
    """Colour one column of a table below the usual header row."""
    colour(book, sheet, (HEADER_ROW + 1, at, HEADER_ROW + max(height, 1), at), looks)


def decision_looks(lang: str) -> Mapping[str, str]:
    """Return the colours of decisions, the more special text first."""
    looks = {"not_eligible": "bad", "eligible": "good", "open": "open"}
    return {say("decision", code, lang): look for code, look in looks.items()}


def status_looks(group: str, lang: str) -> Mapping[str, str]:
    """Return the colours of statuses, as words (`status`) or signs (`status_sign`)."""
    looks = {"fulfilled": "good", "not_fulfilled": "bad", "undetermined": "open"}
    return {say(group, code, lang): look for code, look in looks.items()}


def column_at(columns: Sequence[Column], header: str) -> int:
    """Return the place of a column by its header."""
    return next(i for i, column in enumerate(columns) if column.header == header)
