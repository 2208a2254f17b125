"""Does one thing to many items in processes that may die: a crash or hang costs one item.

For work on strangers' files that is more than reading them; reading has its own processes.
"""

import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as OutOfTime
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

Item = TypeVar("Item")
Result = TypeVar("Result")
START_SECONDS = 60
STDERR = 2
MB = 1024 * 1024


def run_limited(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    seconds: int,
    megabytes: int,
    workers: int = 0,
) -> Iterator[Result | None]:
    """Yield what the task returns for each item, in their order; None where its process died.

    seconds, megabytes: what one item may take. workers: how many processes, 0 is one per core.
    """
    if not items:
        return
    workers = min(workers or os.cpu_count() or 1, len(items))
    # Spawned, not forked: polars' threads in this process would not survive a fork.
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(workers)
    with ProcessPool(
        workers, context=context, initializer=start_worker, initargs=[megabytes, together]
    ) as pool:
        futures = [pool.schedule(task, args=[item], timeout=seconds) for item in items]
        for future in futures:
            yield outcome(future)


def outcome(future: ProcessFuture) -> Any:
    """Wait for one item's result; None where its process died, hung or had no memory left."""
    try:
        return future.result()
    except (OutOfTime, ProcessExpired, MemoryError):
        return None


def start_worker(megabytes: int, together: Barrier) -> None:
    """Limit this process's memory and wait for the others that start with it.

    A worker that is still starting when the pool has finished would die with a traceback on the
    terminal. Only the first workers wait; one that replaces a dead one does not.
    """
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MB, megabytes * MB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)  # what a dying process prints
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        together.wait(START_SECONDS)
    except BrokenBarrierError:
        pass
    finally:
        together.abort()
