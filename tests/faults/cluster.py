"""A Dask cluster of real processes on this machine."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


@dataclass
class Processes:
    """A scheduler's address and its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def start(folder: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "distributed.cli." + name, *arguments, "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Processes]:
    from distributed import Client

    address = f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    processes = [start(folder, "dask_scheduler", "--host", "127.0.0.1", "--port", port)]
    # The workers' own processes (nannies) are daemonic, and may not fork children.
    processes += [
        start(folder, "dask_worker", address, "--nthreads", "1", "--host", "127.0.0.1")
        for _ in range(workers)
    ]
    try:
        with Client(address, timeout=START_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START_SECONDS)
        yield Processes(address, processes[1:])
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
