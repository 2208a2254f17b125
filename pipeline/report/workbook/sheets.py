"""A workbook under construction, and what its sheets have in common."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.common.catalogue import Catalogue
from pipeline.common.texts import say
from pipeline.report.workbook.cells import BOLD, Column, lines_of, put, put_column, width_of
from pipeline.report.workbook.pages import PAGE_WIDTH, Margins, plain, set_print
from pipeline.review import Review
from pipeline.tables.in_folder import lazy
from schemas.benchmarks import declared_cohort_kinds
from schemas.declaration import registers

# rows (from 0): a remark above the table, and the table's header
NOTE_ROW, HEADER_ROW = 3, 4
LINE_HEIGHT = 13.0
# the greatest width of the columns that stay visible, what Excel adds to the width of each, and the
# widths of ID and name
FROZEN_WIDTH, EDGE = 36.0, 0.72
KEYS = (11.0, 23.5)
MAX_NAME = 31


@dataclass(frozen=True)
class Book:
    """The file, its review, its language, its cell formats.

    places: where each sheet and each block of a sheet begins, by its code, as far as written.
    blocks: of each sheet with several the title and the place of each, in order.
    """

    file: Workbook
    review: Review
    lang: str
    looks: Mapping[str, Format]
    places: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def has_rows(self) -> bool:
        """Whether the rows of members are in the file: no program calculates very many in time."""
        most = self.review.settings.workbook.most_rows
        return self.lazy("actors").select(pl.len()).collect().item() <= most

    def text(self, code: str, **parts: object) -> str:
        """Return one of the workbook's own texts."""
        found = say("workbook", code, self.lang)
        return found.format(**parts) if parts else found

    def table(self, name: str) -> pl.DataFrame:
        """Return a table of the review."""
        return self.review.tables[name]

    def lazy(self, name: str) -> pl.LazyFrame:
        """Return a large table, of which only what is asked for is read."""
        return lazy(self.review.tables, name)

    def sheet_name(self, code: str) -> str:
        """Return the name of a sheet."""
        return sheet_name(self.text(f"sheet_{code}"))

    @property
    def mark(self) -> str:
        """The mark of a draft; empty for a release."""
        return self.text("draft") if self.review.draft else ""

    @property
    def first(self) -> Catalogue:
        """The catalogue that decides."""
        return self.review.catalogues[0]

    def labels(self, group: str, codes: Sequence[str | None]) -> list[str | None]:
        """Return the texts of codes."""
        return [None if code is None else say(group, code, self.lang) for code in codes]

    def yes_no(self, values: Sequence[bool | None], unknown: str | None = None) -> list[str | None]:
        """Return yes, no and unknown as text."""
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
        return f"{self.text(f'table_{table}')}[{self.header(header)}]"

    def header(self, code: str) -> str:
        """Return the header of a column: of one that names cohorts the label of their kind."""
        kind = declared_cohort_kinds().get(code)
        if kind is None or kind.has_several:
            return self.text(f"h_{code}")
        label = kind.label[self.lang]
        return label[:1].upper() + label[1:]


# ------------------------------------------------------------------------------------- a new sheet
def sheet_name(name: str) -> str:
    """Return the name as Excel accepts it."""
    return re.sub(r"[\[\]:*?/\\']", "-", name)[:MAX_NAME]


def new_sheet(
    book: Book, code: str, about: str | None = None, suffix: str = "", *, alone: bool = False
) -> Worksheet:
    """Return a new sheet with its title, its description, the mark of a draft and a link back.

    alone: whether it is the only sheet of its file.
    """
    name = sheet_name(book.text(f"sheet_{code}") + suffix)
    sheet = book.file.add_worksheet(name)
    book.places.setdefault(code, f"internal:'{name}'!A1")
    title = " · ".join(filter(None, (name, book.review.period, book.mark)))
    put(sheet, 0, 0, title, book.looks["title"], book.lang)
    about = about or book.text(f"about_{code}")
    put(sheet, 1, 0, about, book.looks["about"], book.lang)
    if code != "overview" and not alone:
        link = f"internal:'{book.text('sheet_overview')}'!A1"
        sheet.write_url(2, 0, link, book.looks["link"], string=book.text("back"))
    sheet.hide_gridlines(2)
    head = f"{book.text('title')} {book.review.period} · {name}"
    set_print(sheet, Margins(head, "" if code == "overview" else about, book.mark))
    sheet.set_footer(foot(book, cut=False))
    return sheet


