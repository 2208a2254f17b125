"""From the results of reading to the frames that the stages process."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.texts import LANGUAGES, both, say_refusal
from pipeline.intake.discover import fingerprint
from pipeline.intake.frames import stack
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent_file import SentFile
from schemas.words import visible

FILES = {"file": pl.UInt32, "source_file": pl.String, "sha256": pl.String}
REFUSALS = {"file": pl.UInt32, "code": pl.String, "detail": pl.String}
# sheets and cells of some files, see `intake.frames.stack`
Stacked = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True)
class Intake:
    """The result of reading.

    files: file, source_file, sha256. refusals: file, code, detail. readings: of the other files, by
    number. may_pass: whether a retry may read what was refused. lasting: the numbers of the files
    that every run refuses, see `Refusal.lasts`.
    """

    files: pl.DataFrame
    refusals: pl.DataFrame
    readings: Sequence[tuple[int, Reading]]
    may_pass: bool = False
    lasting: frozenset[int] = frozenset()

    @property
    def sheets(self) -> pl.DataFrame:
        """All sheets, see `intake.frames.stack`."""
        return self.stacked()[0]

    @property
    def cells(self) -> pl.DataFrame:
        """All cells, see `intake.frames.stack`."""
        return self.stacked()[1]

    def stacked(self) -> Stacked:
        """Return all sheets and cells."""
        return stack(self.readings)


def gather(
    sent: Sequence[SentFile], outcomes: Sequence[Reading | Refusal], *, most_mb: int
) -> Intake:
    """Collect what was read and what was refused.

    outcomes: of the files, in their order. most_mb: larger files were not read and have no
    fingerprint.
    """
    pairs = list(zip(sent, outcomes, strict=True))
    # If reading a file ended its process, its checksum is not known yet.
    rows = [(f.number, f.name, o.sha256 or fingerprint(f.path, most_mb)) for f, o in pairs]
    files = pl.DataFrame(rows, schema=FILES, orient="row")
    refused = [(f.number, o) for f, o in pairs if isinstance(o, Refusal)]
    refusals = pl.DataFrame(
        [(number, o.code, detail(o)) for number, o in refused], schema=REFUSALS, orient="row"
    )
    readings = [(f.number, o) for f, o in pairs if isinstance(o, Reading)]
    lasting = frozenset(number for number, o in refused if o.lasts)
    return Intake(files, refusals, readings, any(o.passing for _, o in refused), lasting)


def detail(refusal: Refusal) -> str:
    """Return in both languages the details for a refusal's message."""
    details = {k: visible(v) if isinstance(v, str) else v for k, v in refusal.details.items()}
    return both(*(say_refusal(refusal.reason, details, lang) for lang in LANGUAGES))
