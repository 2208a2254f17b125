"""Finds and ends processes: descendants of this one, and those marked by an environment variable.

psutil finds and ends them. Two things only Linux itself can do: that a process ends with its
parent, and that orphans are reparented to this process.
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
    """Let the kernel end this process when its parent dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Become the parent of processes whose parent dies, so that they can be found and ended."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def descendants(number: int) -> Iterator[int]:
    """Yield the descendants of a process."""
    with suppress(psutil.NoSuchProcess):
        yield from [child.pid for child in psutil.Process(number).children(recursive=True)]


def carrying(text: str) -> Iterator[int]:
    """Yield the processes of this user whose environment contained NAME=VALUE when they started."""
    name, _, value = text.partition("=")
    for process in psutil.process_iter(["environ"]):  # None: ended, or another user's
        if (process.info["environ"] or {}).get(name) == value:
            yield process.pid


def bury_orphans(ours: Collection[int]) -> None:
    """Collect the exit status of adopted processes; ours: those that are waited for elsewhere."""
    for child in psutil.Process().children():
        if child.pid not in ours:
            os.waitpid(child.pid, os.WNOHANG)


def end_all(numbers: Collection[int], patience: float) -> None:
    """Ask processes to end, and kill them if that takes too long."""
    end = time.monotonic() + patience
    processes = list(_present(numbers))
    _send(processes, signal.SIGTERM)
    # Not psutil.wait_procs: it would take the exit code of a child from the code that waits for it.
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
        with suppress(psutil.NoSuchProcess):  # it has ended, or its number has been reused
            process.send_signal(what)
