"""Whether a publication is a draft or a release, which revision it is, and which came before it."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.history.published import ARCHIVE, Record, is_published, read_record

DRAFT, RELEASED = "draft", "released"
MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Standing:
    """Whether a publication is a draft, which revision it is, and who released it when.

    revision: drafts count towards the release they lead to; a draft after a release is one more.
    """

    state: str = DRAFT
    revision: int = 1
    released_by: str | None = None
    released_at: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it is not released."""
        return self.state != RELEASED

    @property
    def released_on(self) -> dt.date | None:
        """The day of the release."""
        return dt.datetime.fromisoformat(self.released_at).date() if self.released_at else None


def standing(record: Record) -> Standing:
    """Return a publication's standing; what older ones do not say is a first draft."""
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
    """Return by what a place in the archive is ordered."""
    moment = MOMENT.match(place.name)
    if moment is None:
        return place.name, 0
    number = place.name[moment.end() + 1 :]
    return moment[0], int(number) if number.isdecimal() else 1


def next_draft(outputs: Path, period: str) -> Standing:
    """Return the standing of a draft that would be published now."""
    records = map(read_record, [*archived(outputs, period), outputs / period])
    former = [standing(record) for record in records if record is not None]
    return Standing(revision=max((s.revision + (not s.is_draft) for s in former), default=1))
