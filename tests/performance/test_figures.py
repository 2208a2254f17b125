"""The benchmark's differences are those of undisturbed runs."""

import pytest

from tests.performance.figures import added, added_for_each
from tests.performance.measuring import Spread, Taken


def pairs(*walls: tuple[float, float]) -> list[tuple[Taken, Taken]]:
    """Return pairs of measurements by the clock."""
    return [(Taken(a, 0, 0), Taken(b, 0, 0)) for a, b in walls]


@pytest.mark.parametrize(
    ("walls", "expected"),
    [
        ([(64, 60)], (4, 4, 4)),
        # The second run of ours and the third reference were disturbed.
        ([(64, 60), (75, 61), (65, 70)], (4, -5, 14)),
        # Ours was disturbed each time but the last.
        ([(90, 60), (80, 60), (63, 62)], (3, 1, 30)),
    ],
)
def test_a_disturbed_run_does_not_alter_what_is_added(
    walls: list[tuple[float, float]], expected: tuple[float, float, float]
) -> None:
    assert added(pairs(*walls), "wall") == Spread(*expected)


def test_what_is_added_for_each_is_the_growth_within_its_bounds() -> None:
    few, many = pairs((13, 10), (14, 10)), pairs((65, 60), (67, 61))
    assert added(few, "wall") == Spread(3, 3, 4)
    assert added(many, "wall") == Spread(5, 5, 6)
    assert added_for_each(few, many, "wall", 400) == Spread(5.0, 2.5, 7.5)
