"""What a process has started is found and ended."""

import subprocess
import sys
import time

from pipeline.operation.processes import descendants, end_all

# A process that starts a child, which ignores the request to end.
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}])"


def test_all_below_are_found_and_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT]) as parent:
        below: list[int] = []
        while not below:
            time.sleep(0.05)
            below = list(descendants(parent.pid))
        end_all([*below, parent.pid], patience=0.2)
        assert parent.wait() < 0
    assert list(descendants(parent.pid)) == []