# ---------------------------------------------------------------------------------------- a table
def put_table(
    book: Book,
    sheet: Worksheet,
    name: str,
    columns: Sequence[Column],
    top: int = HEADER_ROW,
    frozen: int = 2,
    *,
    whole: bool = False,
) -> None:
    """Write columns as an Excel table; its header row stays visible, also in print.

    frozen: the number of key columns, which stay visible as far as there is room. whole: whether
    rows are as high as their texts, instead of one line.
    """
    widths = kept_narrow(columns, frozen)
    add_table(book, sheet, name, columns, top)
    put_cells(book, sheet, columns, top, widths, whole=whole)
    set_view(sheet, widths, top, frozen)
    # title and explanation are in the header of every page
    print_legibly(book, sheet, top, last_row(columns, top), widths)


def put_range(
    book: Book,
    sheet: Worksheet,
    columns: Sequence[Column],
    top: int = HEADER_ROW,
    frozen: int = 2,
) -> None:
    """Write columns as plain cells that other sheets refer to: sorting would break these.

    All of them are printed, on one page in width.
    """
    widths = kept_narrow(columns, frozen)
    put_cells(book, sheet, columns, top, widths, whole=True)
    put_heads(book, sheet, columns, top)
    set_view(sheet, widths, top, frozen)
    sheet.print_area(top, 0, last_row(columns, top), len(columns) - 1)
    sheet.fit_to_pages(1, 0)


def add_table(book: Book, sheet: Worksheet, name: str, columns: Sequence[Column], top: int) -> None:
    """Make an Excel table of cells that are written next; its header is in row `top`.

    XlsxWriter remembers each cell of a table, to refuse overlaps, which needs as much memory as the
    cells. Ours stand below each other, so that is forgotten before the cells are written.
    """
    heads = [{"header": c.header, "header_format": head_look(book, c)} for c in columns]
    style = {"name": name, "columns": heads, "style": "Table Style Light 1"}
    sheet.add_table(top, 0, last_row(columns, top), len(columns) - 1, style)
    sheet.table_cells.clear()


def put_heads(book: Book, sheet: Worksheet, columns: Sequence[Column], top: int) -> None:
    """Write the headers of columns that are no table."""
    for at, column in enumerate(columns):
        put(sheet, top, at, column.header, head_look(book, column), book.lang)


def last_row(columns: Sequence[Column], top: int) -> int:
    """Return the last row (from 0) of columns whose header is in row `top`."""
    return top + max(1, *(len(column.values) for column in columns))


def kept_narrow(columns: Sequence[Column], frozen: int) -> list[float]:
    """Return the widths; key columns that are too wide are narrower, two as ID and name."""
    widths = [width_of(column) for column in columns]
    if frozen == 1:
        widths[0] = min(widths[0], FROZEN_WIDTH - 2 * EDGE)
    if frozen == len(KEYS) and sum(widths[:frozen]) > sum(KEYS):
        widths[:frozen] = KEYS
    return widths


def frozen_columns(widths: Sequence[float], frozen: int) -> int:
    """Return how many of the key columns stay visible: the figures beside them need the room."""
    while sum(width + EDGE for width in widths[:frozen]) > FROZEN_WIDTH:
        frozen -= 1
    return frozen


def put_cells(
    book: Book,
    sheet: Worksheet,
    columns: Sequence[Column],
    top: int,
    widths: Sequence[float],
    *,
    whole: bool,
) -> None:
    """Write the cells below the header row, set widths and heights."""
    for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
        shown = column if whole else column.on_one_line()
        put_column(sheet, top + 1, at, shown, book.looks, book.lang)
        sheet.set_column(at, at, width, None, folding(columns, at))
    # the sign that opens and closes stands above the column on the left
    sheet.outline_settings(symbols_right=False)
    set_heights(sheet, columns, top, widths, whole=whole)


def folding(columns: Sequence[Column], at: int) -> dict[str, Any]:
    """Return the options of a column by which groups of columns open and close."""
    following = columns[at + 1 : at + 2]
    closed = not columns[at].hidden and any(column.hidden for column in following)
    options: dict[str, Any] = {"collapsed": True} if closed else {}
    if columns[at].folds:
        options["level"] = 1
    if columns[at].hidden:
        options["hidden"] = True
    return options


