"""Makes what the server lacks: work pool, deployments of prefect.yaml, automation for dead runs."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound

from pipeline.operation.automations import dead_runs, put
from pipeline.operation.settings import POOL, ROOT

DECLARED = "prefect.yaml"


class SetupError(Exception):
    """Something could not be set up; the text says what Prefect says."""


def set_up(home: Path) -> None:
    """Make what the server lacks; what is there and unchanged stays as it is.

    Deploying again would undo what the office has set in the interface (a paused schedule), and is
    therefore done only where prefect.yaml has changed or a deployment is missing.
    """
    with get_client(sync_client=True) as client:
        make_pool(client)
        if needs_deploying(client, home):
            deploy()
            remember(home)
        put(client, dead_runs())


def make_pool(client: SyncPrefectClient) -> None:
    """Make the work pool if it is not there."""
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))


def needs_deploying(client: SyncPrefectClient, home: Path) -> bool:
    """Whether prefect.yaml is another one than last time, or a deployment has gone."""
    known = home / "deployed.json"
    if not known.is_file() or json.loads(known.read_text(encoding="utf-8")) != declared():
        return True
    names = {deployment.name for deployment in client.read_deployments()}
    return not names.issuperset(deployments())


def deployments() -> list[str]:
    """Return the names of the deployments of prefect.yaml."""
    import yaml

    content = yaml.safe_load((ROOT / DECLARED).read_text(encoding="utf-8"))
    return [deployment["name"] for deployment in content["deployments"]]


def declared() -> dict[str, str]:
    """Return what was deployed: which prefect.yaml, from which folder, to which server."""
    content = sha256((ROOT / DECLARED).read_bytes()).hexdigest()
    return {"sha256": content, "folder": str(ROOT), "server": os.environ["PREFECT_API_URL"]}


def remember(home: Path) -> None:
    """Note what was deployed."""
    (home / "deployed.json").write_text(json.dumps(declared()), encoding="utf-8")


def deploy() -> None:
    """Deploy all of prefect.yaml; SetupError with the last words of Prefect if that fails."""
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError("\n".join((done.stdout + done.stderr).splitlines()[-8:]))
