"""Makes one copy in a separate process: the file is not trusted and may crash the process."""

import zipfile
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from pipeline.common.errors import is_machine_error
from pipeline.common.settings import Settings
from pipeline.intake.reader import Reading, read_bytes, read_content
from pipeline.report.feedback.assemble import Copy, marked
from pipeline.report.feedback.package import CannotCopyError
from pipeline.report.feedback.subject import Subject
from schemas.words import word_key

UNREAD, CHANGED, FAILED, TOO_SLOW = "unread", "changed", "failed", "too_slow"
MB = 1024 * 1024


@dataclass(frozen=True)
class Job:
    """One copy to make."""

    subject: Subject
    target: Path


@dataclass(frozen=True)
class Terms:
    """Settings shared by all copies of a run. wanted: the keys of the sheets that intake reads."""

    settings: Settings
    wanted: frozenset[str]

    def read(self, data: bytes) -> Reading:
        """Read a workbook in the same way as intake."""
        return read_content(data, self.settings.intake, lambda n: word_key(n) in self.wanted)


def make_copy(job: Job, terms: Terms) -> str:
    """Write the marked copy; return an empty text, or the reason why there is no copy.

    If cells were changed or are written unusually, the copy is read again. It is written only if
    its cells equal those of the submission.
    """
    if not job.subject.copyable:
        return UNREAD
    try:
        data = read_bytes(job.subject.path, terms.settings.intake)
        if job.subject.sha256 and sha256(data).hexdigest() != job.subject.sha256:
            return CHANGED
        if not job.subject.sha256:  # if known, intake has checked the same bytes
            terms.read(data)
        copy = faithful_copy(data, job, terms)
        if copy is None:
            return FAILED
        job.target.write_bytes(copy)
    except Exception as error:  # no failure may affect more than this copy
        if isinstance(error, OSError) and is_machine_error(error):
            raise
        return FAILED
    return ""


def faithful_copy(data: bytes, job: Job, terms: Terms) -> bytes | None:
    """Return the copy made part by part, else by values; None if neither reads the same."""
    for make in (part_by_part, by_values):
        try:
            copy = make(data, job, terms)
            check_limits(copy, terms.settings)
            if not copy.doubtful or reads_the_same(copy.data, data, terms, exact=make != by_values):
                return copy.data
        except Exception:  # the next method may succeed
            continue
    return None


def part_by_part(data: bytes, job: Job, terms: Terms) -> Copy:
    """Return the copy of an OOXML workbook in which everything harmless is unchanged."""
    return marked(data, job.subject, terms.settings.feedback, set())


def by_values(data: bytes, job: Job, terms: Terms) -> Copy:
    """Return a copy that contains only the values."""
    from pipeline.report.feedback.values import values_workbook

    reading = read_content(data, terms.settings.intake, lambda _: True)
    plain = values_workbook(reading)
    copy = marked(plain, job.subject, terms.settings.feedback, {"format"})
    return replace(copy, doubtful=True)


def check_limits(copy: Copy, settings: Settings) -> None:
    """Refuse a copy that would be too large for intake."""
    limits = settings.intake
    with zipfile.ZipFile(BytesIO(copy.data)) as archive:
        sizes = [part.file_size for part in archive.infolist()]
    if (
        len(copy.data) > limits.max_file_mb * MB
        or copy.sheets > limits.max_sheets
        or len(sizes) > limits.max_parts
        or sum(sizes) > limits.max_unpacked_mb * MB
    ):
        raise CannotCopyError("too large")


def reads_the_same(copy: bytes, submission: bytes, terms: Terms, *, exact: bool) -> bool:
    """Whether intake reads from the copy what it reads from the submission.

    exact: compare the names of error values too. A copy by values has only Excel's own error
    values.
    """
    from pipeline.report.feedback.values import same_values

    original, again = terms.read(submission), terms.read(copy)
    return same_values(original, again, exact=exact)
