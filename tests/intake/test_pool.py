"""The reading processes: they may die, hang or be replaced; every other file is read."""
# ruff: noqa: E501  (XML as it is written)

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.common.limits import Limits
from pipeline.common.sandbox import Death
from pipeline.intake.frames import stack
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_many, read_one, refused

from .raw import LIMITS, row, xlsx

WANTED = frozenset({"s"})
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("processes")


def files(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.xlsx" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(xlsx(row(f"<c><v>{number}</v></c><c t='s'><v>1</v></c>")))
    return paths


def first_number(outcome: Reading | Refusal) -> float:
    assert isinstance(outcome, Reading)
    return outcome.cells.number[0]


@pytest.mark.parametrize(("count", "workers"), [(0, 2), (1, 2), (7, 2), (5, 1)])
def test_in_order(count: int, workers: int, tmp_path: Path) -> None:
    found = list(read_many(files(tmp_path, count), replace(LIMITS, workers=workers), WANTED))
    assert [first_number(reading) for reading in found] == list(range(count))


def test_stacked(tmp_path: Path) -> None:
    found = [r for r in read_many(files(tmp_path, 3), LIMITS, WANTED) if isinstance(r, Reading)]
    sheets, cells = stack(zip((4, 5, 9), found, strict=True))
    assert sheets.select("file", "sheet", "name").rows() == [(4, 0, "S"), (5, 0, "S"), (9, 0, "S")]
    assert cells.drop("number").rows()[:2] == [
        (4, 0, 1, 1, 110, None),
        (4, 0, 1, 2, 115, "eins & 1"),
    ]
    assert cells["number"].to_list()[::2] == [0, 1, 2]
    assert cells["text"].to_list()[1::2] == ["eins & 1"] * 3


def test_nothing_stacked() -> None:
    sheets, cells = stack([])
    assert (sheets.height, cells.height) == (0, 0)


@pytest.mark.parametrize(
    ("death", "refusal"),
    [
        (Death("seconds"), ("timeout", "seconds", {"limit": LIMITS.max_seconds})),
        (Death("memory"), ("too_large", "memory", {"limit": LIMITS.max_memory_mb})),
        (Death("signal", "SIGSEGV"), ("reader_crash", "signal", {"why": "SIGSEGV"})),
        (Death("exit", "7"), ("reader_crash", "exit", {"why": "7"})),
    ],
)
def test_a_death_is_a_refusal(death: Death, refusal: tuple[str, str, dict[str, str]]) -> None:
    said = refused(death, LIMITS)
    assert (said.code, said.reason, said.details) == refusal


def test_a_file_that_hangs_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network share of the file hangs, not the reader."""
    paths = files(tmp_path, 3)
    limits = replace(LIMITS, max_seconds=1, workers=1)
    monkeypatch.setattr("pipeline.intake.worker.read_one", hanging_at_one)
    found = list(read_many(paths, limits, WANTED))
    assert [isinstance(outcome, Refusal) for outcome in found] == [False, True, False]
    assert found[1].args[:2] == ("timeout", "seconds")  # type: ignore[union-attr]


def hanging_at_one(path: Path, limits: Limits, wanted: frozenset[str]) -> Reading | Refusal:
    if path.stem == "1":
        time.sleep(3600)
    return read_one(path, limits, wanted)


def test_too_little_memory_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = "".join(row(f"<c><v>{n}</v></c>" * 100, "") for n in range(3000))
    path.write_bytes(xlsx(rows))
    (refusal,) = read_many([path], replace(LIMITS, max_memory_mb=60), WANTED)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reason, refusal.details) == (
        "too_large",
        "memory",
        {"limit": 60},
    )


def test_nothing_is_printed(tmp_path: Path) -> None:
    """Not even when the process that asked ends in the middle."""
    paths = [str(path) for path in files(tmp_path, 6)]
    code = (
        "import sys; from pathlib import Path; from pipeline.intake.worker import read_many; "
        "from pipeline.common.settings import load_settings; "
        "n = read_many([Path(p) for p in sys.argv[1:]], load_settings().intake, frozenset({'s'})); "
        "next(n); sys.exit(0)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, env=env, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_strangers_module_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The current folder may be that of the submissions."""
    (tmp_path / "zipfile.py").write_text("raise SystemExit('stranger')")
    (tmp_path / "pipeline.py").write_text("raise SystemExit('stranger')")
    paths = files(tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    (reading,) = read_many([Path(paths[0].name)], LIMITS, WANTED)
    assert first_number(reading) == 0
