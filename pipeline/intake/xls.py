"""Workbooks of Excel 97 to 2003 (.xls), read by xlrd.

Some programs write a file in which two streams claim the same sectors. Excel reads it, and so do
we: strictly at first, then ignoring this one fault; `repaired` is then true.
"""

import io
from typing import Any

import xlrd
from xlrd.compdoc import CompDocError

from pipeline.intake.cells import BOOLEAN, ERROR, TEXT, WIDTH, Cells, Shown, Value
from pipeline.intake.looks import Look, looks_of, sections_of
from pipeline.intake.refusal import BadCellError, Refusal, refused_as
from pipeline.intake.values import BUILT_IN, PLAIN, kind_shown_by, number_value

DAMAGED = "damaged_xls"


class XlsBook:
    """An opened workbook. names: its worksheets in order, hidden ones too."""

    def __init__(self, data: bytes) -> None:
        with refused_as(DAMAGED):
            try:
                self.book, self.repaired = open_book(data, past_damage=False), False
            except CompDocError:
                self.book, self.repaired = open_book(data, past_damage=True), True
            self.looks = looks_of_book(self.book)
        self.names = list(self.book.sheet_names())

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the cells of a sheet."""
        with refused_as(DAMAGED):
            sheet = self.book.sheet_by_index(index)
        values: dict[int, Value] = {}
        shown: dict[int, Shown] = {}
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                place, value = row * WIDTH + column, self.value(cells, cell)
                if value is not None:
                    values[place] = value
                    look = self.looks.get(cell.xf_index)
                    if look and (besides := look.shown(value)):
                        shown[place] = besides
                # No program writes this; if a file was overwritten by zeros, xlrd does not notice.
                if cell.ctype == xlrd.XL_CELL_TEXT and "\0" in cell.value:
                    raise BadCellError("bad_cell").at(self.names[index], place)
        cells.add(index, values, shown)
        for row, below, column, right in sheet.merged_cells:
            cells.merge((index, row, below - 1, column, right - 1))

    def value(self, cells: Cells, cell: Any) -> Value | None:
        """Return the value of a cell; None if it is empty."""
        if cell.ctype == xlrd.XL_CELL_TEXT:
            blank = not cell.value or cell.value.isspace()
            return None if blank else cells.text(TEXT, cell.value)
        if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            number_kind = self.number_kind(cell)
            text = f"{cell.value:g}"
            from_1904 = bool(self.book.datemode)
            return number_value(cells, cell.value, number_kind, text, from_1904=from_1904)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return BOOLEAN, float(cell.value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return cells.text(ERROR, xlrd.error_text_from_code.get(cell.value, "#ERROR"))
        return None

    def number_kind(self, cell: Any) -> int:
        """Return the kind of number of the cell's format."""
        formats, styles = self.book.format_map, self.book.xf_list
        if cell.xf_index is None or not 0 <= cell.xf_index < len(styles):
            return PLAIN
        key = styles[cell.xf_index].format_key
        known = formats.get(key)
        code = known.format_str if known else None
        return kind_shown_by(code) if code else BUILT_IN.get(key, PLAIN)


def looks_of_book(book: Any) -> dict[int, Look]:
    """Return the looks of cell formats that show something, by position.

    Only formats that the file itself contains: for others xlrd assumes those of the United States.
    """
    sections = {own.format_key: sections_of(own.format_str or "") for own in book.format_list}
    struck = [bool(font.struck_out) for font in book.font_list]
    styles = ((style.format_key, style.font_index) for style in book.xf_list)
    return looks_of(sections, struck, styles)


def open_book(data: bytes, *, past_damage: bool) -> Any:
    """Open the bytes; past_damage: also if streams overlap."""
    try:
        return xlrd.open_workbook(
            file_contents=data,
            logfile=_Silence(),
            on_demand=True,
            formatting_info=True,
            ignore_workbook_corruption=past_damage,
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Refusal("encrypted", "encrypted") from error
        raise


class _Silence(io.TextIOBase):
    """Discards what xlrd prints."""

    def write(self, text: str) -> int:
        return len(text)
