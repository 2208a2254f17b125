"""A period is published completely or not at all; the former publication is in the archive."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.publication import publish as publishing
from tests.faults.making import publish


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


@pytest.mark.parametrize("swap", [True, False])
@pytest.mark.parametrize("absolute", [True, False])
def test_a_publication_that_is_a_link_is_still_read_in_the_archive(
    swap: bool, absolute: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not swap:
        monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    outputs, elsewhere = tmp_path / "outputs", tmp_path / "elsewhere"
    publish(outputs, "2026-Q3", "now", writing("one"))
    (outputs / "2026-Q3").rename(elsewhere)
    (outputs / "2026-Q3").symlink_to(elsewhere if absolute else Path("..") / "elsewhere")
    publish(outputs, "2026-Q3", "now", writing("two"))
    assert not (outputs / "2026-Q3").is_symlink()
    assert (outputs / "2026-Q3" / "run.json").read_text() == "two"
    (archived,) = (outputs / ".archive" / "2026-Q3").iterdir()
    assert (archived / "run.json").read_text() == "one"
    assert files(elsewhere) == {"run.json": "one"}
    assert sorted(p.name for p in outputs.iterdir()) == [".archive", "2026-Q3"]


def test_a_link_survives_a_death_between_the_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, elsewhere = tmp_path / "outputs", tmp_path / "elsewhere"
    publish(outputs, "2026-Q3", "now", writing("one"))
    (outputs / "2026-Q3").rename(elsewhere)
    (outputs / "2026-Q3").symlink_to(Path("..") / "elsewhere")

    def dead(staging: Path, target: Path, archive: Path) -> None:
        assert publishing.exchange(staging, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "replace", dead)
    with pytest.raises(KeyboardInterrupt):
        publish(outputs, "2026-Q3", "now", writing("two"))
    assert files(outputs)["2026-Q3/run.json"] == "two"
    assert (outputs / ".archive" / "2026-Q3" / "now" / "run.json").read_text() == "one"
