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
    """submissions in the order of their names; ignored: names of everything else.

    unread: of these the name and the reason (other_extension, folder) of what people may have meant
    as a submission; not what programs leave beside their files.
    """

    submissions: tuple[Path, ...]
    ignored: tuple[str, ...]
    office: dict[str, Path]
    unread: tuple[tuple[str, str], ...] = ()


def discover(inputs: Path, period: str) -> Found:
    """Return the files in the folder of the period; no file is opened."""
    refuse_missing(inputs)
    folder = inputs / period / "submissions"
    submissions, others = sorted_out(folder) if folder.is_dir() else ([], [])
    places = {
        "register": inputs / "register.xlsx",
        "assessments": inputs / period / "assessments.xlsx",
    }
    office = {name: path for name, path in places.items() if path.exists()}
    ignored = tuple(map(shown_name, others))
    return Found(tuple(submissions), ignored, office, tuple(unread(others)))


def sorted_out(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the submissions of a folder, then everything else in it, both in order of names."""
    names = sorted(folder.iterdir(), key=lambda path: path.name)
    submissions = [path for path in names if is_submission(path)]
    return submissions, [path for path in names if path not in set(submissions)]


def unread(others: Sequence[Path]) -> list[tuple[str, str]]:
    """Return name and reason of what is no submission but may have been meant as one."""
    meant = [path for path in others if not path.name.startswith(TEMPORARY)]
    reasons = ["folder" if path.is_dir() else "other_extension" for path in meant]
    return list(zip(distinct_names(meant), reasons, strict=True))


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
        label = name = shown_path(path) if whole else shown_name(path)
        number = 1
        while name in taken:
            number += 1
            name = f"{label} ({number})"
        taken.add(name)
        names.append(name)
    return names


def is_submission(path: Path) -> bool:
    """Whether a file is a submission by its name; folders and temporary files are not."""
    named = path.suffix.lower() in EXTENSIONS and not path.name.startswith(TEMPORARY)
    return named and not path.is_dir()


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
