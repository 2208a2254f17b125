"""Stores results on disk by keys: each entry with its checksum, written completely or not at all.

The checksum includes the key: an entry under another key is ignored.
"""

import json
import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pipeline.common.file_modes import PRIVATE_FOLDER, opener
from pipeline.common.limits import MB

# Below the outputs, for all stores.
CACHE = ".cache"
BEGUN, RUNS = ".begun", "runs.json"
# Entries that no recent run (so many of them) has used are deleted, and the oldest ones beyond this
# size.
KEPT_RUNS = 50
MOST_MB = 2000
CHECKSUM = 32


class Store:
    """A folder of entries by keys; what cannot be written or read is treated as missing.

    suffix: of the entries' names.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self.suffix = folder, suffix
        self.now = time.time_ns()
        self.room = MOST_MB * MB

    def load(self, key: str) -> memoryview | None:
        """Return an entry's content; None if there is none, or it is not what was written."""
        path = self.place(key)
        try:
            entry = path.read_bytes()
            os.utime(path, ns=(self.now, self.now))
        except OSError:
            return None
        content = memoryview(entry)[CHECKSUM:]
        return content if checksum(key, content) == entry[:CHECKSUM] else None

    def save(self, key: str, *parts: bytes) -> None:
        """Write an entry that consists of the parts, unless there is no room."""
        path = self.place(key)
        self.room -= sum(map(len, parts))
        if self.room < 0:
            return
        self.write(path.name, checksum(key, *parts), *parts)
        with suppress(OSError):
            os.utime(path, ns=(self.now, self.now))

    def holds(self, key: str) -> bool:
        """Whether there is an entry, valid or not."""
        return self.place(key).exists()

    def read(self, name: str) -> bytes | None:
        """Return a file beside the entries."""
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, *parts: bytes) -> None:
        """Write a file of the folder completely or not at all."""
        path = self.folder / name
        begun = path.with_suffix(BEGUN)
        try:
            self.folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            with open(begun, "wb", opener=opener) as stream:  # noqa: PTH123
                stream.writelines(parts)
            begun.replace(path)
        except OSError:
            with suppress(OSError):
                begun.unlink()

    def place(self, key: str) -> Path:
        """Return the path of an entry."""
        return self.folder / (sha256(key.encode()).hexdigest() + self.suffix)

    def forget(self) -> None:
        """Delete entries that no recent run used, that exceed the size, or that are incomplete."""
        if not self.folder.is_dir():
            return
        with suppress(OSError):
            oldest = self.note_run()
            for begun in self.folder.glob(f"*{BEGUN}"):
                begun.unlink()
            entries = [(path.stat(), path) for path in self.folder.glob(f"*{self.suffix}")]
            room = MOST_MB * MB
            for status, path in sorted(entries, key=lambda e: e[0].st_mtime_ns, reverse=True):
                room -= status.st_size
                if status.st_mtime_ns < oldest or room < 0:
                    path.unlink()

    def note_run(self) -> int:
        """Add this run to the recent ones; return the time of the oldest of them."""
        try:
            runs = [int(run) for run in json.loads(self.read(RUNS) or b"[]")]
        except (ValueError, TypeError):
            runs = []  # entries used now are kept; the age of the others is unknown
        runs = [*(run for run in runs if run < self.now), self.now][-KEPT_RUNS:]
        self.write(RUNS, json.dumps(runs).encode())
        return runs[0] if len(runs) == KEPT_RUNS else 0


def checksum(key: str, *parts: bytes | memoryview) -> bytes:
    """Return the checksum of an entry's key and content."""
    found = sha256(sha256(key.encode()).digest())
    for part in parts:
        found.update(part)
    return found.digest()
