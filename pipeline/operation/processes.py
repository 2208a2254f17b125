"""Processes below this one, as Linux shows them: to end what a worker has started, too."""

import ctypes
import os
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def end_with_parent() -> None:
    """Let the kernel end this process when the one that started it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Stay above what a dead process of ours had started, so that it can be found and ended."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def descendants(number: int) -> Iterator[int]:
    """Yield the processes that a process has started, directly or not."""
    below = _by_parent()
    waiting = [number]
    while waiting:
        for child in below.get(waiting.pop(), []):
            yield child
            waiting.append(child)


def carrying(text: str) -> Iterator[int]:
    """Yield the processes of this user in whose environment NAME=VALUE stood when they began."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            if text.encode() in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)


def bury_orphans(ours: Collection[int]) -> None:
    """Take note of the end of adopted processes; ours: those that are waited for elsewhere."""
    for child in _by_parent().get(os.getpid(), []):
        if child not in ours:
            os.waitpid(child, os.WNOHANG)


def end_all(numbers: Collection[int], patience: float) -> None:
    """Ask processes to end, and end them by force if that takes too long."""
    end = time.monotonic() + patience
    for number in numbers:
        _send(number, signal.SIGTERM)
    while any(map(_lives, numbers)) and time.monotonic() < end:
        time.sleep(0.1)
    for number in numbers:
        _send(number, signal.SIGKILL)


def _by_parent() -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            below.setdefault(int(stat[1]), []).append(int(entry.name))
    return below


def _stat(number: int) -> list[str]:
    """Return a process's state, its parent and more; nothing if it has ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _lives(number: int) -> bool:
    stat = _stat(number)
    return bool(stat) and stat[0] != "Z"


def _send(number: int, what: signal.Signals) -> None:
    try:
        os.kill(number, what)
    except ProcessLookupError:
        return
