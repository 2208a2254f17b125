"""Errors of the system as messages: about files and folders, memory, open files."""

import errno
import gc
import os
import re
import resource
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from schemas.slips import WrongUsageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
READ_ONLY = frozenset({errno.EROFS})
NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})
GONE = frozenset({errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENODEV})
TOO_MANY_FILES = frozenset({errno.EMFILE, errno.ENFILE})
NO_MEMORY = frozenset({errno.ENOMEM, errno.EAGAIN})
# Only about the folders that the user named: elsewhere they are bugs of ours.
NO_FOLDER = frozenset(
    {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}
)
# Errors that another folder named by the user would solve.
PLACE = READ_ONLY | NOT_ALLOWED | NO_FOLDER
# The problem and what to do, in German and English.
WORDS = {
    FULL: (
        ("Der Datenträger ist voll", "Bitte Platz schaffen und wiederholen."),
        ("The disk is full", "Please make room and try again."),
    ),
    READ_ONLY: (
        (
            "Der Ordner lässt sich nicht beschreiben",
            "Bitte einen beschreibbaren Ordner nennen oder den Schreibschutz aufheben.",
        ),
        (
            "The folder cannot be written",
            "Please name a folder that can be written, or lift its protection.",
        ),
    ),
    NOT_ALLOWED: (
        (
            "Der Zugriff wurde verweigert",
            "Bitte Dateien dieses Ordners überall schließen (Excel, Browser, Explorer), die Rechte "
            "am Ordner prüfen und wiederholen.",
        ),
        (
            "Access was refused",
            "Please close files of this folder everywhere (Excel, browser, Explorer), check the "
            "rights to the folder and try again.",
        ),
    ),
    GONE: (
        (
            "Der Datenträger oder die Freigabe antwortet nicht",
            "Bitte die Verbindung prüfen und wiederholen.",
        ),
        ("The disk or share does not answer", "Please check the connection and try again."),
    ),
    TOO_MANY_FILES: (
        (
            "Es sind zu viele Dateien zugleich geöffnet",
            "Bitte andere Programme beenden oder die Grenze erhöhen (ulimit -n) und wiederholen.",
        ),
        (
            "Too many files are open at once",
            "Please end other programs, or raise the limit (ulimit -n), and try again.",
        ),
    ),
    NO_MEMORY: (
        (
            "Der Arbeitsspeicher oder die Zahl der Prozesse reicht nicht",
            "Bitte andere Programme beenden oder die Grenzen erhöhen (ulimit -v, ulimit -u) und "
            "wiederholen.",
        ),
        (
            "There is too little memory, or there are too many processes",
            "Please end other programs, or raise the limits (ulimit -v, ulimit -u), and try again.",
        ),
    ),
    NO_FOLDER: (
        (
            "Der Ordner ist keiner oder wurde inzwischen entfernt",
            "Bitte einen anderen Ordner nennen und wiederholen.",
        ),
        (
            "The folder is none, or has been removed meanwhile",
            "Please name another folder and try again.",
        ),
    ),
}
NOTHING_PUBLISHED = (
    "Nichts wurde veröffentlicht, die bisherige Veröffentlichung steht unverändert. ",
    "Nothing was published, the former publication stands unchanged. ",
)
# The form of polars' messages, whose errors have no number.
NUMBER = re.compile(r"\(os error (\d+)\)(?:: (.+))?")
NO_THREAD = "can't start new thread"

# With fewer, libraries hang or abort instead of failing. V8, which draws the pictures of a
# publication, reserves address space that it does not use.
LEAST_FILES = 256
GB = 1024**3
LEAST_SPACE, LEAST_SPACE_OF_PICTURES = 4 * GB, 96 * GB


