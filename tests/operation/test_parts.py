"""The parts of `make serve` and `notify`, without a server."""

import json
import os
import shutil
import socket
import subprocess
import tomllib
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError

from pipeline.operation import notify, serve, server, setup
from pipeline.operation.automations import dead_runs
from pipeline.operation.children import Child, KeepsDyingError, rotate
from pipeline.operation.prefect_settings import prepare
from pipeline.operation.private import keep_private, kept_password, make_password, password_file
from pipeline.operation.serve import OURS, THEIRS
from pipeline.operation.settings import (
    DEAD_AFTER_SECONDS,
    HEARTBEAT_SECONDS,
    SUBMITTED_SECONDS,
    environment,
)

HOME = Path("/somewhere/.prefect")
TEN_MINUTES = 600


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({}, "PREFECT_API_URL", "http://127.0.0.1:4200/api"),
        ({"PREFECT_API_URL": "http://x/api"}, "PREFECT_API_URL", "http://x/api"),
        ({}, "PREFECT_HOME", "/somewhere/.prefect"),
        ({}, "DO_NOT_TRACK", "1"),
        ({}, "PREFECT_SERVER_ANALYTICS_ENABLED", "false"),
        ({}, "PREFECT_SERVER_UI_V2_ENABLED", "false"),
        ({"PREFECT_SERVER_API_AUTH_STRING": "a:b"}, "PREFECT_API_AUTH_STRING", "a:b"),
        ({"PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "x"}, "PREFECT_SERVER_CORS_ALLOWED_ORIGINS", "x"),
        ({"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "60"}, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "60"),
        ({"PYTHONPATH": "/x"}, "PYTHONPATH", f"{serve.ROOT}{os.pathsep}/x"),
    ],
)
def test_what_the_user_has_set_stays(given: dict[str, str], name: str, expected: str) -> None:
    assert environment(HOME, 4200, given)[name] == expected


@pytest.mark.parametrize(
    ("url", "taken", "expected"),
    [
        (None, False, False),
        ("", False, False),
        ("http://elsewhere:{port}/api", False, True),
        ("http://127.0.0.1:1/api", False, True),
        ("http://127.0.0.1:{port}/api", False, False),  # as Prefect advises: ours is meant
        ("http://localhost:{port}/api", False, False),
        ("http://localhost:{port}/api", True, True),  # one that runs already
    ],
)
def test_which_server_is_meant(
    url: str | None, taken: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        if not taken:
            one.close()
        monkeypatch.delenv("PREFECT_API_URL", raising=False)
        if url is not None:
            monkeypatch.setenv("PREFECT_API_URL", url.format(port=port))
        assert serve.names_another_server(port) is expected


@pytest.mark.parametrize(
    ("given", "server", "client"),
    [
        ({}, "kept", "kept"),
        ({OURS: ""}, "kept", "kept"),
        ({OURS: "set"}, "set", "set"),
        ({THEIRS: "set"}, "kept", "set"),
        ({"PREFECT_API_URL": "http://localhost:4200/api"}, "kept", "kept"),
        # Another server does not receive our password.
        ({"PREFECT_API_URL": "http://elsewhere:4200/api"}, None, None),
        ({"PREFECT_API_URL": "http://127.0.0.1:4201/api"}, None, None),
        ({"PREFECT_API_URL": "http://elsewhere:4200/api", THEIRS: "set"}, None, "set"),
    ],
)
def test_which_password_is_used(
    given: dict[str, str], server: str | None, client: str | None, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("kept\n")
    result = environment(tmp_path, 4200, given)
    assert (result.get(OURS), result.get(THEIRS)) == (server, client)


@pytest.mark.parametrize("before", [None, "", "\n"])  # an empty one: the disk was full
def test_a_password_is_made_once(before: str | None, tmp_path: Path) -> None:
    if before is not None:
        password_file(tmp_path).write_text(before)
    keep_private(tmp_path)
    assert make_password(tmp_path)
    made = kept_password(tmp_path)
    assert len(made) > len("office:") + 30
    assert password_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert not make_password(tmp_path)
    assert kept_password(tmp_path) == made


def test_the_password_that_the_user_has_set_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OURS, "office:set")
    assert not serve.has_new_password(tmp_path)
    assert not password_file(tmp_path).exists()
    shown = "\n".join(serve.how_to_log_in(tmp_path, "http://127.0.0.1:4200/api", new=False))
    assert "office:set" not in shown
    assert f'{THEIRS}="${OURS}"' in shown


def test_a_password_is_shown_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OURS, raising=False)
    make_password(tmp_path)
    monkeypatch.setenv(OURS, kept_password(tmp_path))
    for new in (True, False):
        shown = "\n".join(serve.how_to_log_in(tmp_path, "http://127.0.0.1:4200/api", new=new))
        assert (kept_password(tmp_path) in shown) is new
        assert str(password_file(tmp_path)) in shown


def test_an_older_private_folder_is_tightened(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    (home / "leases").mkdir(parents=True)
    elsewhere.write_text("")
    for name in ("prefect.db", "leases/1"):
        (home / name).touch(0o644)
    (home / "link").symlink_to(elsewhere)
    for path in (home, home / "leases", home / "prefect.db", elsewhere):
        path.chmod(0o777)
    keep_private(home)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (home, *home.rglob("*"))}
    tight = {"home": 0o700, "leases": 0o700, "prefect.db": 0o700, "1": 0o600}
    assert modes == {**tight, "link": 0o777}  # what a link points to is not ours


def test_a_file_system_without_modes_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(path, mode)

    (tmp_path / "prefect.db").touch(0o644)
    monkeypatch.setattr(Path, "chmod", refuse)
    keep_private(tmp_path)
    assert make_password(tmp_path)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (None, ["127.0.0.1", "localhost"]),
        ("http://127.0.0.1:4200/api", ["127.0.0.1", "localhost", "127.0.0.1"]),
        # A web server with TLS is in front of ours.
        ("https://intranet.example/api", ["127.0.0.1", "localhost", "intranet.example"]),
        ("/api", ["127.0.0.1", "localhost"]),
    ],
)
def test_which_names_the_server_answers_to(address: str | None, expected: list[str]) -> None:
    assert server.names(address) == expected


