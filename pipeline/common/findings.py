"""Findings between stages: problems in submitted data, as rows with the address of the problem.

Every stage that detects a problem returns such rows; `report` gives them their texts.
"""

from functools import cache

import polars as pl

# detail, other: what the message needs beyond the place (another cell, a list's item, a limit).
# check: by which cross check (schemas/crosschecks.toml), or as which variant of its kind
# (schemas/findings.toml): whose message is used.
FINDINGS = {
    "file": pl.UInt32,
    "sheet_key": pl.String,
    "sheet": pl.String,
    "row": pl.UInt32,
    "column": pl.UInt32,
    "field": pl.String,
    "code": pl.String,
    "value": pl.String,
    "detail": pl.String,
    "other": pl.String,
    "check": pl.String,
}


@cache
def empty() -> pl.DataFrame:
    """Return a frame of no findings."""
    return pl.DataFrame(schema=FINDINGS)


# Every kind of finding, as schemas/findings.toml declares them.
CODES = (
    *("missing_value", "bad_type", "bad_value", "bad_date", "out_of_range"),
    *("formula_without_value", "ambiguous_number", "inconsistent", "duplicate_row"),
    *("other_unit", "header_remark", "total_row", "heading_row", "heading_meaning", "note_row"),
    *("default_rows", "no_answer", "list_separator", "unknown_field", "unknown_measure"),
    *("unknown_postcode", "unknown_column", "office_field"),
    *(
        "missing_sheet",
        "missing_column",
        "unreadable",
        "read_with_repair",
        "encrypted",
        "not_a_workbook",
    ),
    *("more_than_places", "dissent"),
    *("too_large", "timeout", "reader_crash", "duplicate_cluster", "superseded", "same_content"),
    *("not_in_register", "id_differs_from_name"),
)


def findings(rows: pl.DataFrame, code: str | None = None) -> pl.DataFrame:
    """Return the rows as findings: missing columns are null; `code` fills or replaces."""
    if rows.is_empty():
        return empty()
    if code is not None:
        rows = rows.with_columns(code=pl.lit(code))
    missing = [pl.lit(None, t).alias(n) for n, t in FINDINGS.items() if n not in rows.columns]
    return rows.with_columns(missing).select(pl.col(n).cast(t) for n, t in FINDINGS.items())


def join_findings(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return all findings in one frame."""
    some = [part for part in parts if not part.is_empty()]
    return pl.concat(some) if some else empty()
