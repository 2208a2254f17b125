"""What is wrong in submissions, before they are sent: parse, validation, findings."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.catalogue import load
from pipeline.examine import examine
from pipeline.findings import join_findings
from pipeline.intake.gather import Intake
from pipeline.mapping.apply import apply_mappings
from pipeline.mapping.model import ExportMapping
from pipeline.settings import load_settings
from pipeline.submissions import QUARANTINED, REVIEWED, file_findings, settle
from pipeline.tables.findings import findings_table
from schemas.declaration import submission


@dataclass(frozen=True)
class Checked:
    """What a check says.

    files: source_file, cluster_id, outcome (reviewed or quarantined, if it were sent like this),
    code (why it would be quarantined), in the order they were given. findings: as in contract 3.
    """

    files: pl.DataFrame
    findings: pl.DataFrame


def check(sent: Intake, mappings: Sequence[ExportMapping] = ()) -> Checked:
    """Check the files, each on its own: a second version of a cluster is no contradiction here.

    MappingError where two of the mappings recognise one file.
    """
    settings = load_settings()
    foreign = apply_mappings(mappings, sent.files, sent.sheets, sent.cells).foreign
    examined = examine(sent.sheets, sent.cells, settings, foreign=foreign)
    master, found = examined.master, examined.findings
    alone = sent.files.with_columns(sha256=pl.col("file").cast(pl.String))
    settled = settle(submission(), alone, sent.refusals, master, found)
    refused = pl.col("code").is_not_null() & (pl.col("code") != "duplicate_cluster")
    settled = settled.with_columns(
        code=pl.when(refused).then("code"),
        outcome=pl.when(refused).then(pl.lit(QUARANTINED)).otherwise(pl.lit(REVIEWED)),
    )
    found = join_findings(found, file_findings(settled, found))
    files = sent.files.join(master.select("file", "cluster_id"), on="file", how="left")
    nobody = pl.DataFrame(schema={"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32})
    about = nobody.with_columns(row_cluster=pl.lit(None, pl.String))
    catalogue = load(settings.first_catalogue)
    table = findings_table(found, examined.parsed.cells, files, about, [submission()], catalogue)
    outcomes = settled.sort("file").select("source_file", "cluster_id", "outcome", "code")
    return Checked(outcomes, table)
