"""XlsxWriter's sheet and file with what costs most left out, for a million cells.

Every formula goes through some thirty searches for functions newer than Excel 2010, of which the
workbook uses none; every cell through a look whether its address is written as A1.
"""

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet


class FastSheet(Worksheet):
    """A sheet whose formulas are written as they are, and whose texts go in directly."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def put_text(self, row: int, column: int, text: str, look: Format) -> None:
        """Write a text into a cell, both from 0."""
        self._write_string(row, column, text, look)


class FastFile(Workbook):
    """A file of such sheets."""

    worksheet_class = FastSheet
