"""Finds files: submissions, the office's files, and others."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.slips import WrongUsageError
from schemas.words import visible

EXTENSIONS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
TEMPORARY = ("~$", "._", ".")
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Found:
    """submissions in the order of their names; ignored: names of other files."""

    submissions: tuple[Path, ...]
    ignored: tuple[str, ...]
    office: dict[str, Path]


def discover(inputs: Path, period: str) -> Found:
    """Return the files in the folder of the period; no file is opened."""
    refuse_missing(inputs)
    folder = inputs / period / "submissions"
    names = sorted(folder.iterdir(), key=lambda p: p.name) if folder.is_dir() else []
    submissions = tuple(p for p in names if is_submission(p))
    ignored = tuple(shown_name(p) for p in names if not is_submission(p))
    places = {
        "register": inputs / "register.xlsx",
        "assessments": inputs / period / "assessments.xlsx",
    }
    return Found(submissions, ignored, {k: p for k, p in places.items() if p.exists()})


def refuse_missing(inputs: Path) -> None:
    """Raise WrongUsageError if the folder of the inputs is not a folder."""
    if not inputs.is_dir():
        raise WrongUsageError(
            f"Den Ordner {inputs} gibt es nicht. Bitte mit --inputs den Ordner nennen, in dem die "
            "Quartale liegen.",
            f"There is no folder {inputs}. Please name the folder that holds the quarters with "
            "--inputs.",
        )


def being_edited(found: Found) -> list[str]:
    """Return the names of submissions that are open in Excel or LibreOffice.

    Both create a file beside it: `~$` before the name, or in place of its first two letters if it
    is long; `.~lock.` and `#` around it.
    """
    ignored = set(found.ignored)
    names = [shown_name(path) for path in found.submissions]
    return [n for n in names if ignored & {f"~${n}", f"~${n[2:]}", f".~lock.{n}#"}]


def shown_name(path: Path) -> str:
    """Return the file's name as visible text in one line.

    Bytes that are not UTF-8 are shown as escapes.
    """
    return shown_path(Path(path.name))


def shown_path(path: Path) -> str:
    """Return the path as visible text in one line."""
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return visible(re.sub(r"[\t\n\r]+", " ", name))


def distinct_names(paths: Sequence[Path], *, whole: bool = False) -> list[str]:
    """Return the files' names (or whole paths) as unique texts: equal ones get a number."""
    names, taken = [], set[str]()
    for path in paths:
        shown = name = shown_path(path) if whole else shown_name(path)
        number = 1
        while name in taken:
            number += 1
            name = f"{shown} ({number})"
        taken.add(name)
        names.append(name)
    return names


def is_submission(path: Path) -> bool:
    """Whether a file name is that of a submission; temporary files, for example, are not."""
    return path.suffix.lower() in EXTENSIONS and not path.name.startswith(TEMPORARY)


def fingerprint(path: Path, most_mb: int) -> str:
    """Return the file's sha256; empty if it is not read (a folder, a link, beyond the limit)."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > most_mb * BLOCK:
        return ""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
