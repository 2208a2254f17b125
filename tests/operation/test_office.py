"""A real server and a real worker: what is due runs and is reported; what dies blocks nothing.

The tests share one office and run in the order of its days.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.common.periods import before
from pipeline.operation.processes import descendants
from tests.operation.kills import Kills
from tests.operation.office import ROOT, Office, Run, lives, today, until
from tests.operation.sink import sink

# Runs through a worker wait for Prefect's schedule: minutes altogether.
pytestmark = pytest.mark.soak
REVIEW, NIGHTLY = "quarterly-review", "intake-check"
PERIOD = before(today())
BAD = "\\[x\\]\\(javascript\\:1\\)\\.xlsx"
TEN_MINUTES = 600
# Moments at which a run, or its worker, can die while it occupies its deployment's slot.
DYING = [
    ["Pending"],
    ["Pending", "Submitting"],
    ["Pending", "Submitting", "InfrastructurePending"],
    ["Pending", "Running"],
]
Told = list[dict[str, Any]]


def command(office: Office, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours beside the office."""
    there = ["--home", str(office.home), "--port", str(office.port)]
    return subprocess.run(
        [sys.executable, "-m", f"pipeline.operation.{module}", *there, *arguments],
        cwd=ROOT,
        env=office.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def told(office: Office) -> Iterator[Told]:
    """What a webhook receives."""
    with sink() as (url, posted):
        done = command(office, "notify", "--webhook", url)
        assert done.returncode == 0, done.stderr
        assert url not in done.stdout
        yield posted


def test_a_finished_draft_is_told(office: Office, told: Told) -> None:
    run = office.wait_for(office.by_hand(REVIEW))
    assert (run["name"], run["state_name"]) == (f"review {PERIOD}", "Published, 1 quarantined")
    said = told_of(run, told, office)
    assert (said["state"], said["deployment"]) == (run["state_name"], REVIEW)
    assert said["id"] == run["state_id"]


def told_of(run: Run, told: Told, office: Office) -> dict[str, Any]:
    """What the webhook receives about a run; it may receive it twice."""
    until(lambda: any(run["id"] in said["address"] for said in told), office.words)
    return next(said for said in told if run["id"] in said["address"])


def test_a_nightly_check_writes_copies_and_publishes_nothing(office: Office) -> None:
    stood = (office.outputs / PERIOD / "run.json").read_bytes()
    run = office.wait_for(office.on_schedule(NIGHTLY))
    copies = list((office.outputs / ".intake" / PERIOD / "feedback").iterdir())
    assert run["state_name"] == f"Checked, {len(copies)} new or changed"
    rows = json.loads(office.artifacts(run)[f"checked-{PERIOD.lower()}"])
    assert BAD in [row["source_file"] for row in rows]
    assert (office.outputs / PERIOD / "run.json").read_bytes() == stood


def test_nothing_to_publish_is_no_failure_but_is_told(office: Office, told: Told) -> None:
    run = office.wait_for(office.by_hand(REVIEW, period="2020-Q1"))
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Nothing to publish")
    said = told_of(run, told, office)
    assert said["state"] == "Nothing to publish"
    assert said["message"] == run["state"]["message"]


def test_a_refusal_is_a_failure_with_its_reason(office: Office, told: Told, tmp_path: Path) -> None:
    sent = tmp_path / PERIOD / "submissions"
    sent.mkdir(parents=True)
    (sent / "a.xlsx").write_bytes(b"no workbook")
    stood = (office.outputs / PERIOD / "run.json").read_bytes()
    run = office.wait_for(office.by_hand(REVIEW, inputs=str(tmp_path), period=PERIOD))
    assert (run["state_type"], run["state_name"]) == ("FAILED", "Refused")
    assert "bisherige Veröffentlichung bleibt" in run["state"]["message"]
    assert (office.outputs / PERIOD / "run.json").read_bytes() == stood
    assert told_of(run, told, office)["state"] == "Refused"


def test_killed_runs_leave_a_whole_publication(office: Office, tmp_path: Path) -> None:
    office.outputs = tmp_path / "outputs"
    kills = Kills(office, tmp_path, seed=3)
    for target in ("run", "reader", "worker"):
        kills.targets = {target: 1}
        kills.kill_once()
    kills.publish()
    assert kills.killed.total() == 3


def test_a_dead_run_gives_its_place_back(office: Office) -> None:
    (automation,) = office.ask("POST", "/automations/filter", dead_runs_filter())
    automation["trigger"]["within"] = 10  # the least that Prefect takes
    keys = ("name", "description", "enabled", "trigger", "actions")
    office.ask("PUT", f"/automations/{automation['id']}", {k: automation[k] for k in keys})
    for states in DYING:
        dead = dying(office, states)
        assert places_taken(office, NIGHTLY) == 1
        assert office.wait_for(dead)["state_name"] == "Crashed", states
        assert places_taken(office, NIGHTLY) == 0


def dying(office: Office, states: Sequence[str]) -> Run:
    """Return a run that has gone through these states, as its worker and it would say."""
    pool = "/work_pools/cluster-review"
    office.ask("PATCH", pool, {"is_paused": True})  # the worker must not take it
    run = office.by_hand(NIGHTLY)
    for name in states:
        kind = "PENDING" if name in {"Submitting", "InfrastructurePending"} else name.upper()
        state = {"state": {"type": kind, "name": name}}
        said = office.ask("POST", f"/flow_runs/{run['id']}/set_state", state)
        assert said["status"] == "ACCEPT", said
    office.ask("PATCH", pool, {"is_paused": False})
    return run


def dead_runs_filter() -> dict[str, Any]:
    return {"automations": {"name": {"any_": ["cluster-review: dead runs"]}}}


def places_taken(office: Office, name: str) -> int:
    return int(office.deployment(name)["global_concurrency_limit"]["active_slots"])


def test_a_taken_port_is_said(office: Office) -> None:
    done = command(office, "serve")
    assert done.returncode == 1
    assert f"Port {office.port} ist belegt" in done.stderr
    assert f"Port {office.port} is taken" in done.stderr


def test_ended_and_started_again_it_goes_on(office: Office) -> None:
    number = office.deployment(NIGHTLY)["id"]
    office.ask("PATCH", f"/deployments/{number}", {"paused": True})
    assert office.stop(signal.SIGTERM) == 0
    office.said.write_text("")
    office.process = office.start()
    office.wait_until_serving()
    again = office.deployment(NIGHTLY)
    assert (again["id"], again["paused"]) == (number, True)


def test_a_run_that_died_with_the_office_gives_its_place_back(office: Office) -> None:
    """Server, worker and run end at once, as in a power failure, and nothing was watching."""
    (automation,) = office.ask("POST", "/automations/filter", dead_runs_filter())
    office.ask("DELETE", f"/automations/{automation['id']}")
    dead = dying(office, ["Pending", "Submitting"])
    below = list(descendants(office.process.pid))
    for number in (office.process.pid, *below):
        os.kill(number, signal.SIGKILL)
    office.process.wait()
    until(lambda: not any(map(lives, below)))
    office.said.write_text("")
    office.process = office.start()
    office.wait_until_serving()
    until(lambda: office.run(dead["id"])["state_name"] == "Crashed", office.words, TEN_MINUTES)
    assert places_taken(office, NIGHTLY) == 0
