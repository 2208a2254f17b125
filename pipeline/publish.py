"""Publishes a period as a whole or not at all; what stood there goes to the archive."""

import ctypes
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.review import Review

ARCHIVE, STAGING = ".archive", ".staging"
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def publish(outputs: Path, period: str, moment: str, write: Callable[[Path], None]) -> Path:
    """Write a publication beside the old one and put it in its place in one step.

    write: writes all files below a folder; if it fails nothing changes. moment: the name under
    which the former publication is archived. Returns the folder of the publication.
    """
    target = outputs / period
    staging = outputs / STAGING / f"{period}-{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        write(staging)
        replace(staging, target, archive_place(outputs, period, moment))
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        remove_if_empty(staging.parent)
    return target


def archive_place(outputs: Path, period: str, moment: str) -> Path:
    """Return a place in the archive that is free."""
    place = outputs / ARCHIVE / period / moment
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{moment}-{number}")
    return place


def replace(staging: Path, target: Path, archive: Path) -> None:
    """Put staging in the place of target, what stood there into the archive."""
    if not target.exists():
        staging.rename(target)
        return
    archive.parent.mkdir(parents=True, exist_ok=True)
    if exchange(staging, target):
        staging.rename(archive)
    else:
        target.rename(archive)
        staging.rename(target)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, so that there is never a moment without a publication.

    Returns False where the system cannot (other than Linux, some network file systems).
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    paths = (os.fsencode(one), os.fsencode(other))
    return bool(rename(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE) == 0)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder that holds nothing."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def write_tables(review: Review, folder: Path) -> None:
    """Write every table as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in review.tables.items():
        table.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=True)


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write a small JSON file for people and programs."""
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=False)
    path.write_text(text + "\n", encoding="utf-8")
