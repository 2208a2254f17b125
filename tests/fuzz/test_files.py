"""Arbitrary cells survive the way through a real file: what was written is what is read."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.words import collapse
from tests.making import workbooks
from tests.making.workbooks import Book, xlsx

from .books import Drawn, Grid
from .drawing import books
from .effort import examples
from .oracle import Given
from .strict import Cell
from .test_damage import cells_of, wanted
from .xlsb import xlsb

pytestmark = pytest.mark.thorough
FIRST_DAY = dt.date(1900, 3, 1)
"""Before it, Excel's days are not those of the calendar."""
SMALLEST = 2.3e-308
SOFT_BREAKS = {"\x0b", "\x0c"}


def can_be_written(cell: Given) -> bool:
    """Whether a file can hold the cell as it is."""
    if cell.kind == "d":
        return bool(cell.value >= FIRST_DAY)
    if cell.kind == "n":
        return cell.value == 0 or abs(cell.value) >= SMALLEST
    if cell.kind == "s":  # soft line breaks: see test_doubt
        return bool(collapse(cell.value)) and not SOFT_BREAKS & set(cell.value)
    return cell.kind != "t"


def plain_only(cell: Given) -> bool:
    """Whether our writer of .xlsb knows such cells."""
    return can_be_written(cell) and cell.kind in "snbd"


def kept(one: Drawn, can_be: Callable[[Given], bool]) -> Drawn:
    """The workbook with the cells that can be written, as they can be."""
    return Drawn(
        {n: {p: short(c) for p, c in g.items() if can_be(c)} for n, g in one.sheets.items()}
    )


def short(cell: Given) -> Given:
    """A number with no more digits than XlsxWriter writes."""
    return Given("n", float(f"{cell.value:.14g}")) if cell.kind == "n" else cell


def lines(grid: Grid) -> workbooks.Grid:
    """A grid as lines of cells."""
    rows, columns = max(row for row, _ in grid), max(column for _, column in grid)
    return [
        [written(grid.get((row, column))) for column in range(1, columns + 1)]
        for row in range(1, rows + 1)
    ]


def written(cell: Given | None) -> workbooks.Cell:
    """A cell as the writers of the tests take it."""
    if cell is None:
        return None
    if cell.kind == "e":
        return workbooks.error(cell.value)
    result: workbooks.Cell = workbooks.formula(None) if cell.kind == "f" else cell.value
    return result


def expected(one: Drawn) -> list[Cell]:
    """The workbook's cells as they must be read."""
    cells: list[Cell] = []
    for name, grid in one.sheets.items():
        for (row, column), cell in grid.items():
            said = {"s": collapse(str(cell.value)), "f": ""}.get(cell.kind, cell.value)
            cells.append((name, row, column, cell.kind, said))
    return wanted(cells)


@pytest.mark.parametrize(("write", "can_be"), [(xlsx, can_be_written), (xlsb, plain_only)])
@examples(2)
@given(drawn=st.lists(books(), min_size=8, max_size=8))
def test_what_is_written_is_read(
    write: Callable[[Book], bytes], can_be: Callable[[Given], bool], drawn: list[Drawn]
) -> None:
    plain = [kept(one, can_be) for one in drawn]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.xlsx" for i in range(len(plain))]
        for path, one in zip(paths, plain, strict=True):
            path.write_bytes(write(Book({n: lines(g) for n, g in one.sheets.items()})))
        for one, read in zip(plain, cells_of(paths), strict=True):
            assert isinstance(read, list), read
            meant = expected(one)
            lost = [cell for cell in meant if cell not in read]
            more = [cell for cell in read if cell not in meant]
            assert not lost, (lost[:3], more[:3])
            assert not more, more[:3]
