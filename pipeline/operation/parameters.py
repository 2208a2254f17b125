"""What the flows share: the pattern of a quarter, the time zone of schedules, the task runner."""

from typing import Annotated, Any

from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline.common.stages import CORES

TIMEZONE = "Europe/Berlin"
QUARTER = r"^\d{4}-Q[1-4]$"
Period = Annotated[str, Field(pattern=QUARTER)]
# One more than cores: the workbooks are written in a separate process.
RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=CORES + 1)
