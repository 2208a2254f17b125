"""What a killed run has started ends with it; a run that ends in order is not waited for."""

import signal
import subprocess
import sys

import pytest

from pipeline.operation.orphans import MARK
from pipeline.operation.processes import carrying
from tests.operation.office import ROOT, until

# A run that starts a process as Prefect does its server.
RUN = """
import subprocess, sys
from pipeline.operation.orphans import MARK, end_processes_with_run
end_processes_with_run()
import os
with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"]) as server:
    print(os.environ[MARK], flush=True)
    sys.stdin.read()
    server.kill()
"""


@pytest.mark.thorough
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_nothing_is_left_of_a_run(how: signal.Signals | None) -> None:
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        carried = f"{MARK}={run.stdout.readline().strip()}"
        until(lambda: len(list(carrying(carried))) == 2)  # the process, and the one that stands by
        if how is None:
            run.stdin.close()
        else:
            run.send_signal(how)
        assert run.wait() == (0 if how is None else -how)
        until(lambda: not list(carrying(carried)))
