"""The content of outputs/: publications, their records (run.json), drafts and releases."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.history.published import Record, is_published, read_record
from pipeline.intake.sent import SentFile
from pipeline.publication.publish import ARCHIVE
from pipeline.review import Review
from pipeline.submissions.mapping.model import ExportMapping

DRAFT, RELEASED = "draft", "released"
MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Standing:
    """Whether a publication is a draft, which revision it is, and who released it when.

    revision: drafts have the revision of the release they lead to; a draft after a release has the
    next one.
    """

    state: str = DRAFT
    revision: int = 1
    released_by: str | None = None
    released_at: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it is not released."""
        return self.state != RELEASED


@dataclass(frozen=True)
class Work:
    """The results of a run, for what is written beside the report.

    folder: of the publication; report and feedback are written. files: the submissions. feedback:
    the copies by source_file. lang: the publication's language.
    """

    folder: Path
    review: Review
    files: Sequence[SentFile]
    mappings: Sequence[ExportMapping]
    feedback: Mapping[str, Path]
    lang: str


@dataclass(frozen=True)
class Release:
    """What turns a run into the release of a draft.

    confirm: called with the new folder, after its tables are written, and its record; raises if
    they differ from the draft's. add: writes what only a release has.
    """

    standing: Standing
    confirm: Callable[[Path, Record], None]
    add: Callable[[Work], None]


def standing(record: Record) -> Standing:
    """Return a publication's standing; an older one without it is a first draft."""
    state = RELEASED if record.get("state") == RELEASED else DRAFT
    revision = record.get("revision")
    known = isinstance(revision, int) and revision > 0
    by, at = record.get("released_by"), record.get("released_at")
    return Standing(state, revision if known else 1, by, at)  # type: ignore[arg-type]


def standing_now(outputs: Path, period: str) -> Standing | None:
    """Return the standing of the period's present publication, if there is one."""
    record = read_record(outputs / period)
    return None if record is None else standing(record)


def archived(outputs: Path, period: str) -> list[Path]:
    """Return the period's former publications, in the order in which they were replaced."""
    folder = outputs / ARCHIVE / period
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(filter(is_published, found), key=replaced_at)


def replaced_at(place: Path) -> tuple[str, int]:
    """Return the key by which the archive is ordered."""
    moment = MOMENT.match(place.name)
    if moment is None:
        return place.name, 0
    number = place.name[moment.end() + 1 :]
    return moment[0], int(number) if number.isdecimal() else 1


def next_draft(outputs: Path, period: str) -> Standing:
    """Return the standing of a draft that is published now."""
    records = map(read_record, [*archived(outputs, period), outputs / period])
    former = [standing(record) for record in records if record is not None]
    return Standing(revision=max((s.revision + (not s.is_draft) for s in former), default=1))
