"""Writes the workbooks in a process of its own while this one writes pages and feedback.

Each of the two takes about half of the time that writing takes, and neither needs the other.
"""

import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.limited import end_with_parent, spawning
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.assessments import write_assessments
from pipeline.report.workbook.book import write_workbook
from pipeline.review import Review

WORKBOOK, TEMPLATE = "portfolio.xlsx", "assessments-template.xlsx"
# Below, starting a process takes longer than it saves.
WORTH_IT = 50
# Of so many rows reading a table takes less than keeping it is worth.
MOST_KEPT = 50_000


@dataclass(frozen=True)
class Books:
    """What the workbooks are made from, and the folder of the publication they go to."""

    review: Review
    folder: Path
    lang: str
    earlier: Earlier

    def write(self) -> float:
        """Write the workbooks; returns the seconds it took."""
        start = time.perf_counter()
        write_workbook(self.review, self.folder / WORKBOOK, self.lang, self.earlier)
        write_assessments(self.review, self.earlier, self.folder / TEMPLATE, self.lang)
        return round(time.perf_counter() - start, 3)


@contextmanager
def books_apart(books: Books, seconds: dict[str, float]) -> Iterator[None]:
    """Write the workbooks beside what is done in the context; at its end they are there.

    The tables must stand in the publication's folder already: the other process reads them there.
    seconds: takes how long the workbooks took, as `workbook`.
    """
    if books.review.tables["clusters"].height < WORTH_IT or (os.cpu_count() or 1) == 1:
        seconds["workbook"] = books.write()
        yield
        return
    bare = replace(books, review=replace(books.review, tables={}), earlier=dict(books.earlier))
    with ProcessPoolExecutor(1, mp_context=spawning(), initializer=end_with_parent) as other:
        written = other.submit(write_from_folder, bare)
        yield
        seconds["workbook"] = written.result()


def write_from_folder(bare: Books) -> float:
    """Write the workbooks of a review whose tables stand in the publication's folder."""
    return replace(bare, review=replace(bare.review, tables=Tables(bare.folder / "data"))).write()


class Tables(Mapping[str, pl.DataFrame]):
    """The published tables in a folder; the large ones are read whenever they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
        self.small: dict[str, pl.DataFrame] = {}

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self.small:
            table = pl.read_parquet(self.paths[name])
            if table.height > MOST_KEPT:
                return table
            self.small[name] = table
        return self.small[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)
