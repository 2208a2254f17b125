"""The first stage: reads a batch of submissions and examines each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.common.limits import Limits
from pipeline.common.sandbox import WORTH_A_PROCESS, own_process
from pipeline.common.settings import load_settings
from pipeline.figures.each_submission import ProcessingOptions, Received, process_submissions
from pipeline.intake.frames import stack
from pipeline.intake.gather import Intake, gather
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent_file import SentFile
from pipeline.intake.worker import read_many

# While a cell is parsed it needs many times the memory of what was read.
CELLS_AT_ONCE = 450_000


@dataclass(frozen=True)
class ReadBatch:
    """Submissions to read. wanted: keys of the sheets to read."""

    files: Sequence[SentFile]
    limits: Limits
    wanted: frozenset[str]

    def __len__(self) -> int:
        return len(self.files)

    def packed(self) -> "ReadBatch":
        """Return the batch with the bytes of its files."""
        return replace(self, files=[f.packed(self.limits) for f in self.files])

    def unpacked(self, folder: Path) -> "ReadBatch":
        """Return the batch with its files written into a folder."""
        return replace(self, files=[file.unpacked(folder) for file in self.files])


def read_and_examine(asked: ProcessingOptions, batch: ReadBatch) -> Received:
    """Read the submissions of a batch and examine them; of many, in a process of their own."""
    if len(batch) < WORTH_A_PROCESS:
        return read_and_examine_here(asked, batch)
    with own_process() as other:
        return other.submit(read_and_examine_here, asked, batch).result()


def read_and_examine_here(asked: ProcessingOptions, batch: ReadBatch) -> Received:
    """Read the submissions of a batch and examine them in this process."""
    intake = read_batch(batch)
    parts = [
        process_submissions(asked, intake.files, *stack(some)) for some in portions(intake.readings)
    ]
    return Received(intake.files, intake.refusals, parts, may_pass=intake.may_pass)


def read_batch(batch: ReadBatch) -> Intake:
    """Read the submissions of a batch, one after another, each in a separate process."""
    here = [file.path for file in batch.files if not isinstance(file.content, Refusal)]
    read = iter(list(read_many(here, replace(batch.limits, workers=1), batch.wanted)))
    outcomes = [f.content if isinstance(f.content, Refusal) else next(read) for f in batch.files]
    return gather(batch.files, outcomes, most_mb=batch.limits.max_file_mb)


def read_here(paths: Sequence[Path], wanted: frozenset[str]) -> Iterator[Reading | Refusal]:
    """Read workbooks with the current settings; see `intake.worker.Read`."""
    return read_many(paths, load_settings().intake, wanted)


def portions(readings: Sequence[tuple[int, Reading]]) -> Iterator[Sequence[tuple[int, Reading]]]:
    """Yield the readings in portions of similar size; without readings, one empty portion."""
    cells = [len(reading.cells.kind) for _, reading in readings]
    number = max(1, -(-sum(cells) // CELLS_AT_ONCE))
    share = -(-sum(cells) // number)
    portion: list[tuple[int, Reading]] = []
    size = 0
    for one, added in zip(readings, cells, strict=True):
        portion.append(one)
        size += added
        if size >= share:
            yield portion
            portion, size = [], 0
    if portion or not readings:
        yield portion
