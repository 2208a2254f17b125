"""The stages of a run, and the engines that execute them.

`run.py` names their order. An engine executes them: `Direct` in this process,
`operation.tasks.Tasks` as tasks of Prefect. Both do the same work.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import ContextVar
from enum import StrEnum
from functools import partial
from itertools import islice
from threading import Lock
from typing import Any, Protocol, TypeVar

CORES = os.cpu_count() or 1
# A batch takes a minute or two on a slow machine. More files give more batches, not longer ones.
MOST_IN_BATCH = 250
# The polars calls and the process of a batch cost as much as the work on so many files: with fewer,
# a second batch at the same time saves nothing.
LEAST_IN_BATCH = 25
# Batches that are begun before the first one's result is taken: finished ones wait in memory.
AHEAD = CORES + 1

T = TypeVar("T")
Result = TypeVar("Result", covariant=True)
Batch = TypeVar("Batch", bound=Sized)


def never(result: object) -> bool:
    """Return False: no failure is temporary."""
    return False


class Stage(StrEnum):
    """A part of a run whose progress the user sees; see `texts.toml`, group `stage`."""

    READ = "read"
    REVIEW = "review"
    TABLES = "tables"
    PAGES = "pages"
    FEEDBACK = "feedback"
    WORKBOOKS = "workbooks"
    HANDOUTS = "handouts"
    PUBLISH = "publish"


# Shows that so many of all items of a stage are done.
Show = Callable[[Stage, int, int], None]


def show_nothing(stage: Stage, done: int, total: int) -> None:
    """Show no progress."""


# A second display of progress besides that of the engine: the terminal of the command line.
SHOW: ContextVar[Show] = ContextVar("SHOW", default=show_nothing)


class Progress:
    """The number of finished items of a stage; several threads may count."""

    def __init__(self, stage: Stage, total: int, *shows: Show) -> None:
        self.stage, self.total, self.done = stage, total, 0
        self.shows = (SHOW.get(), *shows)
        self.lock = Lock()
        self.add(0)

    def add(self, count: int) -> None:
        """Count more items as done, and show it."""
        with self.lock:
            self.done += count
            for show in self.shows:
                show(self.stage, self.done, self.total)


class Started(Protocol[Result]):
    """Work that has started."""

    def result(self) -> Result:
        """Wait for the result; an exception of the work is raised here."""


Begun = TypeVar("Begun", bound=Started[Any])


class Engine(Protocol):
    """Executes the stages of a run."""

    def start(self, stage: Stage, work: Callable[[], T]) -> Started[T]:
        """Start a stage that is one piece of work."""

    def each(
        self,
        stage: Stage,
        work: Callable[[Batch], T],
        batches: Sequence[Batch],
        may_pass: Callable[[T], bool] = never,
    ) -> Iterator[T]:
        """Yield the result of every batch, in order; batches run in parallel.

        work: a plain function; it may run on another machine. may_pass: whether a result names a
        temporary failure, so that a retry may succeed.
        """


class Direct:
    """Executes the stages in this process, without Prefect: at once, as many as there are cores.

    The pages and copies leave a core to the workbooks, which take longest.
    """

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(CORES)

    def start(self, stage: Stage, work: Callable[[], T]) -> Started[T]:
        """Start a stage in a separate thread."""
        return self.threads.submit(partial(counted, Progress(stage, 1), 1, work))

    def each(
        self,
        stage: Stage,
        work: Callable[[Batch], T],
        batches: Sequence[Batch],
        may_pass: Callable[[T], bool] = never,
    ) -> Iterator[T]:
        """Yield the result of every batch, in order."""
        progress = Progress(stage, sum(map(len, batches)))
        works = (partial(counted, progress, len(batch), partial(work, batch)) for batch in batches)
        begun = deque[Future[T]]()
        try:
            yield from in_turn(map(self.threads.submit, works), begun)
        finally:
            for future in begun:
                future.cancel()
            wait(begun)


def in_turn(works: Iterator[Begun], begun: deque[Begun], ahead: int = AHEAD) -> Iterator[Any]:
    """Yield the result of every work, in order; a result that was taken is not kept.

    works: begins one whenever it is asked for the next. begun: those whose results are not taken.
    ahead: how many are begun before the first result is taken.
    """
    begun.extend(islice(works, ahead))
    while begun:
        yield begun.popleft().result()
        begun.extend(islice(works, 1))


def counted(progress: Progress, items: int, work: Callable[[], T]) -> T:
    """Do the work, and count its items as done."""
    result = work()
    progress.add(items)
    return result


def in_batches(items: Sequence[T], most: int = MOST_IN_BATCH) -> list[Sequence[T]]:
    """Return the items in batches of the same size, as many for each core as for the others.

    Of few items, all but the last batch have LEAST_IN_BATCH.
    """
    rounds = max(1, -(-len(items) // (most * CORES)))
    size = max(min(LEAST_IN_BATCH, most), -(-len(items) // (rounds * CORES)))
    return [items[start : start + size] for start in range(0, len(items), size)]
