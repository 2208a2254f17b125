"""Publishes a period completely or not at all; the former publication is moved to the archive.

While folders are replaced, a note beside them describes the operation. With it the next run repairs
what a killed run left (`recover`).
"""

import ctypes
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from pipeline.common.file_modes import PRIVATE_FOLDER
from pipeline.common.periods import NAME
from pipeline.history.published import ARCHIVE, DATA, RECORD
from pipeline.review import Review

STAGING, NOTE = ".staging", ".note.json"
AT_FDCWD, RENAME_EXCHANGE = -100, 2


@contextmanager
def staging_folder(outputs: Path, period: str) -> Iterator[Path]:
    """Yield an empty folder in which a publication is written; see `publish`.

    The caller holds the lock of the outputs. If the context raises, nothing changes.
    """
    staging = outputs / STAGING / f"{period}-{os.getpid()}"
    remove(staging)
    staging.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    staging.mkdir()
    try:
        yield staging
    except BaseException:
        recover(outputs)
        raise
    with suppress(OSError):  # it is published; the next run cleans up
        recover(outputs)


def publish(staging: Path, outputs: Path, period: str, moment: str) -> Path:
    """Publish a folder in one step; the former publication is moved to the archive.

    staging: the folder of `staging_folder` with all files, including run.json. moment: the name
    under which the former publication is archived. Returns the folder of the publication.
    """
    target = outputs / period
    flush(staging)
    archive = free_archive_path(outputs, period, moment)
    make_link_absolute(target, staging.with_suffix(".link"))
    write_note(staging, target, archive)
    replace(staging, target, archive)
    return target


def free_archive_path(outputs: Path, period: str, moment: str) -> Path:
    """Return a free path in the archive."""
    place = outputs / ARCHIVE / period / moment
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{moment}-{number}")
    return place


def make_link_absolute(target: Path, beginning: Path) -> None:
    """Make a publication that is a relative link absolute, so that it works in the archive."""
    if target.is_symlink() and target.exists():
        beginning.symlink_to(target.resolve())
        beginning.rename(target)


def replace(staging: Path, target: Path, archive: Path) -> None:
    """Replace target by staging, and move the former target into the archive."""
    if not target.exists():
        staging.rename(target)
        return
    archive.parent.mkdir(parents=True, exist_ok=True)
    if not exchange(staging, target):
        target.rename(archive)
        staging.rename(target)
        return
    try:
        staging.rename(archive)
    except OSError:
        exchange(staging, target)
        raise


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, so that there is never a moment without a publication.

    Returns False if the system cannot do it (not Linux, some network file systems).
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    paths = (os.fsencode(one), os.fsencode(other))
    return bool(rename(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE) == 0)


# ------------------------------------------------------------------- after a run died or failed
def write_note(staging: Path, target: Path, archive: Path) -> None:
    """Write the note about the replacement that is about to begin; staging is complete."""
    content = {"period": target.name, "archive": archive.name, "record": record_of(staging)}
    write_durably(as_json(content), staging.with_name(staging.name + NOTE))


def read_note(path: Path) -> dict[str, str] | None:
    """Return the content of a note; None if it cannot be read: it then counts as missing."""
    try:
        content = json.loads(path.read_bytes())
        known = (
            NAME.match(content["period"]) and content["archive"] == Path(content["archive"]).name
        )
        return content if known and isinstance(content["record"], str) else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def recover(outputs: Path) -> None:
    """Repair what a dead or failed run left; the caller holds the lock of the outputs.

    If the new publication is in place already, the former one is moved to the archive; if not,
    everything is restored.
    """
    folder = outputs / STAGING
    if not folder.is_dir():
        return
    for path in folder.glob(f"*{NOTE}"):
        entry = read_note(path)
        if entry is not None:
            finish_replacement(outputs, entry, folder / path.name[: -len(NOTE)])
        remove(path)
    for path in folder.iterdir():
        remove(path)
    with suppress(OSError):
        folder.rmdir()


def finish_replacement(outputs: Path, entry: dict[str, str], staging: Path) -> None:
    """Complete a publication that stopped at some point after its note."""
    target = outputs / entry["period"]
    archive = outputs / ARCHIVE / entry["period"] / entry["archive"]
    if not staging.exists():
        return
    if (
        not target.exists() and archive.exists()
    ):  # between two renames, where swapping is not supported
        archive.rename(target)
    is_new = record_of(staging) == entry["record"] != record_of(target)
    if not is_new:  # the former publication
        archive.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(archive)


def record_of(folder: Path) -> str:
    """Return an identifier of a publication: the sha256 of its run.json."""
    path = folder / RECORD
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def remove(path: Path) -> None:
    """Remove a folder, as far as possible, or a file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def flush(folder: Path) -> None:
    """Force buffered writes to the disk; OSError if that fails.

    Without this a full disk or a power cut might show only after the folders were swapped.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if hasattr(library, "syncfs") and library.syncfs(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def write_durably(text: str, path: Path) -> None:
    """Write a file so that after a power cut it exists completely, or not at all."""
    beginning = path.with_suffix(".tmp")
    with beginning.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beginning.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems do not support that for a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_tables(review: Review, folder: Path) -> dict[str, str]:
    """Write every table as Parquet into the folder of a publication; return their checksums."""
    (folder / DATA).mkdir(parents=True, exist_ok=True)
    checksums = {}
    for name, table in review.tables.items():
        # We write the file ourselves: for a full disk, polars raises an error of its own type.
        content = BytesIO()
        table.write_parquet(content, compression="zstd", statistics=True)
        file = f"{DATA}/{name}.parquet"
        (folder / file).write_bytes(content.getbuffer())
        checksums[file] = sha256(content.getbuffer()).hexdigest()
    return checksums


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write a small JSON file for people and programs."""
    path.write_text(as_json(content), encoding="utf-8")


def as_json(content: dict[str, Any]) -> str:
    """Return JSON for people and programs."""
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
