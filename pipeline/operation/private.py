"""Files that only their owner may read: the folders of Prefect, and the password of its server."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISLNK

USER = "office"
OTHERS = 0o077  # as a umask: no permissions for others


def keep_private(folder: Path) -> None:
    """Create the folder if it does not exist; remove the permissions of other users in it.

    Nothing changes on a file system without modes, or for a file of another user.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, _, names in os.walk(folder.resolve()):
        for path in (Path(place), *(Path(place, name) for name in names)):
            with suppress(OSError):
                mode = path.lstat().st_mode
                if mode & OTHERS and not S_ISLNK(mode):
                    path.chmod(S_IMODE(mode) & ~OTHERS)


def password_file(home: Path) -> Path:
    """Return the path of the file with the server's password."""
    return home.absolute() / "password"


def kept_password(home: Path) -> str:
    """Return the password of the server as user:password; empty if there is none."""
    with suppress(FileNotFoundError):
        return password_file(home).read_text(encoding="utf-8").strip()
    return ""


def make_password(home: Path) -> bool:
    """Create a password if there is none; return whether one was created."""
    if kept_password(home):
        return False
    number = os.open(password_file(home), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(f"{new_password()}\n")
    return True


def new_password() -> str:
    """Return a password that nobody can guess, as user:password."""
    return f"{USER}:{secrets.token_urlsafe(24)}"
