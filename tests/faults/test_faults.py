"""Problems with disks, folders and files: clear messages, exit 1, no half publication."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import xlsxwriter

from pipeline import run as running
from pipeline.cli import main
from pipeline.common.errors import NothingPublishedError, explain_errors
from pipeline.common.texts import say_refusal
from pipeline.demo import write_portfolio
from pipeline.intake import reader
from pipeline.intake.reader import read_bytes
from pipeline.intake.refusal import Refusal
from pipeline.publication.lock import hold_lock
from pipeline.report import workbooks as apart
from pipeline.tables.findings import LONGEST_VALUE
from tests.intake.raw import LIMITS
from tests.sparing import sparing

PERIOD = "2026-Q3"


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder, 1, [PERIOD], 1)
    return folder


@pytest.fixture(scope="module")
def published(portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return outputs with a publication; its review is the one of all runs of this module."""
    outputs = tmp_path_factory.mktemp("outputs")
    with pytest.MonkeyPatch.context() as patch:
        known = {}

        def once(*arguments: object) -> object:
            if not known:
                known["review"] = real(*arguments)  # type: ignore[arg-type]
            return known["review"]

        real = running.review
        patch.setattr(running, "review", once)
        patch.setattr(apart, "write_workbook", small_workbook)
        patch.setattr(apart, "write_assessments", lambda *_: None)
        with sparing("pages", "copies"):
            assert command(portfolio, outputs) == 0
            yield outputs


def small_workbook(_: object, path: Path, *more: object) -> None:
    """Write a workbook as ours is written, only quicker."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number in range(20_000):
            sheet.write_number(number, 0, number * 1.23456789)


def command(inputs: Path, outputs: Path, *more: str) -> int:
    arguments = ["run", PERIOD, "--direct", "--accept-missing"]
    return main([*arguments, "--inputs", str(inputs), "--outputs", str(outputs), *more])


def state(outputs: Path) -> dict[str, str]:
    """Return every file below the outputs but the remembered readings, with its content."""
    files = (path for path in outputs.rglob("*") if path.is_file())
    return {
        str(path.relative_to(outputs)): sha256(path.read_bytes()).hexdigest()
        for path in files
        if ".cache" not in path.parts
    }


# ---------------------------------------------------------------------------------- what may happen
@contextmanager
def no_room(size: int) -> Iterator[None]:
    """Limit the size of files: the system refuses, whichever library writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def refusing(name: str, number: int, part: str) -> Iterator[None]:
    """Let a method of paths fail where the path ends so."""
    real = getattr(Path, name)

    def refused(self: Path, *args: object, **kwargs: object) -> object:
        if self.name.endswith(part) or str(self.parent).endswith(part):
            raise OSError(number, os.strerror(number), str(self))
        return real(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, name, refused)
        yield


def other_run(outputs: Path) -> AbstractContextManager[None]:
    return hold_lock(outputs, "run 2026-Q1")


