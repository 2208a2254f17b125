"""How hard to try: always the same few examples in the test suite, many new ones in `make fuzz`."""

import os
import random
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, seed, settings

LONG = bool(os.environ.get("FUZZ_SEED"))
SEED = int(os.environ["FUZZ_SEED"]) if LONG else 0
MORE = 15
"""How many times as many examples a round of `make fuzz` tries."""

Test = TypeVar("Test", bound=Callable[..., None])


def examples(few: int) -> Callable[[Test], Test]:
    """Try `few` examples, the same ones every time; in `make fuzz` many, by the seed."""
    bounded = settings(
        max_examples=few * MORE if LONG else few,
        derandomize=not LONG,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # the assertions name the cell; shrinking takes minutes
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: seed(SEED)(bounded(test)) if LONG else bounded(test)


def amount(few: int) -> int:
    """How many of something a test makes itself."""
    return few * MORE if LONG else few


def chance(name: str) -> random.Random:
    """The chance of one test: equal for equal seeds, whatever other tests draw."""
    return random.Random(f"{SEED} {name}")
