"""Reads no file a second time: what came of one is kept beside the outputs, by its content.

The folder may be deleted at any time.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.intake.discover import fingerprint
from pipeline.intake.limits import Limits
from pipeline.intake.message import pack, unpack
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.scheme import scheme_of
from pipeline.intake.worker import Read
from pipeline.store import CACHE, Store

FOLDER, SUFFIX = f"{CACHE}/readings", ".reading"
LENGTH = struct.Struct("<Q")
# They say something of the moment or the machine, not of the file.
PASSING_CODES = {"timeout", "reader_crash"}
PASSING_REASONS = {"memory"}


@dataclass
class Remembering:
    """A way to read that looks first whether the content was read before.

    store: None remembers nothing. known: of each file of the last reading, whether it was.
    """

    read: Read
    store: Store | None
    limits: Limits
    known: list[bool] = field(default_factory=list)

    def __call__(
        self, paths: Sequence[Path], wanted: frozenset[str]
    ) -> Iterator[Reading | Refusal]:
        """Yield the outcomes of the paths in their order."""
        scheme = scheme_of(self.limits, wanted)
        prints = [fingerprint(path, self.limits.max_file_mb) for path in paths]
        found = [self.recall(scheme, sha256) for sha256 in prints]
        self.known = [outcome is not None for outcome in found]
        others = [path for path, known in zip(paths, self.known, strict=True) if not known]
        anew = self.read(others, wanted)
        for outcome in found:
            yield outcome if outcome is not None else self.keep(scheme, next(anew))
        if self.store is not None:
            self.store.forget()

    def recall(self, scheme: str, sha256: str) -> Reading | Refusal | None:
        """Return what came of reading this content; None if it is not known."""
        entry = self.store.load(scheme + sha256) if self.store and sha256 else None
        outcome = decode(entry) if entry is not None else None
        return outcome if outcome is not None and outcome.sha256 == sha256 else None

    def keep(self, scheme: str, outcome: Reading | Refusal) -> Reading | Refusal:
        """Keep what came of a file, by the bytes that were read; returns it."""
        if self.store and outcome.sha256 and not passes(outcome):
            self.store.save(scheme + outcome.sha256, *encode(outcome))
        return outcome

    def anew(self, first: int) -> int:
        """Return how many of the first files were not known."""
        return self.known[:first].count(False)


def remembering(read: Read, outputs: Path, limits: Limits, *, use: bool) -> Remembering:
    """Return a way to read that remembers below the outputs; use: whether it shall."""
    return Remembering(read, Store(outputs / FOLDER, SUFFIX) if use else None, limits)


def passes(outcome: Reading | Refusal) -> bool:
    """Whether reading the same bytes once more could end otherwise."""
    return isinstance(outcome, Refusal) and (
        outcome.passing or outcome.code in PASSING_CODES or outcome.reason in PASSING_REASONS
    )


# ----------------------------------------------------------------------------------------- entries
def encode(outcome: Reading | Refusal) -> tuple[bytes, bytes, bytes]:
    """Return an entry: the length of its head, the head, the cells."""
    head, buffers = pack(outcome)
    return LENGTH.pack(len(head)), head, buffers


def decode(entry: memoryview) -> Reading | Refusal | None:
    """Return what an entry says; None if it is none of ours."""
    try:
        (length,) = LENGTH.unpack_from(entry)
        rest = entry[LENGTH.size :]
        return unpack(bytes(rest[:length]), bytes(rest[length:]))
    except (ValueError, KeyError, TypeError, struct.error):
        return None
