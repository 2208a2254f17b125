"""The Prefect flow: the same run as `--direct`, its stages as tasks, with artifacts for the office.

Besides `pipeline.operation` the only module that knows Prefect; imported late because Prefect takes
seconds to load.
"""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from prefect import State, flow, tags
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline.common.catalogue import shipped
from pipeline.common.errors import NothingPublishedError
from pipeline.common.periods import before
from pipeline.common.settings import load_settings
from pipeline.common.stages import AHEAD
from pipeline.operation import outcomes
from pipeline.operation.artifacts import write_artifacts
from pipeline.operation.parameters import RUNNER, TIMEZONE, PeriodOrEmpty, parameter
from pipeline.operation.scheduler import connected
from pipeline.operation.tasks import Tasks, call_here
from pipeline.publication.request import Request
from pipeline.run import Published, run
from schemas.slips import WrongUsageError

# Batches that are processed on another machine only wait here.
MOST_WAITING = 64
# The form in Prefect's interface offers the shipped catalogues.
Catalogue = Annotated[str, Field(json_schema_extra={"enum": [*shipped()]})]


@flow(
    name="cluster-review",
    flow_run_name=lambda: f"review {requested_period()}",
    task_runner=RUNNER,  # type: ignore[arg-type]
    validate_parameters=True,
    persist_result=False,
)
def review_period(
    period: PeriodOrEmpty = parameter(
        "",
        "Quartal / quarter",
        "Zum Beispiel 2026-Q3; leer: das Quartal vor dem Tag des Laufs. "
        "Such as 2026-Q3; empty: the quarter before the day of the run.",
    ),
    inputs: Path = parameter(
        Path("inputs"),
        "Ordner der Eingaben / folder of the inputs",
        "Darin liegen register.xlsx und je Quartal ein Ordner. "
        "It holds register.xlsx and a folder for each quarter.",
    ),
    outputs: Path = parameter(
        Path("outputs"),
        "Ordner der Ergebnisse / folder of the outputs",
        "Darin wird veröffentlicht. Where the quarter is published.",
    ),
    catalogues: list[Catalogue] | None = parameter(
        None,
        "Kataloge / catalogues",
        "Der erste entscheidet; leer: der Katalog aus schemas/settings.toml. "
        "The first one decides; empty: the catalogue of schemas/settings.toml.",
    ),
    lang: Literal["de", "en"] = parameter(
        "de",
        "Sprache / language",
        "Sprache der Berichte. Language of the reports.",
    ),
    accept_missing: bool = parameter(
        False,
        "Fehlende hinnehmen / accept missing clusters",
        "Auch veröffentlichen, wenn viele Cluster fehlen. "
        "Publish although many clusters are missing.",
    ),
    wait_minutes: Annotated[float, Field(ge=0)] = parameter(
        60,
        "Wartezeit in Minuten / minutes to wait",
        "Auf einen anderen Lauf im selben Ordner. For another run in the same folder.",
    ),
    cache: bool = parameter(
        True,
        "Bekanntes verwenden / use what is known",
        "Unveränderte Einreichungen nicht noch einmal lesen. "
        "Do not read unchanged submissions again.",
    ),
    scheduler: str | None = parameter(
        None,
        "Dask-Scheduler / Dask scheduler",
        "Adresse wie tcp://rechner:8786; leer: auf diesem Rechner. "
        "Address such as tcp://machine:8786; empty: on this machine.",
    ),
    address: str | None = parameter(
        None,
        "Adresse der Ergebnisse / address of the outputs",
        "Wo ein Browser den Ordner der Ergebnisse findet, für den Link. "
        "Where a browser finds the folder of the outputs, for the link.",
    ),
) -> State[Any]:
    """Review a quarter and publish it; the parameters are those of `cluster-review run`.

    A run that finds another one at work in the outputs waits for it.
    """
    period = period or requested_period()
    wait_seconds = 60 * wait_minutes
    place = connected(scheduler) if scheduler is not None else nullcontext(call_here)
    try:
        names = tuple(catalogues or [load_settings().review.first_catalogue])
        request = Request(
            period=period,
            inputs=inputs,
            outputs=outputs,
            catalogues=names,
            lang=lang,
            accept_missing=accept_missing,
            wait_seconds=wait_seconds,
            cache=cache,
        )
        with tags(period, "draft"), place as call:
            published = run(request, Tasks(call, AHEAD if scheduler is None else MOST_WAITING))
    except (NothingPublishedError, WrongUsageError) as end:
        return outcomes.not_published(end, lang)
    write_artifacts(request, published, address)
    return outcomes.published(published, lang)


def requested_period() -> str:
    """Return the period of this run: its parameter, else the quarter before its scheduled day."""
    given: str | None = (flow_run.parameters or {}).get("period")
    scheduled = flow_run.scheduled_start_time.astimezone(ZoneInfo(TIMEZONE))
    return given or before(scheduled.date())


def run_flow(request: Request, scheduler: str | None = None) -> Published:
    """Run the flow for a request of the command line; the exception that ends it is raised.

    scheduler: address of the Dask cluster that processes the batches, if any.
    """
    runner = RUNNER if scheduler is None else ThreadPoolTaskRunner(max_workers=MOST_WAITING)
    checked = review_period.with_options(task_runner=runner)  # type: ignore[arg-type]
    state: State[Any] = checked(
        period=request.period,
        inputs=request.inputs,
        outputs=request.outputs,
        catalogues=list(request.catalogues),
        lang="en" if request.lang == "en" else "de",
        accept_missing=request.accept_missing,
        wait_minutes=request.wait_seconds / 60,
        cache=request.cache,
        scheduler=scheduler,
        return_state=True,
    )
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, BaseException):
        raise outcome
    published: Published = outcome
    return published
