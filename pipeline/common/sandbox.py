"""Does one task for many items in separate processes: a crash or a hang costs one item.

The only runner of all work on untrusted files. Each item has so many seconds; its process has so
many megabytes of address space and writes no core dump; a process that only reads cannot write
files. A process ends itself: by the system's alarm when its item takes too long, and when its
parent has ended. A process that dies is replaced, and how it died is the outcome of its item.
"""

import atexit
import multiprocessing
import os
import pickle
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures import TimeoutError as OutOfTime
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import Semaphore
from threading import Thread
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

Item = TypeVar("Item")
Result = TypeVar("Result")
MB = 1024 * 1024
STDOUT, STDERR = 1, 2
# At most so many items per process are ahead of the next outcome: a slow item must not keep the
# other processes idle, and thousands need not be in memory.
AHEAD = 8
# The parent ends what the alarm did not end: a process that was stopped.
GRACE_SECONDS = 5
# The signal by which a process without memory ends itself.
NO_MEMORY = signal.SIGUSR1
# A pool that breaks so often without an outcome in between is a bug of ours.
BREAKS = 5


@dataclass(frozen=True)
class Death:
    """How the process of an item died.

    cause: seconds, memory, signal, exit. why: the name of the signal, or the exit code.
    """

    cause: str
    why: str = ""


def spawn_context() -> SpawnContext:
    """Return how to start processes that import nothing from the current folder.

    Spawned, not forked: polars' threads in this process would not survive a fork. The folder may
    contain untrusted files.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    return multiprocessing.get_context("spawn")


# With fewer submissions or clusters, starting such a process takes longer than it saves.
WORTH_A_PROCESS = 50


def own_process() -> ProcessPoolExecutor:
    """Return a pool of one process, for work of ours that is mostly Python.

    Two threads would take turns: Python runs one at a time. Polars gets one thread: with more, its
    many small steps need a third more processor time.
    """
    return ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=start_own_process)


def start_own_process() -> None:
    """Set up a process of `own_process`, before it imports polars; Ctrl-C ends it at once."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ["POLARS_MAX_THREADS"] = "1"


def run_in_sandbox(
    task: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    seconds: int,
    megabytes: int,
    workers: int = 0,
    writes: bool,
) -> Iterator[Result | Death]:
    """Yield for each item, in their order, what the task returns, or how its process died.

    seconds, megabytes: limits of one item. workers: how many processes, 0 is one per core. writes:
    whether the task may write files.
    """
    rest = iter(enumerate(items))
    first = list(islice(rest, workers or os.cpu_count() or 1))
    start = [pickle.dumps(task), megabytes, writes]
    places = [Slot(start, seconds, *numbered) for numbered in first]
    end = partial(end_all, places)
    atexit.register(end)  # an outcome that is not taken is not waited for
    done: dict[int, Any] = {}
    try:
        for number in count():
            while number not in done:
                near = number + AHEAD * len(places)
                for place in places:
                    if place.is_free and place.number < near:
                        for numbered in islice(rest, 1):
                            place.give(*numbered)
                busy = [place for place in places if not place.is_free]
                if not busy:
                    return
                wait([place.future for place in busy], return_when=FIRST_COMPLETED)
                for place in busy:
                    done.update(place.take())
            yield done.pop(number)
    finally:
        atexit.unregister(end)
        end()


def end_all(places: list["Slot"]) -> None:
    """End all processes, whatever they are doing."""
    for place in places:
        place.stop()
    for place in places:
        place.pool.join()
    places.clear()


class Slot:
    """One process at a time, and its item.

    Each is a pool of its own with one item. So processes share nothing that a dying one could leave
    locked, and it is certain which item a death concerns.
    """

    def __init__(self, start: list[Any], seconds: int, number: int, item: Any) -> None:
        self.start, self.seconds = start, seconds
        self.breaks = 0
        self.open()
        self.give(number, item)

    def open(self) -> None:
        """Create the pool.

        starts: number of processes it starts; each of them reports its start.
        """
        context = spawn_context()
        self.starts, self.started = 1, context.Semaphore(0)
        arguments = [*self.start, self.started]
        self.pool = ProcessPool(1, context=context, initializer=start_worker, initargs=arguments)

    def give(self, number: int, item: Any) -> None:
        """Give an item to the process."""
        self.number, self.item, self.is_free = number, item, False
        limit = self.seconds + GRACE_SECONDS
        self.future = self.pool.schedule(run_task, args=[item, self.seconds], timeout=limit)

    def take(self) -> dict[int, Any]:
        """Return the outcome of the item by its number; empty if there is none yet."""
        if not self.future.done():
            return {}
        try:
            outcome = outcome_of(self.future)
        except BrokenProcessPool:
            self.replace_pool()
            return {}
        self.breaks, self.is_free = 0, True
        self.starts += isinstance(outcome, Death)  # the pool starts another process
        return {self.number: outcome}

    def replace_pool(self) -> None:
        """Give the item to another pool.

        A pool breaks if its process dies before the pool has noted that the item was begun, and
        always if its processes do not start.
        """
        self.breaks += 1
        if self.breaks == BREAKS:
            raise RuntimeError("the processes do not start")
        self.pool.join()
        self.open()
        self.give(self.number, self.item)

    def stop(self) -> None:
        """End the process; one that is still starting would print a traceback."""
        for _ in range(self.starts):
            while self.pool.active and not self.started.acquire(timeout=0.1):
                pass
        self.pool.stop()


def outcome_of(future: ProcessFuture[Any]) -> Any:
    """Return the outcome of one item; exceptions of the task are raised."""
    try:
        return future.result()
    except OutOfTime:
        return Death("seconds")
    except ProcessExpired as end:
        return death(end.exitcode)


def death(code: int) -> Death:
    """Return how a process died, by its exit code (negative: the signal that ended it)."""
    if code == -signal.SIGALRM:
        return Death("seconds")
    if code == -NO_MEMORY:
        return Death("memory")
    if code < 0:
        return Death("signal", signal.Signals(-code).name)
    return Death("exit", str(code))


# --------------------------------------------------------------------------- in the new processes
worker_task: Callable[[Any], Any]


def start_worker(task: bytes, megabytes: int, writes: bool, started: Semaphore) -> None:
    """Set the limits of this process, and load its task: once, not with every item."""
    global worker_task
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (STDOUT, STDERR):  # what a dying process prints
        os.dup2(nowhere, stream)
    end_with_parent()
    os.environ["POLARS_MAX_THREADS"] = "1"
    worker_task = pickle.loads(task)
    size = megabytes * MB
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not writes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    started.release()


def end_with_parent() -> None:
    """End this process when its parent has ended: the result is no longer needed."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, daemon=True).start()


def run_task(item: Any, seconds: int) -> Any:
    """Do the task; this process dies if the item takes too much time or memory."""
    signal.alarm(seconds)
    try:
        return worker_task(item)
    except MemoryError:
        signal.raise_signal(NO_MEMORY)
        raise  # not reached: the signal has no handler
    finally:
        signal.alarm(0)
