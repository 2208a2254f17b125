"""The flow of the nightly check (deployment intake-check)."""

from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from pipeline.flow import CORES, TIMEZONE, Period, read_by_tasks
from pipeline.mapping.model import MappingError
from pipeline.operation import outcomes
from pipeline.operation.artifacts import write_checked
from pipeline.operation.intake import Night, check_new
from pipeline.periods import before, of


@flow(
    name="intake-check",
    task_runner=ThreadPoolTaskRunner(max_workers=CORES),  # type: ignore[arg-type]
    validate_parameters=True,
    persist_result=False,
)
def check_intake(
    periods: list[Period] | None = None,
    inputs: Path = Path("inputs"),
    outputs: Path = Path("outputs"),
    lang: Literal["de", "en"] = "de",
) -> State[Any]:
    """Check submissions that are new or have changed and write marked copies; publish nothing.

    Without periods these are the quarter of the day for which the run was scheduled and the one
    before it, as far as there is a folder for them.
    """
    wanted = periods or [p for p in current_periods() if (inputs / p).is_dir()]
    nights: list[Night] = []
    for period in wanted:
        try:
            nights.append(check_new(inputs, outputs, period, lang, read_by_tasks))
        except MappingError as error:
            message = " / ".join(error.messages[one] for one in outcomes.order(lang))
            return Failed(name=outcomes.REFUSED, message=message)
        write_checked(nights[-1].rows, period, lang)
    return outcomes.checked(
        sum(len(night.rows) for night in nights),
        sum(night.all for night in nights),
        sum(night.quarantined for night in nights),
        lang,
    )


def current_periods() -> list[str]:
    """Return the quarter before the scheduled day and the one the day lies in."""
    day = flow_run.scheduled_start_time.astimezone(ZoneInfo(TIMEZONE)).date()
    return [before(day), of(day)]
