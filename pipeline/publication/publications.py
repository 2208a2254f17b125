"""What is written beside a report: what a run has made, and what turns it into a release."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.history.published import Record
from pipeline.history.standing import Standing
from pipeline.intake.sent_file import SentFile
from pipeline.review import Review
from pipeline.submissions.mapping.model import ExportMapping


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