def set_heights(
    sheet: Worksheet, columns: Sequence[Column], top: int, widths: Sequence[float], *, whole: bool
) -> None:
    """Set the heights of the header, and of the rows that are as high as their texts."""
    needed = max(_lines(c.header, w) for c, w in zip(columns, widths, strict=False))
    sheet.set_row(top, LINE_HEIGHT * needed + 8)
    if whole:
        for row, number in lines_of(columns, widths).items():
            sheet.set_row(top + 1 + row, LINE_HEIGHT * number + 2)


def set_view(sheet: Worksheet, widths: Sequence[float], top: int, frozen: int) -> None:
    """Keep the header row and the key columns visible; print the header row on every page."""
    sheet.freeze_panes(top + 1, frozen_columns(widths, frozen))
    sheet.repeat_rows(top)


def print_legibly(
    book: Book,
    sheet: Worksheet,
    first: int,
    last: int,
    widths: Sequence[float],
    *,
    cut: bool = False,
) -> None:
    """Print rows (from 0) of the columns that fit on a page in legible letters, beginning left.

    cut: whether more is left out; the foot of each page says if anything is.
    """
    count = legible(widths)
    sheet.print_area(first, 0, last, count - 1)
    sheet.fit_to_pages(1, 0)
    if cut or count < len(widths):
        sheet.set_footer(foot(book, cut=True))


def legible(widths: Sequence[float]) -> int:
    """Return how many columns fit on a page in legible letters."""
    count = len(widths)
    while count > 1 and sum(widths[:count]) > PAGE_WIDTH:
        count -= 1
    return count


def print_heading(book: Book, sheet: Worksheet, columns: int) -> None:
    """Print of a sheet that is raw material only its heading, and say so on it."""
    put(sheet, NOTE_ROW, 0, book.text("not_printed"), book.looks["about"], book.lang)
    sheet.print_area(0, 0, NOTE_ROW, columns - 1)
    sheet.fit_to_pages(1, 1)


def foot(book: Book, *, cut: bool) -> str:
    """Return the foot of every page; cut: whether the file has more columns or blocks."""
    catalogue = plain(f"{book.first.id} {book.first.version}", 100)
    centre = f"&C&8{book.text('not_all_printed')}" if cut else ""
    return f"&L{catalogue}{centre}&R{book.text('page', page='&P', pages='&N')}"


def head_look(book: Book, column: Column) -> Format:
    """Return the format of a column's header."""
    return book.looks["header_sign" if column.kind == "sign" else "header"]


def _lines(header: str, width: float) -> int:
    room, lines, used = (width - 2.5) / BOLD, 1, 0.0
    for word in header.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, 0.0
        used += len(word) + (1 if used else 0)
    return lines


# ---------------------------------------------------------------------------------------- colours
def colour(
    book: Book, sheet: Worksheet, where: tuple[int, int, int, int], looks: Mapping[str, str]
) -> None:
    """Colour cells by the beginning of their text, which has the same meaning."""
    for start, look in looks.items():
        rule = {"type": "text", "criteria": "begins with", "value": start}
        sheet.conditional_format(*where, {**rule, "format": book.looks[look]})


def colour_column(
    book: Book, sheet: Worksheet, at: int, height: int, looks: Mapping[str, str]
) -> None:
    """Colour one column of a table below the usual header row."""
    colour(book, sheet, (HEADER_ROW + 1, at, HEADER_ROW + max(height, 1), at), looks)


def decision_looks(lang: str) -> Mapping[str, str]:
    """Return the colours of decisions, the more specific text first."""
    looks = {"not_eligible": "bad", "eligible": "good", "open": "open"}
    return {say("decision", code, lang): look for code, look in looks.items()}


def status_looks(group: str, lang: str) -> Mapping[str, str]:
    """Return the colours of statuses, as text (`status`) or signs (`status_sign`)."""
    looks = {"fulfilled": "good", "not_fulfilled": "bad", "undetermined": "open"}
    return {say(group, code, lang): look for code, look in looks.items()}


def column_at(columns: Sequence[Column], header: str) -> int:
    """Return the position of a column by its header."""
    return next(i for i, column in enumerate(columns) if column.header == header)
