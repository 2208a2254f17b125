"""The floor: bare libraries over the same files, nothing between. Prints its seconds as JSON.

Usage: python floor.py SUBMISSIONS CELLS BYTES TARGET. CELLS: the cells of our workbooks, pickled
(see `floor_cells`), loaded before the clock starts. BYTES: the folder whose pages and tables are
written again. Imports nothing of ours.
"""

import json
import marshal
import sys
import time
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import load_workbook

PROCESSES = 2
NUMBER, TEXT, FORMULA, BOOLEAN = range(4)


def read(path: Path) -> int:
    """Read every sheet of a workbook; returns how many rows there are."""
    try:
        book = load_workbook(path)
    except Exception:
        return 0
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def read_all(folder: Path) -> None:
    """Read all workbooks in two processes."""
    with Pool(PROCESSES) as pool:
        pool.map(read, sorted(folder.iterdir()), chunksize=8)


def write_all(books: list[list[list[tuple[Any, ...]]]], target: Path) -> None:
    """Write the workbooks, cell by cell."""
    for number, sheets in enumerate(books):
        book = xlsxwriter.Workbook(target / f"{number}.xlsx")
        for cells in sheets:
            sheet = book.add_worksheet()
            for kind, row, column, *value in cells:
                if kind == NUMBER:
                    sheet.write_number(row, column, *value)
                elif kind == TEXT:
                    sheet.write_string(row, column, *value)
                elif kind == BOOLEAN:
                    sheet.write_boolean(row, column, *value)
                else:
                    sheet.write_formula(row, column, value[0], None, value[1])
        book.close()


def write_bytes(contents: list[bytes], target: Path) -> None:
    """Write files of the same bytes."""
    for number, content in enumerate(contents):
        (target / f"{number}.bytes").write_bytes(content)


def timed(work: Callable[[], None]) -> dict[str, float]:
    """Return what a piece of work took, by the clock and of the processors."""
    wall, cpu = time.perf_counter(), processor_seconds()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": processor_seconds() - cpu}


def processor_seconds() -> float:
    """Return the processor time of this process and of those it waited for."""
    import os

    return sum(os.times()[:4])


def main(submissions: Path, cells: Path, published: Path, target: Path) -> None:
    """Do it and say what it took."""
    books = marshal.loads(cells.read_bytes())
    files = [p for p in sorted(published.rglob("*")) if p.suffix in (".html", ".parquet")]
    contents = [path.read_bytes() for path in files]
    taken = {
        "read": timed(lambda: read_all(submissions)),
        "workbooks": timed(lambda: write_all(books, target)),
        "bytes": timed(lambda: write_bytes(contents, target)),
    }
    print(json.dumps(taken))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
