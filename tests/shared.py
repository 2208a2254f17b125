"""What is made once for all workers of a test run, by the first that needs it."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

READY = "ready"


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that `make` has filled, in this worker or in another one.

    name: of its own for everything that is made so. What is inside may only be read.
    """
    base = folders.getbasetemp()
    # Under xdist every worker has a folder of its own in that of the run.
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = root / f"shared-{name}"
    with (root / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / READY).touch()
    return folder
