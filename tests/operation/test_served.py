"""What is due is done; strangers get nothing, and with the password job variables run no command.

Strangers are pages of other origins, which the operator's browser may show; other names that lead
to this machine; other users without the password. With a real server and a real worker, which all
these tests share; the office's other days are in test_office. tests/operation/test_server.py and
test_parts.py hold the same without processes.
"""

import datetime as dt
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.common.periods import before
from pipeline.operation.processes import descendants
from tests.operation.office import ROOT, Office, lives, today
from tests.operation.strangers import HOSTS, ORIGINS, SECRET_PATHS, WRONG_PASSWORDS

pytestmark = pytest.mark.soak
REVIEW, NIGHTLY = "quarterly-review", "intake-check"
PERIOD = before(today())
BAD = "\\[x\\]\\(javascript\\:1\\)\\.xlsx"
# What a work pool of Prefect lets a run set, unless it is given another template.
VARIABLES = ("command", "env", "working_dir")
PREFECTS_OWN = {
    "job_configuration": {name: f"{{{{ {name} }}}}" for name in VARIABLES},
    "variables": {"type": "object", "properties": {name: {} for name in VARIABLES}},
}


def test_a_scheduled_review_publishes_the_quarter_before(office: Office) -> None:
    run = office.wait_for(office.on_schedule(REVIEW))
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Published, 1 quarantined")
    assert run["name"] == f"review {PERIOD}"
    assert run["auto_scheduled"]
    published = office.outputs / PERIOD
    assert (published / "portfolio.xlsx").is_file()
    assert json.loads((published / "run.json").read_text())["counts"]["quarantined"] == 1
    told_in_the_interface(office.artifacts(run), published)


def told_in_the_interface(shown: dict[str, str], published: Path) -> None:
    key = PERIOD.lower()
    (row,) = json.loads(shown[f"quarantined-{key}"])
    assert row["source_file"] == BAD
    assert len(json.loads(shown[f"decisions-{key}"])) == 2
    assert json.loads(shown[f"missing-{key}"]) == []
    assert shown["stage-read"] == 100
    report = published / "report" / "index.html"
    assert report.is_file()
    assert str(report) in shown[f"summary-{key}"]


