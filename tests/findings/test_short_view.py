"""Findings as many as one can read."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tables.short_view import left_out, shorten, with_range


def frame(rows: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    names = ["source_file", "sheet", "code", "cell"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


FOUND = frame(
    [
        ("a", "Akteure", "bad_type", "C2"),
        ("a", "Akteure", "bad_date", "D2"),
        ("a", "Akteure", "bad_type", "C3"),
        ("a", "Akteure", "bad_type", "C4"),
        ("a", "Gremien", "bad_type", "C4"),
        ("a", "Akteure", "bad_type", "C5"),
        ("b", "Akteure", "bad_type", "C2"),
    ]
)


@pytest.mark.parametrize(
    ("most", "cells", "others"),
    [
        (1, ["C2", "D2", "C4", "C2"], [3, 0, 0, 0]),
        (2, ["C2", "D2", "C3", "C4", "C2"], [0, 0, 2, 0, 0]),
        (4, ["C2", "D2", "C3", "C4", "C4", "C5", "C2"], [0] * 7),
        (9, ["C2", "D2", "C3", "C4", "C4", "C5", "C2"], [0] * 7),
    ],
)
def test_shorten(most: int, cells: list[str], others: list[int]) -> None:
    shown = shorten(FOUND, most)
    assert shown["cell"].to_list() == cells
    assert shown["others"].to_list() == others
    assert shown.columns == [*FOUND.columns, "others"]
    assert shown.schema["others"] == pl.Int64


def test_what_is_left_out_is_between_cells() -> None:
    assert left_out(FOUND, 1).rows() == [("a", "Akteure", "bad_type", "C3", "C5")]
    ranges = with_range(FOUND, 2).select("from_cell", "to_cell").rows()
    assert ranges == [(None, None), (None, None), ("C4", "C5"), (None, None), (None, None)]


def test_of_nothing_nothing_is_shown() -> None:
    assert with_range(FOUND.clear(), 3).is_empty()


def test_at_least_one_is_shown() -> None:
    with pytest.raises(ValueError, match="at least one"):
        shorten(FOUND, 0)


kinds = st.tuples(*(st.sampled_from("ab") for _ in range(3)), st.just("C1"))


@given(st.lists(kinds, max_size=30), st.integers(1, 5))
def test_shown_and_left_out_are_all(rows: list[tuple[str, str, str, str]], most: int) -> None:
    found = frame(rows)
    shown = shorten(found, most)
    assert shown.height + shown["others"].sum() == found.height
    kept = shown.group_by("source_file", "sheet", "code").len()["len"]
    assert kept.is_empty() or kept.max() <= most
