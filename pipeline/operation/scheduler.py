"""Processes batches on a Dask cluster (`run --scheduler ADDRESS`) with the same functions.

A worker receives a function and its batch with all the bytes it needs: it never connects to
Prefect, has no password and needs none of our folders.
"""

import importlib.util
import logging
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.common.errors import NothingPublishedError
from pipeline.common.texts import LANGUAGES, say
from pipeline.publication.cache import code_version

CONNECT_SECONDS, LOOK_SECONDS, MOST_LOOKS = 10, 5, 24


class SchedulerError(NothingPublishedError):
    """The Dask cluster cannot be used. code: of [scheduler] in schemas/texts.toml."""

    def __init__(self, code: str, address: str, why: object = "") -> None:
        parts = {"address": address, "why": str(why)[:300]}
        super().__init__(*(say("scheduler", code, one).format(**parts) for one in LANGUAGES))
        self.is_usage = code in ("not_installed", "wrong_address")


@contextmanager
def connected(address: str) -> Iterator[Callable[[Callable[[Any], Any], Any], Any]]:
    """Yield a function that runs work on the cluster; SchedulerError if it cannot be used."""
    if importlib.util.find_spec("distributed") is None:
        raise SchedulerError("not_installed", address)
    from distributed import Client

    for name in ("distributed", "asyncio", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # timeouts and network errors of several libraries
        code = "wrong_address" if isinstance(error, ValueError) else "unreachable"
        raise SchedulerError(code, address, repr(error)) from error
    with client:
        if not client.nthreads():
            raise SchedulerError("no_workers", address)
        yield lambda work, batch: call(client, address, work, batch)


def call(client: Any, address: str, work: Callable[[Any], Any], batch: Any) -> Any:
    """Return the result of a function for a batch on a worker; if it dies, another one is used."""
    payload = pickle.dumps((work, batch.packed()))
    future = client.submit(at_worker, code_version(), payload, pure=False, retries=1)
    without_workers = 0
    while without_workers < MOST_LOOKS:
        try:
            answer = future.result(timeout=LOOK_SECONDS)
        except TimeoutError:
            without_workers = 0 if client.nthreads() else without_workers + 1
        except Exception as error:
            raise SchedulerError("broken", address, repr(error)) from error
        else:
            if answer is None:
                raise SchedulerError("other_version", address)
            return pickle.loads(answer)
    raise SchedulerError("no_workers", address)


def at_worker(code: str, payload: bytes) -> bytes | None:
    """Process a batch on a worker; None if its code differs from the sender's."""
    if code != code_version():
        return None
    # Dask's worker is a daemon process, which may not have children; ours end together with it.
    multiprocessing.current_process().daemon = False
    work, batch = pickle.loads(payload)
    with TemporaryDirectory(prefix="cluster-review-") as folder:
        return pickle.dumps(work(batch.unpacked(Path(folder))))
