"""A served Prefect (server, worker, deployments) in folders of its own, as the office has it."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

ROOT = Path(__file__).parents[2]
LONG_SECONDS = 300
# The schedule of a test must be seen at once; an office can wait.
SWIFT = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
}
Run = dict[str, Any]


class Office:
    """`serve` in a process of its own, and its server's interface for programs."""

    def __init__(self, folder: Path, inputs: Path, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.inputs, self.outputs, self.home = inputs, folder / "outputs", folder / "home"
        self.port, self.said = free_port(), folder / "said.txt"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        self.environment = {**clean, **SWIFT, **environment}
        address = f"http://127.0.0.1:{self.port}/api"
        self.api = httpx.Client(base_url=address, timeout=60, trust_env=False)
        self.slowest = 0.0  # answer so far, in seconds
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start `serve`; what it says goes to a file."""
        command = [sys.executable, "-m", "pipeline.operation.serve"]
        arguments = ["--port", str(self.port), "--home", str(self.home)]
        with self.said.open("ab") as said:
            return subprocess.Popen(
                [*command, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_serving(self) -> None:
        """Wait until the address is printed."""
        words = "/ interface:"
        until(lambda: self.process.poll() is not None or words in self.said.read_text())
        assert self.process.poll() is None, self.words()
        self.api.auth = httpx.BasicAuth(*self.password().split(":", 1))

    def password(self) -> str:
        """Return the password that was set, else the one that was made, as user:password."""
        given = self.environment.get("PREFECT_SERVER_API_AUTH_STRING")
        return given or (self.home / "password").read_text().strip()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End `serve` as Ctrl-C does; returns its exit code."""
        self.process.send_signal(how)
        return self.process.wait(LONG_SECONDS)

    def close(self) -> int:
        """End `serve` for good; returns its exit code."""
        self.api.close()
        code = self.process.poll()
        return self.stop() if code is None else code

    def words(self) -> str:
        """Return everything that was printed and logged, for a failed test."""
        logs = sorted(self.home.glob("*.log"))
        return "\n".join(p.read_text(errors="replace")[-4000:] for p in (self.said, *logs))

    # ------------------------------------------------------------------------------ its server
    def ask(self, method: str, path: str, content: Any = None) -> Any:
        """Ask the server, again while it is too busy; returns its answer, None for none."""
        end = time.monotonic() + LONG_SECONDS
        answer = self.answer(method, path, content)
        while answer is None or answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            if time.monotonic() > end:
                break
            time.sleep(1)
            answer = self.answer(method, path, content)
        assert answer is not None, self.words()
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def answer(self, method: str, path: str, content: Any) -> httpx.Response | None:
        """Return what the server answers, None where it does not in time."""
        start = time.monotonic()
        try:
            return self.api.request(method, path, json=content)
        except httpx.TransportError:
            return None
        finally:
            self.slowest = max(self.slowest, time.monotonic() - start)

    def deployment(self, name: str) -> Run:
        """Return a deployment of ours."""
        found = self.ask("POST", "/deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        assert len(found) == 1, found
        return dict(found[0])

    def point(self, name: str, **parameters: Any) -> str:
        """Let a deployment work on this office's folders; returns its id."""
        folders = {"inputs": str(self.inputs), "outputs": str(self.outputs)}
        number: str = self.deployment(name)["id"]
        self.ask("PATCH", f"/deployments/{number}", {"parameters": {**folders, **parameters}})
        return number

    def on_schedule(self, name: str) -> Run:
        """Let the server's scheduler make a run soon; returns the run."""
        number = self.deployment(name)["id"]
        for seconds in (4, 12, 30, 60):  # a busy machine may come too late for the first
            anchor = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
            schedule = {"interval": 400 * 24 * 3600, "anchor_date": anchor.isoformat()}
            made = [{"active": True, "schedule": schedule}]
            self.ask("POST", f"/deployments/{number}/schedules", made)
            while dt.datetime.now(dt.UTC) < anchor + dt.timedelta(seconds=seconds):
                time.sleep(0.5)
                for run in self.runs():
                    if dt.datetime.fromisoformat(run["expected_start_time"]) == anchor:
                        return run
        raise AssertionError(self.words())

    def by_hand(self, name: str, **parameters: Any) -> Run:
        """Start a run of a deployment at once, as the interface's button does."""
        due = dt.datetime.now(dt.UTC).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
        # A busy server may be asked twice for the same run.
        content = {"state": state, "parameters": parameters, "idempotency_key": str(uuid4())}
        number = self.deployment(name)["id"]
        return dict(self.ask("POST", f"/deployments/{number}/create_flow_run", content))

    def runs(self) -> list[Run]:
        """Return all runs, the newest first."""
        return list(self.ask("POST", "/flow_runs/filter", {"limit": 200}))

    def run(self, number: str) -> Run:
        """Return a run as it is now."""
        return dict(self.ask("GET", f"/flow_runs/{number}"))

    def wait_for(self, run: Run, *types: str) -> Run:
        """Wait until a run is in a state of one of the types; else of any that ends it."""
        wanted = types or ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        until(lambda: self.run(run["id"])["state_type"] in wanted, self.words)
        return self.run(run["id"])

    def artifacts(self, run: Run) -> dict[str, Any]:
        """Return what a run has left in the interface, by key."""
        wanted = {"flow_runs": {"id": {"any_": [run["id"]]}}}
        found = self.ask("POST", "/artifacts/filter", wanted)
        return {artifact["key"]: artifact["data"] for artifact in found}


def until(
    holds: Callable[[], bool], words: Callable[[], str] = str, seconds: float = LONG_SECONDS
) -> None:
    """Wait until a condition is true; words: the message if it never is."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, words()
        time.sleep(0.5)


def lives(number: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def today() -> dt.date:
    """Return the day as the schedules count it."""
    return dt.datetime.now(ZoneInfo("Europe/Berlin")).date()


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
