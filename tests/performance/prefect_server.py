"""A Prefect server of our own while something is measured against it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

START_SECONDS = 900
HOST = "127.0.0.1"


@contextmanager
def running_server(home: Path) -> Iterator[dict[str, str]]:
    """Start a server on a free port; yields the environment for its clients."""
    home.mkdir(parents=True, exist_ok=True)
    with socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    env = {
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_HOME": str(home),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
    }
    command = ["-m", "prefect", "server", "start", "--host", HOST, "--port", str(port), "--no-ui"]
    server = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{env['PREFECT_API_URL']}/health", server)
        yield env
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError("the Prefect server does not start")
