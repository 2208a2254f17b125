"""XlsxWriter's sheet and file with what costs most left out, for a million cells.

Every formula goes through some thirty searches for functions newer than Excel 2010, of which the
workbook uses none. Columns of plain values are kept whole and written without an object per cell
(see `blocks`); the bytes are those that XlsxWriter would write, which a test compares.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet, re_dynamic_function

from pipeline.report.workbook.blocks import NO_TEXT, Block, Formulas, Looks, Numbers, Texts

ROWS_AT_ONCE = 2000
# Rows that share the attribute "spans": the first and last of their columns.
ROWS_OF_SPAN = 16


class NoCells(dict[tuple[int, int], str]):
    """Keeps nothing: where XlsxWriter would note every cell of a table, to tell tables apart."""

    def __setitem__(self, cell: tuple[int, int], place: str) -> None:
        pass


class FastSheet(Worksheet):
    """A sheet whose formulas are written as they are, and whose columns go in whole.

    A cell that is written by itself wins over the one of a column at the same place. A sheet has
    one table at most.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.table_cells = NoCells()

    def add_table(self, *args: Any, **options: Any) -> Any:
        """Add the sheet's table; what a second one would overlap nobody has noted."""
        if self.tables:
            raise ValueError(f"{self.name}: a second table")
        return super().add_table(*args, **options)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    # ------------------------------------------------------------------------- taking columns
    def put_texts(self, top: int, at: int, texts: Sequence[str | None], looks: Looks) -> None:
        """Put a column of texts that cells can hold; None is an empty cell with a look."""
        ids: dict[str | None, int] = {None: NO_TEXT}
        for text in dict.fromkeys(texts):
            if text is not None:
                ids[text] = self.str_table._get_shared_string_index(text)
        # the file says how many cells hold a text, each of which counts
        filled = len(texts) - texts.count(None)
        self.str_table.count += filled - (len(ids) - 1)
        self._put(Texts(top, at, looks, array("q", [ids[text] for text in texts])))

    def put_numbers(self, top: int, at: int, numbers: Sequence[float | None], looks: Looks) -> None:
        """Put a column of finite numbers; None is an empty cell with a look."""
        self._put(Numbers(top, at, looks, numbers))

    def put_formulas(
        self,
        top: int,
        at: int,
        values: Sequence[Any],
        formula: Callable[[int], str],
        looks: Looks,
        *,
        array: bool,
    ) -> None:
        """Put a column of formulas with their values, see `blocks.Formulas`."""
        filled = (row for row, value in enumerate(values, top + 1) if value is not None)
        for first in islice(filled, 1):
            if re_dynamic_function.search(formula(first)):
                raise ValueError(f"a formula that older Excel does not know: {formula(first)}")
        self._put(Formulas(top, at, looks, values, formula, array))

    def _put(self, block: Block) -> None:
        if len(block):
            self._check_dimensions(block.top, block.at)
            self._check_dimensions(block.end - 1, block.at)
            self.blocks.append(block)

    # --------------------------------------------------------------------------- writing rows
    def _write_rows(self) -> None:
        if not self.blocks:
            super()._write_rows()
            return
        self._calculate_spans()
        self._number_looks()
        end = self.dim_rowmax + 1
        for first in range(self.dim_rowmin, end, ROWS_AT_ONCE):
            self._write_some(first, min(first + ROWS_AT_ONCE, end))

    def _number_looks(self) -> None:
        """Give looks their numbers in the order of the cells, as they come row by row."""
        several = [b for b in self.blocks if isinstance(b.looks, Sequence)]
        tops = {block.top for block in self.blocks}
        rows = {row for block in several for row in range(block.top, block.end)} | tops
        for row in sorted(rows | {row for row in self.table if self.table[row]}):
            looks = {b.at: b.look(row) for b in self.blocks if b.top <= row < b.end}
            own = self.table.get(row, {})
            looks |= {at: cell.format for at, cell in own.items() if cell.format}
            for at in sorted(looks):
                looks[at]._get_xf_index()

    def _write_some(self, first: int, end: int) -> None:
        """Write the rows from first to before end."""
        rows: list[dict[int, str]] = [{} for _ in range(first, end)]
        for block in self.blocks:
            start, stop = max(first, block.top), min(end, block.end)
            if start < stop:
                for row, cell in enumerate(block.cells(start, stop), start - first):
                    rows[row][block.at] = cell
        for row, cells in enumerate(rows, first):
            own = self.table.get(row)
            if own or cells or row in self.row_info or row in self.comments:
                self._write_one(row, cells, own or {})

    def _write_one(self, row: int, cells: dict[int, str], own: Mapping[int, Any]) -> None:
        """Write a row: the cells of columns, and those written by themselves."""
        span = self.row_spans.get(row // ROWS_OF_SPAN)
        if not own and not cells:
            self._write_empty_row(row, span, self.row_info.get(row))
            return
        self._write_row(row, span, self.row_info.get(row))
        if own:
            for at in sorted({*cells, *own}):
                if at in own:
                    self._write_cell(row, at, own[at])
                else:
                    self.fh.write(cells[at])
        else:
            self.fh.write("".join(map(cells.__getitem__, sorted(cells))))
        self._xml_end_tag("row")

    def _calculate_spans(self) -> None:
        if not self.blocks:
            super()._calculate_spans()
            return
        spans: dict[int, tuple[int, int]] = {}

        def widen(group: int, at: int) -> None:
            least, most = spans.get(group, (at, at))
            spans[group] = (min(least, at), max(most, at))

        for cells in (self.table, self.comments):
            for row, own in cells.items():
                for at in own:
                    widen(row // ROWS_OF_SPAN, at)
        for block in self.blocks:
            for group in range(block.top // ROWS_OF_SPAN, (block.end - 1) // ROWS_OF_SPAN + 1):
                widen(group, block.at)
        self.row_spans = {g: f"{least + 1}:{most + 1}" for g, (least, most) in spans.items()}

    # ------------------------------------------------------------------------------- for charts
    def _get_range_data(
        self, row_start: int, col_start: int, row_end: int, col_end: int
    ) -> list[str | None]:
        data = super()._get_range_data(row_start, col_start, row_end, col_end)
        place = 0
        for row in range(row_start, row_end + 1):
            if row not in self.table:
                # XlsxWriter has one gap for a row without cells of their own
                data[place : place + 1] = [None] * (col_end - col_start + 1)
            for at in range(col_start, col_end + 1):
                if at not in self.table.get(row, {}):
                    data[place] = self._shown(row, at)
                place += 1
        return data

    def _shown(self, row: int, at: int) -> Any:
        found = [b for b in self.blocks if b.at == at and b.top <= row < b.end]
        return found[-1].shown(row, self.str_table) if found else None


class FastFile(Workbook):
    """A file of such sheets."""

    worksheet_class = FastSheet
