"""The stage: the outcome of each submission: reviewed, superseded or quarantined (contract 3)."""

import polars as pl

from pipeline.common.findings import findings
from schemas.declaration import Workbook

REVIEWED, QUARANTINED, SUPERSEDED = "reviewed", "quarantined", "superseded"
# The fields without which a submission is quarantined, and the code of that outcome where the
# finding at the field has a code that is not in KEY_CODES.
KEY_FIELDS = {"cluster_id": "bad_value", "as_of": "bad_date"}
KEY_CODES = ["missing_value", "bad_value", "bad_date"]
REFUSALS = pl.Schema({"file": pl.UInt32, "code": pl.String, "detail": pl.String})


def choose_submissions(
    workbook: Workbook,
    files: pl.DataFrame,
    refusals: pl.DataFrame,
    master: pl.DataFrame,
    found: pl.DataFrame,
) -> pl.DataFrame:
    """Return files with their outcome: cluster_id, as_of, outcome, code, detail, is_copy.

    files: file, source_file, sha256. refusals: file, code, detail of files that cannot be read.
    master: the valid Stammdaten. found: all findings of files that can be read. code, detail: the
    reason of a quarantine; detail of a superseded file names the one that replaces it.
    """
    identity = master.select("file", "cluster_id", "as_of", "version")
    table = files.join(identity, on="file", how="left")
    broken = pl.concat([refusals.cast(REFUSALS), incomplete(workbook, found)])
    broken = broken.unique("file", keep="first")
    table = table.join(broken, on="file", how="left")
    whole = table.filter(pl.col("code").is_null()).drop("code", "detail")
    rest = table.filter(pl.col("code").is_not_null())
    rest = rest.with_columns(outcome=pl.lit(QUARANTINED), is_copy=pl.lit(value=False))
    columns = [*files.columns, "cluster_id", "as_of", "outcome", "code", "detail", "is_copy"]
    outcomes = pl.concat([rest.select(columns), supersede(whole).select(columns)])
    return outcomes.sort("source_file")


def incomplete(workbook: Workbook, found: pl.DataFrame) -> pl.DataFrame:
    """Return file, code, detail of submissions without a required sheet, column or key field."""
    required = [s.key for s in workbook.sheets if s.required]
    of_sheet = pl.col("sheet_key").is_in(required)
    sheet = found.filter((pl.col("code") == "missing_sheet") & of_sheet)
    column = found.filter((pl.col("code") == "missing_column") & of_sheet)
    parts = [
        sheet.select("file", "code", detail="sheet"),
        column.select("file", "code", detail="field"),
    ]
    unusable = ~pl.col("code").is_in(["ambiguous_number", "unknown_column", "inconsistent"])
    for field, code in KEY_FIELDS.items():
        own = found.filter((pl.col("field") == field) & unusable)
        own = own.filter(pl.col("sheet_key") == "master_data")
        cell_code = pl.when(pl.col("code").is_in(KEY_CODES)).then("code").otherwise(pl.lit(code))
        parts.append(own.select("file", code=cell_code, detail="value"))
    return pl.concat(parts).unique("file", keep="first")


def supersede(whole: pl.DataFrame) -> pl.DataFrame:
    """Return the outcomes of complete submissions.

    Of files with equal content all but the first are superseded. Of a cluster's other files the
    latest by as_of, then version, is reviewed. Several different latest files are quarantined.
    """
    whole = whole.sort("source_file").with_columns(pl.col("version").fill_null(1))
    first = pl.col("source_file").first().over("sha256")
    whole = whole.with_columns(copy_of=pl.when(pl.col("source_file") != first).then(first))
    copies = whole.filter(pl.col("copy_of").is_not_null())
    single = whole.filter(pl.col("copy_of").is_null())
    rank = pl.struct("as_of", "version").rank("dense", descending=True).over("cluster_id")
    single = single.with_columns(rank=rank)
    latest = pl.col("rank") == 1
    names = pl.col("source_file").filter(latest).sort().str.join(", ").over("cluster_id")
    several = pl.col("source_file").filter(latest).len().over("cluster_id") > 1
    single = single.with_columns(
        outcome=pl.when(~latest)
        .then(pl.lit(SUPERSEDED))
        .when(several)
        .then(pl.lit(QUARANTINED))
        .otherwise(pl.lit(REVIEWED)),
        code=pl.when(latest & several).then(pl.lit("duplicate_cluster")),
        detail=pl.when(~latest | several).then(names),
    )
    copies = copies.with_columns(
        outcome=pl.lit(SUPERSEDED),
        code=pl.lit(None, pl.String),
        detail=pl.col("copy_of"),
        is_copy=pl.lit(value=True),
    )
    single = single.with_columns(is_copy=pl.lit(value=False))
    return pl.concat([single.drop("rank"), copies], how="diagonal_relaxed")


def file_findings(outcomes: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return findings for quarantined files whose reason is not yet a finding at a cell."""
    own = outcomes.filter(pl.col("outcome") == QUARANTINED)
    reported = found.select("file", "code").unique()
    rest = own.join(reported, on=["file", "code"], how="anti")
    cells = found.filter(pl.col("field").is_in(list(KEY_FIELDS))).select("file").unique()
    codes = pl.col("code").is_in(KEY_CODES)  # these have a finding at the cell, with its own code
    rest = rest.filter(~codes | ~pl.col("file").is_in(cells["file"].implode()))
    return findings(rest.select("file", "code", "detail"))
