"""Writes a file that must not exist yet, completely or not at all."""

from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Write a new file; FileExistsError if it exists. A failed attempt leaves nothing behind."""
    with path.open("xb") as stream:
        try:
            stream.write(content)
            stream.flush()
        except BaseException:
            path.unlink()
            raise
