"""What the flows share: the pattern of a quarter, the time zone of schedules, the task runner."""

from typing import Annotated, Any

from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline.common.stages import CORES

TIMEZONE = "Europe/Berlin"
QUARTER = r"^\d{4}-Q[1-4]$"
Period = Annotated[str, Field(pattern=QUARTER)]
# Empty, not None: the form in the interface then has a plain field without a choice of type.
PeriodOrEmpty = Annotated[str, Field(pattern=rf"^$|{QUARTER}")]


def parameter(default: Any, title: str, description: str) -> Any:
    """Return the default of a flow's parameter, with what the form in Prefect's interface says.

    Prefect takes them from a field that is the default, not from one in the annotation; a title
    only in this way. Where a flow is called, the parameter has the default itself.
    """
    return Field(default=default, description=description, json_schema_extra={"title": title})


# As `stages.Direct`: pages and copies leave a core to the workbooks.
RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=CORES)
