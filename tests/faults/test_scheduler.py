"""Reading on a Dask cluster gives what reading here gives, whatever becomes of its workers."""

import importlib.util
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline import scheduler as scheduling
from pipeline.cli import main
from pipeline.intake.gather import gather
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_many
from pipeline.scheduler import Cluster, connected
from pipeline.settings import load_settings
from pipeline.trouble import NothingPublishedError
from tests.intake.raw import row, xlsx

from .cluster import Processes, cluster

WANTED = frozenset({"s"})
HERE = load_settings().intake


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as running:
        yield running


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return workbooks, among them what cannot be read and what nobody may open."""
    folder = tmp_path_factory.mktemp("submissions")
    paths = [folder / f"{number:02}.xlsx" for number in range(14)]
    for number, path in enumerate(paths):
        cells = "".join(f"<c><v>{number * column}</v></c>" for column in range(1, 200))
        path.write_bytes(xlsx(row(f"{cells}<c t='s'><v>1</v></c>")))
    paths[5].write_bytes(b"%PDF-1.4")
    paths[11].unlink()
    paths[11].symlink_to(paths[0])
    return paths


@pytest.fixture(scope="module")
def here(workbooks: list[Path]) -> list[pl.DataFrame]:
    """Return what reading on this machine gives."""
    return tables(workbooks, list(read_many(workbooks, HERE, WANTED)))


def tables(paths: Sequence[Path], outcomes: Sequence[Reading | Refusal]) -> list[pl.DataFrame]:
    names = [path.name for path in paths]
    sent = gather(paths, names, outcomes, start=0, most_mb=50)
    return [sent.files, sent.refusals, sent.sheets, sent.cells]


def by_threads(reader: Cluster, paths: Sequence[Path]) -> list[Reading | Refusal]:
    """Read batches of workbooks, several at a time, as the flow's tasks do."""
    batches = [paths[i : i + 5] for i in range(0, len(paths), 5)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda batch: list(reader.read(batch, WANTED)), batches))
    return [outcome for batch in found for outcome in batch]


def same(one: Sequence[pl.DataFrame], other: Sequence[pl.DataFrame]) -> None:
    for left, right in zip(one, other, strict=True):
        assert_frame_equal(left, right)


@pytest.mark.soak
def test_the_cluster_reads_what_we_read(
    processes: Processes, workbooks: list[Path], here: list[pl.DataFrame]
) -> None:
    with connected(processes.address) as reader:
        assert reader.workers == 2
        same(tables(workbooks, by_threads(reader, workbooks)), here)


@pytest.mark.soak
def test_a_file_that_kills_its_reader_does_not_kill_the_worker(
    processes: Processes, workbooks: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb.xlsx"
    bomb.write_bytes(xlsx("".join(row(f"<c><v>{n}</v></c>" * 100, "") for n in range(3000))))
    at_once = SimpleNamespace(intake=replace(HERE, max_seconds=0))
    with connected(processes.address) as reader:
        before = reader.client.run(os.getpid)
        with monkeypatch.context() as patch:
            patch.setattr(scheduling, "load_settings", lambda: at_once)
            (killed,) = reader.read([bomb], WANTED)
        assert isinstance(killed, Refusal)
        assert killed.code == "timeout"
        (read,) = reader.read(workbooks[:1], WANTED)
        assert isinstance(read, Reading)
        assert reader.client.run(os.getpid) == before


@pytest.mark.soak
def test_another_version_on_a_worker_is_said(
    processes: Processes, workbooks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "code_version", lambda: "ours")
    with (
        connected(processes.address) as reader,
        pytest.raises(NothingPublishedError, match="andere Fassung"),
    ):
        list(reader.read(workbooks[:1], WANTED))


@pytest.mark.soak
def test_a_killed_worker_costs_time_alone(
    processes: Processes, workbooks: list[Path], here: list[pl.DataFrame]
) -> None:
    with connected(processes.address) as reader:
        pids = reader.client.run(os.getpid)
        victim = sorted(pids.values())[0]

        def kill_while_it_reads() -> None:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                busy = reader.client.processing()
                if any(busy.values()):
                    break
                time.sleep(0.005)
            os.kill(victim, signal.SIGKILL)

        thread = threading.Thread(target=kill_while_it_reads)
        thread.start()
        found = by_threads(reader, workbooks)
        thread.join()
        same(tables(workbooks, found), here)
        assert victim not in reader.client.run(os.getpid).values()


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
    monkeypatch.setattr(scheduling, "CONNECT_SECONDS", 1)
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


def test_parcels_keep_the_order(workbooks: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    size = workbooks[0].stat().st_size
    monkeypatch.setattr(scheduling, "PARCEL_BYTES", 3 * size)
    found = list(scheduling.parcels(workbooks[:12], HERE))
    assert [len(p) if isinstance(p, list) else p.reason for p in found][-1] == "no_file"
    sent = [content for parcel in found if isinstance(parcel, list) for content in parcel]
    assert sent == [path.read_bytes() for path in workbooks[:11]]
    assert all(sum(map(len, p)) <= 3 * size for p in found if isinstance(p, list) and len(p) > 1)
