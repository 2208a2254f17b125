"""Proposes a mapping for one unknown export: which sheet is which of ours, column by column.

Works on the cells of a single file (see `intake.frames`), of which it looks at a bounded part.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from rapidfuzz import fuzz, process

from pipeline.submissions.mapping.columns import Column, Word, matched, strange_words
from pipeline.submissions.mapping.content import Cell, content_of, date_notation, number_notation
from pipeline.submissions.mapping.hints import sheet_names
from schemas.declaration import Field, Sheet, submission
from schemas.words import collapse, header_key, word_key

TEXT = ord("s")
# What is looked at of one file; a first look at a column takes a few of its cells.
MOST_SHEETS, MOST_COLUMNS, MOST_ROWS, LONGEST_HEADER = 40, 120, 3000, 120
FEW, MANY = 200, 2000
LABEL_COLUMNS = range(1, 6)
# What a sheet needs to be taken for one of ours.
LEAST_OF_SHEET = 2.0
SAME_NAME, HINTED_NAME = 3.0, 1.5

Grid = Mapping[int, Mapping[int, Cell]]


@dataclass(frozen=True)
class Found:
    """One sheet of the export; sheet is None where it is like none of ours."""

    name: str
    sheet: Sheet | None = None
    header_row: int | None = None
    columns: tuple[Column, ...] = ()
    words: tuple[Word, ...] = ()
    value: float = 0.0

    @property
    def missing(self) -> list[Field]:
        """The fields we cannot do without and that no column was found for."""
        there = {c.field.key for c in self.columns if c.field}
        return (
            [f for f in self.sheet.fields if f.required and f.key not in there]
            if self.sheet
            else []
        )


@dataclass(frozen=True)
class Proposal:
    """What was found in the file; numbers and dates: how its texts seem to write them."""

    sheets: tuple[Found, ...]
    numbers: str | None = None
    dates: str | None = None
    lacking: tuple[Sheet, ...] = ()


def propose(sheets: pl.DataFrame, cells: pl.DataFrame) -> Proposal:
    """Return the proposal for the file whose sheets and cells these are."""
    never = {word_key(name) for name in submission().words["never_read"]}
    named = [(i, n) for i, n in sheets.select("sheet", "name").rows() if word_key(n) not in never]
    grids = {index: grid_of(cells, index) for index, _ in named[:MOST_SHEETS]}
    tried = [(i, found) for i, n in named[:MOST_SHEETS] for found in readings(n, grids[i])]
    chosen = likeliest(tried)
    found = [looked_through(chosen[i], grids[i]) if i in chosen else Found(n) for i, n in named]
    read = {f.sheet.key for f in found if f.sheet}
    lacking = tuple(s for s in submission().sheets if s.key not in read)
    return with_notations(Proposal(tuple(found), lacking=lacking))


def likeliest(tried: Sequence[tuple[int, Found]]) -> dict[int, Found]:
    """Return the best reading of each sheet; of ours each is given once."""
    chosen: dict[int, Found] = {}
    given: set[str] = set()
    for index, found in sorted(tried, key=lambda pair: -pair[1].value):
        key = found.sheet.key if found.sheet else ""
        if found.value >= LEAST_OF_SHEET and index not in chosen and key not in given:
            chosen[index] = found
            given.add(key)
    return chosen


def grid_of(cells: pl.DataFrame, sheet: int) -> Grid:
    """Return the sheet's first rows and columns: row to column to cell."""
    own = cells.filter(
        pl.col("sheet") == sheet, pl.col("row") <= MOST_ROWS, pl.col("column") <= MOST_COLUMNS
    )
    grid: dict[int, dict[int, Cell]] = defaultdict(dict)
    for row, column, *cell in own.select("row", "column", "kind", "number", "text").rows():
        grid[row][column] = (cell[0], cell[1], cell[2])
    return dict(sorted(grid.items()))


# --------------------------------------------------------------------------------- sheets and rows
def readings(name: str, grid: Grid) -> Iterator[Found]:
    """Yield the sheet read as each of ours: by the likeliest header row or column of labels."""
    rows = {row: contents(grid, row, FEW) for row in header_candidates(grid)}
    labels = [label_contents(grid, column) for column in LABEL_COLUMNS]
    for ours in submission().sheets:
        if ours.layout == "form":
            tried = [Found(name, ours, None, matched(ours, heads)) for heads in labels]
        else:
            tried = [Found(name, ours, row, matched(ours, heads)) for row, heads in rows.items()]
        best = max(tried, key=lambda found: (score(found), -(found.header_row or 0)), default=None)
        if best is not None and score(best) > 0:
            yield replace(best, value=score(best) + name_bonus(name, ours))


def looked_through(found: Found, grid: Grid) -> Found:
    """Return a chosen reading after a look at all its cells, with the words that are not ours."""
    if found.sheet is not None and found.header_row is not None:
        columns = matched(found.sheet, contents(grid, found.header_row, MANY))
        found = replace(found, columns=columns)
    return replace(found, words=tuple(w for c in found.columns for w in strange_words(c)))


def name_bonus(name: str, ours: Sheet) -> float:
    """Return the points for a sheet whose name is like the name of ours."""
    names = sheet_names()
    near = process.extractOne(word_key(name), names.keys, scorer=fuzz.ratio, score_cutoff=85)
    if near is None or names.of[near[2]] != ours.key:
        return 0.0
    return SAME_NAME if names.own[near[2]] and near[1] == 100 else HINTED_NAME


def score(found: Found) -> float:
    """Return the points of a reading: one for each clear column, two for a required one."""
    clear = [c for c in found.columns if c.field]
    return sum((2 if c.field and c.field.required else 1) * c.score / 100 for c in clear)


def header_candidates(grid: Grid) -> list[int]:
    """Return the rows (of the first) that may be a header: many short texts and none twice."""
    sizes = {row: len(header_texts(grid[row])) for row in grid if row <= 20}
    most = max(sizes.values(), default=0)
    return [row for row, size in sizes.items() if size >= max(1, most * 0.6)][:8]


def header_texts(row: Mapping[int, Cell]) -> dict[int, str]:
    """Return the short texts of a row by their column."""
    texts = {c: t for c, (kind, _, t) in row.items() if kind == TEXT and t}
    short = {c: collapse(t) for c, t in texts.items() if len(t) <= LONGEST_HEADER}
    return {c: t for c, t in short.items() if t}


def contents(grid: Grid, header_row: int, most: int) -> list[Column]:
    """Return the headers of the row with what stands in the first cells below them."""
    below = [cells for row, cells in grid.items() if row > header_row]
    return [
        Column(text, header_key(text), content_of((r[column] for r in below if column in r), most))
        for column, text in header_texts(grid[header_row]).items()
    ]


def label_contents(grid: Grid, column: int) -> list[Column]:
    """Return the labels of the column with the value beside each."""
    labels = [(header_texts(row).get(column), row.get(column + 1)) for row in grid.values()]
    return [
        Column(text, header_key(text), content_of([] if value is None else [value], FEW))
        for text, value in labels
        if text is not None
    ][:MOST_COLUMNS]


def with_notations(proposal: Proposal) -> Proposal:
    """Add how the texts of number and date columns are written."""

    def texts(*types: str) -> Iterator[str]:
        for found in proposal.sheets:
            for column in found.columns:
                if column.field and column.field.type in types:
                    yield from column.content.texts

    numbers, dates = number_notation(texts("number", "integer")), date_notation(texts("date"))
    return replace(proposal, numbers=numbers, dates=dates)
