"""Long texts in submissions neither stop the pipeline nor make it slow."""

import subprocess
import sys
import time

import pytest

from .books import Drawn, book
from .effort import LONG, amount, chance
from .long_texts import COLUMNS, TEXTS, clean, examined, with_cell

pytestmark = pytest.mark.thorough
LIMIT = 300 if not LONG else 3600
"""Seconds, many times what it takes: what is slow by the square of the length takes hours."""
SLOWER, SLACK = 3, 0.2


def test_every_text_comes_to_an_end() -> None:
    command = [sys.executable, "-m", "tests.fuzz.long_texts"]
    subprocess.run(command, check=True, timeout=LIMIT, stdout=subprocess.DEVNULL)


@pytest.mark.skipif(not LONG, reason="measures time: only in make fuzz")
def test_one_long_text_costs_little() -> None:
    examined(book(clean()))
    usual = min(seconds(book(clean())) for _ in range(3))
    drawn = chance("long texts")
    for _ in range(amount(20)):
        (sheet, field), name = drawn.choice(COLUMNS), drawn.choice(list(TEXTS))
        one = with_cell(sheet, field, TEXTS[name])
        took = min(seconds(one) for _ in range(2))
        assert took <= SLOWER * usual + SLACK, (sheet, field, name)


def seconds(one: Drawn) -> float:
    start = time.process_time()
    examined(one)
    return time.process_time() - start
