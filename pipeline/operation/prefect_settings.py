"""Settings to make before Prefect is imported: no traffic from this machine, little output."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.operation.orphans import end_processes_with_run
from pipeline.operation.private import keep_private, new_password

STDERR = 2


def prepare(home: Path) -> None:
    """Set what the user has not set: no telemetry, Prefect's own files below home, errors only.

    home: the folder for Prefect's database if no other is configured, so that nothing global is
    changed. The temporary server serves no pages and accepts only requests with its password.
    """
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(home.absolute()),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        # Libraries whose loggers have their own level ignore the level of the root logger.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": os.environ.get(
            "PREFECT_LOGGING_LEVEL", "CRITICAL"
        ),
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("PREFECT_API_URL"):
        names = ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING")
        password = next(filter(None, map(os.environ.get, names)), new_password())
        os.environ.update(dict.fromkeys(names, password))


@contextmanager
def quiet_prefect(outputs: Path) -> Iterator[None]:
    """Run a flow so that a successful run prints nothing on the terminal.

    The temporary server prints errors while it shuts down after a successful run; this output goes
    to a log beside its database. If the run is killed, its server is ended, too.
    """
    home = outputs / ".prefect"
    keep_private(home)
    prepare(home)
    end_processes_with_run()
    try:
        yield
    finally:
        keep_private(home)  # the server created the database with our umask
        # Handlers run in reverse order of registration: this one runs before Prefect's own.
        atexit.register(_to_log, home / "shutdown.log")


def _to_log(path: Path) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, STDERR)
