"""One run at a time per outputs folder, by a lock of the system that dies with its process."""

import datetime as dt
import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.common.errors import NothingPublishedError, in_words

LOCK = ".lock"
LOOK_SECONDS = 0.5
HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}


class HeldError(NothingPublishedError):
    """Another run holds the outputs."""


@contextmanager
def holding(outputs: Path, purpose: str, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the outputs alone; HeldError if another process still does after so many seconds.

    purpose: what it is for, for the message of others (`run 2026-Q3`). The file of the lock stays:
    removing it would let two hold it at once.
    """
    outputs.mkdir(parents=True, exist_ok=True)
    with (outputs / LOCK).open("a+", encoding="utf-8") as stream:
        wait_for(stream, outputs, time.monotonic() + wait_seconds)
        sign(stream, purpose)
        try:
            yield
        finally:
            unsign(stream)


def refuse_if_held(outputs: Path, wait_seconds: float = 0) -> None:
    """Say at once what would be found out later: HeldError, or that the outputs are no use."""
    with in_words(outputs), holding(outputs, "look", wait_seconds):
        pass


def wait_for(stream: IO[str], outputs: Path, deadline: float) -> None:
    """Take the lock, or look again until the time is over."""
    while not taken(stream, outputs):
        if time.monotonic() >= deadline:
            raise held(outputs, read_sign(stream))
        time.sleep(LOOK_SECONDS)


def taken(stream: IO[str], outputs: Path) -> bool:
    """Whether the lock could be taken; NothingPublishedError where the disk knows no locks."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD:
            return False
        raise without_locks(outputs, error) from error
    return True


def sign(stream: IO[str], purpose: str) -> None:
    """Write into the lock who holds it, for the message of others."""
    content = {
        "purpose": purpose,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": dt.datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    stream.truncate(0)
    stream.write(json.dumps(content, ensure_ascii=False))
    stream.flush()


def unsign(stream: IO[str]) -> None:
    """Empty the lock; that it cannot be (a full disk) harms nobody."""
    try:
        stream.truncate(0)
    except OSError:
        return


def read_sign(stream: IO[str]) -> str:
    """Return who holds the lock since when, in brackets; empty where it does not say."""
    stream.seek(0)
    try:
        said = json.loads(stream.read())
        return f" ({said['purpose']}, {said['since']}, {said['host']}, PID {said['pid']})"
    except (ValueError, KeyError, TypeError):
        return ""


def held(outputs: Path, by: str) -> HeldError:
    """Return the end of a run that found another one at work."""
    return HeldError(
        f"Ein anderer Lauf arbeitet gerade in {outputs}{by}. Nichts wurde geändert. Bitte warten, "
        "bis er fertig ist, und den Lauf wiederholen; mit --wait MINUTEN wartet der Lauf selbst.",
        f"Another run is at work in {outputs}{by}. Nothing was changed. Please wait until it has "
        "finished and run again; with --wait MINUTES the run waits itself.",
    )


def without_locks(outputs: Path, error: OSError) -> NothingPublishedError:
    """Return the end of a run on a disk that cannot keep two runs apart."""
    return NothingPublishedError(
        f"Das Dateisystem von {outputs} kann keine Sperren ({error.strerror}); zwei Läufe könnten "
        "sich gegenseitig überschreiben. Bitte mit --outputs einen Ordner auf einem anderen "
        "Datenträger nennen.",
        f"The file system of {outputs} knows no locks ({error.strerror}); two runs could "
        "overwrite each other. Please name a folder on another disk with --outputs.",
    )
