"""Writes the feedback copies of many submissions, each in a process that may die."""

import shutil
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import tee
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.limited import Death, run_limited
from pipeline.report.feedback.assemble import alone
from pipeline.report.feedback.copy import FAILED, TOO_SLOW, Job, Terms, make_copy
from pipeline.report.feedback.names import feedback_names
from pipeline.report.feedback.subject import Subject
from pipeline.settings import load_settings


def write_feedback(
    folder: Path,
    names: Sequence[str],
    subjects: Iterable[Subject],
    lang: str,
    wanted: frozenset[str],
) -> list[Path]:
    """Write the feedback of every submission into a folder of its own; returns where, in order.

    names: of the submissions. wanted: keys of the sheets that were read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / name for name in feedback_names(names)]
    return write_all(map(Job, subjects, targets), lang, wanted)


def add_feedback(
    folder: Path, subjects: Sequence[Subject], lang: str, wanted: frozenset[str]
) -> list[Path]:
    """Write feedback beside whatever the folder holds, which stays; returns where, in order.

    A copy that is there already, byte for byte, is not written a second time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = [path.name for path in folder.iterdir()]
    with TemporaryDirectory(dir=folder, prefix=".") as staging:
        names = [subject.name for subject in subjects]
        made = write_feedback(Path(staging), names, subjects, lang, wanted)
        free = feedback_names(names, there)
        return [_place(new, folder, name) for new, name in zip(made, free, strict=True)]


def _place(new: Path, folder: Path, name: str) -> Path:
    usual = folder / new.name
    if usual.is_file() and usual.read_bytes() == new.read_bytes():
        return usual
    shutil.move(new, folder / name)
    return folder / name


def write_all(jobs: Iterable[Job], lang: str, wanted: frozenset[str]) -> list[Path]:
    """Write every copy; where one cannot be made, the protocol alone, which says so.

    A job is taken when its turn comes, and gone when its copy is written.
    """
    settings = load_settings()
    given, waiting = tee(jobs)
    outcomes = run_limited(
        partial(make_copy, terms=Terms(lang, settings, wanted)),
        given,
        seconds=settings.feedback.max_seconds,
        megabytes=settings.intake.max_memory_mb,
        workers=settings.intake.workers,
        writes=True,
    )
    targets = []
    for outcome, job in zip(outcomes, waiting, strict=True):
        why = reason(outcome)
        if why:
            job.target.write_bytes(alone(job.subject, why, lang, settings.feedback))
        targets.append(job.target)
    return targets


def reason(outcome: str | Death) -> str:
    """Return why there is no copy, or an empty text."""
    if isinstance(outcome, Death):
        return TOO_SLOW if outcome.cause == "seconds" else FAILED
    return outcome
