"""Work in separate processes: the failure of one item costs only this item."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import psutil
import pytest

from pipeline.common.sandbox import AHEAD, Death, run_in_sandbox
from tests.misfortunes import meet
from tests.operation.office import lives, until

ROOT = Path(__file__).parents[1]
HOUR = 3600


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("crash", Death("signal", "SIGSEGV")),
        ("abort", Death("signal", "SIGABRT")),
        ("leave", Death("exit", "7")),
        ("hang", Death("seconds")),
        ("spin", Death("seconds")),
        ("stop", Death("seconds")),
        ("devour", Death("memory")),
    ],
)
@pytest.mark.thorough  # tests/intake/test_pool.py: one that hangs
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_how_a_process_dies_is_its_items_outcome(
    name: str, expected: Death, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.common.sandbox.GRACE_SECONDS", 1)
    items = ["nothing", name, "nothing"]
    found = list(
        run_in_sandbox(meet, items, seconds=1, megabytes=2048, workers=workers, writes=False)
    )
    assert found == ["nothing", expected, "nothing"]


@pytest.mark.parametrize(("count", "workers"), [(0, 2), (1, 2), (5, 1), (5 * AHEAD, 2)])
def test_outcomes_are_in_the_items_order(count: int, workers: int) -> None:
    items = range(count)
    found = run_in_sandbox(abs, items, seconds=HOUR, megabytes=2048, workers=workers, writes=False)
    assert list(found) == list(items)


def test_a_process_has_one_item_at_a_time() -> None:
    """So that its death is never taken for that of an item before."""
    items = iter(range(100))
    outcomes = run_in_sandbox(abs, items, seconds=HOUR, megabytes=2048, workers=1, writes=False)
    assert [next(outcomes) for _ in range(3)] == [0, 1, 2]
    assert next(items) == 3
    outcomes.close()  # type: ignore[attr-defined]


def test_items_are_taken_as_outcomes_are() -> None:
    """Neither the items nor the results of thousands are in memory while one is slow."""
    items = iter([1, *[0] * 100])
    outcomes = run_in_sandbox(sleep, items, seconds=HOUR, megabytes=2048, workers=2, writes=False)
    next(outcomes)
    assert len(list(items)) >= 100 - 2 * AHEAD
    outcomes.close()  # type: ignore[attr-defined]


def test_what_the_task_raises_is_raised() -> None:
    outcomes = run_in_sandbox(len, [5], seconds=HOUR, megabytes=2048, writes=False)  # type: ignore[list-item]
    with pytest.raises(TypeError, match="has no len"):
        list(outcomes)


@pytest.mark.parametrize("writes", [True, False])
def test_files_are_written_only_if_that_is_the_task(
    writes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcomes = run_in_sandbox(meet, ["write"], seconds=HOUR, megabytes=2048, writes=writes)
    if writes:
        assert list(outcomes) == ["write"]
        return
    with pytest.raises(OSError, match="too large"):
        list(outcomes)


class Unloadable:
    def __call__(self, item: str) -> None: ...

    def __reduce__(self) -> tuple[object, ...]:
        return sys.exit, ("cannot be loaded",)


def test_processes_that_do_not_start_are_our_mistake() -> None:
    with pytest.raises(RuntimeError, match="do not start"):
        list(run_in_sandbox(Unloadable(), ["a", "b"], seconds=HOUR, megabytes=2048, writes=False))


# ---- the parent ----

PARENT = """
import sys
from pipeline.common.sandbox import run_in_sandbox
from tests.misfortunes import number
if __name__ == "__main__":
    seconds, *items = sys.argv[1:]
    outcomes = run_in_sandbox(number, items, seconds=int(seconds), megabytes=2048, writes=True)
"""


def parent(folder: Path, rest: str, seconds: int, *items: str) -> subprocess.Popen[bytes]:
    """A program in another folder that is called in this one."""
    program = folder.with_suffix(".py")
    program.write_text(f"{PARENT}    {rest}")
    return subprocess.Popen(
        [sys.executable, str(program), str(seconds), *items],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("items", "seconds"),
    [
        (["hang", "hang"], HOUR),  # ends with its parent
        (["spin", "nothing"], 3),  # only the system's alarm can end it
        (["nothing", "hang"], HOUR),  # one waits for work
    ],
)
def test_no_process_outlives_a_killed_parent(
    items: list[str], seconds: int, tmp_path: Path
) -> None:
    with parent(tmp_path, "list(outcomes)", seconds, *items) as run:
        until(lambda: all((tmp_path / f"{item}.pid").exists() for item in items))
        family = psutil.Process(run.pid).children(recursive=True)
        assert len(family) >= len(items)
        run.send_signal(signal.SIGKILL)
    until(lambda: not any(lives(process.pid) for process in family))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "rest",
    [
        "list(outcomes)",
        "next(outcomes); sys.exit(0)",  # and nobody has closed them
        "next(outcomes); outcomes.close()",
        "next(outcomes); del outcomes",
    ],
)
@pytest.mark.parametrize("items", [["nothing"], ["nothing", "leave"], ["nothing"] * 5 + ["crash"]])
def test_nothing_is_printed(rest: str, items: list[str], tmp_path: Path) -> None:
    """However the outcomes end, and also while a process is just being started."""
    with parent(tmp_path, rest, HOUR, "speak", *items) as run:
        assert run.communicate(timeout=300) == (b"", b"")
    assert run.returncode == 0


def test_a_strangers_module_is_not_imported(tmp_path: Path) -> None:
    """The current folder may be that of the submissions."""
    for name in ("json", "pickle", "signal", "multiprocessing", "pebble", "polars"):
        (tmp_path / f"{name}.py").write_text("open('imported', 'w')")
    with parent(tmp_path, "assert list(outcomes)", HOUR, "nothing") as run:
        run.communicate()
    assert run.returncode == 0
    assert not (tmp_path / "imported").exists()
