"""The stage: warnings about values that contradict each other, for all submissions at once."""

import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl

from pipeline.common.findings import empty, findings, join_findings
from pipeline.common.settings import ActorRules
from pipeline.submissions.crosschecks import addresses, duplicates, statements, totals
from pipeline.submissions.crosschecks.declared import Check, checks_of
from pipeline.submissions.crosschecks.facts import Facts, with_days
from pipeline.submissions.parse.parse import Parsed
from schemas.declaration import Workbook

CODE = "inconsistent"
CELL = ["file", "sheet_key", "row", "field"]
Rule = Callable[[Check, Facts], pl.DataFrame]

RULES: Mapping[str, Rule] = {
    "at_least": statements.at_least,
    "before": statements.before,
    "after": statements.after,
    "more_than_actors": statements.more_than_actors,
    "actual_of_a_future_year": statements.actual_of_a_future_year,
    "sme_against_figures": statements.sme_against_figures,
    "sme_against_type": statements.sme_against_type,
    "sme_of_no_company": statements.sme_of_no_company,
    "after_last_day": statements.after_last_day,
    "year_as_day": statements.year_as_day,
    "without": statements.without,
    "word_against_word": statements.word_against_word,
    "only_these_words": statements.only_these_words,
    "older_than": statements.older_than,
    "short_text": statements.short_text,
    "no_member_by_name": statements.no_member_by_name,
    "zero_of_kind": statements.zero_of_kind,
    "all_below": statements.all_below,
    "small_for_staff": statements.small_for_staff,
    "coordinates_swapped": addresses.coordinates_swapped,
    "coordinates_swapped_without_postcode": addresses.coordinates_swapped_without_postcode,
    "coordinates_off_postcode": addresses.coordinates_off_postcode,
    "coordinates_outside_country": addresses.coordinates_outside_country,
    "city_off_postcode": addresses.city_off_postcode,
    "state_off_postcode": addresses.state_off_postcode,
    "state_off_coordinates": addresses.state_off_coordinates,
    "possible_duplicate": duplicates.possible_duplicate,
    "total": totals.total,
}


def cross_check(
    workbook: Workbook,
    tables: Mapping[str, pl.DataFrame],
    parsed: Parsed,
    rules: ActorRules,
    last_day: dt.date | None = None,
) -> pl.DataFrame:
    """Return findings at the cells that contradict others; one per cell, by the first check.

    tables: the valid tables of the workbook, Stammdaten and Akteure as in `Located`.
    """
    facts = Facts(with_days(tables, last_day), parsed.totals, doubtful(parsed), rules)
    parts = [run_check(check, facts) for check in checks_of(workbook)]
    return join_findings(*parts).unique(CELL, keep="first")


def run_check(check: Check, facts: Facts) -> pl.DataFrame:
    """Return one check's findings."""
    hit = RULES[check.rule](check, facts)
    if hit.is_empty():
        return empty()
    field = pl.col("field") if "field" in hit.columns else pl.lit(check.field)
    place = {"sheet_key": pl.lit(check.sheet), "field": field, "check": pl.lit(check.id)}
    return findings(hit.with_columns(**place).sort("file", "row"), CODE)


def doubtful(parsed: Parsed) -> pl.DataFrame:
    """Return file, sheet_key, field, row of the cells whose reading has a code (see `Parsed`)."""
    return parsed.cells.filter(pl.col("code").is_not_null()).select(
        "file", "sheet_key", "field", "row"
    )
