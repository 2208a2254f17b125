"""A real review to write workbooks from: the demo portfolio, read once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import periods
from pipeline.catalogue import Catalogue, load
from pipeline.commands.run import read_here
from pipeline.demo import write_portfolio
from pipeline.intake.discover import discover
from pipeline.review import Review, Task, review
from pipeline.run import read_all
from pipeline.settings import load_settings

PERIOD = "2026-Q3"
Reviewer = Callable[..., Review]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up portfolio of eight clusters, none of whose cohorts is suppressed for all."""
    folder = tmp_path_factory.mktemp("demo")
    write_portfolio(folder, 8, [PERIOD], 3)
    return folder


@pytest.fixture(scope="session")
def reviewer(demo: Path) -> Reviewer:
    """Reviews the demo portfolio by a catalogue; ratings: the cells of another assessments file."""
    found = discover(demo, PERIOD)
    sent, office_sent = read_all(found, read_here)
    numbers = {name: len(found.submissions) + i for i, name in enumerate(found.office)}

    def again(catalogue: Catalogue | None = None) -> Review:
        first = catalogue or load("go-cluster")
        task = Task(PERIOD, periods.last_day(PERIOD), (first,), load_settings(), {})
        return review(task, sent, numbers, office_sent)

    return again
