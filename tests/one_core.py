"""Importing this keeps each worker of a parallel run to one core, before polars starts its thread.

polars works in a thread of its own. Waking it on another core takes longer than most steps of a
test: a tenth of the time of all tests.
"""

import os


def keep_to_one_core(worker: str) -> None:
    """Keep the process to one core. worker: its name in the run, such as gw1; empty for none."""
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


keep_to_one_core(os.environ.get("PYTEST_XDIST_WORKER", ""))
