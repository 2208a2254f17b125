"""What only its owner may read: the folders of Prefect, and the password of its server."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISLNK

USER = "office"
OTHERS = 0o077  # as a umask: nothing for anybody else


def keep_private(folder: Path) -> None:
    """Make the folder if it is not there; take from others what they may do in it.

    A file system without modes, or a file of another user, stays as it is.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, _, names in os.walk(folder.resolve()):
        for path in (Path(place), *(Path(place, name) for name in names)):
            with suppress(OSError):
                mode = path.lstat().st_mode
                if mode & OTHERS and not S_ISLNK(mode):
                    path.chmod(S_IMODE(mode) & ~OTHERS)


def password_file(home: Path) -> Path:
    """Return where the password of the server is kept."""
    return home.absolute() / "password"


def kept_password(home: Path) -> str:
    """Return the password of the server as user:password; nothing if there is none."""
    with suppress(FileNotFoundError):
        return password_file(home).read_text(encoding="utf-8").strip()
    return ""


def make_password(home: Path) -> bool:
    """Make a password if there is none; returns whether that was so."""
    if kept_password(home):
        return False
    number = os.open(password_file(home), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(f"{new_password()}\n")
    return True


def new_password() -> str:
    """Return a password that nobody can guess, as user:password."""
    return f"{USER}:{secrets.token_urlsafe(24)}"
