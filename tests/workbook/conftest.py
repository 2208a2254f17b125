"""A real review to write workbooks from: a demo portfolio, read once."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import periods
from pipeline.catalogue import Catalogue, load
from pipeline.commands.run import read_here
from pipeline.demo import write_portfolio
from pipeline.intake.discover import discover
from pipeline.office import read_office
from pipeline.report.workbook.book import write_workbook
from pipeline.review import Review, Task, review
from pipeline.run import read_all
from pipeline.settings import load_settings
from schemas.declaration import submission, wanted_sheet_keys

PERIOD = "2026-Q3"
Reviewer = Callable[..., Review]


def review_of(inputs: Path, *catalogues: Catalogue) -> Review:
    """Return the review of a folder of inputs."""
    found = discover(inputs, PERIOD)
    sent, office_sent = read_all(found, read_here, wanted_sheet_keys(submission()))
    numbers = {name: len(found.submissions) + i for i, name in enumerate(found.office)}
    chosen = catalogues or (load("go-cluster"),)
    task = Task(PERIOD, periods.last_day(PERIOD), chosen, load_settings(), {})
    office = read_office(numbers, *office_sent.stacked())
    return review(task, sent, office, office_sent.files)


@dataclass(frozen=True)
class Demo:
    """A made-up portfolio of twelve clusters, its review and its workbook."""

    inputs: Path
    review: Review
    workbook: Path

    def copy(self, folder: Path) -> Path:
        """Return a copy of the inputs that a test may change."""
        return shutil.copytree(self.inputs, folder / "inputs")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, made once."""
    folder = tmp_path_factory.mktemp("demo")
    write_portfolio(folder / "inputs", 12, [PERIOD], 3)
    made = review_of(folder / "inputs")
    write_workbook(made, folder / "portfolio.xlsx", "de")
    return Demo(folder / "inputs", made, folder / "portfolio.xlsx")
