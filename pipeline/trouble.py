"""Why a run ends without a publication: in words, and for what the system says of files."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
READ_ONLY = frozenset({errno.EROFS})
NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})
GONE = frozenset({errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENODEV})
# Only about the folder itself: elsewhere they are mistakes of ours.
NO_FOLDER = frozenset({errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG})
WORDS = {
    FULL: (
        "Der Datenträger ist voll ({path}: {why}). Nichts wurde veröffentlicht, die bisherige "
        "Veröffentlichung steht unverändert. Bitte Platz schaffen und den Lauf wiederholen.",
        "The disk is full ({path}: {why}). Nothing was published, the former publication stands "
        "unchanged. Please make room and run again.",
    ),
    READ_ONLY: (
        "Der Ordner lässt sich nicht beschreiben ({path}: {why}). Nichts wurde veröffentlicht. "
        "Bitte einen beschreibbaren Ordner mit --outputs nennen oder den Schreibschutz aufheben.",
        "The folder cannot be written ({path}: {why}). Nothing was published. Please name a "
        "folder that can be written with --outputs, or lift its protection.",
    ),
    NOT_ALLOWED: (
        "Der Zugriff wurde verweigert ({path}: {why}). Nichts wurde veröffentlicht, die bisherige "
        "Veröffentlichung steht unverändert. Bitte Dateien der Veröffentlichung überall schließen "
        "(Excel, Browser, Explorer), die Rechte am Ordner prüfen und den Lauf wiederholen.",
        "Access was refused ({path}: {why}). Nothing was published, the former publication stands "
        "unchanged. Please close files of the publication everywhere (Excel, browser, Explorer), "
        "check the rights to the folder and run again.",
    ),
    GONE: (
        "Der Datenträger oder die Freigabe antwortet nicht ({path}: {why}). Nichts wurde "
        "veröffentlicht. Bitte die Verbindung prüfen und den Lauf wiederholen.",
        "The disk or share does not answer ({path}: {why}). Nothing was published. Please check "
        "the connection and run again.",
    ),
    NO_FOLDER: (
        "Der Ordner ist keiner oder wurde während des Laufs entfernt ({path}: {why}). Nichts wurde "
        "veröffentlicht. Bitte mit --outputs einen Ordner nennen und den Lauf wiederholen.",
        "The folder is none, or was removed during the run ({path}: {why}). Nothing was "
        "published. Please name a folder with --outputs and run again.",
    ),
}


class NothingPublishedError(Exception):
    """The run ends without a publication; the message (German, English) says why."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(german, english)
        self.messages = {"de": german, "en": english}

    def __str__(self) -> str:
        return " / ".join(self.messages.values())


def is_ours(error: OSError) -> bool:
    """Whether a disk is full, gone or not to be written: any other submission would fare alike."""
    return error.errno in FULL | READ_ONLY | GONE


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Turn what the system says of files into a NothingPublishedError; mistakes stay mistakes.

    folder: named where the system names no file.
    """
    try:
        yield
    except NothingPublishedError:
        raise
    except Exception as error:
        said = said_by_system(error, folder)
        if said is None:
            raise
        raise explained(said, folder) from error


def said_by_system(error: BaseException | None, folder: Path) -> OSError | None:
    """Return the system's error that is behind an error, if it is one that we have words for.

    Libraries wrap it in errors of their own.
    """
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and any(error.errno in codes for codes in WORDS):
            known = error.errno not in NO_FOLDER or is_within(error.filename, folder)
            return error if known else None
        error = error.__cause__ or error.__context__
    return None


def is_within(name: object, folder: Path) -> bool:
    """Whether a file's name, as errors tell it, lies in a folder."""
    path = Path(name) if isinstance(name, str) else name
    return isinstance(path, Path) and path.absolute().is_relative_to(folder.absolute())


def explained(error: OSError, folder: Path) -> NothingPublishedError:
    """Return the end of a run by such an error."""
    words = next(words for codes, words in WORDS.items() if error.errno in codes)
    path, why = error.filename or folder, error.strerror
    german, english = (text.format(path=path, why=why) for text in words)
    return NothingPublishedError(german, english)
