"""One run at a time per outputs folder, by a system lock that ends with its process."""

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

from pipeline.common.errors import NothingPublishedError, explain_errors

LOCK = ".lock"
LOOK_SECONDS = 0.5
HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}


class HeldError(NothingPublishedError):
    """Another run holds the lock of the outputs."""


@contextmanager
def hold_lock(outputs: Path, purpose: str, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the exclusive lock of the outputs; HeldError if it is still taken after so many seconds.

    purpose: shown in the message of others (`run 2026-Q3`). The lock file is never removed: that
    would allow two processes to hold the lock at once.
    """
    outputs.mkdir(parents=True, exist_ok=True)
    with (outputs / LOCK).open("a+", encoding="utf-8") as stream:
        wait_for(stream, outputs, time.monotonic() + wait_seconds)
        write_owner(stream, purpose)
        try:
            yield
        finally:
            clear_owner(stream)


def refuse_if_held(outputs: Path, wait_seconds: float = 0) -> None:
    """Raise HeldError if another run holds the lock now, or the error that bars the outputs."""
    with explain_errors(outputs), hold_lock(outputs, "look", wait_seconds):
        pass


def wait_for(stream: IO[str], outputs: Path, deadline: float) -> None:
    """Take the lock, or try again until the deadline."""
    while not try_lock(stream, outputs):
        if time.monotonic() >= deadline:
            raise held_error(outputs, read_owner(stream))
        time.sleep(LOOK_SECONDS)


def try_lock(stream: IO[str], outputs: Path) -> bool:
    """Whether the lock could be taken; NothingPublishedError if the disk does not support locks."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD:
            return False
        raise without_locks(outputs, error) from error
    return True


def write_owner(stream: IO[str], purpose: str) -> None:
    """Write the holder into the lock file, for the message of others."""
    content = {
        "purpose": purpose,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": dt.datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    stream.truncate(0)
    stream.write(json.dumps(content, ensure_ascii=False))
    stream.flush()


def clear_owner(stream: IO[str]) -> None:
    """Empty the lock file; a failure (a full disk) does no harm."""
    try:
        stream.truncate(0)
    except OSError:
        return


def read_owner(stream: IO[str]) -> str:
    """Return the holder of the lock and since when, in brackets; empty if unknown."""
    stream.seek(0)
    try:
        holder = json.loads(stream.read())
        return f" ({holder['purpose']}, {holder['since']}, {holder['host']}, PID {holder['pid']})"
    except (ValueError, KeyError, TypeError):
        return ""


def held_error(outputs: Path, by: str) -> HeldError:
    """Return the error of a run that found another one at work."""
    return HeldError(
        f"Ein anderer Lauf arbeitet gerade in {outputs}{by}. Nichts wurde geändert. Bitte warten, "
        "bis er fertig ist, und den Lauf wiederholen; mit --wait MINUTEN wartet der Lauf selbst.",
        f"Another run is at work in {outputs}{by}. Nothing was changed. Please wait until it has "
        "finished and run again; with --wait MINUTES the run waits itself.",
    )


def without_locks(outputs: Path, error: OSError) -> NothingPublishedError:
    """Return the error of a run on a disk that cannot keep two runs apart."""
    return NothingPublishedError(
        f"Das Dateisystem von {outputs} kann keine Sperren; zwei Läufe könnten "
        "sich gegenseitig überschreiben. Bitte mit --outputs einen Ordner auf einem anderen "
        "Datenträger nennen.",
        f"The file system of {outputs} knows no locks ({error.strerror}); two runs could "
        "overwrite each other. Please name a folder on another disk with --outputs.",
    )
