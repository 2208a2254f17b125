"""The same office with PostgreSQL instead of SQLite, where it is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def test_a_scheduled_check_runs_with_postgresql(
    database: str, inputs: Path, tmp_path: Path
) -> None:
    office = Office(tmp_path, inputs, PREFECT_API_DATABASE_CONNECTION_URL=database)
    try:
        office.wait_until_serving()
        office.point("intake-check")
        run = office.wait_for(office.on_schedule("intake-check"))
        assert run["state_name"].startswith("Checked, ")
        assert any((office.outputs / ".intake").rglob("*.feedback.xlsx"))
    finally:
        assert office.stop() == 0
    assert not (office.home / "prefect.db").exists()
