"""A small sheet as XML: texts in cells, links within the file, and print settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from pipeline.report.feedback.addresses import address, fit
from pipeline.report.feedback.package import HEAD, MAIN

PAPER_A4 = 9
HEIGHT = 15.0  # of a row, in points, if none is given
MOST_OF_NAME = 80  # a footer holds 255 characters


@dataclass(frozen=True)
class Cell:
    """A text with its format; link: an address in the workbook, or empty."""

    text: str
    look: str
    link: str = ""


@dataclass
class Grid:
    """Rows of cells, from row 1. merged: rows whose second to last cells are merged."""

    widths: Sequence[float]
    rows: list[Sequence[Cell]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    merged: list[int] = field(default_factory=list)
    head: int = 0

    def add(self, *cells: Cell, height: float = 0.0, merge: bool = False) -> int:
        """Append a row; return its number."""
        self.rows.append(cells)
        number = len(self.rows)
        if height:
            self.heights[number] = height
        if merge:
            self.merged.append(number)
        return number

    def extend(self, other: "Grid") -> None:
        """Append the rows of another grid; its header is kept if this one has none."""
        start = len(self.rows)
        self.rows += other.rows
        self.heights |= {start + row: height for row, height in other.heights.items()}
        self.merged += [start + row for row in other.merged]
        if other.head and not self.head:
            self.head = start + other.head

    @property
    def last_column(self) -> int:
        """The number of columns."""
        return len(self.widths)

    @property
    def height(self) -> float:
        """The height of all rows in points."""
        return sum(self.heights.values()) + HEIGHT * (len(self.rows) - len(self.heights))


def sheet_part(
    grid: Grid,
    looks: Mapping[str, int],
    sign: tuple[str, int],
    words: tuple[str, str],
    *,
    is_first: bool = True,
) -> str:
    """Return the sheet's part.

    sign: the formula and format of the rule that identifies the sheet later. words: the footer of a
    printed page, left and right. is_first: the file opens on it; another one is a list whose header
    stays in sight.
    """
    selected, frozen = (' tabSelected="1"', "/>") if is_first else ("", _frozen(grid))
    rows = "".join(_row(grid, number, looks) for number in range(1, len(grid.rows) + 1))
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(grid.widths, 1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{address(grid.last_column, max(len(grid.rows), 1))}"/>'
        f'<sheetViews><sheetView showGridLines="0"{selected} workbookViewId="0"{frozen}'
        f'</sheetViews><sheetFormatPr defaultRowHeight="{HEIGHT:g}"/><cols>{columns}</cols>'
        f"<sheetData>{rows}</sheetData>{_merges(grid)}"
        f'<conditionalFormatting sqref="A1"><cfRule type="expression" dxfId="{sign[1]}"'
        f' priority="1"><formula>{escape(sign[0])}</formula></cfRule></conditionalFormatting>'
        f'{_links(grid)}<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3"'
        f' footer="0.3"/><pageSetup paperSize="{PAPER_A4}" orientation="landscape" fitToWidth="1"'
        f' fitToHeight="0"/><headerFooter><oddFooter>{_foot(*words)}</oddFooter></headerFooter>'
        "</worksheet>"
    )


def _frozen(grid: Grid) -> str:
    if not grid.head:
        return "/>"
    below = f'ySplit="{grid.head}" topLeftCell="A{grid.head + 1}"'
    return f'><pane {below} activePane="bottomLeft" state="frozen"/></sheetView>'


def _row(grid: Grid, number: int, looks: Mapping[str, int]) -> str:
    cells = "".join(
        f'<c r="{address(at, number)}" s="{looks[cell.look]}"{_content(cell.text)}'
        for at, cell in enumerate(grid.rows[number - 1], 1)
    )
    height = grid.heights.get(number)
    tall = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{number}"{tall}>{cells}</row>'


def _content(text: str) -> str:
    if not text:
        return "/>"
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(fit(text))}</t></is></c>'


def _merges(grid: Grid) -> str:
    ranges = [f"{address(2, row)}:{address(grid.last_column, row)}" for row in grid.merged]
    cells = "".join(f'<mergeCell ref="{place}"/>' for place in ranges)
    return f'<mergeCells count="{len(ranges)}">{cells}</mergeCells>' if ranges else ""


def _links(grid: Grid) -> str:
    links = "".join(
        f'<hyperlink ref="{address(at, number)}" location={quoteattr(fit(cell.link))}'
        f" display={quoteattr(fit(cell.text))}/>"
        for number, row in enumerate(grid.rows, 1)
        for at, cell in enumerate(row, 1)
        if cell.link
    )
    return f"<hyperlinks>{links}</hyperlinks>" if links else ""


def _foot(left: str, right: str) -> str:
    shown = fit(left[:MOST_OF_NAME]).replace("&", "&&")
    return escape(f"&L{shown}&R{right}")
