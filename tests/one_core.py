"""Importing this keeps each worker of a parallel run to one core, before polars starts its thread.

polars works in a thread of its own. Waking it on another core takes longer than most steps of a
test: a tenth of the time of all tests.
"""

import os


def keep_to_one_core(worker: str, workers: int) -> None:
    """Keep a worker to its own core, if each has one. worker: its name in the run, such as gw1."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if worker and len(cores) == workers:
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw"))]})


keep_to_one_core(
    os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 0))
)
