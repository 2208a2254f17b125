"""Workbooks as grids of given cells, and what the pipeline makes of them without any file."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from hypothesis.vendor.pretty import RepresentationPrinter

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.intake.frames import CELLS, SHEETS
from pipeline.submissions.examine import Examined, examine
from pipeline.tables.findings import findings_table
from schemas.declaration import Sheet, submission

from .oracle import Given

EPOCH = dt.date(1970, 1, 1)
Place = tuple[int, int]
Grid = dict[Place, Given]
"""Cells by (row, column), both from 1."""


@dataclass(frozen=True)
class Drawn:
    """A workbook: its sheets in order, by the names they have in it."""

    sheets: Mapping[str, Grid]

    def _repr_pretty_(self, printer: RepresentationPrinter, _: bool) -> None:
        """What hypothesis prints: short, as the assertions name the cell."""
        printer.text(f"Drawn({sum(map(len, self.sheets.values()))} cells)")

    def cells(self, file: int) -> Iterator[tuple[int, int, int, int, int, float, str | None]]:
        """The cells as rows of the intake's frame, without those a reader would not give."""
        for number, grid in enumerate(self.sheets.values()):
            for (row, column), cell in sorted(grid.items(), key=lambda item: item[0]):
                if cell.kind != "s" or cell.value.strip():
                    yield file, number, row, column, ord(cell.kind), *stored(cell)


def stacked(books: Sequence[Drawn]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frames of sheets and cells that the intake would give for the workbooks."""
    names = [
        (f, i, name, False, [], [])
        for f, one in enumerate(books)
        for i, name in enumerate(one.sheets)
    ]
    cells = [cell for file, one in enumerate(books) for cell in one.cells(file)]
    return (
        pl.DataFrame(names, schema=SHEETS, orient="row"),
        pl.DataFrame(cells, schema=CELLS, orient="row"),
    )


def stored(cell: Given) -> tuple[float, str | None]:
    """A cell's number and text as the intake hands them on."""
    match cell.kind:
        case "n" | "b":
            return float(cell.value), None
        case "d":
            return float((cell.value - EPOCH).days), None
        case "f":
            return math.nan, ""
    return math.nan, str(cell.value)


def canonical(sheet: Sheet, rows: Sequence[Mapping[str, Given]]) -> Grid:
    """A sheet as the form has it: headers in row 1 and rows below, or labels and values."""
    names = {field.key: field.name["de"] for field in sheet.fields}
    grid: Grid = {}
    for number, key in enumerate(names, 1):
        form = sheet.layout == "form"
        grid[(number, 1) if form else (1, number)] = Given("s", names[key])
        for row, values in enumerate(rows, 2):
            if key in values:
                grid[(number, 2) if form else (row, number)] = values[key]
    return grid


def book(rows: Mapping[str, Sequence[Mapping[str, Given]]]) -> Drawn:
    """A workbook with every declared sheet; rows by sheet key and field key."""
    sheets = submission().sheets
    return Drawn({s.name["de"]: canonical(s, rows.get(s.key, [])) for s in sheets})


@dataclass(frozen=True)
class Seen:
    """The results of the first stages for several workbooks, each identified by its position."""

    examined: Examined
    table: pl.DataFrame

    def findings(self, file: int) -> pl.DataFrame:
        """The table of findings of one workbook."""
        return self.table.filter(pl.col("source_file") == str(file))

    def valid(self, sheet: str, file: int) -> dict[int, dict[str, object]]:
        """The usable rows of a workbook's sheet by their numbers."""
        rows = self.examined.valid.tables[sheet].filter(pl.col("file") == file)
        return {row["row"]: row for row in rows.iter_rows(named=True)}


def see(books: Sequence[Drawn]) -> Seen:
    """Parse, validate and describe the workbooks in one go, as `check` does."""
    settings = load_settings()
    examined = examine(*stacked(books), settings)
    names = [str(i) for i in range(len(books))]
    files = pl.DataFrame({"file": range(len(books)), "source_file": names})
    files = files.with_columns(pl.col("file").cast(pl.UInt32), cluster_id=pl.lit(None, pl.String))
    about = {"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32, "row_cluster": pl.String}
    nobody = pl.DataFrame(schema=about)
    catalogue = load(settings.review.first_catalogue)
    table = findings_table(
        examined.findings, examined.parsed.cells, files, nobody, [submission()], catalogue
    )
    return Seen(examined, table)
