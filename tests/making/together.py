"""Has the workbooks of many tests examined in one call: what a call costs hangs on few cells.

Such a test is a generator: it yields what it asks for and goes on with the answer.

    @together(answer_all)
    def test_a_number(cell: str, number: float) -> Generator[Grids, Examined, None]:
        done = yield book_with(cell)
        assert done...

The first test of a module that is run asks for all of them. Their arguments are parameters only,
for a fixture is not there yet when another test asks.
"""

import functools
import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import polars as pl
import pytest

Asked, Answer = TypeVar("Asked"), TypeVar("Answer")
Test = Callable[..., Generator[Asked, Answer, None]]


def together(answer_all: Callable[[list[Asked]], Sequence[Answer]]) -> Callable[[Test], Any]:
    """Return what makes tests of generators; answer_all: answers what they yield, in its order."""
    answers: dict[str, Answer] = {}

    def answer_module(request: pytest.FixtureRequest) -> None:
        items = [item for item in request.session.items if item.module is request.module]
        asking = [item for item in items if getattr(item.function, "answered", None) is answers]
        asked = [next(item.function.__wrapped__(**parameters(item))) for item in asking]
        names = [item.nodeid for item in asking]
        answers.update(zip(names, answer_all(asked), strict=True))

    def decorate(test: Test) -> Any:
        @functools.wraps(test)
        def run(*, request: pytest.FixtureRequest, **case: Any) -> None:
            if request.node.nodeid not in answers:
                answer_module(request)
            steps = test(**case)
            next(steps)
            with pytest.raises(StopIteration):
                steps.send(answers[request.node.nodeid])

        own = inspect.signature(test).parameters.values()
        more = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY)
        run.__signature__ = inspect.Signature([*own, more])
        run.answered = answers
        return run

    return decorate


def parameters(item: pytest.Function) -> dict[str, Any]:
    """Return the parameters of a test; without any, it has no `callspec`."""
    return dict(item.callspec.params) if hasattr(item, "callspec") else {}


def of_files(whole: Any, first: int, count: int) -> Any:
    """Return the part of frames (or of what holds them) about some files, counted from 0 again."""
    part = functools.partial(of_files, first=first, count=count)
    if isinstance(whole, pl.DataFrame) and "file" in whole.columns:
        own = whole.filter(pl.col("file").is_between(first, first + count, closed="left"))
        return own.with_columns(pl.col("file") - first)
    if isinstance(whole, Mapping):
        return {key: part(value) for key, value in whole.items()}
    if is_dataclass(whole):
        return replace(whole, **{f.name: part(getattr(whole, f.name)) for f in fields(whole)})
    return whole
