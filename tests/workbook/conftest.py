"""A real review to write workbooks from: a demo portfolio, read once."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.common.catalogue import Catalogue
from pipeline.common.settings import Settings
from pipeline.common.stages import Direct
from pipeline.demo import write_portfolio
from pipeline.publication.request import Request
from pipeline.report.workbook.book import write_workbook
from pipeline.review import Review
from pipeline.run import (
    prepare,
    read_office_files,
    read_submissions,
    review_or_refuse,
)

PERIOD = "2026-Q3"
Reviewer = Callable[..., Review]


# Beside the inputs: outputs without a publication, with what is known of the submissions.
UNPUBLISHED = "nothing published"


def review_of(inputs: Path, *catalogues: Catalogue, settings: Settings | None = None) -> Review:
    """Return the review of a folder of inputs; submissions that are known are not read again."""
    outputs = inputs.with_name(UNPUBLISHED)
    plan = prepare(Request(PERIOD, inputs, outputs, ("go-cluster",)))
    task = replace(plan.task, catalogues=catalogues or plan.task.catalogues)
    plan = replace(plan, task=replace(task, settings=settings or task.settings))
    sent, _ = read_submissions(plan, Direct())
    return review_or_refuse(plan, sent, read_office_files(plan))


@dataclass(frozen=True)
class Demo:
    """A made-up portfolio of twelve clusters, its review and its workbook."""

    inputs: Path
    review: Review
    workbook: Path

    def copy(self, folder: Path) -> Path:
        """Return a copy of the inputs that a test may change; its submissions are known."""
        shutil.copytree(self.inputs.with_name(UNPUBLISHED), folder / UNPUBLISHED)
        return shutil.copytree(self.inputs, folder / "inputs")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, made once."""
    folder = tmp_path_factory.mktemp("demo")
    write_portfolio(folder / "inputs", 12, [PERIOD], 3)
    made = review_of(folder / "inputs")
    write_workbook(made, folder / "portfolio.xlsx", "de")
    return Demo(folder / "inputs", made, folder / "portfolio.xlsx")