@pytest.fixture
def stranger(office: Office) -> Iterator[httpx.Client]:
    """Someone who knows where the server is, and no password."""
    with httpx.Client(base_url=office.api.base_url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(("origin", "may_read"), ORIGINS)
def test_only_our_own_pages_may_read(
    office: Office, stranger: httpx.Client, origin: str, may_read: bool
) -> None:
    origin = origin.format(port=office.port)
    asked = {"Access-Control-Request-Method": "POST"}
    preflight = stranger.options("flow_runs/filter", headers={"Origin": origin, **asked})
    answer = stranger.get("health", headers={"Origin": origin})
    for response in (preflight, answer):
        allowed = response.headers.get("access-control-allow-origin")
        assert allowed == (origin if may_read else None)
    assert (preflight.status_code == httpx.codes.OK) is may_read


@pytest.mark.parametrize(("host", "expected"), HOSTS)
@pytest.mark.parametrize("path", ["/", "/api/health", "/api/flow_runs/count"])
def test_another_name_gets_no_answer(office: Office, host: str, expected: int, path: str) -> None:
    address = f"http://127.0.0.1:{office.port}{path}"
    method = "POST" if path.endswith("count") else "GET"
    headers = {"Host": host.format(port=office.port)}
    answer = httpx.request(method, address, headers=headers, auth=office.api.auth, trust_env=False)
    assert answer.status_code == expected


def test_another_name_gets_no_events(office: Office) -> None:
    headers = {
        "Host": "evil.example",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    answer = office.api.get("events/out", headers=headers)
    assert answer.status_code == httpx.codes.BAD_REQUEST


@pytest.mark.parametrize("path", SECRET_PATHS)
@pytest.mark.parametrize("auth", WRONG_PASSWORDS)
def test_without_the_password_nothing_is_said(
    stranger: httpx.Client, path: str, auth: tuple[str, str] | None
) -> None:
    assert stranger.post(path, json={}, auth=auth).status_code == httpx.codes.UNAUTHORIZED


def test_without_the_password_a_page_starts_nothing(office: Office, stranger: httpx.Client) -> None:
    number = office.deployment(REVIEW)["id"]
    # Without a content type a browser asks nobody whether it may send this.
    answer = stranger.post(
        f"deployments/{number}/create_flow_run",
        content=b'{"job_variables": {"command": "id"}}',
        headers={"Origin": "http://evil.example"},
    )
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_the_health_check_needs_no_password(stranger: httpx.Client) -> None:
    assert stranger.get("health").json() is True


def test_the_browser_asks_for_the_password(office: Office) -> None:
    settings = httpx.get(f"http://127.0.0.1:{office.port}/ui-settings", trust_env=False).json()
    assert settings["auth"] == "BASIC"
    assert office.password() in office.said.read_text()


def test_prefect_in_a_second_shell_works_by_the_line_that_is_printed(office: Office) -> None:
    (line,) = re.findall(r"^ +export .*$", office.said.read_text(), re.MULTILINE)
    assert office.password() not in line
    done = subprocess.run(
        ["sh", "-c", f"{line}; '{sys.executable}' -m prefect work-pool inspect cluster-review"],
        cwd=ROOT,
        env={**office.environment, "PREFECT_HOME": str(office.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cluster-review" in done.stdout


@pytest.mark.parametrize("module", ["serve", "notify"])
def test_a_wrong_password_is_said(office: Office, module: str, tmp_path: Path) -> None:
    wrong = {"PREFECT_API_URL": str(office.api.base_url), "PREFECT_API_AUTH_STRING": "office:guess"}
    done = subprocess.run(
        [sys.executable, "-m", f"pipeline.operation.{module}", "--home", str(tmp_path)],
        cwd=ROOT,
        env=office.environment | wrong,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "verlangt ein anderes Passwort" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"command": "id"},
        {"env": {"PYTHONPATH": "/tmp"}},
        {"env.PYTHONPATH": "/tmp"},
        {"working_dir": "/tmp"},
        {"name": "{{ prefect.blocks.secret.x }}"},
        {"stream_output": False},
    ],
    ids=lambda variables: str(*variables),
)
def test_job_variables_are_refused(office: Office, variables: dict[str, Any]) -> None:
    number = office.deployment(REVIEW)["id"]
    content = {"job_variables": variables}
    answer = office.answer("POST", f"/deployments/{number}/create_flow_run", content)
    assert answer is not None
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY


def test_job_variables_run_nothing(office: Office, tmp_path: Path) -> None:
    """Where the server does not look at them, the worker does not use them."""
    mark, code = tmp_path / "mark", tmp_path / "code"
    code.mkdir()
    for module in ("sitecustomize", "prefect"):  # found by PYTHONPATH; in the folder of the process
        (code / f"{module}.py").write_text(f"open({str(mark)!r}, 'w')")
    deployment = office.deployment(NIGHTLY)
    due = dt.datetime.now(dt.UTC).isoformat()
    content = {
        "flow_id": deployment["flow_id"],
        "deployment_id": deployment["id"],
        "parameters": deployment["parameters"],
        "work_pool_name": "cluster-review",
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due}},
        "job_variables": {
            "command": f"touch {mark}",
            "env": {"PYTHONPATH": str(code)},
            "env.PYTHONPATH": str(code),
            "working_dir": str(code),
        },
    }
    run = office.wait_for(office.ask("POST", "/flow_runs/", content))
    assert not mark.exists()
    assert run["state_type"] == "COMPLETED"


def test_what_an_earlier_version_has_left_is_put_right(office: Office) -> None:
    office.ask("PATCH", "/work_pools/cluster-review", {"base_job_template": PREFECTS_OWN})
    number = office.deployment(REVIEW)["id"]
    variables = {"job_variables": {"command": "id"}}
    office.ask("PATCH", f"/deployments/{number}", variables)
    due = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
    path = f"/deployments/{number}/create_flow_run"
    bad = office.ask("POST", path, {"state": state, **variables})
    good = office.ask("POST", path, {"state": state})

    assert set_up(office) == [bad["name"]]
    cancelled = office.run(bad["id"])
    assert cancelled["state_type"] == "CANCELLED"
    assert "Job-Variablen" in cancelled["state"]["message"]
    assert office.run(good["id"])["state_type"] == "SCHEDULED"
    assert office.deployment(REVIEW)["job_variables"] == {}
    template = office.ask("GET", "/work_pools/cluster-review")["base_job_template"]
    assert template["job_configuration"] == {"stream_output": True}
    assert set_up(office) == []


def set_up(office: Office) -> list[str]:
    """Set up as `serve` does; returns the names of the runs that it cancels."""
    code = (
        "import os; from pathlib import Path; from pipeline.operation.settings import environment\n"
        f"home = Path({str(office.home)!r})\n"
        f"os.environ.update(environment(home, {office.port}))\n"
        "from pipeline.operation.setup import set_up; print(*set_up(home))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=office.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_only_its_owner_can_read_what_prefect_keeps(office: Office) -> None:
    program = office.home / "ui"  # copied from Prefect's package, with its modes
    kept = [path for path in (office.home, *office.home.rglob("*")) if program not in path.parents]
    assert {"password", "prefect.db", "server.log", "worker.log"} <= {path.name for path in kept}
    assert [str(path) for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_what_runs_publish_has_the_modes_that_the_operator_wants(office: Office) -> None:
    """The server writes for its owner alone; the worker and its runs as in the operator's shell."""
    umasks = {
        name: umask(number)
        for number in descendants(office.process.pid)
        for name in ("pipeline.operation.server", "worker")
        if name in Path(f"/proc/{number}/cmdline").read_text().split("\0")
    }
    assert umasks == {"pipeline.operation.server": "0077", "worker": umask(os.getpid())}


def umask(number: int) -> str:
    """Return what a process takes from the modes of files that it makes."""
    (found,) = re.findall(r"^Umask:\s*(\d+)$", Path(f"/proc/{number}/status").read_text(), re.M)
    return str(found)


def test_the_end_of_serve_is_the_end_of_all_that_it_started(office: Office) -> None:
    """The last test: nothing is served after it."""
    below = list(descendants(office.process.pid))
    assert len(below) >= 2
    assert office.stop() == 0
    assert [number for number in below if lives(number)] == []
