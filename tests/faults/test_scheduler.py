"""A Dask cluster gives the same results for batches as this process, whatever its workers do."""

import importlib.util
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from pipeline.cli import main
from pipeline.common import periods
from pipeline.common.frames import frames_of, stack_all
from pipeline.common.settings import load_settings
from pipeline.common.stages import in_batches
from pipeline.figures.each_submission import ProcessingOptions, Received, join_batches
from pipeline.intake.sent_file import numbered
from pipeline.operation import scheduler
from pipeline.operation.scheduler import SchedulerError, connected
from pipeline.read import ReadBatch, read_and_examine, read_batch
from tests.intake.raw import row, xlsx

from .cluster import Processes, cluster

WANTED = frozenset({"s"})
HERE = load_settings().intake
ASKED = ProcessingOptions(load_settings(), periods.last_day("2026-Q3"))
EXAMINE = partial(read_and_examine, ASKED)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as running:
        yield running


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> list[ReadBatch]:
    """Return batches of workbooks, including unreadable ones and one without read permission."""
    folder = tmp_path_factory.mktemp("submissions")
    paths = [folder / f"{number:02}.xlsx" for number in range(14)]
    for number, path in enumerate(paths):
        cells = "".join(f"<c><v>{number * column}</v></c>" for column in range(1, 200))
        path.write_bytes(xlsx(row(f"{cells}<c t='s'><v>1</v></c>")))
    paths[5].write_bytes(b"%PDF-1.4")
    paths[11].unlink()
    paths[11].symlink_to(paths[0])
    files = numbered(paths, [path.name for path in paths])
    return [ReadBatch(some, HERE, WANTED) for some in in_batches(files, 5)]


@pytest.fixture(scope="module")
def here(batches: list[ReadBatch]) -> Received:
    """Return what this machine makes of the batches."""
    return join_batches([EXAMINE(batch) for batch in batches])


def there(address: str, batches: list[ReadBatch]) -> Received:
    """Return what a cluster makes of the batches, several at a time, as the tasks of a flow do."""
    with connected(address) as call, ThreadPoolExecutor(4) as threads:
        return join_batches(list(threads.map(partial(call, EXAMINE), batches)))


def same(one: Received, other: Received) -> None:
    frames = [
        {"files": s.files, "refusals": s.refusals, **frames_of(stack_all(s.parts))}
        for s in (one, other)
    ]
    for name, frame in frames[0].items():
        assert_frame_equal(frame, frames[1][name])


@pytest.mark.soak
def test_the_cluster_makes_what_we_make(
    processes: Processes, batches: list[ReadBatch], here: Received
) -> None:
    same(there(processes.address, batches), here)


@pytest.mark.soak
def test_a_file_that_kills_its_reader_does_not_kill_the_worker(
    processes: Processes, batches: list[ReadBatch], tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.xlsx"
    bomb.write_bytes(xlsx("".join(row(f"<c><v>{n}</v></c>" * 100, "") for n in range(3000))))
    small = ReadBatch(numbered([bomb], ["bomb.xlsx"]), replace(HERE, max_cells=9), WANTED)
    with connected(processes.address) as call:
        assert call(read_batch, small).refusals["code"].to_list() == ["too_large"]
        assert call(read_batch, batches[0]).readings


@pytest.mark.soak
def test_another_version_on_a_worker_is_said(
    processes: Processes, batches: list[ReadBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "code_version", lambda: "ours")
    with pytest.raises(SchedulerError, match="andere Fassung"):
        there(processes.address, batches)


@pytest.mark.soak
def test_a_killed_worker_costs_time_alone(
    processes: Processes, batches: list[ReadBatch], here: Received
) -> None:
    from distributed import Client

    with Client(processes.address, set_as_default=False) as client:
        victim = sorted(client.run(os.getpid).values())[0]

        def kill_while_it_works() -> None:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and not any(client.processing().values()):
                time.sleep(0.005)
            os.kill(victim, signal.SIGKILL)

        thread = threading.Thread(target=kill_while_it_works)
        thread.start()
        found = there(processes.address, batches)
        thread.join()
        same(found, here)
        assert victim not in client.run(os.getpid).values()


# ---------------------------------------------------------------------------------- wrong addresses
@pytest.mark.soak
@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("tcp://127.0.0.1:1", 1, "antwortet nicht"),
        ("nonsense://x", 2, "keine Adresse"),
        ("", 2, "keine Adresse"),
    ],
)
def test_a_bad_address_is_said_within_seconds(
    address: str,
    code: int,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "CONNECT_SECONDS", 1)
    arguments = ["run", "2026-Q3", "--scheduler", address, "--outputs", str(tmp_path)]
    assert main(arguments) == code
    assert words in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock"]


def test_a_missing_extra_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n: None if n == "distributed" else real(n)
    )
    arguments = ["run", "2026-Q3", "--scheduler", "tcp://x:1", "--outputs", str(tmp_path)]
    assert main([*arguments, "--lang", "en"]) == 2
    assert "cluster-review[dask]" in capsys.readouterr().err


def test_direct_and_scheduler_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "2026-Q3", "--direct", "--scheduler", "tcp://x:1"]) == 2
    assert "--direct" in capsys.readouterr().err
