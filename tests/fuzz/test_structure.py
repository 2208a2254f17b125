"""However the sheets are laid out, the reading is that of the canonical layout up to addresses."""

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.declaration import submission

from .arranging import arranged
from .books import Drawn, Seen, see
from .drawing import books
from .effort import examples

pytestmark = pytest.mark.thorough
WAYS = 6
"""How many rearrangements of one workbook are read together with it."""
OF_THE_LAYOUT = ["unknown_column", "office_field"]
AT_THE_FIRST_CELL = ["total_row", "heading_row", "default_rows"]
"""Which cell of a row comes first hangs on the order of the columns."""


@examples(4)
@given(books(), st.integers(0, 2**32))
def test_the_layout_does_not_matter(one: Drawn, seed: int) -> None:
    chance = random.Random(seed)
    ways = [arranged(one, chance) for _ in range(WAYS)]
    seen = see([one, *(drawn for drawn, _, _ in ways)])
    for file, (_, names, moved) in enumerate(ways, 1):
        for sheet in submission().sheets:
            down = 0 if sheet.layout == "form" else moved[sheet.key]
            assert table(seen, sheet.key, file, down) == table(seen, sheet.key, 0, 0), sheet.key
            own = texts(seen, file, names[sheet.key])
            assert own == texts(seen, 0, sheet.name["de"]), sheet.key


def table(seen: Seen, sheet: str, file: int, down: int) -> dict[int, dict[str, object]]:
    """The valid rows of a sheet by their numbers, less what the layout changes."""
    rows = seen.valid(sheet, file)
    return {
        row - down: {k: v for k, v in values.items() if k not in ("file", "row")}
        for row, values in rows.items()
    }


def texts(seen: Seen, file: int, name: str) -> list[tuple[str, ...]]:
    """The findings of a sheet without addresses; a strange column is a finding of the layout."""
    found = seen.findings(file).filter(pl.col("sheet") == name)
    found = found.filter(~pl.col("code").is_in(OF_THE_LAYOUT))
    first = pl.when(~pl.col("code").is_in(AT_THE_FIRST_CELL)).then("value")
    found = found.with_columns(value=first.fill_null(""))
    return sorted(found.select("severity", "code", "value").iter_rows())


@examples(3)
@given(books())
def test_a_missing_sheet_changes_no_other(one: Drawn) -> None:
    sheets = submission().sheets
    partial = [
        Drawn({name: grid for name, grid in one.sheets.items() if name != sheet.name["de"]})
        for sheet in sheets
    ]
    seen = see([one, *partial])
    for file, missing in enumerate(sheets, 1):
        found = seen.findings(file)
        assert missing.name["de"] in found.filter(pl.col("code") == "missing_sheet")["sheet"]
        for sheet in sheets:
            if sheet != missing:
                assert table(seen, sheet.key, file, 0) == table(seen, sheet.key, 0, 0)
