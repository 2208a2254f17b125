"""`make serve`: Prefect's server, a work pool, a worker and the deployments, on this machine.

    python -m pipeline.operation.serve [--port 4200] [--home .prefect]

With PREFECT_API_URL set, that server is used and none is started; unless it names the very address
that ours would have, and nobody is there.
"""

import argparse
import contextlib
import os
import shlex
import signal
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from pipeline.operation.children import PATIENCE, Child, KeepsDyingError, keep_alive, rotate
from pipeline.operation.private import (
    OTHERS,
    keep_private,
    kept_password,
    make_password,
    password_file,
)
from pipeline.operation.processes import adopt_orphans, descendants, end_all
from pipeline.operation.settings import HOST, POOL, ROOT, environment, is_ours

START_SECONDS = 180
OURS, THEIRS = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
MESSAGES = {
    "taken": (
        "Port {port} ist belegt. Läuft `make serve` schon? Sonst einen anderen nehmen: "
        "make serve PORT=4201",
        "Port {port} is taken. Is `make serve` running already? Else use another: "
        "make serve PORT=4201",
    ),
    "unreachable": (
        "Der Prefect-Server unter {url} antwortet nicht. Mehr dazu: {log}",
        "The Prefect server at {url} does not answer. See {log}",
    ),
    "named": (
        "Der Prefect-Server unter {url} antwortet nicht. PREFECT_API_URL nennt ihn: bitte ihn "
        "starten oder die Variable löschen (unset PREFECT_API_URL), dann startet hier ein eigener.",
        "The Prefect server at {url} does not answer. PREFECT_API_URL names it: please start it, "
        "or unset the variable, and one is started here.",
    ),
    "locked": (
        "Der Prefect-Server unter {url} verlangt ein anderes Passwort: bitte "
        "PREFECT_API_AUTH_STRING setzen (Benutzer:Passwort).",
        "The Prefect server at {url} asks for another password: please set "
        "PREFECT_API_AUTH_STRING (user:password).",
    ),
    "dying": (
        "Ein Prozess endet immer wieder; der Grund steht am Ende von {log}",
        "A process ends again and again; the end of {log} says why",
    ),
    "deploying": (
        "Die Deployments aus prefect.yaml konnten nicht eingerichtet werden: {why}",
        "The deployments of prefect.yaml could not be set up: {why}",
    ),
}


FOREIGN = """\
Dieser Server hat eigene Regeln, wer ihn erreicht und ob er ein Passwort verlangt; wer auf ihm Läufe
starten darf, startet sie auf diesem Rechner.
This server has rules of its own on who reaches it and whether it asks for a password; who may start
runs on it starts them on this machine."""


