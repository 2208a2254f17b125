"""Keeps what came of reading on disk: each entry with its checksum, written whole or not at all."""

import json
import os
import struct
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pipeline.intake.limits import MB
from pipeline.intake.message import pack, unpack
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal

SUFFIX, BEGUN, RUNS = ".reading", ".begun", "runs.json"
# Entries that none of so many runs has used are dropped, and the oldest ones beyond so much room.
KEPT_RUNS = 50
MOST_MB = 2000
CHECKSUM = 32
LENGTH = struct.Struct("<Q")


class Store:
    """A folder of entries by keys; what cannot be written or read there is as if it were not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = time.time_ns()
        self.room = MOST_MB * MB

    def load(self, key: str) -> Reading | Refusal | None:
        """Return an entry; None if there is none, or it is damaged."""
        path = self.place(key)
        try:
            outcome = decode(path.read_bytes())
            os.utime(path, ns=(self.now, self.now))
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return None
        return outcome

    def save(self, key: str, outcome: Reading | Refusal) -> None:
        """Write an entry, unless there is no room."""
        content, path = encode(outcome), self.place(key)
        self.room -= len(content)
        if self.room < 0:
            return
        begun = path.with_suffix(BEGUN)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            begun.write_bytes(content)
            os.utime(begun, ns=(self.now, self.now))
            begun.replace(path)
        except OSError:
            with suppress(OSError):
                begun.unlink()

    def place(self, key: str) -> Path:
        """Return where an entry lies."""
        return self.folder / (sha256(key.encode()).hexdigest() + SUFFIX)

    def forget(self) -> None:
        """Drop what no recent run has used, what is too much, and what was never finished."""
        if not self.folder.is_dir():
            return
        with suppress(OSError):
            oldest = self.note_run()
            for begun in self.folder.glob(f"*{BEGUN}"):
                begun.unlink()
            entries = [(path.stat(), path) for path in self.folder.glob(f"*{SUFFIX}")]
            room = MOST_MB * MB
            for status, path in sorted(entries, key=lambda e: e[0].st_mtime_ns, reverse=True):
                room -= status.st_size
                if status.st_mtime_ns < oldest or room < 0:
                    path.unlink()

    def note_run(self) -> int:
        """Note this run among the recent ones; returns the time of the oldest of them."""
        path = self.folder / RUNS
        try:
            runs = [int(run) for run in json.loads(path.read_bytes())]
        except (OSError, ValueError, TypeError):
            runs = []  # what is used now stays, the rest is not known to be old
        runs = [*(run for run in runs if run < self.now), self.now][-KEPT_RUNS:]
        begun = path.with_suffix(BEGUN)
        begun.write_text(json.dumps(runs), encoding="utf-8")
        begun.replace(path)
        return runs[0] if len(runs) == KEPT_RUNS else 0


def encode(outcome: Reading | Refusal) -> bytes:
    """Return an entry: checksum, length of the head, head, cells."""
    head, buffers = pack(outcome)
    content = b"".join([LENGTH.pack(len(head)), head, buffers])
    return sha256(content).digest() + content


def decode(entry: bytes) -> Reading | Refusal:
    """Return what an entry says; ValueError if it is not what was written."""
    content = memoryview(entry)[CHECKSUM:]
    if sha256(content).digest() != entry[:CHECKSUM]:
        raise ValueError("checksum")
    (length,) = LENGTH.unpack_from(content)
    rest = content[LENGTH.size :]
    return unpack(bytes(rest[:length]), bytes(rest[length:]))
