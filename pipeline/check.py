"""What is wrong in submissions, before they are sent: intake, parse, validation."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from pipeline.catalogue import load
from pipeline.examine import examine
from pipeline.findings import join_findings
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.mapping.apply import apply_mappings, mapping_sheet_keys
from pipeline.mapping.model import ExportMapping
from pipeline.parse.layout import wanted_sheet_keys
from pipeline.run import Read, intake
from pipeline.settings import load_settings
from pipeline.submissions import file_findings, settle
from pipeline.tables.findings import findings_table
from schemas.declaration import submission


def check(
    paths: Sequence[Path], read: Read, mappings: Sequence[ExportMapping] = ()
) -> pl.DataFrame:
    """Return the table of findings of the files, each on its own (see contract 3).

    MappingError where two of the mappings recognise one file.
    """
    settings = load_settings()
    wanted = wanted_sheet_keys(submission()) | mapping_sheet_keys(mappings)
    outcomes: Iterator[Reading | Refusal] = read(paths, wanted)
    sent = intake(list(zip(paths, outcomes, strict=True)), 0)
    foreign = apply_mappings(mappings, sent.files, sent.sheets, sent.cells).foreign
    examined = examine(sent.sheets, sent.cells, settings, foreign=foreign)
    master, found = examined.master, examined.findings
    # Each file stands for itself: several versions of one cluster are no contradiction here.
    alone = sent.files.with_columns(sha256=pl.col("file").cast(pl.String))
    settled = settle(submission(), alone, sent.refusals, master, found)
    settled = settled.filter(pl.col("code").is_null() | (pl.col("code") != "duplicate_cluster"))
    found = join_findings(found, file_findings(settled, found))
    files = sent.files.join(master.select("file", "cluster_id"), on="file", how="left")
    nobody = pl.DataFrame(schema={"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32})
    about = nobody.with_columns(row_cluster=pl.lit(None, pl.String))
    catalogue = load(settings.first_catalogue)
    return findings_table(found, examined.parsed.cells, files, about, [submission()], catalogue)
