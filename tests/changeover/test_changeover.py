"""The changeover from version 0.1: its last quarter, its register, ratings and forms are read.

`version_0_1` is what 0.1.0 wrote: the publication of 2026-Q2 (tables without checksums, state with
fewer columns, run.json), the register, and the next quarter's forms and ratings.
"""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from pipeline.cli import main
from tests.shared import made_once

pytestmark = pytest.mark.thorough
OLD = Path(__file__).parent / "version_0_1"
BEFORE, NOW = "2026-Q2", "2026-Q3"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the old quarter, and the next one reviewed by this version; only to be read."""

    def make(folder: Path) -> None:
        shutil.copytree(OLD, folder, dirs_exist_ok=True)
        places = ["--inputs", str(folder / "inputs"), "--outputs", str(folder / "outputs")]
        assert main(["run", NOW, *places, "--direct"]) == 0

    return made_once(tmp_path_factory, "changeover", make)


def table(world: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(world / "outputs" / NOW / "data" / f"{name}.parquet")


def test_every_old_form_is_reviewed_or_superseded(world: Path) -> None:
    outcomes = table(world, "submissions")["outcome"]
    assert set(outcomes) == {"reviewed", "superseded"}
    assert outcomes.len() == len([*(OLD / "inputs" / NOW / "submissions").iterdir()])


def test_the_old_quarter_is_compared_with(world: Path) -> None:
    record = json.loads((world / "outputs" / NOW / "run.json").read_text(encoding="utf-8"))
    assert [*record["earlier"]] == [BEFORE]
    changes = table(world, "changes")
    assert not changes.is_empty()
    assert changes["cause"].null_count() == 0


def test_the_old_ratings_count(world: Path) -> None:
    criteria = table(world, "criteria")
    assert not criteria.filter(pl.col("basis") == "assessed").is_empty()


def test_the_old_register_gives_roles(world: Path) -> None:
    coverage = table(world, "coverage")
    assert coverage.filter(pl.col("expected")).height > 0
    assert coverage["role"].null_count() < coverage.height


def test_the_old_publication_is_read_only(world: Path) -> None:
    old = {path.relative_to(OLD) for path in OLD.rglob("*") if path.is_file()}
    changed = [path for path in old if (world / path).read_bytes() != (OLD / path).read_bytes()]
    assert not changed
