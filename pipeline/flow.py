"""The Prefect flow: the same run as `--direct`, with reading in tasks and artifacts for the office.

Besides `pipeline.operation` the only module that knows Prefect; imported late, for Prefect takes
seconds to load.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from prefect import State, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run, task_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline.intake.discover import shown_name
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import Read, read_many
from pipeline.operation import outcomes
from pipeline.operation.artifacts import progress, write_artifacts
from pipeline.periods import before
from pipeline.request import Request
from pipeline.run import Published, run
from pipeline.scheduler import connected
from pipeline.settings import load_settings
from pipeline.trouble import NothingPublishedError

RETRIES = 2
TIMEZONE = "Europe/Berlin"
Period = Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$", description="a quarter such as 2026-Q3")]
CORES = os.cpu_count() or 1
MOST_WAITING = 64
MOST_IN_BATCH = 250


class PassingTroubleError(Exception):
    """Reading failed for a reason that may pass; the task is tried again."""


@task(
    name="read workbooks",
    task_run_name="read {first} and {others} more",
    retries=RETRIES,
    retry_delay_seconds=5,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_batch(
    paths: list[Path], wanted: frozenset[str], first: str, others: int, read: Read
) -> list[Reading | Refusal]:
    """Read a batch of workbooks, each in a process that may die."""
    outcomes = list(read(paths, wanted))
    passing = [shown_name(p) for p, o in zip(paths, outcomes, strict=True) if may_pass(o)]
    if passing and task_run.run_count <= RETRIES:
        raise PassingTroubleError(", ".join(passing))
    return outcomes


def may_pass(outcome: Reading | Refusal) -> bool:
    """Whether another try could go better."""
    return isinstance(outcome, Refusal) and outcome.passing


def read_here(paths: Sequence[Path], wanted: frozenset[str]) -> Iterator[Reading | Refusal]:
    """Read a batch on this machine, one file after the other."""
    return read_many(paths, replace(load_settings().intake, workers=1), wanted)


def read_by_tasks(
    paths: Sequence[Path],
    wanted: frozenset[str],
    read: Read = read_here,
    workers: int = CORES,
) -> Iterator[Reading | Refusal]:
    """Read workbooks by tasks, a batch each: tasks and their processes cost more than a file."""
    size = max(1, min(MOST_IN_BATCH, -(-len(paths) // workers)))
    batches = [list(paths[i : i + size]) for i in range(0, len(paths), size)]
    futures = [read_batch.submit(b, wanted, shown_name(b[0]), len(b) - 1, read) for b in batches]
    with progress(len(paths)) as tell:
        for number, future in enumerate(futures, 1):
            batch = future.result()
            tell(min(number * size, len(paths)))  # who takes the last one does not come back
            yield from batch


@flow(
    name="cluster-review",
    flow_run_name=lambda: f"review {asked_period()}",
    task_runner=ThreadPoolTaskRunner(max_workers=CORES),  # type: ignore[arg-type]
    validate_parameters=True,
    persist_result=False,
)
def review_period(
    period: Period | None = None,
    inputs: Path = Path("inputs"),
    outputs: Path = Path("outputs"),
    catalogues: list[str] | None = None,
    lang: Literal["de", "en"] = "de",
    accept_missing: bool = False,
    wait_minutes: float = 60,
    cache: bool = True,
    scheduler: str | None = None,
    address: str | None = None,
) -> State[Any]:
    """Review a quarter and publish it; the parameters are those of `cluster-review run`.

    Without a period it is the quarter before the day for which the run was scheduled. A run that
    finds another one at work in the outputs waits for it. address: where a browser finds the folder
    of the outputs, for the link to the report.
    """
    period = period or asked_period()
    names = tuple(catalogues or [load_settings().first_catalogue])
    wait_seconds = 60 * wait_minutes
    request = Request(period, inputs, outputs, names, lang, accept_missing, wait_seconds, cache)
    try:
        with places(scheduler) as read:
            published = run(request, read)
    except NothingPublishedError as end:
        return outcomes.not_published(end, lang)
    write_artifacts(request, published, address)
    return outcomes.published(published, lang)


@contextmanager
def places(scheduler: str | None) -> Iterator[Read]:
    """Yield how to read: on this machine, or on the workers of a Dask cluster."""
    if scheduler is None:
        yield read_by_tasks
        return
    with connected(scheduler) as cluster:
        yield partial(read_by_tasks, read=cluster.read, workers=2 * cluster.workers)


def asked_period() -> str:
    """Return the period of this run: its parameter, else the quarter before its scheduled day."""
    given: str | None = (flow_run.parameters or {}).get("period")
    scheduled = flow_run.scheduled_start_time.astimezone(ZoneInfo(TIMEZONE))
    return given or before(scheduled.date())


def run_flow(request: Request, scheduler: str | None = None) -> Published:
    """Run the flow for a request of the command line; what ends it is raised.

    scheduler: the cluster that reads, if any.
    """
    # Tasks of batches that are read elsewhere only wait: more of them fit on this machine.
    threads = CORES if scheduler is None else MOST_WAITING
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=threads)
    state: State[Any] = review_period.with_options(task_runner=runner)(  # type: ignore[arg-type]
        request.period,
        request.inputs,
        request.outputs,
        list(request.catalogues),
        "en" if request.lang == "en" else "de",
        request.accept_missing,
        request.wait_seconds / 60,
        request.cache,
        scheduler,
        return_state=True,
    )
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, BaseException):
        raise outcome
    published: Published = outcome
    return published
