"""A submitted file, as batches carry it: by its path, or with its bytes to another machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.common.limits import Limits
from pipeline.intake.reader import read_bytes
from pipeline.intake.refusal import Refusal


@dataclass(frozen=True)
class SentFile:
    """A file with its number and name; content: when sent, its bytes or why they are missing.

    name: by which findings name the file.
    """

    number: int
    name: str
    path: Path
    content: bytes | Refusal | None = None

    def packed(self, limits: Limits) -> "SentFile":
        """Return the file with its bytes."""
        try:
            return replace(self, content=read_bytes(self.path, limits))
        except Refusal as refusal:
            return replace(self, content=refusal)

    def unpacked(self, folder: Path) -> "SentFile":
        """Return the file with its bytes written into a folder, under its own name."""
        place = folder / str(self.number)
        place.mkdir()
        path = place / self.path.name
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
            return replace(self, path=path, content=None)
        return replace(self, path=path)


def numbered(paths: Sequence[Path], names: Sequence[str], first: int = 0) -> list[SentFile]:
    """Return the files under consecutive numbers, in their order."""
    pairs = zip(paths, names, strict=True)
    return [SentFile(number, name, path) for number, (path, name) in enumerate(pairs, first)]
