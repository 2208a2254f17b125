"""What the flows share: the form of a quarter, the time zone of their schedules, their threads."""

from typing import Annotated, Any

from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline.common.stages import CORES

TIMEZONE = "Europe/Berlin"
QUARTER = r"^\d{4}-Q[1-4]$"
Period = Annotated[str, Field(pattern=QUARTER)]
# One more than cores: the workbooks are written in a process of their own.
RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=CORES + 1)
