"""The boxes of comments, drawn in VML as Excel requires: hidden until one points at the cell."""

from collections.abc import Sequence

from pipeline.report.feedback.comments import Note, length_of
from pipeline.report.feedback.package import Element, tag
from pipeline.report.feedback.worksheet import outside

BLOCK = 1024  # shapes are numbered in blocks, each used by one sheet only
WIDTH, LINE, ROW = 360, 14, 20  # in pixels
USUAL_WIDTH = 64
MOST_LINES = 24
HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout><v:shapetype id="_x0000_t202"'
    ' coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>"
    "<x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def blocks_of(notes: Sequence[Note]) -> int:
    """Return how many blocks of numbers the shapes of a sheet need."""
    return 1 + len(notes) // BLOCK


def drawing_part(notes: Sequence[Note], root: Element, block: int) -> str:
    """Return the part with the boxes of a sheet's comments; block: the first free block."""
    widths = widths_of(root)
    blocks = ",".join(str(block + i) for i in range(blocks_of(notes)))
    shapes = [
        SHAPE.format(
            number=block * BLOCK + number,
            anchor=anchor(note, widths),
            row=note.place[1] - 1,
            column=note.place[0] - 1,
        )
        for number, note in enumerate(notes, 1)
    ]
    return HEAD.format(blocks=blocks) + "".join(shapes) + "</xml>"


def widths_of(root: Element) -> dict[int, int]:
    """Return the widths in pixels of the sheet's first columns that are not of default width."""
    widths: dict[int, int] = {}
    for column in outside(root, tag("col")):
        wide = _number(column.get("width"), 9.0)
        pixels = 0 if column.get("hidden") in ("1", "true") else int(wide * 7 + 5)
        first, last = (int(_number(column.get(end), 1)) for end in ("min", "max"))
        widths |= dict.fromkeys(range(first, min(last, first + 500) + 1), pixels)
    return widths


def _number(text: str | None, otherwise: float) -> float:
    try:
        return min(max(float(text or ""), 0.0), 20_000.0)
    except ValueError:
        return otherwise


def anchor(note: Note, widths: dict[int, int]) -> str:
    """Return the position of the box: column, offset, row, offset of two corners, from 0."""
    column, row = note.place
    lines = min(length_of(note), MOST_LINES) + 1
    right, rest = column, WIDTH
    while rest > (wide := widths.get(right + 1, USUAL_WIDTH)) and right < column + 50:
        right, rest = right + 1, rest - wide
    top = max(row - 2, 0)
    down, below = divmod(lines * LINE, ROW)
    return f"{column}, 15, {top}, 5, {right}, {min(rest, wide)}, {top + down}, {below}"
