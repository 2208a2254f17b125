"""Processes below this one, and those that carry a word: to end what a worker has started, too.

psutil finds and ends them. That a process ends with its parent, and that orphans come to us, only
Linux itself can be asked for.
"""

import ctypes
import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

import psutil

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def end_with_parent() -> None:
    """Let the kernel end this process when the one that started it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Stay above what a dead process of ours had started, so that it can be found and ended."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def descendants(number: int) -> Iterator[int]:
    """Yield the processes that a process has started, directly or not."""
    with suppress(psutil.NoSuchProcess):
        yield from [child.pid for child in psutil.Process(number).children(recursive=True)]


def carrying(text: str) -> Iterator[int]:
    """Yield the processes of this user in whose environment NAME=VALUE stood when they began."""
    name, _, value = text.partition("=")
    for process in psutil.process_iter(["environ"]):  # None where it has ended, or is another's
        if (process.info["environ"] or {}).get(name) == value:
            yield process.pid


def bury_orphans(ours: Collection[int]) -> None:
    """Take note of the end of adopted processes; ours: those that are waited for elsewhere."""
    for child in psutil.Process().children():
        if child.pid not in ours:
            os.waitpid(child.pid, os.WNOHANG)


def end_all(numbers: Collection[int], patience: float) -> None:
    """Ask processes to end, and end them by force if that takes too long."""
    end = time.monotonic() + patience
    processes = list(_present(numbers))
    _send(processes, signal.SIGTERM)
    # Not psutil.wait_procs: it takes the exit code of a child from whoever waits for it.
    while any(map(_lives, processes)) and time.monotonic() < end:
        time.sleep(0.1)
    _send(processes, signal.SIGKILL)


def _present(numbers: Collection[int]) -> Iterator[psutil.Process]:
    for number in numbers:
        with suppress(psutil.NoSuchProcess):
            yield psutil.Process(number)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _send(processes: Iterable[psutil.Process], what: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it has ended, or its number is another's by now
            process.send_signal(what)
