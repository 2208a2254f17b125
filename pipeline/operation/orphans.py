"""Ends what a killed run leaves behind: Prefect's temporary server would stay for ever.

A process of its own stands by (`python -m pipeline.operation.orphans WORD`). It hears at its input
how the run ends; what the run had started is known by a word in its environment.
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
# A process that was just being started is seen a moment later.
LOOKS, PAUSE, PATIENCE = 3, 1.0, 5.0


@cache
def stand_by() -> None:
    """Have everything that this process starts from now on ended, should it die without a word."""
    word = secrets.token_hex(16)
    os.environ[MARK] = word
    process = subprocess.Popen(
        # -P: the folder we stand in may hold strangers' files, from which nothing is imported.
        [sys.executable, "-P", "-m", "pipeline.operation.orphans", word],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # What is registered first runs last: Prefect has ended its server then.
    atexit.register(process.communicate, IN_ORDER)


def main(word: str) -> None:
    """Wait for the run's end; end what it has left if that came without a word."""
    if sys.stdin.buffer.read() == IN_ORDER:
        return
    for _ in range(LOOKS):
        end_all([n for n in carrying(f"{MARK}={word}") if n != os.getpid()], PATIENCE)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1])