class CannotServeError(Exception):
    """Something that the user must correct before serving is possible."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__("\n".join(text.format(**details) for text in MESSAGES[code]))


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return 0 then, 1 if serving is not possible."""
    arguments = parse(argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        serve(arguments.home, arguments.port)
    except KeyboardInterrupt:
        print("Beendet / stopped", flush=True)
        return 0
    except CannotServeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed arguments."""
    parser = argparse.ArgumentParser(prog="serve", description=__doc__)
    parser.add_argument("--port", type=int, default=4200)
    parser.add_argument("--home", type=Path, default=ROOT / ".prefect", metavar="DIR")
    return parser.parse_args(argv)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Treat SIGTERM as Ctrl-C."""
    raise KeyboardInterrupt


def serve(home: Path, port: int) -> None:
    """Start everything and watch it; in any case, end what was started."""
    published = os.umask(OTHERS)  # what runs publish is not only for this user
    keep_private(home)
    foreign = names_another_server(port)
    new = not foreign and has_new_password(home)
    os.environ.update(environment(home, port))
    url = os.environ["PREFECT_API_URL"]
    adopt_orphans()
    with ending() as children:
        if foreign:
            print(f"Prefect: {url} (PREFECT_API_URL)", FOREIGN, sep="\n", flush=True)
            wait_for(url, CannotServeError("named", url=url), children)
        else:
            refuse_taken(port)
            log = rotate(home / "server.log")
            children.append(start_server(port, log))
            print(f"Prefect startet / is starting … ({log})", flush=True)
            wait_for(url, CannotServeError("unreachable", url=url, log=log), children)
        set_up_all(home, url)
        children.append(start_worker(home, published))
        ways_in = [] if foreign else how_to_log_in(home, url, new)
        print(
            f"Oberfläche / interface: {url.removesuffix('/api')}",
            *ways_in,
            "Beenden mit Strg-C / Ctrl-C ends it",
            sep="\n",
            flush=True,
        )
        watch(children)


def has_new_password(home: Path) -> bool:
    """Create a password for our server, unless there is one; return whether it is new.

    What the environment says about another server, or an older password, is removed.
    """
    for name in ("PREFECT_API_URL", THEIRS):
        os.environ.pop(name, None)
    return not os.environ.get(OURS) and make_password(home)


def how_to_log_in(home: Path, url: str, new: bool) -> Iterator[str]:
    """Yield the lines that say how to log in, in the browser and in a second shell."""
    file = password_file(home)
    if os.environ[OURS] == kept_password(home):
        secret, place = f"$(cat {shlex.quote(str(file))})", str(file)
    else:
        secret = place = f"${OURS}"
    password = f": {os.environ[OURS]}" if new else ""
    yield f"Passwort / password ({place}){password}"
    yield "Zweites Terminal / second shell, for .venv/bin/prefect:"
    yield f'  export PREFECT_API_URL={url} {THEIRS}="{secret}"'


@contextlib.contextmanager
def ending() -> Iterator[list[Child]]:
    """Collect processes, and end them in reverse order of their start."""
    children: list[Child] = []
    try:
        yield children
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not interrupt this
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        families = set[int]().union(*(child.family() for child in children))
        # Other descendants are runs of a worker that had died.
        end_all(set(descendants(os.getpid())) - families, PATIENCE)
        for child in reversed(children):
            child.stop()


def watch(children: Sequence[Child]) -> None:
    """Watch the processes, and report restarts."""

    def say(name: str) -> None:
        print(f"{name}: war beendet, startet neu / had ended, starts again", flush=True)

    try:
        keep_alive(children, say)
    except KeepsDyingError as error:
        raise CannotServeError("dying", log=error.log) from error


def names_another_server(port: int) -> bool:
    """Whether PREFECT_API_URL names another server than the one to start here.

    Prefect recommends to set it to 127.0.0.1:4200 permanently: if no server answers there, ours is
    meant.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    named = bool(urllib.parse.urlsplit(url).hostname)
    return named and not (is_ours(url, port) and is_free(port))


def refuse_taken(port: int) -> None:
    """Raise CannotServeError if another program uses the port."""
    if not is_free(port):
        raise CannotServeError("taken", port=port)


def is_free(port: int) -> bool:
    """Whether the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def start_server(port: int, log: Path) -> Child:
    """Start Prefect's server, for this machine only."""
    child = Child("server", ["pipeline.operation.server", "--port", str(port)], os.environ, log)
    child.start()
    return child


def start_worker(home: Path, umask: int) -> Child:
    """Start a worker with a fixed name, so that a new worker replaces the old one.

    umask: for what its runs publish.
    """
    name = f"cluster-review on {socket.gethostname()}"
    arguments = ["prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", name]
    child = Child("worker", arguments, os.environ, rotate(home / "worker.log"), umask)
    child.start()
    return child


def wait_for(url: str, error: CannotServeError, children: Sequence[Child]) -> None:
    """Wait until the server answers; `error` is raised if it dies or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and all(child.is_alive() for child in children):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers; the password is checked later
        except OSError:
            time.sleep(0.3)
    raise error


def set_up_all(home: Path, url: str) -> None:
    """Create what the server lacks and update what is old; print which runs were cancelled."""
    from pipeline.operation.setup import LockedError, SetupError, set_up

    try:
        cancelled = set_up(home)
    except LockedError as error:
        raise CannotServeError("locked", url=url) from error
    except SetupError as error:
        raise CannotServeError("deploying", why=error) from error
    for name in cancelled:
        print(f"Abgebrochen, hatte eigene Job-Variablen / cancelled, had job variables: {name}")


if __name__ == "__main__":
    sys.exit(main())
