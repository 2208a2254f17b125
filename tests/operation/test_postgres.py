"""The same office with PostgreSQL, where it is installed, and with a password."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.operation.office import Office, free_port, until

PLACES = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
PATH = os.pathsep.join([*map(str, PLACES), os.environ["PATH"]])


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of an empty database."""
    initdb, postgres = (shutil.which(name, path=PATH) for name in ("initdb", "postgres"))
    if not (initdb and postgres):
        pytest.skip("PostgreSQL is not installed")
    # It refuses root, and others may not enter pytest's folders.
    other: dict[str, Any] = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
    folder, port = Path(tempfile.mkdtemp(prefix="pg-")), free_port()
    if other:
        shutil.chown(folder, other["user"])
    try:
        made = [initdb, "-D", str(folder / "data"), "-U", "prefect", "-A", "trust", "-N"]
        subprocess.run(made, check=True, capture_output=True, cwd="/", **other)
        settings = ["-k", str(folder), "-p", str(port), "-h", "127.0.0.1", "-F"]
        command = [postgres, "-D", str(folder / "data"), *settings]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **other) as process,
        ):
            until(lambda: b"ready to accept" in (folder / "log").read_bytes())
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
            process.terminate()
    finally:
        shutil.rmtree(folder)


@pytest.mark.soak
def test_a_scheduled_check_runs_with_postgresql_and_a_password(
    database: str, inputs: Path, tmp_path: Path
) -> None:
    office = Office(
        tmp_path,
        inputs,
        PREFECT_API_DATABASE_CONNECTION_URL=database,
        PREFECT_SERVER_API_AUTH_STRING="office:secret",
    )
    try:
        office.wait_until_serving()
        refused = httpx.post(f"{office.api.base_url}flow_runs/filter", json={}, trust_env=False)
        assert refused.status_code == httpx.codes.UNAUTHORIZED
        office.point("intake-check")
        run = office.wait_for(office.on_schedule("intake-check"))
        assert run["state_name"].startswith("Checked, ")
        assert any((office.outputs / ".intake").rglob("*.feedback.xlsx"))
    finally:
        assert office.close() == 0
    assert not (office.home / "prefect.db").exists()
