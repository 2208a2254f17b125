"""Writes the feedback copies of many submissions, each in a separate process."""

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.common.sandbox import Death, run_in_sandbox
from pipeline.common.settings import load_settings
from pipeline.intake.sent_file import SentFile
from pipeline.report.feedback.assemble import alone
from pipeline.report.feedback.copy import FAILED, TOO_SLOW, Job, Terms, make_copy
from pipeline.report.feedback.names import feedback_names
from pipeline.report.feedback.subject import Subject


@dataclass(frozen=True)
class FeedbackBatch:
    """Copies to make. files: the submissions. names: file names of the copies.

    subjects: returns the content of each copy, see `gather`; it is called when the batch's turn
    comes. wanted: keys of the sheets that were read.
    """

    files: Sequence[SentFile]
    names: Sequence[str]
    subjects: Callable[[Sequence[SentFile]], Iterator[Subject]]
    wanted: frozenset[str]

    def __len__(self) -> int:
        return len(self.files)

    def packed(self) -> "FeedbackBatch":
        """Return the batch with the bytes of its files."""
        limits = load_settings().intake
        return replace(self, files=[file.packed(limits) for file in self.files])

    def unpacked(self, folder: Path) -> "FeedbackBatch":
        """Return the batch with its files written into a folder."""
        return replace(self, files=[file.unpacked(folder) for file in self.files])


def make_feedback(batch: FeedbackBatch) -> dict[str, bytes]:
    """Return the copies of a batch by their names; they are made one after another."""
    with TemporaryDirectory(prefix="cluster-review-") as folder:
        targets = [Path(folder) / name for name in batch.names]
        jobs = map(Job, batch.subjects(batch.files), targets)
        made = write_all(jobs, batch.wanted, workers=1)
        return {path.name: path.read_bytes() for path in made}


def write_copies(copies: Mapping[str, bytes], folder: Path) -> None:
    """Write copies into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in copies.items():
        (folder / name).write_bytes(content)


def add_feedback(folder: Path, subjects: Sequence[Subject], wanted: frozenset[str]) -> list[Path]:
    """Write feedback copies into a folder, whose other files are kept; return the paths in order.

    An identical copy that exists already is not written again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = [path.name for path in folder.iterdir()]
    with TemporaryDirectory(dir=folder, prefix=".") as staging:
        usual = feedback_names([s.name for s in subjects])
        jobs = [Job(s, Path(staging) / n) for s, n in zip(subjects, usual, strict=True)]
        made = write_all(jobs, wanted)
        names = feedback_names([s.name for s in subjects], there)
        return [_place(new, folder, name) for new, name in zip(made, names, strict=True)]


def _place(new: Path, folder: Path, name: str) -> Path:
    usual = folder / new.name
    if usual.is_file() and usual.read_bytes() == new.read_bytes():
        return usual
    shutil.move(new, folder / name)
    return folder / name


def write_all(
    jobs: Iterable[Job], wanted: frozenset[str], workers: int | None = None
) -> list[Path]:
    """Write every copy; if one cannot be made, write only the protocol, which states the reason.

    jobs: only those in progress are kept in memory. workers: number of processes; None means as in
    the settings.
    """
    settings = load_settings()
    under_way: deque[Job] = deque()

    def begun() -> Iterator[Job]:
        for job in jobs:
            under_way.append(job)
            yield job

    outcomes = run_in_sandbox(
        partial(make_copy, terms=Terms(settings, wanted)),
        begun(),
        seconds=settings.feedback.max_seconds,
        megabytes=settings.intake.max_memory_mb,
        workers=settings.intake.workers if workers is None else workers,
        writes=True,
    )
    targets = []
    for outcome in outcomes:
        job, why = under_way.popleft(), reason(outcome)
        if why:
            job.target.write_bytes(alone(job.subject, why, settings.feedback))
        targets.append(job.target)
    return targets


def reason(outcome: str | Death) -> str:
    """Return why there is no copy, or an empty text."""
    if isinstance(outcome, Death):
        return TOO_SLOW if outcome.cause == "seconds" else FAILED
    return outcome
