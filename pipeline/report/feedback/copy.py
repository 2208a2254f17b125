"""Makes one copy, in a process of its own: it reads a stranger's file, and may die of it."""

import zipfile
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from pipeline.intake.guard import MB, Limits, check_parts, kind_of
from pipeline.intake.reader import ERROR, Reading, read_bytes, read_workbook
from pipeline.intake.refusal import Refusal
from pipeline.report.feedback.assemble import Copy, marked
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

    A copy whose cells were touched, or are written unusually, is read again: it is written only if
    that gives what reading the submission gives.
    """
    try:
        data = read_bytes(job.subject.path, terms.limits)
        if job.subject.sha256 and sha256(data).hexdigest() != job.subject.sha256:
            return CHANGED
        if not job.subject.sha256:  # else intake has looked at these very bytes
            kind_of(data, terms.limits)
        copy = faithful_copy(data, job, terms)
        if copy is None:
            return FAILED
        job.target.write_bytes(copy)
    except Exception:  # whatever a stranger's file does to us costs this copy alone
        return FAILED
    return ""


def faithful_copy(data: bytes, job: Job, terms: Terms) -> bytes | None:
    """Return the copy part by part, else the one by values; None where neither reads the same."""
    for make in (part_by_part, by_values):
        try:
            copy = make(data, job, terms)
            check_limits(copy, terms.limits)
            if not copy.doubtful or reads_the_same(copy.data, job, terms, exact=make != by_values):
                return copy.data
        except Exception:  # the next way may do
            continue
    return None


def part_by_part(data: bytes, job: Job, terms: Terms) -> Copy:
    """Return the copy of an OOXML workbook in which all that is harmless is as it was."""
    return marked(data, job.subject, terms.lang, terms.rules, set())


def by_values(data: bytes, job: Job, terms: Terms) -> Copy:
    """Return a copy that holds the values alone."""
    from pipeline.report.feedback.values import values_workbook

    reading = read_workbook(job.subject.path, terms.limits, lambda _: True)
    plain = values_workbook(reading)
    copy = marked(plain, job.subject, terms.lang, terms.rules, {"format"})
    return replace(copy, doubtful=True)


def check_limits(copy: Copy, limits: Limits) -> None:
    """Refuse a copy that intake would not read."""
    if len(copy.data) > limits.max_file_mb * MB or copy.sheets > limits.max_sheets:
        raise Refusal("too_large", what="copy")
    with zipfile.ZipFile(BytesIO(copy.data)) as archive:
        check_parts(archive.infolist(), len(copy.data), limits)


def reads_the_same(copy: bytes, job: Job, terms: Terms, *, exact: bool) -> bool:
    """Whether intake reads from the copy what it reads from the submission.

    exact: error values keep their names too; a copy by values knows Excel's own alone.
    """
    job.target.write_bytes(copy)
    original = read_workbook(job.subject.path, terms.limits, terms.is_wanted)
    again = read_workbook(job.target, terms.limits, terms.is_wanted)
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
