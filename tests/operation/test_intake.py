"""The nightly check looks at what is new or has changed; it writes only below .intake."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.common.stages import SHOW, Direct, Stage
from pipeline.demo import write_portfolio
from pipeline.operation.intake import NightlyCheck, check_new

PERIOD = "2026-Q3"


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder, 2, [PERIOD], 1)
    for path in sorted((folder / PERIOD / "submissions").iterdir())[2:]:
        path.unlink()
    return folder


class Checks:
    """Nights over one portfolio, and how many files each of them has read."""

    def __init__(self, inputs: Path, outputs: Path) -> None:
        self.inputs, self.outputs, self.reads = inputs, outputs, 0
        self.sent = inputs / PERIOD / "submissions"
        self.copies = outputs / ".intake" / PERIOD / "feedback"

    def count(self, stage: Stage, done: int, total: int) -> None:
        if stage == Stage.READ and done == 0:
            self.reads += total

    def night(self) -> NightlyCheck:
        before = SHOW.set(self.count)
        try:
            return check_new(self.inputs, self.outputs, PERIOD, "de", Direct())
        finally:
            SHOW.reset(before)


def test_nights(portfolio: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    shutil.copytree(portfolio, inputs)
    checks = Checks(inputs, tmp_path / "outputs")
    one, other = sorted(checks.sent.iterdir())

    first = checks.night()
    assert (len(first.rows), first.all, first.quarantined) == (2, 2, 0)
    assert len(list(checks.copies.iterdir())) == 2
    assert [p.name for p in checks.outputs.iterdir()] == [".intake"]

    one.touch()
    assert checks.night().rows == []  # another time, the same content
    assert checks.reads == 2

    one.write_bytes(b"no workbook")
    (row,) = checks.night().rows
    assert (row["source_file"], row["outcome"], row["errors"]) == (one.name, "quarantined", 1)
    assert checks.reads == 3

    other.unlink()
    assert checks.night().all == 1
    assert [p.name for p in checks.copies.iterdir()] == [f"{one.name}.feedback.xlsx"]

    (checks.copies.parent / ".killed").mkdir()
    (checks.copies.parent / "checked.json").write_text("[1]")
    assert len(checks.night().rows) == 1  # a damaged memory: all is checked again
    assert sorted(p.name for p in checks.copies.parent.iterdir()) == ["checked.json", "feedback"]
    known = json.loads((checks.copies.parent / "checked.json").read_text())
    assert set(known) == {one.name}


def test_a_mapping_that_changes_makes_all_new(portfolio: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    shutil.copytree(portfolio, inputs)
    checks = Checks(inputs, tmp_path / "outputs")
    for path in sorted(checks.sent.iterdir())[1:]:
        path.unlink()
    assert len(checks.night().rows) == 1
    (inputs / PERIOD / "mappings").mkdir()
    mapping = (
        'title = "x"\n[recognise]\nfile = "other*.xlsx"\n[[sheets]]\nfrom = "A"\nto = "Akteure"\n'
    )
    (inputs / PERIOD / "mappings" / "x.toml").write_text(mapping)
    assert len(checks.night().rows) == 1
    assert checks.night().rows == []
