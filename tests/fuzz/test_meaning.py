"""What is added and means nothing changes no figure; what changes one is told where it stands."""

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables.findings import kinds
from tests.parse.making import KEYS, Done, done

from .adding import SHEETS, added, workbook
from .changing import Change, changed
from .effort import examples

pytestmark = pytest.mark.thorough
WAYS = 60
"""How many workbooks are read together."""
LEFT_OUT = ["total_row", "heading_row", "note_row", "default_rows", "no_answer"]
"""Hints that contract 1.2 wants of rows that are left out, and of words for nothing."""


@examples(2)
@given(st.integers(0, 2**32))
def test_what_means_nothing_changes_no_figure(seed: int) -> None:
    chance = random.Random(seed)
    base = workbook(chance)
    works = [added(base, chance) for _ in range(WAYS)]
    seen = done([base, *(work.grids for work in works)])
    for number, work in enumerate(works, 1):
        found = told(seen, number)
        for sheet in SHEETS:
            where = (sheet, work.told, work.grids[sheet], found)
            assert values(seen, number, sheet) == values(seen, 0, sheet), where
        for sheet, row, code in work.told:
            at = [(f_row, f_code) for f_sheet, f_row, f_code, _ in found if f_sheet == sheet]
            assert (row, code) in at or (not row and code in {c for _, c in at}), (work.told, found)


def values(seen: Done, number: int, sheet: str, without: str = "") -> list[tuple[object, ...]]:
    """What stands in the rows of data of a sheet, wherever they stand; without a column."""
    return seen.table(number, sheet).drop("file", "row", without, strict=False).rows()


def told(seen: Done, number: int) -> list[tuple[str, int, str, str]]:
    """Sheet, row, code and variant of the findings of a workbook."""
    names = {key: sheet for sheet, key in KEYS.items()}
    found = seen.found.filter(pl.col("file") == number)
    rows = found.select("sheet_key", "row", "code", "check").iter_rows()
    return [(names[key], row, code, check or "") for key, row, code, check in rows]


@examples(2)
@given(st.integers(0, 2**32))
def test_what_changes_a_figure_is_told_where_it_stands(seed: int) -> None:
    chance = random.Random(seed)
    base = workbook(chance)
    changes = [changed(base, chance) for _ in range(WAYS)]
    seen = done([base, *(change.grids for change in changes)])
    for number, change in enumerate(changes, 1):
        for sheet in SHEETS:
            if sheet != change.sheet:
                assert values(seen, number, sheet) == values(seen, 0, sheet), change.what
        before, after = (values(seen, n, change.sheet, change.name) for n in (0, number))
        same = before == after and not change.always
        assert same or is_told(seen, number, change), (change, told(seen, number))


def is_told(seen: Done, number: int, change: Change) -> bool:
    """Whether a finding that is more than a hint stands at the change."""
    found = seen.found.filter(pl.col("file") == number, sheet_key=KEYS[change.sheet])
    found = found.filter(pl.col("row") == change.row)
    here = [change.column, None] if change.column else found["column"].to_list()
    rows = found.select("column", "code", "check").iter_rows()
    return any(code in LEFT_OUT or (at in here and grave(code, check)) for at, code, check in rows)


def grave(code: str, check: str | None) -> bool:
    """Whether a finding is a warning or an error."""
    variants = kinds()[code].variants
    return (variants[check] if check in variants else kinds()[code]).severity != "info"
