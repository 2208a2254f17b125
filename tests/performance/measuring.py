"""Measures commands: wall time, processor time and the peak memory of all their processes."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

KIB_PER_MB = 1024
EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class Taken:
    """What a command took: seconds by the clock and of the processors, megabytes at most."""

    wall: float
    cpu: float
    peak_mb: float
    output: str = ""


class CommandError(Exception):
    """A command that is measured has failed; the message is what it printed."""


def measure(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Taken:
    """Run a command and say what it took with all processes it started.

    Processor time is that of the processes it waited for. Memory is the sum of what each process
    has for itself and its part of what they share (PSS), looked at five times a second.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watcher = Watcher(process.pid)
    watcher.start()
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandError(f"{command}: {process.returncode}\n{output}")
    return Taken(wall, usage.ru_utime + usage.ru_stime, watcher.stop(), output)


class Watcher(threading.Thread):
    """Measures the memory of a process and its descendants until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak = root, 0.0
        self.ended = threading.Event()

    def run(self) -> None:
        """Look again and again."""
        while True:
            self.peak = max(self.peak, sum(map(memory_mb, family(self.root))))
            if self.ended.wait(EVERY_SECONDS):
                return

    def stop(self) -> float:
        """Return the peak in megabytes."""
        self.ended.set()
        self.join()
        return self.peak


def family(root: int) -> list[int]:
    """Return a process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(parent_of(entry), []).append(int(entry.name))
    result = [root]
    for process in result:
        result += children.get(process, [])
    return result


def parent_of(entry: Path) -> int:
    """Return the process that started this one; -1 if it is gone."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def memory_mb(process: int) -> float:
    """Return the memory of a process in megabytes; 0 if it is gone."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in text.splitlines() if line.startswith("Pss:")]
    return int(sizes[0]) / KIB_PER_MB if sizes else 0.0


@dataclass(frozen=True)
class Spread:
    """The middle, least and most of several measurements."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of values."""
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        """Show three digits of each."""
        if self.least == self.most:
            return f"{self.middle:.3g}"
        return f"{self.middle:.3g} ({self.least:.3g} to {self.most:.3g})"
