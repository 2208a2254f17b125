"""A period is published as a whole or not at all; what stood there goes to the archive."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import publish as publishing
from pipeline.publish import publish


def writing(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "run.json").write_text(text)

    return write


def failing(folder: Path) -> None:
    (folder / "run.json").write_text("half")
    raise OSError("disk full")


def files(folder: Path) -> dict[str, str]:
    found = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): p.read_text() for p in found}


@pytest.mark.parametrize("swap", [True, False])
def test_publishing_again_archives_what_stood_there(
    swap: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not swap:  # a system that cannot swap two folders in one step
        monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    for text in ("one", "two", "three"):
        publish(tmp_path, "2026-Q3", "now", writing(text))
    assert files(tmp_path) == {
        "2026-Q3/run.json": "three",
        ".archive/2026-Q3/now/run.json": "one",
        ".archive/2026-Q3/now-2/run.json": "two",
    }


def test_a_failure_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, "2026-Q3", "now", writing("one"))
    with pytest.raises(OSError, match="disk full"):
        publish(tmp_path, "2026-Q3", "later", failing)
    assert files(tmp_path) == {"2026-Q3/run.json": "one"}
