"""The stages of a run as Prefect tasks: with names, tags, retries, log lines and progress."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Sized
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import task_run

from pipeline.common.stages import AHEAD, Progress, Show, Stage, Started, in_turn, never
from pipeline.common.texts import LANGUAGES, say

T = TypeVar("T")
Batch = TypeVar("Batch", bound=Sized)
# Calls a function with a batch: in this process, or on another machine.
Call = Callable[[Callable[[Any], Any], Any], Any]
# Reading fails when a network share does not answer. Other failures would be repeated.
RETRIES = {Stage.READ: 2}
RETRY_SECONDS = 5


class PassingFailureError(Exception):
    """A batch failed for a temporary reason; the task is repeated."""


@task(cache_policy=NO_CACHE, persist_result=False, retry_delay_seconds=RETRY_SECONDS)
def carry_out(
    work: Callable[[], T], items: int, progress: Progress, may_pass: Callable[[T], bool]
) -> T:
    """Do the work of a stage or of one of its batches."""
    log, start = get_run_logger(), time.perf_counter()
    log.info("%s begins: %d", progress.stage, items)
    result = work()
    if may_pass(result) and task_run.run_count <= RETRIES.get(progress.stage, 0):
        raise PassingFailureError(progress.stage)
    log.info("%s ends: %d in %.1f s", progress.stage, items, time.perf_counter() - start)
    progress.add(items)
    return result


def call_here(work: Callable[[Batch], T], batch: Batch) -> T:
    """Call a function with a batch in this process."""
    return work(batch)


class Tasks:
    """Carries out the stages of a run as tasks of the current flow.

    call: where the batches are processed. ahead: how many are begun before the first one's result
    is taken.
    """

    def __init__(self, call: Call = call_here, ahead: int = AHEAD) -> None:
        self.call, self.ahead = call, ahead

    def start(self, stage: Stage, work: Callable[[], T]) -> Started[T]:
        """Begin a stage as one task."""
        return submit(stage, say("stage", stage, "en"), work, 1, progress(stage, 1), never)

    def each(
        self,
        stage: Stage,
        work: Callable[[Batch], T],
        batches: Sequence[Batch],
        may_pass: Callable[[T], bool] = never,
    ) -> Iterator[T]:
        """Yield the result of every batch, in order; each is a task."""
        done, name = progress(stage, sum(map(len, batches))), say("stage", stage, "en")
        tasks = (
            submit(
                stage,
                f"{name} {number} of {len(batches)}",
                partial(self.call, work, batch),
                len(batch),
                done,
                may_pass,
            )
            for number, batch in enumerate(batches, 1)
        )
        yield from in_turn(tasks, deque(), self.ahead)


def submit(
    stage: Stage,
    name: str,
    work: Callable[[], T],
    items: int,
    done: Progress,
    may_pass: Callable[[T], bool],
) -> Started[T]:
    """Start a task. name: of the task run."""
    own = carry_out.with_options(
        name=say("stage", stage, "en"), task_run_name=name, retries=RETRIES.get(stage, 0)
    )
    return cast("Started[T]", own.submit(work, items, done, may_pass))


def progress(stage: Stage, total: int) -> Progress:
    """Return the progress of a stage, shown in Prefect's interface too."""
    return Progress(stage, total, as_artifact(stage)) if total else Progress(stage, total)


def as_artifact(stage: Stage) -> Show:
    """Return what shows the progress of a stage as an artifact of the flow run.

    The first call creates it: each call of Prefect's API keeps the run waiting.
    """
    text = " / ".join(say("stage", stage, lang) for lang in LANGUAGES)
    created: list[UUID] = []

    def show(stage: Stage, done: int, total: int) -> None:
        percent, described = round(100 * done / total, 1), f"{text}: {done} / {total}"
        if created:
            update_progress_artifact(created[0], percent, description=described)
        else:
            artifact = create_progress_artifact(percent, f"stage-{stage}", described)
            created.append(cast("UUID", artifact))

    return show
