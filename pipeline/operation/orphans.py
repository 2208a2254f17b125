"""Ends what a killed run leaves behind: Prefect's temporary server would run for ever.

A separate process waits (`python -m pipeline.operation.orphans WORD`). It reads from its input how
the run ends. A word in their environment identifies the processes that the run started.
"""

import atexit
import os
import secrets
import subprocess
import sys
import time
from functools import cache

from pipeline.operation.processes import carrying, end_all
from pipeline.operation.settings import ROOT

MARK = "CLUSTER_REVIEW_RUN"
IN_ORDER = b"."
# A process that was just being started becomes visible a moment later.
LOOKS, PAUSE, PATIENCE = 3, 1.0, 5.0


@cache
def end_processes_with_run() -> None:
    """Make sure that all processes started from now on end, even if this one is killed."""
    word = secrets.token_hex(16)
    os.environ[MARK] = word
    process = subprocess.Popen(
        # -P: the current folder may contain files of others; nothing must be imported from it.
        [sys.executable, "-P", "-m", "pipeline.operation.orphans", word],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # Handlers run in reverse order of registration: Prefect has ended its server by then.
    atexit.register(process.communicate, IN_ORDER)


def main(word: str) -> None:
    """Wait for the run's end; if it ended without notice, end the processes it has left."""
    if sys.stdin.buffer.read() == IN_ORDER:
        return
    for _ in range(LOOKS):
        end_all([n for n in carrying(f"{MARK}={word}") if n != os.getpid()], PATIENCE)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1])
