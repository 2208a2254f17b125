"""From the outcomes of reading to the frames that the stages work on."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.intake.cells import Cells
from pipeline.intake.discover import fingerprint
from pipeline.intake.frames import stack
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.texts import LANGUAGES, both, say_refusal

REFUSALS = {"file": pl.UInt32, "code": pl.String, "detail": pl.String}


# What is known of a cell while it is parsed takes many times the room of its reading.
CELLS_AT_ONCE = 500_000
NOTHING_READ = (-1, Reading([], Cells()))
# sheets and cells of some files, see `intake.frames.stack`
Stacked = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True)
class Intake:
    """What was read.

    files: file, source_file, sha256. refusals: file, code, detail. readings: of the other files,
    by their numbers.
    """

    files: pl.DataFrame
    refusals: pl.DataFrame
    readings: list[tuple[int, Reading]]

    @property
    def sheets(self) -> pl.DataFrame:
        """All sheets, see `intake.frames.stack`."""
        return self.stacked()[0]

    @property
    def cells(self) -> pl.DataFrame:
        """All cells, see `intake.frames.stack`."""
        return self.stacked()[1]

    def stacked(self) -> Stacked:
        """Return all sheets and cells; of a large portfolio see `batches`."""
        return stack(self.readings)

    def batches(
        self, most: int = CELLS_AT_ONCE, *, let_go: bool = False, but: Set[int] = frozenset()
    ) -> Iterator[Stacked]:
        """Yield sheets and cells of some hundred files at a time, in the order of the files.

        most: how many cells to have at once; a file is never divided. Without any file there is one
        batch, of nothing. let_go: whether the readings go as they are stacked; none is left then.
        but: the numbers of files that are left out.
        """
        batch: list[tuple[int, Reading]] = []
        count = 0
        is_empty = all(number in but for number, _ in self.readings)
        for at, (number, reading) in enumerate(self.readings):
            if number in but:
                continue
            batch.append((number, reading))
            count += len(reading.cells.kind)
            if let_go:
                self.readings[at] = NOTHING_READ
            if count >= most:
                yield stack(batch)
                batch, count = [], 0
        if let_go:
            self.readings.clear()
        if batch or is_empty:
            yield stack(batch)

    def of(self, files: pl.Series) -> "Intake":
        """Return what was read of some files, by their numbers."""
        wanted = set(files)
        return replace(
            self,
            files=self.files.filter(pl.col("file").is_in(files.implode())),
            refusals=self.refusals.filter(pl.col("file").is_in(files.implode())),
            readings=[(n, r) for n, r in self.readings if n in wanted],
        )


@dataclass(frozen=True)
class Known:
    """A file that need not be read: what it comes to is known from earlier, by its sha256."""

    sha256: str


def gather(
    paths: Sequence[Path],
    names: Sequence[str],
    outcomes: Sequence[Reading | Refusal | Known],
    *,
    start: int,
    most_mb: int,
) -> Intake:
    """Keep what was read, and note what was refused; files are numbered from start.

    names: how findings name the files. most_mb: larger files were not read and have no
    fingerprint.
    """
    numbered = list(enumerate(outcomes, start))
    # Of what died while it was read nobody knows the bytes.
    prints = [o.sha256 or fingerprint(p, most_mb) for p, o in zip(paths, outcomes, strict=True)]
    files = pl.DataFrame(
        [(n, name, sha) for (n, _), name, sha in zip(numbered, names, prints, strict=True)],
        schema={"file": pl.UInt32, "source_file": pl.String, "sha256": pl.String},
        orient="row",
    )
    refused = [(n, r.code, detail(r)) for n, r in numbered if isinstance(r, Refusal)]
    refusals = pl.DataFrame(refused, schema=REFUSALS, orient="row")
    return Intake(files, refusals, [(n, r) for n, r in numbered if isinstance(r, Reading)])


def detail(refusal: Refusal) -> str:
    """Return in both languages what a refusal's message needs to say besides its code."""
    return both(*(say_refusal(refusal.reason, refusal.details, lang) for lang in LANGUAGES))
