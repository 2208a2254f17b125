"""The flow of the nightly check (deployment intake-check)."""

from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from prefect import State, flow, tags
from prefect.runtime import flow_run

from pipeline.common.periods import before, of
from pipeline.intake.discover import refuse_missing
from pipeline.operation import outcomes
from pipeline.operation.artifacts import write_checked
from pipeline.operation.intake import NightlyCheck, check_new
from pipeline.operation.parameters import RUNNER, TIMEZONE, Period, parameter
from pipeline.operation.tasks import Tasks
from schemas.slips import WrongUsageError


@flow(
    name="intake-check",
    flow_run_name=lambda: f"check {' and '.join(current_periods())}",
    task_runner=RUNNER,  # type: ignore[arg-type]
    validate_parameters=True,
    persist_result=False,
)
def check_intake(
    periods: list[Period] | None = parameter(
        None,
        "Quartale / quarters",
        "Leer: das laufende und das vorige. Empty: the present and the last one.",
    ),
    inputs: Path = parameter(
        Path("inputs"),
        "Ordner der Eingaben / folder of the inputs",
        "Darin liegt je Quartal ein Ordner. It holds a folder for each quarter.",
    ),
    outputs: Path = parameter(
        Path("outputs"),
        "Ordner der Ergebnisse / folder of the outputs",
        "Markierte Kopien entstehen darin unter .intake. "
        "Marked copies are written there, below .intake.",
    ),
    lang: Literal["de", "en"] = parameter(
        "de",
        "Sprache / language",
        "Sprache der Kopien. Language of the copies.",
    ),
) -> State[Any]:
    """Check submissions that are new or have changed and write marked copies; publish nothing.

    Without periods these are the quarter of the day for which the run was scheduled and the one
    before it, as far as there is a folder for them.
    """
    nights: list[NightlyCheck] = []
    try:
        refuse_missing(inputs)
        for period in periods or [p for p in current_periods() if (inputs / p).is_dir()]:
            with tags(period, "check"):
                nights.append(check_new(inputs, outputs, period, lang, Tasks()))
            write_checked(nights[-1].rows, period, lang)
    except WrongUsageError as error:
        return outcomes.not_published(error, lang)
    return outcomes.checked(
        sum(len(night.rows) for night in nights),
        sum(night.all for night in nights),
        sum(night.quarantined for night in nights),
        lang,
    )


def current_periods() -> list[str]:
    """Return the quarter before the scheduled day and the quarter of that day."""
    day = flow_run.scheduled_start_time.astimezone(ZoneInfo(TIMEZONE)).date()
    return [before(day), of(day)]
