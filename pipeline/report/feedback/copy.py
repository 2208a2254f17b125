"""Makes one copy, in a process of its own: it reads a stranger's file, and may die of it."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.intake.guard import Limits, kind_of
from pipeline.intake.reader import ERROR, Reading, read_bytes, read_workbook
from pipeline.intake.refusal import Refusal
from pipeline.report.feedback.assemble import marked
from pipeline.report.feedback.subject import Subject
from pipeline.settings import FeedbackRules
from schemas.words import word_key

CHANGED, FAILED = "changed", "failed"


@dataclass(frozen=True)
class Job:
    """One copy to be made."""

    subject: Subject
    target: Path


@dataclass(frozen=True)
class Terms:
    """What holds for all copies of a run. wanted: the keys of the sheets that intake reads."""

    lang: str
    limits: Limits
    rules: FeedbackRules
    wanted: frozenset[str]

    def is_wanted(self, name: str) -> bool:
        """Whether intake reads a sheet of that name."""
        return word_key(name) in self.wanted


def make_copy(job: Job, terms: Terms) -> str:
    """Write the marked copy; returns an empty text, or why there can be none.

    A copy is written only if reading it gives what reading the submission gives.
    """
    try:
        data = read_bytes(job.subject.path, terms.limits)
        if job.subject.sha256 and sha256(data).hexdigest() != job.subject.sha256:
            return CHANGED
        copy = faithful_copy(data, job, terms)
        if copy is None:
            return FAILED
        job.target.write_bytes(copy)
    except Exception:  # whatever a stranger's file does to us costs this copy alone
        return FAILED
    return ""


def faithful_copy(data: bytes, job: Job, terms: Terms) -> bytes | None:
    """Return the copy part by part, else the one by values; None where neither reads the same."""
    original = read_workbook(job.subject.path, terms.limits, terms.is_wanted)
    kind, _ = kind_of(data, terms.limits)
    for make in (part_by_part, by_values):
        if make is part_by_part and kind != "xlsx":
            continue
        try:
            copy = make(data, job, terms)
        except Exception:  # the next way may do
            continue
        if reads_the_same(original, copy, job.target, terms, exact=make is part_by_part):
            return copy
    return None


def part_by_part(data: bytes, job: Job, terms: Terms) -> bytes:
    """Return the copy of an OOXML workbook in which all that is harmless is as it was."""
    return marked(data, job.subject, terms.lang, terms.rules, set())


def by_values(data: bytes, job: Job, terms: Terms) -> bytes:
    """Return a copy that holds the values alone."""
    from pipeline.report.feedback.values import values_workbook

    reading = read_workbook(job.subject.path, terms.limits, lambda _: True)
    plain = values_workbook(reading)
    return marked(plain, job.subject, terms.lang, terms.rules, {"format"})


def reads_the_same(
    original: Reading, copy: bytes, target: Path, terms: Terms, *, exact: bool
) -> bool:
    """Whether intake reads from the copy what it reads from the submission.

    exact: error values keep their names too; a copy by values knows Excel's own alone.
    """
    target.write_bytes(copy)
    try:
        again = read_workbook(target, terms.limits, terms.is_wanted)
    except Refusal:
        return False
    return values_of(original, exact=exact) == values_of(again, exact=exact)


def values_of(reading: Reading, *, exact: bool) -> tuple[object, ...]:
    """Return every cell of a reading in a form that can be compared, NaN being equal to itself."""
    cells = reading.cells
    texts = [
        None if kind == ERROR and not exact else text
        for kind, text in zip(cells.kind, cells.text, strict=True)
    ]
    return (
        [reading.sheets[at] for at in cells.sheet],
        list(cells.row),
        list(cells.column),
        bytes(cells.kind),
        memoryview(cells.number).tobytes(),
        texts,
    )
