"""The processes that read: they may die, hang or be replaced; every other file is read."""
# ruff: noqa: E501  (XML as it is written)

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.intake import pool
from pipeline.intake.frames import stack
from pipeline.intake.pool import Pool, Reader, read_many
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal

from .raw import LIMITS, row, xlsx

WANTED = frozenset({"s"})


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


def test_processes_started_ahead_read_and_those_without_work_end(tmp_path: Path) -> None:
    pool.start_ahead()
    started = list(pool.SPARE)
    found = list(read_many(files(tmp_path, 1), LIMITS, WANTED))
    assert [first_number(reading) for reading in found] == [0]
    used = [process for process in started if process not in pool.SPARE]
    assert len(used) == 1
    for process in pool.SPARE:
        process.connection.close()
        assert process.process.wait(30) == 0
    pool.SPARE.clear()


def test_stacked(tmp_path: Path) -> None:
    found = [r for r in read_many(files(tmp_path, 3), LIMITS, WANTED) if isinstance(r, Reading)]
    sheets, cells = stack(zip((4, 5, 9), found, strict=True))
    assert sheets.drop("repaired").rows() == [(4, 0, "S"), (5, 0, "S"), (9, 0, "S")]
    assert cells.drop("number").rows()[:2] == [
        (4, 0, 1, 1, 110, None),
        (4, 0, 1, 2, 115, "eins & 1"),
    ]
    assert cells["number"].to_list()[::2] == [0, 1, 2]
    assert cells["text"].to_list()[1::2] == ["eins & 1"] * 3


def test_nothing_stacked() -> None:
    sheets, cells = stack([])
    assert (sheets.height, cells.height) == (0, 0)


class Faulty(Reader):
    """A reader whose process meets a misfortune when it is given the second file."""

    signal: signal.Signals

    def give(self, number: int, paths: list[Path]) -> None:  # type: ignore[override]
        super().give(number, paths)
        if number == 1:
            os.kill(self.process.pid, self.signal)


class Killed(Faulty):
    signal = signal.SIGKILL


class Stopped(Faulty):
    signal = signal.SIGSTOP


@pytest.mark.parametrize(
    ("reader", "code", "reason"),
    [(Killed, "reader_crash", "signal"), (Stopped, "timeout", "seconds")],
)
def test_a_process_that_dies_or_hangs_costs_one_file(
    reader: type[Reader], code: str, reason: str, tmp_path: Path
) -> None:
    paths = files(tmp_path, 4)
    limits = replace(LIMITS, max_seconds=3)
    first = reader(limits, WANTED)
    while not first.is_ready:
        first.receive()
    found = list(Pool(paths, [first]).outcomes())
    lost = [outcome for outcome in found if isinstance(outcome, Refusal)]
    assert [(refusal.code, refusal.reason) for refusal in lost] == [(code, reason)]
    kept = [first_number(outcome) for outcome in found if isinstance(outcome, Reading)]
    assert len(kept) == 3
    assert set(kept) < {0, 1, 2, 3}
    assert first.process.returncode is not None


def test_a_process_that_never_starts_is_our_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="does not start"):
        list(read_many(files(tmp_path, 1), LIMITS, WANTED))


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


def test_nobody_is_left_when_the_caller_goes(tmp_path: Path) -> None:
    outcomes: Iterator[Reading | Refusal] = read_many(files(tmp_path, 9), LIMITS, WANTED)
    next(outcomes)
    readers = outcomes.gi_frame.f_locals["self"].readers  # type: ignore[attr-defined]
    outcomes.close()  # type: ignore[attr-defined]
    assert all(reader.process.returncode is not None for reader in readers)


def test_nothing_is_printed(tmp_path: Path) -> None:
    """Not even when the process that asked ends in the middle."""
    paths = [str(path) for path in files(tmp_path, 6)]
    code = (
        "import sys; from pathlib import Path; from pipeline.intake.pool import read_many; "
        "from pipeline.settings import load_settings; "
        "n = read_many([Path(p) for p in sys.argv[1:]], load_settings().intake, frozenset({'s'})); "
        "next(n); sys.exit(0)"
    )
    env = {**os.environ, "PYTHONPATH": str(pool.ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, env=env, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_strangers_module_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """We may stand in the folder of the submissions when we are called."""
    (tmp_path / "zipfile.py").write_text("raise SystemExit('stranger')")
    (tmp_path / "pipeline.py").write_text("raise SystemExit('stranger')")
    paths = files(tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    (reading,) = read_many([Path(paths[0].name)], LIMITS, WANTED)
    assert first_number(reading) == 0
