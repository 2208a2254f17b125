"""The line of the limit in the picture of actors per FTE, within the axis of the picture."""

from collections.abc import Sequence

import pytest

from pipeline.report.workbook.staffing_data import corners_of

SMALL, LARGE = (0, 50.5, 20.0), (50.5, None, 30.0)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([SMALL, LARGE], [(16, 20.0), (50.5, 20.0), (50.5, 30.0), (128, 30.0)]),
        ([(0, 8.5, 10.0), (8.5, None, 20.0)], [(16, 20.0), (128, 20.0)]),
        ([(0, 200.5, 20.0), (200.5, None, 30.0)], [(16, 20.0), (128, 20.0)]),
        ([(0, 128, 20.0), (128, None, 30.0)], [(16, 20.0), (128, 20.0)]),
        ([(0, None, None)], [(16, None), (128, None)]),
    ],
    ids=["both", "below the axis", "beyond the axis", "at its end", "no limit"],
)
def test_steps_end_with_the_axis(
    steps: Sequence[tuple[float, float | None, float | None]],
    expected: Sequence[tuple[float, float | None]],
) -> None:
    assert corners_of(steps, 16, 128) == expected
