"""Publications that cost nothing."""

import json
from collections.abc import Callable
from pathlib import Path

from pipeline.publication import publish as publishing

PERIOD = "2026-Q3"


def publish(outputs: Path, period: str, moment: str, write: Callable[[Path], None]) -> Path:
    """Publish what is written into a new folder, as a run does."""
    with publishing.staging_folder(outputs, period) as folder:
        write(folder)
        return publishing.publish(folder, outputs, period, moment)


def writing(text: str) -> Callable[[Path], None]:
    """Return what writes a publication of two files."""

    def write(folder: Path) -> None:
        (folder / "data").mkdir()
        (folder / "data" / "table").write_text(text)
        (folder / "run.json").write_text(json.dumps({"text": text}))

    return write


def standing(outputs: Path) -> str:
    """Return the text of what is published; AssertionError if it is not whole."""
    folder = outputs / PERIOD
    said: str = json.loads((folder / "run.json").read_text())["text"]
    assert (folder / "data" / "table").read_text() == said
    return said


def archived(outputs: Path) -> list[str]:
    """Return the texts of the former publications."""
    return sorted(p.read_text() for p in (outputs / ".archive").rglob("table"))


def leftovers(outputs: Path) -> list[str]:
    """Return the paths that are neither publications, archive nor the empty lock."""
    known = {PERIOD, ".archive", ".lock", ".cache"}
    return sorted(p.name for p in outputs.iterdir() if p.name not in known)
