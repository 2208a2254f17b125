"""Who may read what is written below the outputs: only the user who runs it, or also a group."""

import grp
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from schemas.declaration import DeclarationError

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
# Without and with a group.
FOLDER, FILE = (PRIVATE_FOLDER, 0o750), (PRIVATE_FILE, 0o640)
# The set-group-id and sticky bits are not changed.
PERMISSIONS = 0o777


@dataclass
class Modes:
    """Sets modes and group of folders and files.

    group: the number of the group that may read what is published; None leaves that to the umask.
    refused: whether the file system rejected a change. It may not support modes, or the file
    belongs to another user.
    """

    group: int | None = None
    refused: bool = False

    def keep_private(self, folder: Path) -> None:
        """Create the folder, if it does not exist, and give access only to this user."""
        with suppress(OSError):  # the code that needs it creates it, and reports failures
            folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        if folder.is_dir():
            self.set(folder, PRIVATE_FOLDER)

    def share(self, paths: Iterable[Path]) -> None:
        """Let the group, and no other user, read these paths; do nothing without a group."""
        if self.group is not None:
            self.restrict(paths)

    def restrict(self, paths: Iterable[Path]) -> None:
        """Let the group, if there is one, and this user read these, and no other user."""
        for path in paths:
            mode = FOLDER if path.is_dir() else FILE
            self.set(path, mode[self.group is not None], self.group)

    def set(self, path: Path, mode: int, group: int | None = None) -> None:
        """Set a mode and a group; a rejection is only recorded."""
        try:
            # First the mode: if the group is rejected, other users must still not read it.
            if permissions(path) != mode:
                others = stat.S_IMODE(path.stat().st_mode) & ~PERMISSIONS
                path.chmod(others | mode)
            if group is not None:
                os.chown(path, -1, group)
            taken = permissions(path) == mode
        except OSError:
            taken = False
        if not taken:
            self.refused = True


def modes_of(group: str) -> Modes:
    """Return the modes for the group of the settings; DeclarationError if it does not exist."""
    if not group:
        return Modes()
    try:
        return Modes(grp.getgrnam(group).gr_gid)
    except KeyError as error:
        raise DeclarationError(
            f"settings.toml, review.group: Die Gruppe „{group}“ gibt es auf diesem Rechner "
            'nicht; erlaubt: eine vorhandene oder "" für keine.',
            f'settings.toml, review.group: there is no group "{group}" on this machine; allowed: '
            'one that exists, or "" for none.',
        ) from error


def permissions(path: Path) -> int:
    """Return the permissions of a file or folder."""
    return path.stat().st_mode & PERMISSIONS


def opener(path: str, flags: int) -> int:
    """Open a file as `open` does; a new one can be read only by this user."""
    return os.open(path, flags, PRIVATE_FILE)


def below(folder: Path) -> Iterable[Path]:
    """Return the folder and everything in it."""
    return [folder, *folder.rglob("*")]
