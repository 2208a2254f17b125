"""The next forms of many clusters, filled with what was reviewed; written in separate processes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from pipeline.common.sandbox import Death, run_in_sandbox
from pipeline.common.settings import load_settings
from pipeline.common.stages import CORES, LEAST_IN_BATCH, MOST_IN_BATCH
from pipeline.intake.gather import gather
from pipeline.intake.sent_file import SentFile
from pipeline.intake.worker import read_many
from pipeline.publication.publications import Work
from pipeline.report.form.carry import carried_over
from pipeline.report.form.form import write_form
from pipeline.report.form.plan import Filled
from pipeline.report.form.stored import Stored, stored_values
from pipeline.report.form.translated import parse_translated
from pipeline.submissions.mapping.apply import submission_sheet_keys
from pipeline.submissions.parse.parse import Parsed

# For one form; it usually takes less than a second.
SECONDS = 300
T = TypeVar("T")


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
        for some in portions([one for one in next_forms(work) if one[0] in paths])
        for (cluster, filled), stored in zip(
            some, stored_together([filled for _, filled in some], work.lang), strict=True
        )
    ]
    limits = load_settings().intake
    # A process costs as much as many forms before it writes the first.
    most = -(-len(jobs) // LEAST_IN_BATCH)
    outcomes = run_in_sandbox(
        partial(write_one, lang=work.lang),
        jobs,
        seconds=SECONDS,
        megabytes=limits.max_memory_mb,
        workers=min(limits.workers or CORES, most),
        writes=True,
    )
    for job, done in zip(jobs, outcomes, strict=True):
        if isinstance(done, Death) or not done:
            job.path.unlink(missing_ok=True)
    return [cluster for cluster, path in paths.items() if not path.exists()]


def portions(items: Sequence[T]) -> list[Sequence[T]]:
    """Return the items in portions that fit into memory: the fewer, the less each item costs."""
    return [items[at : at + MOST_IN_BATCH] for at in range(0, len(items), MOST_IN_BATCH)]


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
    for some in portions([file for file in work.files if file.name in clusters]):
        names = {file.number: file.name for file in some}
        for number, parsed in one_by_one(parsed_again(work, some)):
            cluster = clusters[names[number]]
            filled = carried_over(parsed, cluster, work.lang, work.review.period, new_day=True)
            yield cluster, filled


def parsed_again(work: Work, files: Sequence[SentFile]) -> Parsed:
    """Return reviewed submissions, read and parsed in the same way as by the review."""
    sheet_keys = submission_sheet_keys(work.mappings)
    limits = work.review.settings.intake
    outcomes = list(read_many([file.path for file in files], limits, sheet_keys))
    sent = gather(files, outcomes, most_mb=limits.max_file_mb)
    return parse_translated(sent.files, sent.stacked(), work.mappings)


def one_by_one(parsed: Parsed) -> Iterator[tuple[int, Parsed]]:
    """Yield every file with its part of the tables that `carried_over` needs."""
    tables = {key: by_file(table) for key, table in parsed.tables.items()}
    empty = {key: table.clear() for key, table in parsed.tables.items()}
    cells = by_file(parsed.cells)
    for file in sorted(cells):
        own = {key: parts.get(file, empty[key]) for key, parts in tables.items()}
        yield file, replace(parsed, tables=own, cells=cells[file])


def by_file(table: pl.DataFrame) -> Mapping[int, pl.DataFrame]:
    """Return the parts of a table by their file."""
    parts: Sequence[pl.DataFrame] = table.partition_by("file")
    return {part["file"][0]: part for part in parts}
