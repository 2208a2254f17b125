"""A sheet with several tables below one another: blocks with a heading, and links to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlsxwriter.worksheet import Worksheet

from pipeline.report.workbook.cells import Column, put, width_of
from pipeline.report.workbook.pages import scale_of
from pipeline.report.workbook.sheets import (
    KEYS,
    NOTE_ROW,
    Book,
    add_table,
    colour,
    column_at,
    last_row,
    legible,
    print_legibly,
    put_cells,
    put_heads,
    set_heights,
)

# With more blocks than these, links at the top lead to them.
FEW = 2
# The greatest width of a column that several blocks share.
SHARED_WIDTH = 28.0
TEXTS = ("text", "foreign")
# How many columns the rule below a title spans where the block is no table.
ALONE = 6


@dataclass(frozen=True)
class Block:
    """A block that is written: its columns, the row (from 0) of its header, see `Stack.add`."""

    columns: Sequence[Column]
    top: int
    whole: bool

    def width(self, at: int) -> float:
        """Return the width that a column needs; a text at the end has room beside it."""
        if at >= len(self.columns):
            return 0.0
        column = self.columns[at]
        column = column if self.whole else column.on_one_line()
        at_the_end = at == len(self.columns) - 1 and column.kind in TEXTS
        usual = width_of(replace(column, values=(), width=None) if at_the_end else column)
        return min(usual, SHARED_WIDTH) if column.width is None else usual


@dataclass
class Stack:
    """The sheet, filled from top to bottom; codes: of its blocks, in order. `close` ends it.

    keys: the widths of the key columns, which are the first ones of every block. intro: lines above
    the links. parts: what the explanations of blocks are filled with. pages: the codes of blocks
    that begin a page, so that no picture is cut.
    """

    book: Book
    sheet: Worksheet
    codes: Sequence[str]
    keys: Sequence[float] = KEYS
    intro: Sequence[str] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    pages: Sequence[str] = ()
    links: int = field(init=False)
    row: int = field(init=False)
    heads: int = field(init=False, default=0)
    blocks: list[Block] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write the intro, and leave room for the links."""
        book = self.book
        for row, line in enumerate(self.intro, NOTE_ROW):
            put(self.sheet, row, 0, line, book.looks["about"], book.lang)
        self.links = NOTE_ROW + len(self.intro)
        self.row = self.links + (len(self.codes) + 1 if len(self.codes) > FEW else 0)

    @property
    def top(self) -> int:
        """The row (from 0) of the next block's header: below its title and its explanation."""
        return self.row + 2

    def head(self, columns: int) -> str:
        """Write title and explanation of the next block, so many columns wide; return its code."""
        book, code = self.book, self.codes[self.heads]
        name, text = self.sheet.get_name(), book.text(f"block_{code}")
        put(self.sheet, self.row, 0, text, book.looks["section"], book.lang)
        for at in range(1, columns):
            put(self.sheet, self.row, at, None, book.looks["section"], book.lang)
        minimum = book.review.settings.cohorts.minimum
        about = book.text(f"about_{code}", minimum=minimum, **self.parts)
        put(self.sheet, self.row + 1, 0, about, book.looks["about"], book.lang)
        place = f"internal:'{name}'!A{self.row + 1}"
        if len(self.codes) > FEW:
            at = self.links + self.heads
            self.sheet.write_url(at, 0, place, book.looks["link"], string=text)
        book.places[code] = place
        book.blocks.setdefault(name, []).append((text, place))
        if code in self.pages:
            self.breaks.append(self.row)
        self.heads += 1
        return code

    def leave(self, rows: int) -> int:
        """Begin a block without a table; return the first of the rows that are left to the caller.

        rows: how many, below title and explanation.
        """
        first = self.top
        self.head(ALONE)
        self.row = first + rows + 1
        return first

    def add(
        self,
        columns: Sequence[Column],
        looks: Mapping[str, Mapping[str, str]] = {},  # noqa: B006
        *,
        whole: bool = False,
        sorts: bool = True,
        above: int = 0,
    ) -> int:
        """Write the next block as an Excel table; return the row (from 0) of its header.

        looks: by a column's header the colours of its cells. whole: whether rows are as high as
        their texts. sorts: whether it is a table; else plain cells that others refer to. above: how
        many rows between its explanation and its header are left to the caller.
        """
        code, top = self.head(len(columns)), self.top + above
        widths = [width_of(column) for column in columns]
        if sorts:
            add_table(self.book, self.sheet, self.book.text(f"table_{code}"), columns, top)
        else:
            put_heads(self.book, self.sheet, columns, top)
        put_cells(self.book, self.sheet, columns, top, widths, whole=whole)
        last = last_row(columns, top)
        for header, own in looks.items():
            at = column_at(columns, header)
            colour(self.book, self.sheet, (top + 1, at, last, at), own)
        self.blocks.append(Block(columns, top, whole))
        self.row = last + 2
        return top

    def close(self, printed: int | None = None) -> None:
        """Set widths, heights and print area; printed: how many blocks are printed, None: all.

        Printed are the columns that fit on a page in legible letters.
        """
        most = max(len(block.columns) for block in self.blocks)
        widths = [max(block.width(at) for block in self.blocks) for at in range(most)]
        widths[: len(self.keys)] = self.keys
        for at, width in enumerate(widths):
            self.sheet.set_column(at, at, width)
        for block in self.blocks:
            set_heights(self.sheet, block.columns, block.top, widths, whole=block.whole)
        self.sheet.freeze_panes(NOTE_ROW, len(self.keys))
        printed_blocks = self.blocks[:printed]
        last = last_row(printed_blocks[-1].columns, printed_blocks[-1].top)
        wide = max(len(block.columns) for block in printed_blocks)
        cut = len(printed_blocks) < len(self.blocks)
        print_legibly(self.book, self.sheet, NOTE_ROW, last, widths[:wide], cut=cut)
        if self.breaks:
            self.sheet.set_print_scale(scale_of(widths[: min(wide, legible(widths))]))
            self.sheet.set_h_pagebreaks(self.breaks)
