"""What can happen to a process during its work. Imports little: processes load it."""

import itertools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def abort() -> None:
    os.abort()


def leave() -> None:
    os._exit(7)


def hang() -> None:
    time.sleep(3600)


def spin() -> None:
    """An endless loop in C: no signal handler and no other thread of Python ever runs."""
    sum(itertools.repeat(0))


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def devour() -> None:
    bytearray(1 << 40)


def write() -> None:
    Path("written").write_text("x")


def speak() -> None:
    os.write(1, b"out")
    os.write(2, b"err")


def nothing() -> None:
    return None


def hanging_copy(job: object, terms: object) -> str:
    hang()
    return ""


NAMED: dict[str, Callable[[], None]] = {
    f.__name__: f for f in (crash, abort, leave, hang, spin, stop, devour, write, speak, nothing)
}


def meet(name: str) -> str:
    """Meet with something, and say so if it was survived."""
    NAMED[name]()
    return name


def number(name: str) -> int:
    """Write the process's number into a file before meeting with something."""
    Path(f"{name}.pid").write_text(str(os.getpid()))
    NAMED[name]()
    return os.getpid()
