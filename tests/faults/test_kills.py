"""A run may die at any moment: nothing is half published, nothing is lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pipeline.publication import publish as publishing
from pipeline.publication.lock import hold_lock
from pipeline.publication.publish import recover

from .making import PERIOD, archived, leftovers, publish, standing, writing

ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """The process is no more: nothing it would still do is done."""


def killed_at(number: int, monkeypatch: pytest.MonkeyPatch, *, before: bool) -> None:
    """Let the publication die before or after its so-manieth change of the disk."""
    count = 0

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            own = count
            if own == number and before:
                raise Killed
            result = real(*args, **kwargs)
            if own == number:
                raise Killed
            return result

        return step

    for name in ("rename", "mkdir", "unlink", "rmdir"):
        monkeypatch.setattr(Path, name, wrap(getattr(Path, name)))
    for name in ("exchange", "write_durably", "flush", "remove"):
        monkeypatch.setattr(publishing, name, wrap(getattr(publishing, name)))
    # Whoever is dead does not clean up after himself.
    real = publishing.recover
    monkeypatch.setattr(publishing, "recover", lambda o: None if count >= number else real(o))


@pytest.mark.parametrize("swap", [True, False], ids=["exchange", "two renames"])
@pytest.mark.parametrize("former", ["one", None], ids=["again", "first"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_death_at_every_step(
    swap: bool, former: str | None, before: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survived = None
    for number in range(1, 40):
        outputs = tmp_path / str(number)
        outputs.mkdir()
        if former:
            publish(outputs, PERIOD, "first", writing(former))
        with monkeypatch.context() as patch:
            if not swap:
                patch.setattr(publishing, "exchange", lambda *_: False)
            killed_at(number, patch, before=before)
            with suppress(Killed):
                publish(outputs, PERIOD, "second", writing("two"))
                survived = number
        if survived:
            break
        if former and swap:
            assert standing(outputs) in ("one", "two")  # at once, before anybody cleans up
        recover(outputs)
        assert leftovers(outputs) == []
        there = (outputs / PERIOD).exists()
        stands = {standing(outputs)} if there else set()
        assert there or not former
        assert {former} - {None} <= stands | set(archived(outputs))
        publish(outputs, PERIOD, "third", writing("three"))
        assert standing(outputs) == "three"
        assert set(archived(outputs)) == stands | ({former} - {None})
    assert survived is not None
    assert survived > 8


@pytest.mark.parametrize("step", ["staging", "target"])
def test_a_rename_that_is_refused_changes_nothing(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a Windows share, where a file of the publication is open elsewhere."""
    publish(tmp_path, PERIOD, "first", writing("one"))
    real = Path.rename

    def rename(self: Path, other: Path) -> Path:
        if (self.name == PERIOD) == (step == "target") and self.is_dir():
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, other)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        if step == "target":
            patch.setattr(publishing, "exchange", lambda *_: False)
        with pytest.raises(PermissionError):
            publish(tmp_path, PERIOD, "second", writing("two"))
    assert standing(tmp_path) == "one"
    assert (archived(tmp_path), leftovers(tmp_path)) == ([], [])


def path_of(note: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(note)


GARBLED: dict[str, Callable[[Path], object]] = {
    "empty": path_of(b""),
    "half": path_of(b'{"period": "2026-Q3", "arch'),
    "no text": path_of(b"\xff\xfe\0"),
    "nothing": path_of(b"null"),
    "a list": path_of(b"[]"),
    "no entries": path_of(b"{}"),
    "numbers": path_of(b'{"period": 3, "archive": 4, "record": 5}'),
    "too deep": path_of(b"[" * 100_000),
    "another place": path_of(b'{"period": "../x", "archive": "../../y", "record": ""}'),
    "an archive elsewhere": path_of(b'{"period": "2026-Q3", "archive": "../y", "record": ""}'),
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("garble", GARBLED)
def test_a_note_that_cannot_be_read_is_as_if_there_were_none(garble: str, tmp_path: Path) -> None:
    publish(tmp_path, PERIOD, "first", writing("one"))
    staging = tmp_path / ".staging" / f"{PERIOD}-1"
    staging.mkdir(parents=True)
    writing("two")(staging)
    GARBLED[garble](staging.with_name(f"{staging.name}.note.json"))
    with hold_lock(tmp_path, "test"):
        recover(tmp_path)
    assert (standing(tmp_path), archived(tmp_path), leftovers(tmp_path)) == ("one", [], [])
    publish(tmp_path, PERIOD, "second", writing("three"))
    assert (standing(tmp_path), archived(tmp_path)) == ("three", ["one"])


def test_the_note_is_on_the_disk_before_folders_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def fsync(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    publish(tmp_path, PERIOD, "first", writing("one"))
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(publishing, "replace", lambda *_: done.append("replace"))
    publish(tmp_path, PERIOD, "second", writing("two"))
    assert done == [f"{PERIOD}-{os.getpid()}.note.tmp", ".staging", "replace"]


KILLING = """
import os, signal, sys, time
from pathlib import Path
from pipeline.publication import publish as publishing
from pipeline.publication.lock import hold_lock
from pipeline.publication.publish import recover
from tests.faults.making import PERIOD, publish, standing, writing

outputs = Path(sys.argv[1])
for turn in range(10, 10 + int(sys.argv[2])):
    hear, tell = os.pipe()
    child = os.fork()
    if not child:
        if turn % 2:
            publishing.exchange = lambda *_: False
        with hold_lock(outputs, "test"):
            recover(outputs)
            for number in range(100_000):
                publish(outputs, PERIOD, "now", writing(f"{turn}-{number:06}"))
                os.write(tell, b".") if not number else None
    os.read(hear, 1)
    time.sleep(0.02 + 0.0137 * (turn - 10))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not turn % 2 and (outputs / PERIOD).exists():
        standing(outputs)
"""


@pytest.mark.thorough
def test_real_kills(tmp_path: Path) -> None:
    """SIGKILL during several publications: each former one is in the archive, none is missing."""
    turns = 20
    command = [sys.executable, "-c", KILLING, str(tmp_path), str(turns)]
    found_here = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=ROOT, env=found_here, check=True, timeout=300)
    with hold_lock(tmp_path, "test"):  # the lock of a dead process is released
        recover(tmp_path)
    found = [standing(tmp_path), *archived(tmp_path)]
    assert leftovers(tmp_path) == []
    assert len(found) == len(set(found)) >= turns
    for turn in range(10, 10 + turns):
        numbers = sorted(int(text[3:]) for text in found if text.startswith(f"{turn}-"))
        assert numbers == list(range(len(numbers)))
