"""A thin period replaces nothing (contract 4): the limit, on the side and exactly."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from pipeline.common.errors import NothingPublishedError
from pipeline.common.settings import load_settings
from pipeline.history.earlier import read_before
from pipeline.history.model import TABLES
from pipeline.history.published import published_before
from pipeline.publication.request import Request
from pipeline.run import refuse_thin

PERIOD = "2026-Q3"


def clusters(count: int) -> list[str]:
    return [f"DE-{n:04}" for n in range(count)]


def done(reviewed: int, expected: int) -> Any:
    """The coverage of a review: the expected clusters, and one that is not expected."""
    names = clusters(expected + 1)
    coverage = {"cluster_id": names, "expected": [True] * expected + [False]}
    table = pl.DataFrame({"cluster_id": clusters(reviewed)}, schema={"cluster_id": pl.String})
    return SimpleNamespace(tables={"coverage": pl.DataFrame(coverage), "clusters": table})


def request(root: Path, *, accept: bool = False) -> Request:
    return Request(PERIOD, root / "inputs", root / "outputs", (), accept_missing=accept)


def with_register(root: Path) -> Path:
    (root / "inputs").mkdir()
    (root / "inputs" / "register.xlsx").touch()
    return root


def with_publication(root: Path, period: str, count: int) -> Path:
    folder = root / "outputs" / period
    (folder / "data").mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    for name, columns in TABLES.items():
        table = pl.DataFrame(dict.fromkeys(columns.split(), clusters(count)))
        table.write_parquet(folder / "data" / f"{name}.parquet")
    return root


def is_refused(asked: Request, reviewed: int, expected: int) -> bool:
    try:
        settings = load_settings()
        before = read_before(published_before(asked.outputs, PERIOD), PERIOD, settings)
        refuse_thin(asked, settings, done(reviewed, expected), before)
    except NothingPublishedError:
        return True
    return False


@pytest.mark.parametrize(
    ("reviewed", "expected", "refused"),
    [
        (799, 1000, True),
        (800, 1000, False),
        (343, 429, True),  # 79.95 %
        (344, 430, False),  # 80 % exactly
        (4, 5, False),
        (3, 4, True),
        (0, 1, True),
        (0, 0, False),  # nobody is expected
    ],
)
def test_the_limit_by_the_register(
    reviewed: int, expected: int, refused: bool, tmp_path: Path
) -> None:
    root = with_register(tmp_path)
    assert is_refused(request(root), reviewed, expected) is refused
    assert not is_refused(request(root, accept=True), reviewed, expected)


def test_clusters_nobody_expects_do_not_fill_the_gap(tmp_path: Path) -> None:
    review = done(5, 5)
    names = pl.DataFrame({"cluster_id": [*clusters(3), "DE-8888", "DE-9999"]})
    review.tables["clusters"] = names
    with pytest.raises(NothingPublishedError, match="3 von 5"):
        refuse_thin(request(with_register(tmp_path)), load_settings(), review, None)


@pytest.mark.parametrize(
    ("earlier", "reviewed", "refused"),
    [
        ({"2026-Q2": 10}, 7, True),
        ({"2026-Q2": 10}, 8, False),
        ({"2026-Q1": 5, "2026-Q2": 10}, 5, True),  # the latest before counts
        ({"2026-Q4": 10}, 1, False),  # a later one does not
        ({}, 1, False),
    ],
)
def test_without_a_register_the_period_before_says_who_is_expected(
    earlier: dict[str, int], reviewed: int, refused: bool, tmp_path: Path
) -> None:
    for period, count in earlier.items():
        with_publication(tmp_path, period, count)
    assert is_refused(request(tmp_path), reviewed, 0) is refused
    assert not is_refused(request(tmp_path, accept=True), reviewed, 0)


def test_an_empty_review_never_replaces_a_publication(tmp_path: Path) -> None:
    with_publication(tmp_path, PERIOD, 3)
    assert is_refused(request(tmp_path, accept=True), 0, 0)
