"""The form knows which rows are filled in, however many columns a table has."""

import pytest

from pipeline.report.form import calculation
from pipeline.report.form.calculation import Calculation, add_rows
from pipeline.report.form.plan import Filled, tables


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_table_may_have_any_number_of_columns(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = tables()[0]
    narrow = sheet.model_copy(update={"fields": sheet.fields[:count]})
    monkeypatch.setattr(calculation, "tables", lambda: [narrow])
    sums = Calculation(Filled())
    add_rows(sums)
    column = sums.columns[f"{sheet.key}_row"]
    formula = sums.resolved(column.formula, sums.addresses(), column.last)
    assert formula.startswith("SIGN(")
    assert formula.count("{") == (count > 1)
