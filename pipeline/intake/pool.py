"""Reads many workbooks in processes that may die: a crash, hang or memory hunger costs one file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection, wait
from pathlib import Path
from socket import socketpair

import pipeline
from pipeline.intake.limits import Limits
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import receive

# Reads workbooks: (paths, keys of the sheets that are wanted) -> their readings in order.
Read = Callable[[Sequence[Path], frozenset[str]], Iterator[Reading | Refusal]]
# How long a process may take to start; on a busy machine much longer than usual.
START_SECONDS = 120
# A process has its next file at hand while the last one's cells are taken from it.
AHEAD = 2
ROOT = Path(pipeline.__file__).parents[1]
# Where the processes look for modules: no folder in which we happen to stand later.
GIVEN = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
MODULES = [str(folder) for folder in (ROOT, *(Path(folder).absolute() for folder in GIVEN))]


# Processes that were started before it was known what they are to read.
SPARE: list["Started"] = []


def start_ahead() -> None:
    """Start the processes that will read, while this one is still busy with something else."""
    SPARE.extend(Started() for _ in range(os.cpu_count() or 1))


def read_many(
    paths: Sequence[Path], limits: Limits, wanted_keys: frozenset[str]
) -> Iterator[Reading | Refusal]:
    """Start reading at once and return the reading or refusal of each path, in their order.

    Each file has `max_seconds` and `max_memory_mb` of a process of its own; a process that dies is
    replaced and only the file it was reading is lost (`reader_crash`, `timeout`).
    """
    count = min(limits.workers or os.cpu_count() or 1, len(paths))
    readers = [Reader(limits, wanted_keys) for _ in range(count)]
    return Pool(paths, readers).outcomes()


class Pool:
    """Gives the files to the readers and takes what they say."""

    def __init__(self, paths: Sequence[Path], readers: list["Reader"]) -> None:
        self.paths = paths
        self.waiting = deque(range(len(paths)))
        self.readers = readers
        self.done: dict[int, Reading | Refusal] = {}

    def outcomes(self) -> Iterator[Reading | Refusal]:
        """Yield the outcomes in the order of the files; at the end no process is left."""
        try:
            for number in range(len(self.paths)):
                while number not in self.done:
                    self.go_on()
                yield self.done.pop(number)
        finally:
            for reader in self.readers:
                reader.stop()

    def go_on(self) -> None:
        """Give out files, wait until something happens, and take note of it."""
        for reader in self.readers:
            while self.waiting and len(reader.files) < AHEAD:
                reader.give(self.waiting.popleft(), self.paths)
        left = min(reader.deadline for reader in self.readers if reader.files) - time.monotonic()
        by_connection = {reader.connection: reader for reader in self.readers}
        for connection in wait(list(by_connection), max(0.0, left)):
            self.take(by_connection[connection])  # type: ignore[index]
        for reader in self.readers:
            if reader.files and time.monotonic() > reader.deadline:
                self.bury(reader, reader.out_of_time())

    def take(self, reader: "Reader") -> None:
        """Take one message; a connection that ends means that the process has died."""
        try:
            number, outcome = reader.receive()
        except (EOFError, OSError):
            self.bury(reader, reader.cause_of_death())
        else:
            if outcome is not None:
                self.done[number] = outcome

    def bury(self, reader: "Reader", refusal: Refusal) -> None:
        """Note what became of a dead process's file, and start another process for the others."""
        reader.stop()
        if not reader.is_ready:
            raise RuntimeError(f"the reading process does not start: {refusal}")
        number, *others = reader.files
        self.done[number] = refusal
        self.waiting.extendleft(reversed(others))
        place = self.readers.index(reader)
        self.readers[place : place + 1] = [reader.successor()] if self.waiting else []


class Reader:
    """A process that reads, and the files given to it, the first of which it is reading."""

    def __init__(self, limits: Limits, wanted_keys: frozenset[str]) -> None:
        self.limits, self.wanted_keys = limits, wanted_keys
        self.files: deque[int] = deque()
        self.is_ready = False
        self.deadline = time.monotonic() + START_SECONDS
        try:
            started = SPARE.pop()
        except IndexError:
            started = Started()
        self.process, self.connection = started.process, started.connection
        self.send({"limits": asdict(limits), "wanted": sorted(wanted_keys)})

    def successor(self) -> "Reader":
        """Return a new process like this one."""
        return Reader(self.limits, self.wanted_keys)

    def give(self, number: int, paths: Sequence[Path]) -> None:
        """Give a file to the process."""
        if not self.files and self.is_ready:
            self.begin()
        self.files.append(number)
        self.send(str(paths[number].absolute()))

    def begin(self) -> None:
        """Count the time of a file from now."""
        self.deadline = time.monotonic() + self.limits.max_seconds

    def send(self, message: object) -> None:
        """Send a message; that the process has died is seen when its answer is waited for."""
        try:
            self.connection.send_bytes(json.dumps(message).encode())
        except OSError:
            return

    def receive(self) -> tuple[int, Reading | Refusal | None]:
        """Return the number and outcome of a file, or None when the process is ready."""
        if not self.is_ready:
            self.connection.recv_bytes()
            self.is_ready = True
            self.begin()
            return -1, None
        outcome = receive(self.connection)
        self.begin()
        return self.files.popleft(), outcome

    def out_of_time(self) -> Refusal:
        """Return the refusal of a file that takes too long."""
        return Refusal("timeout", "seconds", limit=self.limits.max_seconds)

    def cause_of_death(self) -> Refusal:
        """Return the refusal of the file whose reading ended the process."""
        code = self.process.wait()
        if code < 0:
            return Refusal("reader_crash", "signal", why=signal.Signals(-code).name)
        return Refusal("reader_crash", "exit", why=str(code))

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.connection.close()
        self.process.kill()
        self.process.wait()


class Started:
    """A process that waits to be told what to read; it ends when nobody can tell it any more."""

    def __init__(self) -> None:
        own, other = socketpair()
        with other:
            self.process = start_process(other.fileno())
        self.connection = Connection(own.detach())


def start_process(descriptor: int) -> subprocess.Popen[bytes]:
    """Start a process that finds our code, hears nothing and cannot write on the terminal."""
    return subprocess.Popen(
        # -P: the folder we stand in may hold strangers' files, from which nothing is imported.
        [sys.executable, "-P", "-m", "pipeline.intake.worker", str(descriptor)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[descriptor],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(MODULES)},
    )
