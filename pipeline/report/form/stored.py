"""The stored values of the self-check, calculated by the review's own stages.

Programs that show a file without calculating it show these values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.settings import load_settings
from pipeline.evaluation.evaluate import judge_conditions
from pipeline.figures.base import Portfolio
from pipeline.figures.figures import compute_figures
from pipeline.intake.cells import DATE, NUMBER, TEXT
from pipeline.intake.frames import CELLS, SHEETS
from pipeline.intake.values import EPOCH
from pipeline.report.form.plan import (
    FIRST_ROW,
    FORM_ROW,
    HEADER_ROW,
    VALUE_COLUMN,
    Filled,
    Value,
    catalogue,
    header,
    place,
    yes_no,
)
from pipeline.submissions.examine import Examined, examine
from pipeline.tables.findings import findings_table
from schemas.declaration import Sheet, submission

Cell = tuple[int, int, Value]


@dataclass(frozen=True)
class Problems:
    """How many cells of a sheet have a problem, and the address of the first."""

    count: int = 0
    first: str = ""


@dataclass(frozen=True)
class Stored:
    """The values of a form's self-check and comments.

    ready: whether the Stichtag can be used. conditions: by (criterion, number), as in the table of
    the contract. missing, bad: by the sheet's name. remarks: by sheet and address.
    """

    ready: bool
    conditions: Mapping[tuple[str, int], Mapping[str, Any]]
    missing: Mapping[str, Problems]
    bad: Mapping[str, Problems]
    remarks: Mapping[tuple[str, str], list[str]]


def stored_values(filled: Filled, lang: str) -> Stored:
    """Return the stored values of the form's self-check."""
    sheets, cells = frames(filled, lang)
    return stored_of(examine(sheets, cells, load_settings()), lang)


def stored_of(examined: Examined, lang: str) -> Stored:
    """Return the stored values for one examined submission."""
    found = named_findings(examined)
    ready = examined.master["as_of"].null_count() == 0
    errors = found.filter(pl.col("severity") == "error")
    is_missing = pl.col("code") == "missing_value"
    return Stored(
        ready,
        conditions(examined) if ready else {},
        by_sheet(errors.filter(is_missing)),
        by_sheet(errors.filter(~is_missing)),
        remarks(found.filter(pl.col("severity") != "info"), lang),
    )


# ------------------------------------------------------------------------------ the form as frames
def frames(filled: Filled, lang: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the form as intake would stack it (see `intake.frames.stack`)."""
    declared = submission().sheets
    names = [s.name[lang] for s in declared]
    sheets = pl.DataFrame(
        [(0, at, name, False, []) for at, name in enumerate(names)], schema=SHEETS, orient="row"
    )
    rows = [
        (0, number, row, column, *raw(value, lang))
        for number, sheet in enumerate(declared)
        for row, column, value in cells_of(sheet, filled, lang)
        if value is not None
    ]
    return sheets, pl.DataFrame(rows, schema=CELLS, orient="row")


def cells_of(sheet: Sheet, filled: Filled, lang: str) -> Iterator[Cell]:
    """Yield row, column (from 1) and value of the sheet's headers and values."""
    if sheet.layout == "form":
        for row, item in enumerate(sheet.fields, FORM_ROW):
            yield row, VALUE_COLUMN, header(item, lang)
            yield row, VALUE_COLUMN + 1, filled.master.get(item.key)
        return
    for column, item in enumerate(sheet.fields, 1):
        yield HEADER_ROW, column, header(item, lang)
    for number, values in enumerate(filled.rows.get(sheet.key, ()), FIRST_ROW):
        for key, value in values.items():
            yield number, place(sheet, key) + 1, value


def raw(value: Value, lang: str) -> tuple[int, float | None, str | None]:
    """Return kind, number and text of a cell."""
    if isinstance(value, bool):
        return TEXT, None, yes_no(lang)[0 if value else 1]
    if isinstance(value, str):
        return TEXT, None, value
    if isinstance(value, int | float):
        return NUMBER, float(value), None
    assert value is not None
    return DATE, float(value.toordinal() - EPOCH), None


# ---------------------------------------------------------------------------------------- verdicts
def conditions(examined: Examined) -> Mapping[tuple[str, int], Mapping[str, Any]]:
    """Return the conditions of the first catalogue; 4.2 has no limit here."""
    settings = load_settings()
    clusters = examined.located.offices
    portfolio = Portfolio(
        clusters,
        examined.located.actors,
        examined.valid.tables,
        examined.parsed.sheets,
        settings,
    )
    none = {"limit": pl.lit(None, pl.Float64), "limit_source": pl.lit("none")}
    judged = judge_conditions(
        catalogue(),
        compute_figures(portfolio).figures.collect(),
        clusters,
        clusters.select("file", **none),
    )
    return {(r["criterion_id"], r["condition"]): r for r in judged.iter_rows(named=True)}


def named_findings(examined: Examined) -> pl.DataFrame:
    """Return the table of findings of the one form."""
    files = {"file": pl.UInt32, "source_file": pl.String, "cluster_id": pl.String}
    nobody = {"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32, "row_cluster": pl.String}
    return findings_table(
        examined.findings,
        examined.parsed.cells,
        pl.DataFrame([(0, "", None)], schema=files, orient="row"),
        pl.DataFrame(schema=nobody),
        [submission()],
        catalogue(),
    )


def by_sheet(found: pl.DataFrame) -> dict[str, Problems]:
    """Return the problems by the sheet's name; findings are in the order of their cells."""
    counts: dict[str, Problems] = {}
    for sheet, cell in found.select("sheet", "cell").iter_rows():
        before = counts.get(sheet, Problems(0, cell))
        counts[sheet] = Problems(before.count + 1, before.first)
    return counts


def remarks(found: pl.DataFrame, lang: str) -> dict[tuple[str, str], list[str]]:
    """Return the messages about each cell that is not empty."""
    result: dict[tuple[str, str], list[str]] = {}
    at_cells = found.filter(pl.col("cell") != "", pl.col("code") != "missing_value")
    for sheet, cell, message in at_cells.select("sheet", "cell", f"message_{lang}").iter_rows():
        result.setdefault((sheet, cell), []).append(message)
    return result
