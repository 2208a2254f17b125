"""Settings of all tests: a busy machine is no fault, and the longest files come first.

So no single worker runs a long one at the end. The catalogues are frozen copies: an expert may
change the shipped ones, which tests/test_catalogues.py checks.
"""

import gc
import os

from tests import one_core  # noqa: F401

# Tests run side by side on all cores: a second thread in each of them only costs. polars asks when
# it is loaded; the programs that tests start decide for themselves, on the core of their worker.
os.environ["POLARS_MAX_THREADS"] = "1"
import polars  # noqa: F401

del os.environ["POLARS_MAX_THREADS"]

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.common import catalogue, stages
from tests import libreoffice, openxml
from tests.libreoffice import Convert, Recalculate
from tests.lived import Lived, Released, live, live_a_release, lived_in, released_in
from tests.shared import made_once
from tests.sparing import SELDOM, real_pictures, real_processes, sparing

# Processes that tests start find our modules in every working directory.
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])

# One batch instead of one for each core, for the same reason; tests/test_flow.py compares both.
stages.CORES = 1

catalogue.FOLDER = Path(__file__).parent / "catalogues"

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# The first of make thorough makes what others read: so nobody waits for it.
LONGEST = [
    # of make test
    "intake/test_submissions.py",
    "history/test_damaged.py",
    "experts/test_template.py",
    "release/test_story.py",
    "html/test_language.py",
    "handmade/test_evaluation.py",
    "workbook/test_adopt.py",
    "history/test_missing_columns.py",
    "faults/test_refusals.py",
    "faults/test_faults.py",
    "handmade/test_benchmarks.py",
    "test_check.py",
    "template/test_command.py",
    "test_modes.py",
    "feedback/test_round_trip.py",
    # of make thorough
    "test_flow.py",
    "experts/test_quarter.py",
    "workbook/test_what_if.py",
    "html/test_access.py",
    "fuzz/test_long_texts.py",
    "documents/test_documents.py",
    "template/test_selfcheck.py",
    "html/test_browser.py",
    "fuzz/test_cells.py",
    "workbook/test_recall.py",
    "fuzz/test_portfolio.py",
    "workbook/test_cohorts.py",
    "workbook/test_portions.py",
]
PLACE = {f"tests/{name}": place for place, name in enumerate(LONGEST)}


@pytest.fixture(scope="session", autouse=True)
def _what_few_tests_need() -> Iterator[None]:
    """Draw no pictures, and do in this process what processes of their own would do.

    Each process costs a start of polars.
    """
    with sparing(*SELDOM):
        yield


@pytest.fixture
def processes() -> Iterator[None]:
    """Let processes of their own do what they do for users, for tests of just that."""
    with real_processes():
        yield


@pytest.fixture(scope="module")
def pictures() -> Iterator[None]:
    """Let pictures be drawn, for tests that look at them."""
    with real_pictures():
        yield


@pytest.fixture(scope="session")
def taken_back(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """A release that was taken back; it may only be read."""
    return released_in(made_once(tmp_path_factory, "release", live_a_release))


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Two quarters that were lived; they may only be read."""
    return lived_in(made_once(tmp_path_factory, "lived", live))


@pytest.fixture(scope="session")
def converted() -> Convert:
    """Return how LibreOffice saves workbooks in another format."""
    return libreoffice.converted


@pytest.fixture(scope="session")
def recalculated() -> Recalculate:
    """Return how LibreOffice calculates workbooks again."""
    return libreoffice.recalculated


@pytest.fixture(scope="session")
def problems() -> Callable[[Path], list[str]]:
    """Return what a validator of others finds wrong in a file for Office."""
    return openxml.problems


# Whoever asks for one of these belongs to `make thorough`.
THOROUGH = {"browser", "converted", "recalculated", "problems", "lived", "prefect"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs a program of others (for our outputs, or a server), or whole quarters."""
    if isinstance(item, pytest.Function) and not THOROUGH.isdisjoint(item.fixturenames):
        item.add_marker("thorough")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file; the order within a file stays."""
    items.sort(key=lambda item: PLACE.get(item.nodeid.partition("::")[0], len(PLACE)))


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what stays to the end, and look at the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
