"""What Prefect's processes are told by their environment; what the user has set stays."""

import os
from collections.abc import Mapping
from pathlib import Path

import pipeline

ROOT = Path(pipeline.__file__).parents[1]
POOL = "cluster-review"
HOST = "127.0.0.1"
DAY = 24 * 60 * 60

# A run says every so many seconds that it lives; without a word for so long it counts as dead. A
# busy server may take minutes to note a word: a run that lives must not count as dead.
HEARTBEAT_SECONDS, DEAD_AFTER_SECONDS = 30, 300
# Four quarters and the one they are compared with; then runs, logs and artifacts are deleted.
KEEP_RUNS_SECONDS = 460 * DAY


def environment(home: Path, port: int, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of server, worker and runs.

    home: the folder for all that Prefect keeps. port: of our server; not used where the user names
    another server.
    """
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home.absolute()),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_UI_STATIC_DIRECTORY": str(home.absolute() / "ui"),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # In memory, who holds a deployment's only place would be forgotten when the server starts
        # again, and the place would never be free.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_SECONDS),
        "PYTHONUNBUFFERED": "1",
    }
    result = defaults | dict(given)
    if "PREFECT_SERVER_API_AUTH_STRING" in result:
        result.setdefault("PREFECT_API_AUTH_STRING", result["PREFECT_SERVER_API_AUTH_STRING"])
    folders = [str(ROOT), *filter(None, [result.get("PYTHONPATH")])]
    return result | {"PYTHONPATH": os.pathsep.join(folders)}
