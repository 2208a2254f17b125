"""When the two readers of .xls agree on a cell, and where the second one is known to be wrong."""

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import xlrd

from pipeline.intake.xls import agree

TEXT, NUMBER, DATE = xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE
BOOLEAN, ERROR = xlrd.XL_CELL_BOOLEAN, xlrd.XL_CELL_ERROR
FROM_1904 = 1


@pytest.mark.parametrize(
    ("kind", "value", "other", "same"),
    [
        (TEXT, "Name", "Name", True),
        (TEXT, "Name", "N\0a\0m\0e\0", True),  # two bytes a letter taken for one
        (TEXT, "Name", "Nam", False),
        (TEXT, "Name", "", False),
        (TEXT, "1", 1.0, False),
        (NUMBER, 1.5, 1.5, True),
        (NUMBER, 1.5, 1.25, False),
        (NUMBER, 1.5, "", False),
        (NUMBER, 1.0, True, False),
        (NUMBER, float("nan"), float("nan"), True),
        (NUMBER, 1e300, 1e300, True),
        (NUMBER, 17.0, date(1900, 1, 17), True),  # a format of its own taken for a date
        (DATE, 45000.0, date(2023, 3, 15), True),
        (DATE, 45000.0, date(2023, 3, 16), False),
        (DATE, 45000.5, datetime(2023, 3, 15, 12), True),
        (DATE, 1.0, date(1900, 1, 1), True),
        (DATE, 1.0, date(1900, 1, 2), False),
        (DATE, 0.5, time(12), True),
        (DATE, 1.5, timedelta(hours=36), True),
        (DATE, -5.0, time(7, 42), True),  # no day at all
        (BOOLEAN, 1, True, True),
        (BOOLEAN, 1, False, False),
        (BOOLEAN, 1, 1.0, False),
        (ERROR, 0x17, "", True),
        (ERROR, 0x17, 1.0, False),
    ],
)
def test_agree(kind: int, value: Any, other: Any, same: bool) -> None:
    assert agree(SimpleNamespace(ctype=kind, value=value), other, 0) is same


def test_agree_from_1904() -> None:
    cell = SimpleNamespace(ctype=DATE, value=43538.0)
    assert agree(cell, date(2023, 3, 15), FROM_1904)
    assert not agree(cell, date(2019, 3, 14), FROM_1904)
