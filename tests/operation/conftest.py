"""One served Prefect for all tests of its operation: starting one takes many seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.common.periods import before
from pipeline.demo import write_portfolio
from tests.operation.office import Office, today


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portfolio for the quarter that a run scheduled today reviews, with one bad submission."""
    folder = tmp_path_factory.mktemp("inputs")
    period = before(today())
    write_portfolio(folder, 2, [period], 1)
    (folder / period / "submissions" / "[x](javascript:1).xlsx").write_bytes(b"no workbook")
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> Iterator[Office]:
    """Server and worker, their deployments pointed at the portfolio."""
    office = Office(tmp_path_factory.mktemp("office"), inputs)
    try:
        office.wait_until_serving()
        office.point("quarterly-review")
        office.point("intake-check")
        yield office
    finally:
        office.close()
