"""The stored values of the self-check, calculated by the review's own stages.

Programs that show a file without calculating it show these values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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


def stored_values(forms: Sequence[Filled], lang: str) -> list[Stored]:
    """Return the stored values of each form's self-check; many forms cost little more than one."""
    if not forms:
        return []
    sheets, cells = frames([of_this_version(filled) for filled in forms], lang)
    # without a Stichtag nothing is judged, so that no distance is asked for
    dated = any(filled.master.get("as_of") is not None for filled in forms)
    examined = examine(sheets, cells, load_settings(), with_distances=dated)
    return stored_of(examined, len(forms), lang)


def stored_of(examined: Examined, forms: int, lang: str) -> list[Stored]:
    """Return the stored values for examined submissions, numbered from 0."""
    found = named_findings(examined, forms).filter(pl.col("severity") != "info")
    found = found.with_columns(file=pl.col("source_file").cast(pl.UInt32))
    findings = found.partition_by("file", as_dict=True)
    masters = dict(examined.master.select("file", "as_of").iter_rows())
    dated = {file for file, day in masters.items() if day is not None}
    judged = conditions(examined) if dated else {}
    return [
        stored_one(
            findings.get((file,), found.clear()),
            judged.get(file, {}) if file in dated else None,
            lang,
        )
        for file in range(forms)
    ]


def stored_one(
    found: pl.DataFrame, judged: Mapping[tuple[str, int], Mapping[str, Any]] | None, lang: str
) -> Stored:
    """Return the stored values of one form; judged: its conditions, None without a Stichtag."""
    errors = found.filter(pl.col("severity") == "error")
    is_missing = pl.col("code") == "missing_value"
    return Stored(
        judged is not None,
        judged or {},
        by_sheet(errors.filter(is_missing)),
        by_sheet(errors.filter(~is_missing)),
        remarks(found, lang),
    )


def of_this_version(filled: Filled) -> Filled:
    """Return the values with the version of the form that asks for them."""
    version = submission().words["form_version"]
    return replace(filled, master={**filled.master, "form_version": version})


# ----------------------------------------------------------------------------- the forms as frames
def frames(forms: Sequence[Filled], lang: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the forms as intake would stack them (see `intake.frames.stack`)."""
    declared = submission().sheets
    names = [s.name[lang] for s in declared]
    sheets = pl.DataFrame(
        [
            (file, at, name, False, [], [])
            for file in range(len(forms))
            for at, name in enumerate(names)
        ],
        schema=SHEETS,
        orient="row",
    )
    rows = [
        (file, number, row, column, *raw(value, lang))
        for file, filled in enumerate(forms)
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
    columns = {item.key: column for column, item in enumerate(sheet.fields, 1)}
    for item in sheet.fields:
        yield HEADER_ROW, columns[item.key], header(item, lang)
    for number, values in enumerate(filled.rows.get(sheet.key, ()), FIRST_ROW):
        for key, value in values.items():
            yield number, columns[key], value


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
def conditions(examined: Examined) -> Mapping[int, Mapping[tuple[str, int], Mapping[str, Any]]]:
    """Return the conditions of the first catalogue by form; 4.2 has no limit here."""
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
    result: dict[int, dict[tuple[str, int], Mapping[str, Any]]] = {}
    for row in judged.iter_rows(named=True):
        result.setdefault(row["file"], {})[row["criterion_id"], row["condition"]] = row
    return result


def named_findings(examined: Examined, forms: int) -> pl.DataFrame:
    """Return the table of findings; the name of a file is its number."""
    files = {"file": pl.UInt32, "source_file": pl.String, "cluster_id": pl.String}
    nobody = {"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32, "row_cluster": pl.String}
    return findings_table(
        examined.findings,
        examined.parsed.cells,
        pl.DataFrame([(n, str(n), None) for n in range(forms)], schema=files, orient="row"),
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
