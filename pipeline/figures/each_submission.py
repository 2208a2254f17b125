"""The first half of the story: each submission by itself. None says anything about another one.

What a submission comes to here hangs on its content, the declarations, the period's last day and
the mappings alone, so that portions of a portfolio, also of earlier runs, can be stacked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.frames import each_frame
from pipeline.common.settings import ActorRules, Settings
from pipeline.figures.base import Portfolio
from pipeline.figures.features import Described, described
from pipeline.figures.inputs import KEPT, SHEETS, kept_sheets
from pipeline.figures.scenarios import EveryFigure, every_figure
from pipeline.submissions.actors.status import bound_reason, near_reason, sme_reason
from pipeline.submissions.examine import Examined, examine
from pipeline.submissions.mapping.apply import foreign, recognise
from pipeline.submissions.mapping.model import ExportMapping
from pipeline.submissions.parse.foreign import FORM_ROW
from schemas.declaration import submission

# What the table of actors tells beside what states keep, and what firms say of their size: who is
# an SME may be asked again by the rules of another period.
TOLD = [
    *("name", "bound", "near", "latitude", "longitude"),
    *("bound_reason", "sme_reason", "near_reason"),
    *("sme_by_type", "sme_stated", "employees", "turnover_eur", "balance_sheet_eur"),
]
# What tells the rows of a file apart, in the frames that have these columns.
KEYS = [
    *("file", "mapping", "metric", "variant", "months", "sheet_key", "sheet", "row", "column"),
    *("field", "code", "check", "detail", "stage"),
]


@dataclass(frozen=True)
class Survey:
    """What submissions say by themselves; every frame has file.

    files: file, of all that were surveyed, whatever they hold. mapped: file, mapping (its number):
    which mappings recognise a file. offices: the valid Stammdaten with the office's position, see
    `actors.Located`. actors: of every row what states keep of it and what the table of actors
    tells. tables: what states keep of the other sheets. sheets, places, cells: see `parse.Parsed`;
    of cells those that findings may speak of. languages: see `parse.Parsed`. findings: about
    cells. described: for the pages. written: the valid rows of the sheets but Akteure as they were
    written, see `written_rows`.
    """

    files: pl.DataFrame
    mapped: pl.DataFrame
    offices: pl.DataFrame
    actors: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    sheets: pl.DataFrame
    places: pl.DataFrame
    cells: pl.DataFrame
    languages: pl.DataFrame
    findings: pl.DataFrame
    figures: EveryFigure
    described: Described
    written: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Asked:
    """What a survey hangs on besides the submissions' content.

    last_day: of the period. mappings: how foreign exports are read.
    """

    settings: Settings
    last_day: dt.date
    mappings: tuple[ExportMapping, ...] = ()


@dataclass(frozen=True)
class Sent:
    """What was sent. files: file, source_file, sha256. refusals: file, code, detail.

    parts: the surveys of all files that could be read. may_pass: see `intake.gather.Intake`.
    """

    files: pl.DataFrame
    refusals: pl.DataFrame
    parts: Sequence[Survey]
    may_pass: bool = False


def join_batches(batches: Sequence[Sent]) -> Sent:
    """Return what was sent in several batches, in the order of the files' numbers."""
    files, refusals = (
        pl.concat(table).sort("file")
        for table in zip(*((b.files, b.refusals) for b in batches), strict=True)
    )
    return Sent(files, refusals, [part for batch in batches for part in batch.parts])


def survey(asked: Asked, names: pl.DataFrame, sheets: pl.DataFrame, cells: pl.DataFrame) -> Survey:
    """Return the survey of the stacked submissions, see `intake.frames.stack`.

    The rows of every frame are in order: stacked portions are the whole.
    """
    mapped = recognise(asked.mappings, names, sheets, cells)
    # That several mappings recognise a file ends a review, but not here.
    said = foreign(asked.mappings, mapped.sort("mapping").unique("file", keep="first"))
    examined = examine(sheets, cells, asked.settings, asked.last_day, said)
    portfolio = Portfolio(
        examined.located.offices.drop("row"),
        examined.located.actors.select(KEPT["actors"]),
        kept_sheets(examined.valid.tables),
        examined.parsed.sheets,
        asked.settings,
    )
    found = Survey(
        files=sheets.select(pl.col("file").unique()),
        mapped=mapped,
        offices=portfolio.clusters,
        actors=told_actors(examined.counted, asked.settings.actors),
        tables=portfolio.tables,
        sheets=portfolio.sheets,
        places=examined.parsed.places,
        cells=spoken_of(examined),
        languages=examined.parsed.languages,
        findings=examined.findings,
        figures=every_figure(portfolio, asked.last_day),
        described=described(
            portfolio.clusters,
            examined.counted,
            examined.valid.tables,
            portfolio.sheets,
            examined.findings,
        ),
        written=written_rows(examined),
    )
    return each_frame(found, in_order)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame's rows in the order of the files and of what KEYS say within a file."""
    return frame.sort([key for key in KEYS if key in frame.columns])


def told_actors(counted: pl.DataFrame, rules: ActorRules) -> pl.DataFrame:
    """Return every row of Akteure in their order: whether it is bound, an SME, near, and why.

    counted: see `actors.count`.
    """
    table = counted.with_columns(
        bound="counts",
        bound_reason=bound_reason(rules),
        sme_reason=sme_reason(rules),
        near_reason=near_reason(rules.radius_km),
    )
    table = table.drop("latitude", "longitude").rename({"lat": "latitude", "lon": "longitude"})
    return table.select(*KEPT["actors"], *TOLD).sort("file", "row")


def written_rows(examined: Examined) -> Mapping[str, pl.DataFrame]:
    """Return by sheet file, row, the valid fields, and column: that of the row's first filled cell.

    Nothing is computed from these: an expert reads them.
    """
    filled = examined.parsed.cells.drop_nulls("column")
    first = filled.group_by("file", "sheet_key", "row").agg(pl.col("column").min())
    result = {}
    for key in SHEETS:
        fields = [field.key for field in submission().sheet(key).fields]
        own = first.filter(pl.col("sheet_key") == key).drop("sheet_key")
        rows = examined.valid.tables[key].select("file", "row", *fields)
        result[key] = rows.join(own, on=["file", "row"], how="left")
    return result


def spoken_of(examined: Examined) -> pl.DataFrame:
    """Return the cells that findings may speak of.

    All of forms, those in rows with a finding, and the first one of every column.
    """
    row = ["file", "sheet_key", "row"]
    cells = examined.parsed.cells
    wanted = examined.findings.select(row).unique().with_columns(wanted=pl.lit(value=True))
    cells = cells.join(wanted, on=row, how="left").sort(*row, "column", "field")
    first = pl.struct("file", "sheet_key", "field").is_first_distinct()
    cells = cells.filter(pl.col("wanted").is_not_null() | (pl.col("row") == FORM_ROW) | first)
    return cells.drop("wanted")
