"""The processes that `serve` keeps running: restarted when they die, ended together with it."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.operation.processes import bury_orphans, descendants, end_all, end_with_parent
from pipeline.operation.settings import ROOT

PATIENCE = 15
MOST_RESTARTS, WITHIN_SECONDS = 5, 120
LOG_LIMIT = 10 * 1024 * 1024
# How long to wait between two looks at the processes.
LOOK_SECONDS = 1.0


class KeepsDyingError(Exception):
    """A process dies repeatedly; its log states the reason."""

    def __init__(self, log: Path) -> None:
        super().__init__(str(log))
        self.log = log


@dataclass
class Child:
    """One process: `python -m …`, with its output in a log.

    umask: for the files that it creates; None means ours.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    umask: int = -1
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_RESTARTS))

    def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C on the terminal must reach only this process, which ends the others in
                # order.
                start_new_session=True,
                umask=self.umask,
                preexec_fn=end_with_parent,
            )

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> None:
        """Start the process again; KeepsDyingError if several restarts have not helped."""
        now = time.monotonic()
        if len(self.deaths) == MOST_RESTARTS and now - self.deaths[0] < WITHIN_SECONDS:
            raise KeepsDyingError(self.log)
        self.deaths.append(now)
        self.start()

    def family(self) -> set[int]:
        """Return the process and all its descendants."""
        return {self.process.pid, *descendants(self.process.pid)} if self.process else set()

    def stop(self) -> None:
        """End the process and its descendants; kill them if that takes too long."""
        if self.process is None:
            return
        below = self.family()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        end_all(below, PATIENCE)


def rotate(log: Path) -> Path:
    """Return the log file; a long one is renamed first and replaces the log renamed before."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".1.log"))
    return log


def keep_alive(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """Watch the processes until an interrupt; each that dies is started again."""
    while True:
        for child in children:
            if not child.is_alive():
                say(child.name)
                child.revive()
        bury_orphans([child.process.pid for child in children if child.process])
        time.sleep(LOOK_SECONDS)
