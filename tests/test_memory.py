"""What keeps a large portfolio in little memory: few results wait, frames are packed."""

import pickle
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import polars as pl
import pytest

from pipeline.common.packed import Packed
from pipeline.common.stages import in_turn
from pipeline.tables.in_folder import TablesIn, lazy

FRAME = pl.DataFrame(
    {"cluster_id": ["A", "A", "B", None], "n": [1, 2, 3, 4], "texts": [["x"], [], None, ["ü", "y"]]}
)
NAMES = ("actors", "clusters")


@pytest.mark.parametrize("ahead", [1, 2, 3, 50])
@pytest.mark.parametrize("number", [0, 1, 7])
def test_results_come_in_order_and_few_are_begun_ahead(number: int, ahead: int) -> None:
    begun = 0

    def works() -> Iterator[Future[int]]:
        nonlocal begun
        for one in range(number):
            begun += 1
            done = Future[int]()
            done.set_result(one)
            yield done

    waiting, taken = deque[Future[int]](), []
    for result in in_turn(works(), waiting, ahead):
        taken.append(result)
        assert begun - len(taken) < ahead
    assert taken == list(range(number))
    assert begun == number
    assert not waiting


def test_a_packed_frame_is_the_same_when_it_is_unpacked() -> None:
    packed = pickle.loads(pickle.dumps(Packed.of(FRAME)))
    assert packed.height == FRAME.height
    assert packed.unpacked().equals(FRAME)
    own = packed.filter(pl.col("cluster_id").is_in(["A"]))
    assert (own.height, own.unpacked().equals(FRAME.head(2))) == (2, True)
    assert Packed.of(FRAME.clear()).unpacked().schema == FRAME.schema


@pytest.fixture
def tables(tmp_path: Path) -> TablesIn:
    for name in NAMES:
        FRAME.write_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "run.json").write_text("{}")
    return TablesIn(tmp_path)


def test_tables_of_a_folder_are_a_mapping(tables: TablesIn) -> None:
    sent = pickle.loads(pickle.dumps(tables))
    assert (list(sent), len(sent)) == (list(NAMES), len(NAMES))
    assert all(table.equals(FRAME) for table in sent.values())
    assert "rows" not in sent
    assert sent.get("rows") is None
    with pytest.raises(KeyError, match="rows"):
        sent["rows"]


def test_a_large_table_is_read_as_far_as_it_is_asked_for(tables: TablesIn) -> None:
    asked = [lazy(source, "actors").select("n").collect() for source in (tables, dict(tables))]
    assert all(found.equals(FRAME.select("n")) for found in asked)
