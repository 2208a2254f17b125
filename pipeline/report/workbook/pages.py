"""Print settings of a sheet: landscape A4, title above, page x of y below, legible letters."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

# total width of columns that fit onto a page in legible letters
PAGE_WIDTH = 200.0
A4 = 9
# pixels of a page's width, less a reserve for other fonts; of a column's padding; of a letter
PAGE_PIXELS, PADDING, LETTER = 840, 5, 7
# Excel's limit of a page header; the number of letters that fit beside the mark of a draft
MAX_HEAD, BESIDE = 255, 110
MARK_ROOM = 60  # for the mark of a draft; a release has a text of the same length beside it


@dataclass(frozen=True)
class Margins:
    """Header and footer of every page of a sheet, unescaped (page: with its fields)."""

    head: str
    about: str
    mark: str
    catalogue: str
    page: str


def set_print(sheet: Worksheet, margins: Margins) -> None:
    """Landscape A4, title and mark of a draft above, page x of y below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.85, bottom=0.6)
    head, mark = plain(margins.head, BESIDE), margins.mark
    room = MAX_HEAD - len(head) - MARK_ROOM
    about = "\n".join(textwrap.wrap(plain(margins.about, room), BESIDE)[:2])
    right = f"&R&B{mark}" if mark else ""
    sheet.set_header(f"&L{head}\n&8 {about}{right}")
    sheet.set_footer(f"&L{plain(margins.catalogue, 100)}&R{margins.page}")


def plain(text: str, room: int = MAX_HEAD) -> str:
    """Return a text as page headers accept it, shortened after a word to the available space."""
    return textwrap.shorten(text.replace("&", "&&"), max(room, 1), placeholder=" …")


def set_pages(sheet: Worksheet, widths: Sequence[float], frozen: int) -> None:
    """Print on as many pages as are legible in width, each with the frozen columns."""
    repeated = sum(widths[:frozen])
    rest = max(PAGE_WIDTH - repeated, PAGE_WIDTH / 3)
    pages = max(1, math.ceil((sum(widths) - repeated) / rest))
    sheet.fit_to_pages(pages, 0)
    if pages > 1 and frozen:
        sheet.repeat_columns(0, frozen - 1)


def keep_together(sheet: Worksheet, widths: Sequence[float]) -> None:
    """Print the first columns of a sheet, as many as there are widths, on one page."""
    pixels = sum(LETTER * width + PADDING for width in widths)
    sheet.set_print_scale(max(10, min(100, int(100 * PAGE_PIXELS / pixels))))
    sheet.set_v_pagebreaks([len(widths)])
