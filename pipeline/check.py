"""Checks submissions before they are sent: parsing, validation, findings."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import load
from pipeline.common.findings import join_findings
from pipeline.common.settings import load_settings
from pipeline.intake.gather import Intake
from pipeline.submissions.choose import QUARANTINED, REVIEWED, choose_submissions, file_findings
from pipeline.submissions.examine import Examined, examine
from pipeline.submissions.mapping.apply import apply_mappings
from pipeline.submissions.mapping.model import ExportMapping
from pipeline.tables.findings import findings_table
from schemas.declaration import submission


@dataclass(frozen=True)
class Checked:
    """The result of a check.

    files: source_file, cluster_id, outcome (reviewed or quarantined, if it were sent unchanged),
    code (why it would be quarantined), sha256, language (where its names tell), in the given
    order. findings: as in contract 3.
    requests: source_file, criterion_id, title_de, title_en, request_de, request_en: which cells
    would settle what is undetermined, if requested.
    """

    files: pl.DataFrame
    findings: pl.DataFrame
    requests: pl.DataFrame


REQUESTS = dict.fromkeys(
    ["source_file", "criterion_id", "title_de", "title_en", "request_de", "request_en"], pl.String
)


def check(
    sent: Intake, mappings: Sequence[ExportMapping] = (), *, with_requests: bool = False
) -> Checked:
    """Check each file by itself: two versions of a cluster do not exclude each other here.

    MappingError if two of the mappings match one file.
    """
    settings, stacked = load_settings(), sent.stacked()
    foreign = apply_mappings(mappings, sent.files, [stacked]).foreign
    # Distances cause no finding; only the figures behind the requests need them.
    examined = examine(*stacked, settings, foreign=foreign, with_distances=with_requests)
    master, found = examined.master, examined.findings
    distinct = sent.files.with_columns(sha256=pl.col("file").cast(pl.String))
    chosen = choose_submissions(submission(), distinct, sent.refusals, master, found)
    refused = pl.col("code").is_not_null() & (pl.col("code") != "duplicate_cluster")
    chosen = chosen.with_columns(
        code=pl.when(refused).then("code"),
        outcome=pl.when(refused).then(pl.lit(QUARANTINED)).otherwise(pl.lit(REVIEWED)),
    )
    found = join_findings(found, file_findings(chosen, found))
    files = sent.files.join(master.select("file", "cluster_id"), on="file", how="left")
    nobody = pl.DataFrame(schema={"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32})
    about = nobody.with_columns(row_cluster=pl.lit(None, pl.String))
    catalogue = load(settings.review.first_catalogue)
    table = findings_table(found, examined.parsed.cells, files, about, [submission()], catalogue)
    chosen = chosen.sort("file").with_columns(sha256=sent.files["sha256"])
    outcomes = chosen.join(examined.parsed.languages, on="file", how="left").sort("file")
    columns = ("source_file", "cluster_id", "outcome", "code", "sha256", "language")
    requested = requests(examined, chosen) if with_requests else pl.DataFrame(schema=REQUESTS)
    return Checked(outcomes.select(columns), table, requested)


def join_checked(parts: Sequence[Checked]) -> Checked:
    """Return the checks of several groups of files as one, in their order."""
    return Checked(
        pl.concat(part.files for part in parts),
        pl.concat(part.findings for part in parts),
        pl.concat(part.requests for part in parts),
    )


def requests(examined: Examined, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the requests of the files that would be reviewed (see `Checked`)."""
    from pipeline.tables.preview import preview  # imports every figure: loaded only when needed

    reviewed = chosen.filter(pl.col("outcome") == REVIEWED)
    table = preview(examined, reviewed, load_settings()).filter(pl.col("request_de") != "")
    table = table.join(chosen.select("file", "source_file"), on="file", maintain_order="left")
    return table.select(*REQUESTS)
