"""Letters of columns and their numbers."""

import pytest

from pipeline.common.column_letters import column_letters, column_number


@pytest.mark.parametrize(("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")])
def test_columns_by_letters(column: int, name: str) -> None:
    assert column_letters(column) == name
    assert column_number(name) == column