FAULTS: dict[str, tuple[Callable[[Path], AbstractContextManager[None]], str, str]] = {
    "no room for tables": (lambda _: no_room(3000), "Datenträger ist voll", "disk is full"),
    "no room for the workbook": (lambda _: no_room(60_000), "Datenträger ist voll", "disk is full"),
    "no room for the note": (
        lambda _: refusing("open", errno.ENOSPC, ".note.tmp"),
        "Datenträger ist voll",
        "disk is full",
    ),
    "read-only outputs": (
        lambda _: refusing("open", errno.EROFS, ".lock"),
        "lässt sich nicht beschreiben",
        "cannot be written",
    ),
    "no right to write": (
        lambda _: refusing("mkdir", errno.EACCES, ".staging"),
        "Zugriff wurde verweigert",
        "Access was refused",
    ),
    "a publication open elsewhere": (
        lambda _: refusing("rename", errno.EACCES, ".staging"),
        "überall schließen",
        "close files of this folder everywhere",
    ),
    "a share that is gone": (
        lambda _: refusing("write_text", errno.EIO, "run.json"),
        "antwortet nicht",
        "does not answer",
    ),
    "outputs removed during the run": (
        lambda _: refusing("write_text", errno.ENOENT, "run.json"),
        "inzwischen entfernt",
        "has been removed meanwhile",
    ),
    "another run": (other_run, "Ein anderer Lauf arbeitet", "Another run is at work"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_and_changes_nothing(
    fault: str, published: Path, portfolio: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arrange, german, english = FAULTS[fault]
    before = state(published)
    lang, words = ("de", german) if len(fault) % 2 else ("en", english)
    with arrange(published):
        code = command(portfolio, published, "--lang", lang)
    said = capfd.readouterr()
    assert code == 1
    assert words in said.err
    assert said.out == ""
    assert len(said.err.splitlines()) == 1  # no traceback
    assert state(published) == before
    assert not (published / ".staging").exists()


def test_afterwards_it_is_published(published: Path, portfolio: Path) -> None:
    assert command(portfolio, published) == 0
    assert len(list((published / ".archive" / PERIOD).iterdir())) == 1


def test_both_languages_say_each_fault() -> None:
    for number in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE, errno.ENOMEM):
        with pytest.raises(NothingPublishedError) as caught, explain_errors(Path("out")):
            raise OSError(number, os.strerror(number), "out/x")
        assert all("out/x" in caught.value.messages[lang] for lang in ("de", "en"))


def test_a_mistake_of_ours_stays_one() -> None:
    with pytest.raises(FileNotFoundError), explain_errors(Path("out")):
        Path("/nowhere/template.html").read_bytes()
    with pytest.raises(KeyError), explain_errors(Path("out")):
        raise KeyError("x")


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_outputs_that_are_no_folder(
    place: str, portfolio: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    outputs = path if place == "a file" else path / "outputs"
    assert command(portfolio, outputs) == 1
    assert "Der Ordner ist keiner" in capsys.readouterr().err
    assert path.read_text() == "mine"


# -------------------------------------------------------------------------------------- submissions
@contextmanager
def growing(path: Path, times: int) -> Iterator[None]:
    """Let somebody write into a file so many times while it is being read."""
    real, left = os.fstat, [times]

    def fstat(descriptor: int) -> os.stat_result:
        result = real(descriptor)
        if left[0]:
            left[0] -= 1
            with path.open("ab") as stream:
                stream.write(b"x")
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader.os, "fstat", fstat)
        patch.setattr(reader, "PAUSE_SECONDS", 0)
        yield


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda path: growing(path, 99), "changing"),
        (lambda path: refusing("open", errno.ENOENT, path.name), "vanished"),
        (lambda path: refusing("open", errno.EACCES, path.name), "not_allowed"),
        (lambda path: refusing("open", errno.EIO, path.name), "not_opened"),
    ],
)
def test_a_file_that_cannot_be_read_now_is_tried_again_later(
    fault: Callable[[Path], AbstractContextManager[None]], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(Refusal) as caught, fault(path):
        read_bytes(path, LIMITS)
    assert (caught.value.code, caught.value.reason) == ("unreadable", reason)
    assert caught.value.passing


def test_an_empty_file_is_perhaps_still_being_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.touch()
    with pytest.raises(Refusal) as caught, growing(path, 0):
        read_bytes(path, LIMITS)
    refusal = caught.value
    assert (refusal.code, refusal.reason, refusal.passing) == ("not_a_workbook", "empty", True)
    for lang, said in (("de", "noch kopiert oder gespeichert"), ("en", "being copied or saved")):
        why = say_refusal(refusal.reason, refusal.details, lang)
        assert said in why
        assert len(why) <= LONGEST_VALUE  # a message shows no more of it
    with growing(path, 1):
        assert read_bytes(path, LIMITS) == b"x"


def test_a_file_that_is_whole_at_the_second_look_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    with growing(path, 1):
        assert read_bytes(path, LIMITS) == b"PKx"


def test_a_file_open_in_excel_is_named_and_not_counted(
    published: Path, portfolio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (name,) = (path.name for path in (portfolio / PERIOD / "submissions").iterdir())
    locks = [portfolio / PERIOD / "submissions" / lock for lock in (f"~${name}", f".~lock.{name}#")]
    for lock in locks:
        lock.write_bytes(b"\x05Office")
    assert command(portfolio, published) == 0
    for lock in locks:
        lock.unlink()
    *lines, last = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"{name} ist noch irgendwo geöffnet") for line in lines)
    assert "Einreichungen: 1 bewertet" in last
