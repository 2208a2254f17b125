"""Reads many workbooks in separate processes: a crash, hang or lack of memory costs one file."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path

from pipeline.common.limits import MB, Limits
from pipeline.common.sandbox import Death, run_in_sandbox
from pipeline.intake.reader import Reading, read_bytes, read_content
from pipeline.intake.refusal import Refusal
from schemas.words import name_pattern, word_key

# Reads workbooks: (paths, keys of the sheets that are wanted) -> their readings in order.
Read = Callable[[Sequence[Path], frozenset[str]], Iterator[Reading | Refusal]]


def read_many(
    paths: Sequence[Path], limits: Limits, wanted_keys: frozenset[str]
) -> Iterator[Reading | Refusal]:
    """Yield the reading or refusal of each path, in their order.

    Each file has `max_seconds` and `max_memory_mb` in a separate process. If the process dies, only
    this file is lost (`reader_crash`, `timeout`, `too_large`).
    """
    outcomes = run_in_sandbox(
        partial(read_one, limits=limits, wanted=wanted_keys),
        [path.absolute() for path in paths],
        seconds=limits.max_seconds,
        megabytes=limits.max_memory_mb,
        workers=limits.workers,
        writes=False,
    )
    for outcome in outcomes:
        yield refused(outcome, limits) if isinstance(outcome, Death) else outcome


def refused(death: Death, limits: Limits) -> Refusal:
    """Return the refusal of a file during whose reading the process died."""
    if death.cause == "seconds":
        return Refusal("timeout", "seconds", limit=limits.max_seconds)
    if death.cause == "memory":
        return Refusal("too_large", "memory", limit=limits.max_memory_mb)
    return Refusal("reader_crash", death.cause, why=death.why)


@lru_cache(maxsize=1000)
def key_of(name: str) -> str:
    """Return the key of a sheet's name; most workbooks' sheets have the same names."""
    return word_key(name)


def wanted_by(keys: frozenset[str]) -> Callable[[str], bool]:
    """Return which sheets are wanted; some keys hold for many (see `words.name_pattern`)."""
    several = [re.compile(name_pattern(key)) for key in keys if {"*", "?"} & set(key)]

    def is_wanted(name: str) -> bool:
        key = key_of(name)
        return key in keys or any(pattern.match(key) for pattern in several)

    return is_wanted


def read_one(path: Path, limits: Limits, wanted: frozenset[str]) -> Reading | Refusal:
    """Read one workbook; every exception is returned as a Refusal."""
    try:
        data = read_bytes(path, limits)
    except Refusal as refusal:
        return refusal
    outcome = read_data(data, limits, wanted)
    if len(data) <= limits.max_file_mb * MB:
        outcome.sha256 = sha256(data).hexdigest()
    return outcome


def read_data(data: bytes, limits: Limits, wanted: frozenset[str]) -> Reading | Refusal:
    """Read a workbook's bytes in the same way; without memory, the process ends."""
    try:
        return read_content(data, limits, wanted_by(wanted))
    except Refusal as refusal:
        return refusal
    except MemoryError:
        raise
    except BaseException as error:
        why = f"{type(error).__name__}: {error}"
        return Refusal("reader_crash", "exception", why=why[:120])