@pytest.mark.parametrize(
    ("given", "server", "client"),
    [
        ({OURS: "set"}, "set", "set"),
        ({THEIRS: "set"}, "set", "set"),  # left from a second shell beside `make serve`
        ({"PREFECT_API_URL": "http://x/api"}, None, None),
        ({"PREFECT_API_URL": "http://x/api", THEIRS: "set"}, None, "set"),
    ],
)
def test_a_run_uses_the_password_that_is_set(
    given: dict[str, str], server: str | None, client: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(given))
    prepare(HOME)
    assert (os.environ.get(OURS), os.environ.get(THEIRS)) == (server, client)


def test_the_temporary_server_of_a_run_has_a_password_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = set()
    for _ in range(2):
        monkeypatch.setattr(os, "environ", {})
        prepare(HOME)
        assert os.environ[OURS] == os.environ[THEIRS]
        made.add(os.environ[OURS])
    assert len(made) == 2
    assert os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1"


def test_a_run_may_miss_heartbeats_before_it_counts_as_dead() -> None:
    assert DEAD_AFTER_SECONDS >= 3 * HEARTBEAT_SECONDS
    assert DEAD_AFTER_SECONDS < SUBMITTED_SECONDS < TEN_MINUTES
    assert dead_runs().trigger.within.total_seconds() == DEAD_AFTER_SECONDS  # type: ignore[union-attr]


def test_a_child_that_keeps_dying_is_given_up(tmp_path: Path) -> None:
    child = Child("worker", ["--no-such-option"], {"PATH": ""}, tmp_path / "log")
    child.start = lambda: None  # type: ignore[method-assign]
    for _ in range(5):
        child.revive()
    with pytest.raises(KeepsDyingError):
        child.revive()


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.operation.children.LOG_LIMIT", 3)
    log = tmp_path / "worker.log"
    log.write_text("long")
    assert not rotate(log).exists()
    assert (tmp_path / "worker.1.log").read_text() == "long"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mailto://h", "mailto://h?format=text"),
        ("mailto://h?to=a@b", "mailto://h?to=a@b&format=text"),
        ("mailto://h?format=text", "mailto://h?format=text"),
    ],
)
def test_mails_are_plain_text(url: str, expected: str) -> None:
    assert notify.as_plain_text(url) == expected


def test_an_address_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "getpass", lambda words: f"mailto://{words}")
    assert notify.parse(["--mail", "-"]).mail == "mailto://mail: "


def test_another_kind_of_mail_address_is_wrong_usage() -> None:
    with pytest.raises(SystemExit):
        notify.parse(["--mail", "https://x"])


