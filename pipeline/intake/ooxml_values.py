"""The value of a cell in an OOXML sheet: from its type, format and text to kind and number."""

import math
import re
from dataclasses import dataclass

from pipeline.intake.cells import ERROR, FORMULA, TEXT, Cells, Shown, Value
from pipeline.intake.looks import Look
from pipeline.intake.refusal import BadCellError
from pipeline.intake.values import (
    NO_NUMBERS,
    NUMBER_FORM,
    PLAIN,
    boolean_value,
    iso_day,
    number_value,
)

# Characters that XML cannot hold are stored as _x000D_, and such a text itself as _x005F_x000D_.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Control characters have no meaning, and no file that we write could hold them.
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
# Line breaks within a paragraph, as Word and PowerPoint copy them into a cell.
SOFT_BREAKS = str.maketrans("\x0b\x0c", "  ")
UNKNOWN_ERROR = "#ERROR"
LONGEST_INDEX = 9
# Types of cells that contain their text themselves.
STORED_TEXT = {"str", "inlineStr"}


@dataclass(frozen=True)
class Styles:
    """The cell formats of a workbook: the kind of number of each, the looks of some by position."""

    kinds: list[int]
    looks: dict[int, Look]


class OoxmlValues:
    """Makes the values of one workbook's cells."""

    def __init__(
        self, cells: Cells, styles: Styles, strings: list[str], *, from_1904: bool
    ) -> None:
        self.cells = cells
        self.kinds = styles.kinds or [PLAIN]
        self.looks = styles.looks
        self.strings = [unescaped(text) for text in strings]
        self.from_1904 = from_1904

    def value(self, kind: str, style: str, text: str | None, *, formula: bool) -> Value | None:
        """Return the value of the cell; None if it is empty. BadCellError if no cell may have it.

        kind, style: the attributes t and s, text: the stored text (None: no text).
        """
        if text is None or (kind not in STORED_TEXT and not text.strip()):
            return self.without_value(kind, formula=formula)
        if kind in STORED_TEXT:
            return self.text(unescaped(text))
        if kind == "s":
            return self.shared(text)
        if kind in ("", "n"):
            return self.number(style, text.strip())
        if kind == "e":
            return self.cells.text(ERROR, text.strip())
        return self.rare_value(kind, text)

    def rare_value(self, kind: str, text: str) -> Value:
        """Return a boolean, or a day written as text."""
        if kind == "d":
            return iso_day(self.cells, text)
        value = boolean_value(text) if kind == "b" else None
        if value is None:
            raise BadCellError("bad_cell", text)
        return value

    def without_value(self, kind: str, *, formula: bool) -> Value | None:
        """Return the value of a cell in which nothing is stored."""
        if formula:
            return self.cells.text(FORMULA, "")
        return self.cells.text(ERROR, UNKNOWN_ERROR) if kind == "e" else None

    def text(self, text: str) -> Value | None:
        """Return a text; None if it is blank."""
        return None if not text or text.isspace() else self.cells.text(TEXT, text)

    def shared(self, text: str) -> Value | None:
        """Return the text at a position of the workbook's list of texts."""
        text = text.strip()
        good = text.isdecimal() and text.isascii() and len(text) <= LONGEST_INDEX
        if not good or (index := int(text)) >= len(self.strings):
            raise BadCellError("text_missing", text)
        return self.text(self.strings[index])

    def number(self, style: str, text: str) -> Value:
        """Return a number in the kind that its format shows."""
        number_kind = self.number_kind(style)
        if NUMBER_FORM.fullmatch(text):
            number = float(text)
        elif text in NO_NUMBERS:
            number = math.nan
        else:
            raise BadCellError("bad_cell", text)
        return number_value(self.cells, number, number_kind, text, from_1904=self.from_1904)

    def number_kind(self, style: str) -> int:
        """Return the kind of number for the format at a position."""
        position = position_of_style(style)
        if position is None or position >= len(self.kinds):
            raise BadCellError("style_missing", style.strip())
        return self.kinds[position]

    def shown(self, style: str, value: Value) -> Shown | None:
        """Return what a cell of the format at a position shows besides its value."""
        position = position_of_style(style)
        look = None if position is None else self.looks.get(position)
        return None if look is None else look.shown(value)


def position_of_style(style: str) -> int | None:
    """Return the position that a cell's attribute states; None if it is none."""
    style = style.strip() or "0"
    good = style.isascii() and style.isdecimal() and len(style) <= LONGEST_INDEX
    return int(style) if good else None


def unescaped(text: str) -> str:
    """Return the text with escapes replaced, without characters that have no meaning."""
    if "_x" in text or "_X" in text:
        text = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
        # Two escapes may be the two halves of one character (a surrogate pair).
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text if text.isprintable() else INVISIBLE.sub("", text.translate(SOFT_BREAKS))
