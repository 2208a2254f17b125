"""What holds for all tests: a busy machine is no fault, and the longest files come first.

So no worker is left alone with a long one at the end. The catalogues are frozen copies: an expert
may change the shipped ones, which tests/test_catalogues.py holds.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.common import catalogue

# Processes that tests start find our modules, whatever folder they stand in.
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])

catalogue.FOLDER = Path(__file__).parent / "catalogues"

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

LONGEST = [
    "operation/test_schedule.py",  # mostly waits
    "operation/test_strangers.py",  # too
    "html/test_access.py",
    "intake/test_submissions.py",
    "reference/test_differential.py",
    "test_flow.py",
    "workbook/test_what_if.py",
    "template/test_selfcheck.py",
    "feedback/test_round_trip.py",
    "handmade/test_evaluation.py",
    "html/test_browser.py",
    "test_workbook.py",
    "mapping/test_reading.py",
    "handmade/test_benchmarks.py",
    "feedback/test_write.py",
    "intake/test_hostile.py",
    "fuzz/test_portfolio.py",
]
PLACE = {f"tests/{name}": place for place, name in enumerate(LONGEST)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file; the order within a file stays."""
    items.sort(key=lambda item: PLACE.get(item.nodeid.partition("::")[0], len(PLACE)))