def test_both_deployments_are_declared_with_one_place_each() -> None:
    import yaml

    declared = yaml.safe_load((setup.ROOT / setup.DECLARED).read_text())["deployments"]
    assert setup.deployments() == ["quarterly-review", "intake-check"]
    for deployment in declared:
        assert deployment["concurrency_limit"]["limit"] == 1
        assert deployment["schedules"][0]["timezone"] == "Europe/Berlin"
        path, _, name = deployment["entrypoint"].partition(":")
        assert f"def {name}(" in (setup.ROOT / path).read_text()


def test_a_run_sets_nothing_about_its_process() -> None:
    """Prefect replaces `{{ name }}` by what a run sets, of the names among the variables."""
    assert "{{" not in json.dumps(setup.TEMPLATE)
    assert setup.TEMPLATE["variables"]["properties"] == {}
    assert setup.TEMPLATE["variables"]["additionalProperties"] is False


class Kept:
    """A server that keeps what an earlier version has left: a template and job variables."""

    def __init__(self, template: dict[str, Any]) -> None:
        self.pool = SimpleNamespace(base_job_template=template)
        variables = {"command": "id"}
        self.deployments = [
            SimpleNamespace(id=1, job_variables=variables),
            SimpleNamespace(id=2, job_variables={}),
        ]
        self.runs = [
            SimpleNamespace(id=3, name="bad", job_variables=variables, state=None),
            SimpleNamespace(id=4, name="good", job_variables={}, state=None),
        ]

    def read_work_pool(self, name: str) -> Any:
        return self.pool

    def update_work_pool(self, name: str, update: Any) -> None:
        self.pool.base_job_template = update.base_job_template

    def read_deployments(self, **_: Any) -> list[Any]:
        return self.deployments

    def update_deployment(self, number: int, update: Any) -> None:
        self.deployments[number - 1].job_variables = update.job_variables

    def read_flow_runs(self, *, offset: int, **_: Any) -> list[Any]:
        return [run for run in self.runs if run.state is None][offset:]

    def set_flow_run_state(self, number: int, state: Any) -> None:
        self.runs[number - 3].state = state


def test_what_an_earlier_version_has_left_is_put_right() -> None:
    client: Any = Kept({"job_configuration": {"command": "{{ command }}"}})
    setup.make_pool(client)
    assert client.pool.base_job_template == setup.TEMPLATE
    assert setup.drop_job_variables(client) == ["bad"]
    assert [own.job_variables for own in client.deployments] == [{}, {}]
    bad, good = client.runs
    assert (bad.state.type.value, good.state) == ("CANCELLED", None)
    assert "Job-Variablen" in bad.state.message
    assert setup.drop_job_variables(client) == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (HTTPStatus.UNAUTHORIZED, setup.LockedError),
        (HTTPStatus.INTERNAL_SERVER_ERROR, PrefectHTTPStatusError),
    ],
)
def test_a_wrong_password_is_told_from_other_answers(
    status: HTTPStatus, said: type[Exception]
) -> None:
    answer = httpx.Response(status, request=httpx.Request("GET", "http://127.0.0.1"))
    with pytest.raises(said), setup.explain_wrong_password():
        raise PrefectHTTPStatusError("no", request=answer.request, response=answer)


def test_a_wrong_password_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: Path) -> list[str]:
        raise setup.LockedError

    monkeypatch.setattr(setup, "set_up", locked)
    with pytest.raises(serve.CannotServeError) as caught:
        serve.set_up_all(HOME, "http://127.0.0.1:4200/api")
    german, english = str(caught.value).splitlines()
    assert "verlangt ein anderes Passwort" in german
    assert "asks for another password" in english


def test_the_examples_for_systemd_are_part_of_the_package() -> None:
    data = tomllib.loads((serve.ROOT / "pyproject.toml").read_text())
    assert "operation/systemd/*" in data["tool"]["setuptools"]["package-data"]["pipeline"]
    units = serve.ROOT / "pipeline" / "operation" / "systemd"
    for unit in units.glob("*.service"):
        assert "-m pipeline.operation.serve" in unit.read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["cluster-review.service", "cluster-review-worker.service"])
def test_systemd_understands_the_examples(name: str, tmp_path: Path) -> None:
    unit = (serve.ROOT / "pipeline" / "operation" / "systemd" / name).read_text()
    # The folder of the example is not there; everything else is as it is.
    (tmp_path / name).write_text(unit.replace("/srv/cluster-review/.venv/bin/python", "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