class NothingPublishedError(Exception):
    """The run ends without a publication; the message (German, English) says why."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(german, english)
        self.messages = {"de": german, "en": english}

    def __str__(self) -> str:
        return " / ".join(self.messages.values())


def is_machine_error(error: OSError) -> bool:
    """Whether the cause is the machine, not the submission: any other one would fail, too."""
    return error.errno in FULL | READ_ONLY | GONE | TOO_MANY_FILES


@contextmanager
def explain_errors(folder: Path) -> Iterator[None]:
    """Turn the system's errors about files into a NothingPublishedError; bugs are raised unchanged.

    folder: named if the system names no file.
    """
    try:
        yield
    except (NothingPublishedError, WrongUsageError):
        raise
    except Exception as error:
        cause = system_error_behind(error, [folder])
        if cause is None:
            raise
        with suppress_unraisable():
            release_resources(error)
        raise NothingPublishedError(*explain(cause, folder, NOTHING_PUBLISHED)) from cause


def release_resources(error: BaseException | None) -> None:
    """Release what failed functions still hold: half-written files write once more, and fail."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
    gc.collect()


@contextmanager
def suppress_unraisable() -> Iterator[None]:
    """Suppress messages about errors that can no longer be caught."""
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = hook


def system_error_behind(error: BaseException | None, folders: Sequence[Path]) -> OSError | None:
    """Return the system's error behind an error, if we have a message for it.

    Libraries wrap it in errors of their own. folders: those that the user named.
    """
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        system = as_system_error(error)
        if system is not None and any(system.errno in codes for codes in WORDS):
            ours = system.errno in NO_FOLDER and not is_within(system.filename, folders)
            return None if ours else system
        error = error.__cause__ or error.__context__
    return None


def as_system_error(error: BaseException) -> OSError | None:
    """Return an error as a system error with its number; None if it is not one."""
    if isinstance(error, MemoryError):
        return OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    if isinstance(error, RuntimeError) and NO_THREAD in str(error):
        return OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    if not isinstance(error, OSError) or error.errno is not None:
        return error if isinstance(error, OSError) else None
    match = NUMBER.search(str(error))
    return OSError(int(match[1]), os.strerror(int(match[1])), match[2]) if match else None


def is_within(name: object, folders: Sequence[Path]) -> bool:
    """Whether a file's name, as in errors, is in one of the folders."""
    path = Path(name) if isinstance(name, str) else name
    return isinstance(path, Path) and any(
        path.absolute().is_relative_to(folder.absolute()) for folder in folders
    )


def explain(
    error: OSError, place: Path | str, outcome: tuple[str, str] = ("", "")
) -> tuple[str, str]:
    """Return in German and English the problem, its consequence, and what to do.

    place: named if the system names no file.
    """
    words = next(words for codes, words in WORDS.items() if error.errno in codes)
    name = error.filename or place
    # The system says in English what the sentence says in German.
    wheres = (f"({name})", f"({name}: {error.strerror})")
    german, english = (
        f"{what} {where}. {came}{to_do}"
        for (what, to_do), where, came in zip(words, wheres, outcome, strict=True)
    )
    return german, english


# ------------------------------------------------------------------------------ before a command
def insufficient_limit(least_space: int) -> tuple[str, str] | None:
    """Return in German and English which limit of this process is too low; None if all suffice.

    least_space: address space in bytes. The limit of open files is raised if that is allowed.
    """
    files, space = raise_file_limit(), resource.getrlimit(resource.RLIMIT_AS)[0]
    if files < LEAST_FILES:
        return (
            f"Es dürfen nur {files} Dateien zugleich geöffnet sein, nötig sind {LEAST_FILES}. "
            "Bitte die Grenze erhöhen (ulimit -n).",
            f"Only {files} files may be open at once, {LEAST_FILES} are needed. "
            "Please raise the limit (ulimit -n).",
        )
    if space != resource.RLIM_INFINITY and space < least_space:
        has, needs = f"{space / GB:.1f}", least_space // GB
        return (
            f"Der Arbeitsspeicher ist begrenzt: auf {has.replace('.', ',')} GB an Adressen, nötig "
            f"sind {needs} GB. Bitte die Grenze erhöhen (ulimit -v).",
            f"Memory is limited: to {has} GB of addresses, {needs} GB are needed. "
            "Please raise the limit (ulimit -v).",
        )
    return None


def raise_file_limit() -> int:
    """Return how many files this process may have open, after raising the limit if possible."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in (now, most):
        return LEAST_FILES
    if now < LEAST_FILES <= most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (LEAST_FILES, most))
        return LEAST_FILES
    return now
