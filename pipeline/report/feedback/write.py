"""Writes the feedback copies of many submissions, each in a process that may die."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.limited import Death, run_limited
from pipeline.report.feedback.assemble import alone
from pipeline.report.feedback.copy import FAILED, TOO_SLOW, Job, Terms, make_copy
from pipeline.report.feedback.names import feedback_names
from pipeline.report.feedback.subject import Subject
from pipeline.settings import load_settings

UNREAD = "unread"


def write_feedback(
    folder: Path, subjects: Sequence[Subject], lang: str, wanted: frozenset[str]
) -> list[Path]:
    """Write the feedback of every submission into a folder of its own; returns where, in order.

    wanted: keys of the sheets that were read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = feedback_names([s.name for s in subjects])
    jobs = [Job(s, folder / n) for s, n in zip(subjects, names, strict=True)]
    return write_all(jobs, lang, wanted)


def add_feedback(
    folder: Path, subjects: Sequence[Subject], lang: str, wanted: frozenset[str]
) -> list[Path]:
    """Write feedback beside whatever the folder holds, which stays; returns where, in order.

    A copy that is there already, byte for byte, is not written a second time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = [path.name for path in folder.iterdir()]
    with TemporaryDirectory(dir=folder, prefix=".") as staging:
        made = write_feedback(Path(staging), subjects, lang, wanted)
        names = feedback_names([s.name for s in subjects], there)
        return [_place(new, folder, name) for new, name in zip(made, names, strict=True)]


def _place(new: Path, folder: Path, name: str) -> Path:
    usual = folder / new.name
    if usual.is_file() and usual.read_bytes() == new.read_bytes():
        return usual
    shutil.move(new, folder / name)
    return folder / name


def write_all(jobs: Sequence[Job], lang: str, wanted: frozenset[str]) -> list[Path]:
    """Write every copy; where one cannot be made, the protocol alone, which says so."""
    settings = load_settings()
    terms = Terms(lang, settings, wanted)
    readable = [job for job in jobs if job.subject.copyable]
    outcomes = run_limited(
        partial(make_copy, terms=terms),
        readable,
        seconds=settings.feedback.max_seconds,
        megabytes=settings.intake.max_memory_mb,
        workers=settings.intake.workers,
        writes=True,
    )
    why = {job.target: UNREAD for job in jobs}
    for job, outcome in zip(readable, outcomes, strict=True):
        why[job.target] = reason(outcome)
    for job in jobs:
        if why[job.target]:
            job.target.write_bytes(alone(job.subject, why[job.target], lang, settings.feedback))
    return [job.target for job in jobs]


def reason(outcome: str | Death) -> str:
    """Return why there is no copy, or an empty text."""
    if isinstance(outcome, Death):
        return TOO_SLOW if outcome.cause == "seconds" else FAILED
    return outcome
