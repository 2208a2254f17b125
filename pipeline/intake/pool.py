"""Reads many workbooks in processes that may die: a crash, hang or memory hunger costs one file."""

import multiprocessing
import os
import resource
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as OutOfTime
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.intake.guard import Limits
from pipeline.intake.reader import Reading, read_workbook
from pipeline.intake.refusal import Refusal
from schemas.words import word_key

START_SECONDS = 30
STDERR = 2


def read_one(path: Path, limits: Limits, wanted_keys: frozenset[str]) -> Reading | Refusal:
    """Read one workbook in this process; what it may raise comes back as a Refusal."""
    try:
        return read_workbook(path, limits, lambda name: word_key(name) in wanted_keys)
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return Refusal("too_large", limit=f"{limits.max_memory_mb} MB", what="memory")
    except BaseException as error:
        return Refusal("reader_crash", why=f"{type(error).__name__}: {error}"[:200])


def read_many(
    paths: Sequence[Path], limits: Limits, wanted_keys: frozenset[str]
) -> Iterator[Reading | Refusal]:
    """Yield the reading or refusal of each path, in their order.

    Each file has `max_seconds` and `max_memory_mb` of a process of its own; a process that dies is
    replaced and only the file it was reading is lost (`reader_crash`, `timeout`).
    """
    workers = limits.workers or min(os.cpu_count() or 1, max(1, len(paths)))
    # Spawned, not forked: polars' threads in this process would not survive a fork.
    context = multiprocessing.get_context("spawn")
    task = partial(read_one, limits=limits, wanted_keys=wanted_keys)
    together = context.Barrier(workers)
    with ProcessPool(
        workers,
        initializer=start_worker,
        initargs=[limits.max_memory_mb, together],
        context=context,
    ) as pool:
        futures = [pool.schedule(task, args=[p], timeout=limits.max_seconds) for p in paths]
        for future in futures:
            yield outcome(future, limits)


def outcome(future: ProcessFuture, limits: Limits) -> Reading | Refusal:
    """Wait for one file's reading; the death of its reader is a Refusal."""
    try:
        return future.result()
    except OutOfTime:
        return Refusal("timeout", limit=f"{limits.max_seconds} s")
    except ProcessExpired as death:
        return Refusal("reader_crash", why=f"exit code {death.exitcode}")
    except MemoryError:
        return Refusal("too_large", limit=f"{limits.max_memory_mb} MB", what="memory")


def start_worker(megabytes: int, together: Barrier) -> None:
    """Limit this process's memory and wait for the others that start with it.

    A worker that is still starting when the pool has finished would die with a traceback on the
    terminal. Only the first workers wait; one that replaces a dead one does not.
    """
    limit_memory(megabytes)
    be_silent()
    try:
        together.wait(START_SECONDS)
    except BrokenBarrierError:
        pass
    finally:
        together.abort()


def be_silent() -> None:
    """Keep what a dying reader prints off the user's terminal; its death is an outcome."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)
    os.environ.pop("RUST_BACKTRACE", None)


def limit_memory(megabytes: int) -> None:
    """Limit the address space of this process."""
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
