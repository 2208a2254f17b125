"""Creates what the server lacks: work pool, deployments of prefect.yaml, automation for dead runs.

What an earlier version created there is updated.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events import Event, Resource
from prefect.events.clients import get_events_client
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled

from pipeline.operation.automations import HEARTBEAT, dead_runs, put
from pipeline.operation.settings import POOL, ROOT

DECLARED = "prefect.yaml"
# A run sets nothing about the process that the worker starts for it. With Prefect's own template it
# could set the command, the environment and the folder.
TEMPLATE: dict[str, Any] = {
    "job_configuration": {"stream_output": True},
    "variables": {"type": "object", "properties": {}, "additionalProperties": False},
}
WAITING = (StateType.SCHEDULED, StateType.PENDING, StateType.PAUSED)
AT_WORK = (StateType.PENDING, StateType.RUNNING)
NOT_ALLOWED = (
    "Der Lauf hatte eigene Job-Variablen; sie könnten Befehle ausführen und sind nicht mehr "
    "erlaubt. / The run had job variables; they could run commands and are no longer allowed."
)


class SetupError(Exception):
    """Something could not be set up; the text is Prefect's message."""


class LockedError(Exception):
    """The server requires another password."""


def set_up(home: Path) -> list[str]:
    """Create what the server lacks; what exists and is unchanged is kept.

    Deploying again would undo what the office has set in the interface (a paused schedule). It is
    therefore done only if prefect.yaml has changed or a deployment is missing. Returns the names of
    runs that were cancelled.
    """
    with explain_wrong_password(), get_client(sync_client=True) as client:
        make_pool(client)
        cancelled = drop_job_variables(client)
        if needs_deploying(client, home):
            deploy()
            store_deployed(home)
        put(client, dead_runs())
        # No automation was active while the server was off: each run must send an event from now
        # on.
        asyncio.run(await_sign_of_life(runs(client, AT_WORK)))
    return cancelled


@contextmanager
def explain_wrong_password() -> Iterator[None]:
    """Translate the error of a wrong password into a message."""
    try:
        yield
    except PrefectHTTPStatusError as error:
        if error.response.status_code != HTTPStatus.UNAUTHORIZED:
            raise
        raise LockedError from error


def make_pool(client: SyncPrefectClient) -> None:
    """Create the work pool if it is missing, and update its template if that differs."""
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        made = WorkPoolCreate(name=POOL, type="process", base_job_template=TEMPLATE)
        client.create_work_pool(made)
        return
    if pool.base_job_template != TEMPLATE:
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=TEMPLATE))


def drop_job_variables(client: SyncPrefectClient) -> list[str]:
    """Cancel waiting runs with job variables and clear those of deployments; returns the runs.

    Such a run would not do what was requested, and a deployment with job variables could not be
    started.
    """
    for deployment in client.read_deployments(work_pool_filter=ours()):
        if deployment.job_variables:
            client.update_deployment(deployment.id, DeploymentUpdate(job_variables={}))
    found = [run for run in runs(client, WAITING) if run.job_variables]
    for run in found:
        client.set_flow_run_state(run.id, Cancelled(message=NOT_ALLOWED))
    return [run.name for run in found]


def runs(client: SyncPrefectClient, types: Sequence[StateType]) -> list[FlowRun]:
    """Return the runs of our pool whose state has one of the types."""
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))
    found: list[FlowRun] = []
    while page := client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=state), work_pool_filter=ours(), offset=len(found)
    ):
        found += page
    return found


def ours() -> WorkPoolFilter:
    """Return the filter for what belongs to our pool."""
    return WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))


async def await_sign_of_life(found: Sequence[FlowRun]) -> None:
    """Let the automation for dead runs wait for another event of these runs."""
    async with get_events_client(checkpoint_every=1) as events:
        for run in found:
            resource = Resource({"prefect.resource.id": f"prefect.flow-run.{run.id}"})
            await events.emit(Event(event=HEARTBEAT, resource=resource))


def needs_deploying(client: SyncPrefectClient, home: Path) -> bool:
    """Whether prefect.yaml has changed since the last deployment, or a deployment is missing."""
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
    """Return what a deployment depends on: prefect.yaml, the folder, the server."""
    content = sha256((ROOT / DECLARED).read_bytes()).hexdigest()
    return {"sha256": content, "folder": str(ROOT), "server": os.environ["PREFECT_API_URL"]}


def store_deployed(home: Path) -> None:
    """Store what was deployed."""
    (home / "deployed.json").write_text(json.dumps(declared()), encoding="utf-8")


def deploy() -> None:
    """Deploy all of prefect.yaml; SetupError with the last lines of Prefect's output on failure."""
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
