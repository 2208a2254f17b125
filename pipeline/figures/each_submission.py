"""What is computed for each submission without the others: tables, findings, figures.

The results depend only on a submission's content, the declarations, the period's last day and the
mappings. So results of several portions of a portfolio, also of earlier runs, can be stacked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.frames import each_frame
from pipeline.common.settings import ActorRules, Settings
from pipeline.figures.base import Portfolio
from pipeline.figures.features import Features, features
from pipeline.figures.inputs import INPUT_COLUMNS, SHEETS, input_tables
from pipeline.figures.scenarios import ScenarioFigures, figures_in_scenarios
from pipeline.submissions.actors.status import bound_reason, near_reason, sme_reason
from pipeline.submissions.examine import Examined, examine
from pipeline.submissions.mapping.apply import foreign, recognise
from pipeline.submissions.mapping.model import ExportMapping
from pipeline.submissions.parse.foreign import FORM_ROW
from pipeline.submissions.parse.repeated_headers import cells_moved
from schemas.declaration import submission

# What the published table of actors needs beside the inputs of figures, and what firms state of
# their size: who is an SME may be computed again by the rules of another period.
ACTOR_COLUMNS = [
    *("name", "bound", "near", "latitude", "longitude"),
    *("bound_reason", "sme_reason", "near_reason"),
    *("sme_by_type", "sme_stated", "employees", "turnover_eur", "balance_sheet_eur"),
]
# The columns by which the rows of a file are sorted, in the frames that have them.
ROW_ORDER = [
    *("file", "mapping", "metric", "variant", "months", "sheet_key", "sheet", "row", "column"),
    *("field", "code", "check", "detail", "stage"),
]


@dataclass(frozen=True)
class SubmissionResults:
    """The results of some submissions; every frame has file.

    files: file of every processed submission. mapped: file, mapping (its number): which mappings
    recognise a file. offices: the valid Stammdaten with the office's position, see
    `actors.Located`. actors: see `actors_with_reasons`. tables: the inputs of figures from the
    other sheets, see `inputs.input_tables`. sheets, places: see `parse.Parsed`. cells: see
    `cells_for_findings`. languages: see `parse.Parsed`. findings: about cells. described: for the
    pages, see `features`. written: the valid rows of the sheets but Akteure as they were written,
    see `written_rows`.
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
    figures: ScenarioFigures
    described: Features
    written: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class ProcessingOptions:
    """What the results depend on besides the submissions' content.

    last_day: of the period. mappings: how foreign exports are read.
    """

    settings: Settings
    last_day: dt.date
    mappings: tuple[ExportMapping, ...] = ()


@dataclass(frozen=True)
class Received:
    """The submissions that were received, and their results.

    files: file, source_file, sha256. refusals: file, code, detail of those that cannot be read.
    parts: the results of all files that could be read; the review takes them off the list, see
    `review.reviewed_only`. may_pass, lasting: see `intake.gather.Intake`.
    """

    files: pl.DataFrame
    refusals: pl.DataFrame
    parts: list[SubmissionResults]
    may_pass: bool = False
    lasting: frozenset[int] = frozenset()


def join_batches(batches: Sequence[Received]) -> Received:
    """Return several batches as one, in the order of the files' numbers."""
    files, refusals = (
        pl.concat(table).sort("file")
        for table in zip(*((b.files, b.refusals) for b in batches), strict=True)
    )
    return Received(files, refusals, [part for batch in batches for part in batch.parts])


def process_submissions(
    options: ProcessingOptions, names: pl.DataFrame, sheets: pl.DataFrame, cells: pl.DataFrame
) -> SubmissionResults:
    """Return the results of the stacked submissions, see `intake.frames.stack`.

    names: file, source_file. The rows of every frame are sorted by file, so the results of
    portions can be stacked.
    """
    mapped = recognise(options.mappings, names, sheets, cells)
    # Several mappings that recognise one file end the review (`review.review`), not this stage.
    foreign_words = foreign(options.mappings, mapped.sort("mapping").unique("file", keep="first"))
    examined = examine(sheets, cells, options.settings, options.last_day, foreign_words)
    portfolio = Portfolio(
        examined.located.offices.drop("row"),
        examined.located.actors.select(INPUT_COLUMNS["actors"]),
        input_tables(examined.valid.tables),
        examined.parsed.sheets,
        options.settings,
    )
    found = SubmissionResults(
        files=sheets.select(pl.col("file").unique()),
        mapped=mapped,
        offices=portfolio.clusters,
        actors=actors_with_reasons(examined.counted, options.settings.actors),
        tables=portfolio.tables,
        sheets=portfolio.sheets,
        places=examined.parsed.places,
        cells=cells_for_findings(examined),
        languages=examined.parsed.languages,
        findings=examined.findings,
        figures=figures_in_scenarios(portfolio, options.last_day),
        described=features(
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
    """Return a frame's rows sorted by those columns of ROW_ORDER that it has."""
    return frame.sort([key for key in ROW_ORDER if key in frame.columns])


def actors_with_reasons(counted: pl.DataFrame, rules: ActorRules) -> pl.DataFrame:
    """Return the columns of INPUT_COLUMNS and ACTOR_COLUMNS of every row of Akteure, sorted.

    counted: see `actors.count`.
    """
    table = counted.with_columns(
        bound="counts",
        bound_reason=bound_reason(rules),
        sme_reason=sme_reason(rules),
        near_reason=near_reason(rules.radius_km),
    )
    table = table.drop("latitude", "longitude").rename({"lat": "latitude", "lon": "longitude"})
    return table.select(*INPUT_COLUMNS["actors"], *ACTOR_COLUMNS).sort("file", "row")


def written_rows(examined: Examined) -> Mapping[str, pl.DataFrame]:
    """Return by sheet file, row, the valid fields, and column: that of the row's first filled cell.

    No figure is computed from these; experts read them.
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


def cells_for_findings(examined: Examined) -> pl.DataFrame:
    """Return the cells that a finding may need: its own row, and where its column stands.

    These are all cells of forms, all cells in rows with a finding or below a header of another
    order, and the first of every column.
    """
    row = ["file", "sheet_key", "row"]
    cells = examined.parsed.cells
    moved = cells_moved(examined.parsed.places, cells)
    needed = pl.concat([examined.findings.select(row), moved.select(row)])
    needed = needed.unique().with_columns(wanted=pl.lit(value=True))
    cells = cells.join(needed, on=row, how="left").sort(*row, "column", "field")
    first = pl.struct("file", "sheet_key", "field").is_first_distinct()
    cells = cells.filter(pl.col("wanted").is_not_null() | (pl.col("row") == FORM_ROW) | first)
    return cells.drop("wanted")
