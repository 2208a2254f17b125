"""What was sent, and what is wrong: the first stages, for review and check alike."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import join_findings
from pipeline.common.settings import Settings
from pipeline.submissions.actors.actors import Located, count, describe, duplicate_findings
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
    """Return the stacked submissions examined.

    last_day: the last day of the period, if any. foreign: what mappings say of foreign exports.
    with_distances: whether the actors' distances are needed; no finding hangs on them.
    """
    parsed = parse(submission(), sheets, cells, foreign)
    valid = validate(submission(), parsed, last_day)
    located = describe(
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
        not_yet_said(valid.findings, parsed.findings),
        *(located.findings, duplicate_findings(counted), crossed),
    )
    return Examined(parsed, valid, located, counted, found)


def not_yet_said(found: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Return the findings without missing values of which the layout has said where they stand."""
    known = said.filter(pl.col("code") == "missing_value")
    return found.join(known, on=["file", "sheet_key", "field", "code"], how="anti")
