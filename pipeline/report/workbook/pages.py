"""Print settings of a sheet: landscape A4, title above, legible letters."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

# total width of columns that fit onto a page in legible letters
PAGE_WIDTH = 240.0
A4 = 9
# in pixels: the width of a page, of a letter, and of the edges of a column; some room is left, as
# the letters of replacement fonts are wider
PAGE_PIXELS, LETTER, EDGES, ROOM = 1045, 7, 5, 0.8
# Excel's limit of a page header; the number of letters that fit beside the mark of a draft
MAX_HEAD, BESIDE = 255, 110
MARK_ROOM = 60  # for the mark of a draft; a release has a text of the same length beside it


@dataclass(frozen=True)
class Margins:
    """What stands above every page of a sheet, unescaped."""

    head: str
    about: str
    mark: str


def set_print(sheet: Worksheet, margins: Margins) -> None:
    """Landscape A4, title and mark of a draft above."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.85, bottom=0.6)
    head, mark = plain(margins.head, BESIDE), margins.mark
    room = MAX_HEAD - len(head) - MARK_ROOM
    about = "\n".join(textwrap.wrap(plain(margins.about, room), BESIDE)[:2])
    right = f"&R&B{mark}" if mark else ""
    sheet.set_header(f"&L{head}\n&8 {about}{right}")


def scale_of(widths: Sequence[float]) -> int:
    """Return the scale in percent at which columns are a page wide.

    Excel keeps page breaks between rows only on sheets with a scale, not on those that are fitted.
    """
    pixels = sum(LETTER * width + EDGES for width in widths)
    return min(100, math.floor(100 * ROOM * PAGE_PIXELS / pixels))


def plain(text: str, room: int = MAX_HEAD) -> str:
    """Return a text as page headers accept it, shortened after a word to the available space."""
    return textwrap.shorten(text.replace("&", "&&"), max(room, 1), placeholder=" …")
