"""The first half of the story, for review and check alike: what was sent, and what is wrong."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from pipeline.actors.actors import Located, count, describe, duplicate_findings
from pipeline.actors.status import Definition
from pipeline.crosschecks.crosschecks import cross_check
from pipeline.findings import join_findings
from pipeline.frames import stack_all
from pipeline.intake.gather import Stacked
from pipeline.parse.foreign import FORM_ROW, NOTHING_FOREIGN, Foreign
from pipeline.parse.parse import Parsed, parse
from pipeline.settings import Settings
from pipeline.validate import Valid, validate
from schemas.declaration import submission


@dataclass(frozen=True)
class Examined:
    """Parsed and valid tables of all submissions, their actors, and every finding about cells."""

    parsed: Parsed
    valid: Valid
    located: Located
    counted: pl.DataFrame
    findings: pl.DataFrame

    def without_tables(self) -> "Examined":
        """Return it without the tables that a portfolio was made of: they are large."""
        master = {"master_data": self.master}
        located = replace(self.located, actors=self.located.actors.clear())
        return replace(self, valid=replace(self.valid, tables=master), located=located)

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
        parsed.findings, valid.findings, located.findings, duplicate_findings(counted), crossed
    )
    return Examined(parsed, valid, located, counted, found)


# ----------------------------------------------------------------------- of a whole portfolio
def examine_many(
    batches: Iterable[Stacked],
    settings: Settings,
    last_day: dt.date | None = None,
    foreign: Foreign = NOTHING_FOREIGN,
) -> Examined:
    """Return all submissions examined, some hundred at a time: none says anything about another.

    batches: sheets and cells, see `Intake.batches`. Of the parsed tables only what reports need
    is kept, see `pruned`.
    """
    parts = []
    for sheets, cells in batches:
        said = foreign.about(sheets["file"].unique())
        parts.append(pruned(examine(sheets, cells, settings, last_day, said)))
    return stack_all(parts)


def pruned(examined: Examined) -> Examined:
    """Return what was examined without what nobody needs once it is valid.

    Of the cells those stay that findings may speak of: all of forms, those in rows with a finding,
    and the first one of every column.
    """
    parsed = examined.parsed
    cells, row = parsed.cells, ["file", "sheet_key", "row"]
    wanted = examined.findings.select(row).unique().with_columns(wanted=pl.lit(value=True))
    cells = cells.join(wanted, on=row, how="left", maintain_order="left")
    first = pl.struct("file", "sheet_key", "field").is_first_distinct()
    cells = cells.filter(pl.col("wanted").is_not_null() | (pl.col("row") == FORM_ROW) | first)
    empty = {key: table.clear() for key, table in parsed.tables.items()}
    return replace(
        examined,
        parsed=replace(
            parsed,
            tables=empty,
            items=parsed.items.clear(),
            totals=parsed.totals.clear(),
            cells=cells.drop("wanted"),
        ),
    )
