"""The parts of `make serve` and `notify`, without a server."""

import os
import shutil
import socket
import subprocess
import tomllib
from pathlib import Path

import pytest

from pipeline.operation import notify, serve, setup
from pipeline.operation.automations import dead_runs
from pipeline.operation.children import Child, KeepsDyingError, rotate
from pipeline.operation.settings import DEAD_AFTER_SECONDS, HEARTBEAT_SECONDS, environment

HOME = Path("/somewhere/.prefect")


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({}, "PREFECT_API_URL", "http://127.0.0.1:4200/api"),
        ({"PREFECT_API_URL": "http://x/api"}, "PREFECT_API_URL", "http://x/api"),
        ({}, "PREFECT_HOME", "/somewhere/.prefect"),
        ({}, "DO_NOT_TRACK", "1"),
        ({}, "PREFECT_SERVER_ANALYTICS_ENABLED", "false"),
        ({"PREFECT_SERVER_API_AUTH_STRING": "a:b"}, "PREFECT_API_AUTH_STRING", "a:b"),
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


def test_a_run_may_miss_heartbeats_before_it_counts_as_dead() -> None:
    assert DEAD_AFTER_SECONDS >= 3 * HEARTBEAT_SECONDS
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
