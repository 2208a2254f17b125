"""The first stages, the same for `run` and `check`: parse, validate, locate actors, cross-check."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import join_findings
from pipeline.common.settings import Settings
from pipeline.submissions.actors.actors import Located, count, duplicate_findings, with_properties
from pipeline.submissions.actors.status import Definition
from pipeline.submissions.crosschecks.crosschecks import cross_check
from pipeline.submissions.parse.foreign import NOTHING_FOREIGN, Foreign
from pipeline.submissions.parse.parse import Parsed, parse
from pipeline.submissions.validate import Valid, validate
from schemas.declaration import submission


@dataclass(frozen=True)
class Examined:
    """Parsed and valid tables of all submissions, their actors, and every finding about cells."""

    parsed: Parsed
    valid: Valid
    located: Located
    counted: pl.DataFrame
    findings: pl.DataFrame

    @property
    def master(self) -> pl.DataFrame:
        """The valid Stammdaten."""
        return self.valid.tables["master_data"]


def examine(
    sheets: pl.DataFrame,
    cells: pl.DataFrame,
    settings: Settings,
    last_day: dt.date | None = None,
    foreign: Foreign = NOTHING_FOREIGN,
    *,
    with_distances: bool = True,
) -> Examined:
    """Parse, validate and cross-check the stacked submissions (see `intake.frames.stack`).

    last_day: of the period, None outside of one. foreign: how mappings read foreign exports.
    with_distances: whether to compute the actors' distances; no finding depends on them.
    """
    parsed = parse(submission(), sheets, cells, foreign)
    valid = validate(submission(), parsed, last_day)
    located = with_properties(
        valid.tables["master_data"],
        valid.tables["actors"],
        settings.actors,
        with_distances=with_distances,
    )
    counted = count(located.actors, settings.actors, Definition())
    tables = {**valid.tables, "master_data": located.offices, "actors": counted}
    crossed = cross_check(submission(), tables, parsed, settings.actors, last_day)
    found = join_findings(
        parsed.findings,
        without_repeated(valid.findings, parsed.findings),
        *(located.findings, duplicate_findings(counted), crossed),
    )
    return Examined(parsed, valid, located, counted, found)


def without_repeated(found: pl.DataFrame, by_layout: pl.DataFrame) -> pl.DataFrame:
    """Return the findings without those of missing values that the layout has already reported.

    found: of the validation. by_layout: of the layout, which knows where the value may be instead.
    """
    known = by_layout.filter(pl.col("code") == "missing_value")
    return found.join(known, on=["file", "sheet_key", "field", "code"], how="anti")
