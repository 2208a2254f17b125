"""Strangers get no answer from the server: pages of other origins, other names, no password.

The server's program answers in this process; tests/operation/test_served.py asks the served one.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.operation import server
from pipeline.operation.private import keep_private, kept_password, make_password
from pipeline.operation.settings import environment
from tests.operation.strangers import HOSTS, ORIGINS, SECRET_PATHS, WRONG_PASSWORDS

PORT = 4200
OURS = f"http://127.0.0.1:{PORT}"


class Stranger:
    """Someone who knows where the server is, and no password."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Return an answer of the server."""

        async def asked() -> httpx.Response:
            way = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=way, base_url=OURS) as client:
                return await client.request(method, path, **request)

        return asyncio.run(asked())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Prefect's files, with a password."""
    home = tmp_path_factory.mktemp("home")
    keep_private(home)
    make_password(home)
    return home


@pytest.fixture(scope="module")
def stranger(home: Path) -> Iterator[Stranger]:
    """The server's program as `serve` starts it; its database and its services do not start."""
    import uvicorn
    from prefect.context import SettingsContext
    from prefect.settings import Profile, Settings

    served = []
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patch.delenv(name)
        for name, value in environment(home, PORT, dict(os.environ)).items():
            patch.setenv(name, value)
        patch.setattr(uvicorn, "run", lambda app, **_: served.append(app))
        patch.setattr(sys, "argv", ["server", "--port", str(PORT)])
        with SettingsContext(profile=Profile(name="served"), settings=Settings()):
            server.main()
            yield Stranger(served[0])


@pytest.mark.parametrize(("origin", "may_read"), ORIGINS)
def test_only_our_own_pages_may_read(stranger: Stranger, origin: str, may_read: bool) -> None:
    origin = origin.format(port=PORT)
    asked = {"Access-Control-Request-Method": "POST"}
    preflight = stranger.ask(
        "OPTIONS", "/api/flow_runs/filter", headers={"Origin": origin, **asked}
    )
    answer = stranger.ask("GET", "/api/health", headers={"Origin": origin})
    for response in (preflight, answer):
        allowed = response.headers.get("access-control-allow-origin")
        assert allowed == (origin if may_read else None)
    assert (preflight.status_code == httpx.codes.OK) is may_read


@pytest.mark.parametrize(("host", "expected"), HOSTS)
@pytest.mark.parametrize("path", ["/", "/api/health"])
def test_another_name_gets_no_answer(
    stranger: Stranger, host: str, expected: int, path: str
) -> None:
    assert (
        stranger.ask("GET", path, headers={"Host": host.format(port=PORT)}).status_code == expected
    )


def test_another_name_gets_no_events(stranger: Stranger) -> None:
    upgrade = {"Host": "evil.example", "Connection": "Upgrade", "Upgrade": "websocket"}
    answer = stranger.ask("GET", "/api/events/out", headers=upgrade)
    assert answer.status_code == httpx.codes.BAD_REQUEST


@pytest.mark.parametrize("path", SECRET_PATHS)
@pytest.mark.parametrize("auth", WRONG_PASSWORDS)
def test_without_the_password_nothing_is_said(
    stranger: Stranger, path: str, auth: tuple[str, str] | None
) -> None:
    answer = stranger.ask("POST", f"/api/{path}", json={}, auth=auth)
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_without_the_password_a_page_starts_nothing(stranger: Stranger) -> None:
    # Without a content type a browser asks nobody whether it may send this.
    answer = stranger.ask(
        "POST",
        "/api/deployments/00000000-0000-0000-0000-000000000000/create_flow_run",
        content=b'{"job_variables": {"command": "id"}}',
        headers={"Origin": "http://evil.example"},
    )
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_with_the_password_one_is_let_in(stranger: Stranger, home: Path) -> None:
    user, password = kept_password(home).split(":", 1)
    answer = stranger.ask("GET", "/api/admin/version", auth=(user, password))
    assert answer.status_code == httpx.codes.OK
    assert stranger.ask("GET", "/api/admin/version").status_code == httpx.codes.UNAUTHORIZED


def test_the_health_check_needs_no_password(stranger: Stranger) -> None:
    assert stranger.ask("GET", "/api/health").json() is True


def test_the_browser_asks_for_the_password(stranger: Stranger) -> None:
    assert stranger.ask("GET", "/ui-settings").json()["auth"] == "BASIC"
