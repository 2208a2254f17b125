"""What every run does around its work: exclusive lock, recovery after dead runs, clear errors."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from pipeline.common.errors import explain_errors
from pipeline.publication.lock import hold_lock
from pipeline.publication.publish import recover


class ExclusiveRequest(Protocol):
    """The part of a request that is needed here."""

    @property
    def period(self) -> str:
        """The period."""

    @property
    def outputs(self) -> Path:
        """The folder to publish in."""

    @property
    def wait_seconds(self) -> float:
        """How long to wait for another run."""


Others = ParamSpec("Others")
Result = TypeVar("Result")
Request = TypeVar("Request", bound=ExclusiveRequest)


def run_exclusively(
    work: Callable[Concatenate[Request, Others], Result],
) -> Callable[Concatenate[Request, Others], Result]:
    """Let only one run work in the outputs at a time; first repair what dead runs have left.

    NothingPublishedError if another run is at work, or the disk is full, missing or protected.
    """

    @wraps(work)
    def guarded(request: Request, *args: Others.args, **kwargs: Others.kwargs) -> Result:
        outputs = request.outputs
        with (
            explain_errors(outputs),
            hold_lock(outputs, f"run {request.period}", request.wait_seconds),
        ):
            recover(outputs)
            return work(request, *args, **kwargs)

    return guarded
