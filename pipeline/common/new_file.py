"""Writes a file that must not be there yet, whole or not at all."""

from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Write a new file; FileExistsError if there is one. Of a failed attempt nothing is left."""
    with path.open("xb") as stream:
        try:
            stream.write(content)
            stream.flush()
        except BaseException:
            path.unlink()
            raise
