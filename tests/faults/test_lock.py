"""One run at a time per outputs folder; the lock dies with its process."""

import errno
import fcntl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.common.errors import NothingPublishedError
from pipeline.publication.lock import HeldError, hold_lock

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from pipeline.publication.lock import hold_lock
with hold_lock(Path(sys.argv[1]), "run 2026-Q3"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_and_says_who_is_at_work(tmp_path: Path) -> None:
    with (
        hold_lock(tmp_path, "run 2026-Q3"),
        pytest.raises(HeldError) as caught,
        hold_lock(tmp_path, "run 2026-Q2"),
    ):
        pass
    for lang, words in {"de": "Ein anderer Lauf", "en": "Another run"}.items():
        message = caught.value.messages[lang]
        assert message.startswith(f"{words} ")
        assert str(tmp_path) in message
        assert "(run 2026-Q3, 20" in message
    with hold_lock(tmp_path, "run 2026-Q2"):
        assert "run 2026-Q2" in (tmp_path / ".lock").read_text()
    assert (tmp_path / ".lock").read_text() == ""


def test_other_outputs_are_free(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "a", "run"), hold_lock(tmp_path / "b", "run"):
        pass


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(HeldError, match=f"PID {process.pid}"), hold_lock(tmp_path, "run"):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()
    with hold_lock(tmp_path, "run"):
        pass


def test_waiting_for_the_other(tmp_path: Path) -> None:
    held, go = threading.Event(), threading.Event()

    def other() -> None:
        with hold_lock(tmp_path, "run"):
            held.set()
            go.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(60)
    threading.Timer(0.2, go.set).start()
    with hold_lock(tmp_path, "run", wait_seconds=60):
        assert go.is_set()
    thread.join()


def test_a_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(NothingPublishedError, match="kann keine Sperren"):  # noqa: SIM117
        with hold_lock(tmp_path, "run"):
            pass
