"""The environment of Prefect's processes; what the user has set is kept."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pipeline
from pipeline.operation.private import kept_password

ROOT = Path(pipeline.__file__).parents[1]
POOL = "cluster-review"
HOST = "127.0.0.1"
HERE = (HOST, "localhost")
DAY = 24 * 60 * 60

# Interval of a run's heartbeats; without any event for so long it counts as dead. A busy server may
# take minutes to store an event, and a living run must not count as dead.
HEARTBEAT_SECONDS, DEAD_AFTER_SECONDS = 30, 300
# A run that is submitted and sends no more events loses its deployment's slot after so long in any
# case. It counts as dead earlier, because a lost slot could be freed a second time.
SUBMITTED_SECONDS = 540
# Four quarters and the quarter they are compared with; then runs, logs and artifacts are deleted.
KEEP_RUNS_SECONDS = 460 * DAY


def environment(home: Path, port: int, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of server, worker and runs.

    home: the folder for all files of Prefect, and the password of our server. port: of our server;
    ignored if the user names another server.
    """
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home.absolute()),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Prefect's own default allows pages of every origin to read its answers.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(f"http://{name}:{port}" for name in HERE),
        # The other interface requests its settings from a service on the internet, whatever is
        # configured.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_UI_STATIC_DIRECTORY": str(home.absolute() / "ui"),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # In memory, the server would forget on a restart who occupies a deployment's only slot, and
        # the slot would never become free.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": str(SUBMITTED_SECONDS),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_SECONDS),
        "PYTHONUNBUFFERED": "1",
    }
    result = defaults | dict(given)
    password = result.get("PREFECT_SERVER_API_AUTH_STRING")
    if not password and is_ours(result["PREFECT_API_URL"], port):
        password = kept_password(home)
    if password:
        result["PREFECT_SERVER_API_AUTH_STRING"] = password
        result.setdefault("PREFECT_API_AUTH_STRING", password)
    folders = [str(ROOT), *filter(None, [result.get("PYTHONPATH")])]
    return result | {"PYTHONPATH": os.pathsep.join(folders)}


def is_ours(url: str, port: int) -> bool:
    """Whether an address is that of our server."""
    parts = urlsplit(url)
    return parts.hostname in HERE and parts.port == port
