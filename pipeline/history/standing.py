"""Whether a publication is a draft, a release or withdrawn, its revision, and what came before."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.history.published import ARCHIVE, Record, is_published, read_record

DRAFT, RELEASED, WITHDRAWN = "draft", "released", "withdrawn"
MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Standing:
    """Whether a publication is a draft, a release, or a release that was taken back.

    revision: drafts count towards the release they lead to; a draft after a release is one more.
    by, at: a sign and a time.
    """

    state: str = DRAFT
    revision: int = 1
    released_by: str | None = None
    released_at: str | None = None
    withdrawn_by: str | None = None
    withdrawn_at: str | None = None
    withdrawn_reason: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it was never released."""
        return self.state == DRAFT

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was released and taken back."""
        return self.state == WITHDRAWN

    @property
    def released_on(self) -> dt.date | None:
        """The day of the release."""
        return dt.datetime.fromisoformat(self.released_at).date() if self.released_at else None


def standing(record: Record) -> Standing:
    """Return a publication's standing; what older ones do not say is a first draft."""
    found = record.get("state")
    state = found if found in (RELEASED, WITHDRAWN) else DRAFT
    revision = record.get("revision")
    known = isinstance(revision, int) and revision > 0
    return Standing(
        state,
        revision if known else 1,  # type: ignore[arg-type]
        record.get("released_by"),
        record.get("released_at"),
        record.get("withdrawn_by"),
        record.get("withdrawn_at"),
        record.get("withdrawn_reason"),
    )


def day_of(moment: str | None) -> dt.date | None:
    """Return the day of a time in a record; None if it is not known."""
    try:
        return dt.datetime.fromisoformat(str(moment)).date()
    except ValueError:
        return None


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


def every_standing(outputs: Path, period: str) -> list[tuple[Path, Standing]]:
    """Return folder and standing of the period's publications, the present one last."""
    places = [*archived(outputs, period), outputs / period]
    records = ((place, read_record(place)) for place in places)
    return [(place, standing(record)) for place, record in records if record is not None]


def next_draft(outputs: Path, period: str) -> Standing:
    """Return the standing of a draft that would be published now."""
    former = [stands for _, stands in every_standing(outputs, period)]
    return Standing(revision=max((s.revision + (not s.is_draft) for s in former), default=1))


def withdrawn_before(outputs: Path, period: str) -> Path | None:
    """Return the folder of the withdrawn release that no other release has replaced yet."""
    once = [(place, s) for place, s in every_standing(outputs, period) if not s.is_draft]
    return once[-1][0] if once and once[-1][1].is_withdrawn else None
