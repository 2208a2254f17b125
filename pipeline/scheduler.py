"""Reading on a Dask cluster (`run --scheduler ADDRESS`): the same readers, on other machines.

The files' bytes are sent, so that workers need no folder of ours, and cannot read other bytes
than we have. What is sent is plain functions, no tasks of Prefect: workers need not reach its
server. Each worker reads in processes of its own as we do, so a file kills its reader alone.
"""

import importlib.util
import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipeline.intake.limits import MB, Limits
from pipeline.intake.message import pack, unpack
from pipeline.intake.reader import Reading, read_bytes
from pipeline.intake.refusal import Refusal
from pipeline.intake.scheme import code_version
from pipeline.intake.worker import read_many
from pipeline.settings import load_settings
from pipeline.trouble import NothingPublishedError

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10
# How long to go on without any worker, and how often to look.
PATIENCE_SECONDS, LOOK_SECONDS = 120, 5
# So much is sent at once; a larger file goes alone.
PARCEL_BYTES = 4 * MB
Packed = tuple[bytes, bytes]


class WrongSchedulerError(NothingPublishedError):
    """What was given as the scheduler is none."""


class OtherVersionError(Exception):
    """A worker would read by other code than ours."""


def read_parcel(
    contents: list[bytes], limits: Limits, wanted: frozenset[str], code: str
) -> list[Packed]:
    """Read workbooks sent as bytes: what a worker does. code: the sender's version."""
    if code != code_version():
        raise OtherVersionError
    # Dask's worker is a daemon, which may not have children; ours end with it.
    multiprocessing.current_process().daemon = False
    with TemporaryDirectory(prefix="cluster-review-") as folder:
        paths = [Path(folder) / str(number) for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        return [pack(o) for o in read_many(paths, replace(limits, workers=1), wanted)]


@dataclass(frozen=True)
class Cluster:
    """A connected cluster. workers: how many batches it can read at once."""

    address: str
    client: "Client"
    workers: int

    def read(self, paths: Sequence[Path], wanted: frozenset[str]) -> Iterator[Reading | Refusal]:
        """Yield the outcomes of the paths in their order; NothingPublishedError without workers."""
        limits, code = load_settings().intake, code_version()
        for parcel in parcels(paths, limits):
            if isinstance(parcel, Refusal):
                yield parcel
                continue
            # Not pure: a second try shall be one.
            future = self.client.submit(
                read_parcel, parcel, limits, wanted, code, pure=False, retries=1
            )
            for head, buffers in self.answer(future):
                yield unpack(head, buffers)

    def answer(self, future: "Future") -> list[Packed]:
        """Wait for a worker's answer, as long as there are workers."""
        waited = 0
        while True:
            try:
                answer: list[Packed] = future.result(timeout=LOOK_SECONDS)
                return answer
            except OutOfTime:
                waited = 0 if self.has_workers() else waited + LOOK_SECONDS
                if waited > PATIENCE_SECONDS:
                    raise no_workers(self.address) from None
            except OtherVersionError as error:
                raise other_version(self.address) from error
            except (Exception, CancelledError) as error:
                raise broken(self.address, error) from error

    def has_workers(self) -> bool:
        """Whether anybody is there to read."""
        try:
            return bool(self.client.nthreads())
        except Exception as error:  # whatever a scheduler that is gone makes of it
            raise broken(self.address, error) from error


def parcels(paths: Sequence[Path], limits: Limits) -> Iterator[list[bytes] | Refusal]:
    """Yield in the files' order the bytes of some at a time; alone what cannot be opened here."""
    parcel: list[bytes] = []
    for path in paths:
        content = bytes_or_refusal(path, limits)
        if isinstance(content, Refusal):
            yield from filter(None, [parcel])
            yield content
            parcel = []
            continue
        if parcel and sum(map(len, parcel)) + len(content) > PARCEL_BYTES:
            yield parcel
            parcel = []
        parcel.append(content)
    if parcel:
        yield parcel


def bytes_or_refusal(path: Path, limits: Limits) -> bytes | Refusal:
    """Return a file's bytes, or why there are none."""
    try:
        return read_bytes(path, limits)
    except Refusal as refusal:
        return refusal


# ------------------------------------------------------------------------------------ connection
@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to a scheduler; WrongSchedulerError or NothingPublishedError if it is no use."""
    require_extra()
    import dask
    from distributed import Client

    for name in ("distributed", "asyncio", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    large = {"distributed.admin.large-graph-warning-threshold": "1GB"}
    with dask.config.set(large), connect(Client, address) as client:
        yield Cluster(address, client, sum(client.nthreads().values()))


def connect(make: type["Client"], address: str) -> "Client":
    """Return the connection to a scheduler that has workers."""
    try:
        client = make(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except ValueError as error:
        raise wrong_address(address) from error
    except Exception as error:  # timeouts and network errors of several libraries
        raise unreachable(address, error) from error
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except Exception as error:
        client.close()
        raise no_workers(address) from error
    return client


def require_extra() -> None:
    """WrongSchedulerError where Dask is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise WrongSchedulerError(
            "Für --scheduler fehlt Dask auf diesem Rechner. Bitte cluster-review[dask] "
            "installieren oder ohne --scheduler starten.",
            "--scheduler needs Dask, which is not installed on this machine. Please install "
            "cluster-review[dask], or run without --scheduler.",
        )


# -------------------------------------------------------------------------------------- messages
def wrong_address(address: str) -> WrongSchedulerError:
    """Return the refusal of what is no address."""
    return WrongSchedulerError(
        f"{address} ist keine Adresse eines Dask-Schedulers wie tcp://rechner:8786.",
        f"{address} is no address of a Dask scheduler such as tcp://machine:8786.",
    )


def unreachable(address: str, error: Exception) -> NothingPublishedError:
    """Return the end of a run whose scheduler does not answer."""
    return NothingPublishedError(
        f"Der Dask-Scheduler {address} antwortet nicht ({error}). Nichts wurde veröffentlicht. "
        "Bitte Adresse und Netz prüfen oder ohne --scheduler starten.",
        f"The Dask scheduler {address} does not answer ({error}). Nothing was published. "
        "Please check address and network, or run without --scheduler.",
    )


def no_workers(address: str) -> NothingPublishedError:
    """Return the end of a run that nobody reads for."""
    return NothingPublishedError(
        f"Am Dask-Scheduler {address} ist kein Worker angemeldet. Nichts wurde veröffentlicht. "
        "Bitte Worker starten (dask worker ADRESSE) oder ohne --scheduler starten.",
        f"The Dask scheduler {address} has no workers. Nothing was published. Please start "
        "workers (dask worker ADDRESS), or run without --scheduler.",
    )


def other_version(address: str) -> NothingPublishedError:
    """Return the end of a run whose workers would read otherwise."""
    return NothingPublishedError(
        f"Ein Worker von {address} hat eine andere Fassung von cluster-review, Python oder deren "
        "Bibliotheken. Nichts wurde veröffentlicht. Bitte überall dieselbe installieren.",
        f"A worker of {address} has another version of cluster-review, Python or their "
        "libraries. Nothing was published. Please install the same one everywhere.",
    )


def broken(address: str, error: BaseException) -> NothingPublishedError:
    """Return the end of a run whose cluster failed."""
    why = f"{type(error).__name__}: {error}"[:300]
    return NothingPublishedError(
        f"Der Dask-Cluster {address} konnte nicht lesen ({why}). Nichts wurde veröffentlicht. "
        "Bitte Scheduler und Worker prüfen (ist cluster-review dort installiert?) oder ohne "
        "--scheduler starten.",
        f"The Dask cluster {address} could not read ({why}). Nothing was published. Please check "
        "scheduler and workers (is cluster-review installed there?), or run without --scheduler.",
    )
