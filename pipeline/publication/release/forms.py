"""The next forms of many clusters, filled with what was reviewed; written in separate processes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.common.sandbox import Death, run_in_sandbox
from pipeline.common.settings import load_settings
from pipeline.common.stages import in_batches
from pipeline.intake.gather import gather
from pipeline.intake.sent_file import SentFile
from pipeline.intake.worker import read_many
from pipeline.publication.publications import Work
from pipeline.report.form.carry import carried_over
from pipeline.report.form.form import write_form
from pipeline.report.form.plan import Filled
from pipeline.report.form.stored import Stored, stored_values
from pipeline.report.form.translated import examine_translated
from pipeline.submissions.examine import Examined
from pipeline.submissions.mapping.apply import submission_sheet_keys

# For one form; it usually takes a second or two.
SECONDS = 300


@dataclass(frozen=True)
class Job:
    """One form to write; stored: the values of its self-check, None if it calculates them."""

    path: Path
    filled: Filled
    stored: Stored | None = None


def write_forms(work: Work, paths: Mapping[str, Path]) -> list[str]:
    """Write the next form of these reviewed clusters; return those that have none.

    paths: of the forms, by cluster. A form that cannot be written (a submission may have far more
    rows than a form can hold) does not affect the others.
    """
    jobs = [
        Job(paths[cluster], filled, stored)
        for some in in_batches([one for one in next_forms(work) if one[0] in paths])
        for (cluster, filled), stored in zip(
            some, stored_together([filled for _, filled in some], work.lang), strict=True
        )
    ]
    limits = load_settings().intake
    outcomes = run_in_sandbox(
        partial(write_one, lang=work.lang),
        jobs,
        seconds=SECONDS,
        megabytes=limits.max_memory_mb,
        workers=limits.workers,
        writes=True,
    )
    for job, done in zip(jobs, outcomes, strict=True):
        if isinstance(done, Death) or not done:
            job.path.unlink(missing_ok=True)
    return [cluster for cluster, path in paths.items() if not path.exists()]


def stored_together(forms: Sequence[Filled], lang: str) -> Sequence[Stored | None]:
    """Return the stored values of the forms; None for all if one form cannot be computed."""
    try:
        return stored_values(forms, lang)
    except Exception:  # no failure may affect more than one form
        return [None] * len(forms)


def write_one(job: Job, lang: str) -> bool:
    """Write one form, in a separate process."""
    try:
        write_form(job.path, lang, job.filled, job.stored)
    except Exception:  # no failure may affect more than this form
        return False
    return True


# ----------------------------------------------------------------------------------- their content
def next_forms(work: Work) -> Iterator[tuple[str, Filled]]:
    """Yield every reviewed cluster with the values of its form for the next quarter."""
    submissions = work.review.tables["submissions"].filter(pl.col("outcome") == "reviewed")
    clusters = dict(submissions.select("source_file", "cluster_id").iter_rows())
    for some in in_batches([file for file in work.files if file.name in clusters]):
        names = {file.number: file.name for file in some}
        for number, examined in one_by_one(examined_again(work, some)):
            filled = carried_over(examined, work.lang, work.review.period, new_day=True)
            yield clusters[names[number]], filled


def examined_again(work: Work, files: Sequence[SentFile]) -> Examined:
    """Return reviewed submissions, read and examined in the same way as by the review."""
    review, mappings = work.review, work.mappings
    sheet_keys = submission_sheet_keys(mappings)
    limits = review.settings.intake
    outcomes = list(read_many([file.path for file in files], limits, sheet_keys))
    sent = gather(files, outcomes, most_mb=limits.max_file_mb)
    stacked, last_day = sent.stacked(), review.last_day
    return examine_translated(sent.files, stacked, mappings, review.settings, last_day)


def one_by_one(examined: Examined) -> Iterator[tuple[int, Examined]]:
    """Yield every file with its part of the tables that `carried_over` needs."""
    tables = {key: by_file(table) for key, table in examined.parsed.tables.items()}
    cells, masters = by_file(examined.parsed.cells), by_file(examined.master)
    empty = {key: table.clear() for key, table in examined.parsed.tables.items()}
    for file in sorted(masters):
        own = {key: parts.get(file, empty[key]) for key, parts in tables.items()}
        parsed = replace(examined.parsed, tables=own, cells=cells[file])
        valid = replace(examined.valid, tables={"master_data": masters[file]})
        yield file, replace(examined, parsed=parsed, valid=valid)


def by_file(table: pl.DataFrame) -> Mapping[int, pl.DataFrame]:
    """Return the parts of a table by their file."""
    parts: Sequence[pl.DataFrame] = table.partition_by("file")
    return {part["file"][0]: part for part in parts}
