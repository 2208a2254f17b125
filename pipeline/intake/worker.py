"""The process that reads: one file after the other, in narrow limits, and says what came of it.

Nothing but data goes back (see `message`). What goes wrong inside is said as a refusal; a death is
seen by `pool`.
"""

import gc
import json
import resource
import signal
import sys
from functools import lru_cache
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.intake.limits import MB, Limits
from pipeline.intake.message import pack, unpack
from pipeline.intake.reader import Reading, read_bytes, read_content
from pipeline.intake.refusal import Refusal
from schemas.words import word_key

GRACE_SECONDS = 30


def main(descriptor: int) -> None:
    """Read the files whose names come from the connection until it ends."""
    parent = Connection(descriptor)
    try:
        task = json.loads(parent.recv_bytes())
    except EOFError:  # nothing was to be read
        return
    limits, wanted = Limits(**task["limits"]), frozenset(task["wanted"])
    confine(limits.max_memory_mb)
    # One file's reading makes few circles, but millions of objects to look for them in.
    gc.disable()
    gc.freeze()
    parent.send_bytes(b"ready")
    while True:
        try:
            name = json.loads(parent.recv_bytes())
        except EOFError:
            return
        # The parent ends what takes too long; should it be dead, the system does.
        signal.alarm(limits.max_seconds + GRACE_SECONDS)
        try:
            send(parent, read_one(Path(name), limits, wanted))
        except MemoryError:
            send(parent, too_little_memory(limits))
        signal.alarm(0)
        gc.collect()


def confine(megabytes: int) -> None:
    """Limit this process: so much memory, no file written, no dump of its memory."""
    size = megabytes * MB
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@lru_cache(maxsize=1000)
def key_of(name: str) -> str:
    """Return the key of a sheet's name; most workbooks' sheets have the same names."""
    return word_key(name)


def read_one(path: Path, limits: Limits, wanted: frozenset[str]) -> Reading | Refusal:
    """Read one workbook; what it may raise comes back as a Refusal."""
    try:
        data = read_bytes(path, limits)
    except Refusal as refusal:
        return refusal
    outcome = read_data(data, limits, wanted)
    if len(data) <= limits.max_file_mb * MB:
        outcome.sha256 = sha256(data).hexdigest()
    return outcome


def read_data(data: bytes, limits: Limits, wanted: frozenset[str]) -> Reading | Refusal:
    """Read a workbook's bytes likewise."""
    try:
        return read_content(data, limits, lambda name: key_of(name) in wanted)
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return too_little_memory(limits)
    except BaseException as error:
        why = f"{type(error).__name__}: {error}"
        return Refusal("reader_crash", "exception", why=why[:120])


def too_little_memory(limits: Limits) -> Refusal:
    """Return the refusal of a file that does not fit into the memory allowed."""
    return Refusal("too_large", "memory", limit=limits.max_memory_mb)


def send(parent: Connection, outcome: Reading | Refusal) -> None:
    """Send what came of a file."""
    for part in pack(outcome):
        parent.send_bytes(part)


def receive(child: Connection) -> Reading | Refusal:
    """Return what the reading process sent about a file; EOFError if it has died."""
    head = child.recv_bytes()
    return unpack(head, child.recv_bytes())


if __name__ == "__main__":
    main(int(sys.argv[1]))
