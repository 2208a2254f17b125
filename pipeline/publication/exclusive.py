"""What every run does around its work: alone in its outputs, after dead ones, in clear words."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from pipeline.common.errors import in_words
from pipeline.publication.lock import holding
from pipeline.publication.publish import recover


class Asked(Protocol):
    """What a request says of this."""

    @property
    def period(self) -> str:
        """The period."""

    @property
    def outputs(self) -> Path:
        """Where is published."""

    @property
    def wait_seconds(self) -> float:
        """How long to wait for another run."""


Others = ParamSpec("Others")
Result = TypeVar("Result")
Request = TypeVar("Request", bound=Asked)


def alone(
    work: Callable[Concatenate[Request, Others], Result],
) -> Callable[Concatenate[Request, Others], Result]:
    """Let only one run work in the outputs at a time; what dead ones left is put right first.

    NothingPublishedError where another run is at work, or the disk is full, gone or protected.
    """

    @wraps(work)
    def guarded(request: Request, *args: Others.args, **kwargs: Others.kwargs) -> Result:
        outputs = request.outputs
        with in_words(outputs), holding(outputs, f"run {request.period}", request.wait_seconds):
            recover(outputs)
            return work(request, *args, **kwargs)

    return guarded
