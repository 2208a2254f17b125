"""What the system refuses ends every command with a sentence: what is the matter, and where."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipeline.cli import main
from pipeline.common.errors import as_system_error
from pipeline.demo import write_portfolio
from tests.faults.test_faults import no_room, refusing

PERIOD = "2026-Q3"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder, 1, [PERIOD], 1)
    return folder


@pytest.fixture(scope="module")
def submission(portfolio: Path) -> Path:
    (path,) = (portfolio / PERIOD / "submissions").iterdir()
    return path


def arguments_of(command: str, submission: Path, place: Path) -> list[str]:
    """Return a command that writes to a path that does not exist yet."""
    inputs = str(submission.parents[2])
    return {
        "check": ["check", str(submission), "--feedback", str(place / "copies")],
        "demo": ["demo", str(place / "demo"), "--clusters", "1", "--periods", PERIOD],
        "template": ["template", str(place / "form.xlsx")],
        "map": ["map", str(submission), "--output", str(place / "draft.toml")],
        "run": ["run", PERIOD, "--direct", "--inputs", inputs, "--outputs", str(place / "outputs")],
    }[command]


# ------------------------------------------------------------------------------------------ places
@pytest.mark.parametrize(
    ("command", "code"), [("check", 2), ("demo", 2), ("template", 2), ("map", 2), ("run", 1)]
)
def test_a_place_below_a_file(
    command: str, code: int, submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "file"
    place.write_text("mine")
    assert main(arguments_of(command, submission, place)) == code
    said = capsys.readouterr().err
    assert str(place) in said
    assert "Ordner" in said


# What is refused first, and of which file or folder.
WRITTEN = {
    "check": ("mkdir", "copies"),
    "demo": ("mkdir", "demo/2026-Q3/submissions"),
    "template": ("open", "form.xlsx"),
    "map": ("open", "draft.toml"),
}
REFUSALS = {
    "read-only": (errno.EROFS, 2, "nicht beschreiben"),
    "no rights": (errno.EACCES, 2, "Zugriff wurde verweigert"),
    "a share that is gone": (errno.EIO, 1, "antwortet nicht"),
    "too many files": (errno.EMFILE, 1, "zu viele Dateien"),
    "no memory": (errno.ENOMEM, 1, "Arbeitsspeicher"),
}


def refused(
    command: str, submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Return how a command ends, and what it says; nothing half-written is left."""
    code = main(arguments_of(command, submission, tmp_path))
    assert not [p for p in tmp_path.glob("*") if p.is_file()]
    return code, capsys.readouterr().err


# What is said of each refusal is the same for all commands.
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        *((command, "no rights") for command in WRITTEN),
        *(("map", own) for own in REFUSALS if own != "no rights"),
    ],
)
def test_a_refusal_is_said_with_its_place(
    command: str,
    refusal: str,
    submission: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number, code, words = REFUSALS[refusal]
    method, name = WRITTEN[command]
    with refusing(method, number, Path(name).name):
        ended, said = refused(command, submission, tmp_path, capsys)
    assert ended == code
    assert words in said
    assert str(tmp_path / name) in said


@pytest.mark.parametrize("command", WRITTEN)
def test_a_full_disk_is_said_with_its_place(
    command: str, submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The system names no file: the message names the path of the user."""
    with no_room(1000):
        ended, said = refused(command, submission, tmp_path, capsys)
    assert ended == 1
    assert "Datenträger ist voll" in said
    assert str(tmp_path / WRITTEN[command][1].split("/")[0]) in said


def test_without_a_language_both_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    assert main(["demo", str(tmp_path / "file")]) == 2
    german, english = capsys.readouterr().err.splitlines()
    assert german.startswith("Der Ordner")
    assert english.startswith("The folder")


def test_what_the_reports_of_libraries_hide_is_found(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="os error") as caught:
        pl.read_parquet(tmp_path / "none.parquet")
    system = as_system_error(caught.value)
    assert system is not None
    assert system.errno == errno.ENOENT
    assert system.filename == str(tmp_path / "none.parquet")


def test_a_mistake_of_ours_stays_one(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "none", "/nowhere/template.html")

    monkeypatch.setattr("pipeline.submissions.mapping.draft.draft", broken)
    with pytest.raises(FileNotFoundError):
        main(["map", str(submission), "--output", str(submission.with_name("x.toml"))])


# ---------------------------------------------------------------------------- limits and the output
def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell; `CHECK` stands for our command."""
    command = f"{sys.executable} -m pipeline"
    return subprocess.run(
        ["bash", "-c", line.replace("CHECK", f"{command} check")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("ulimit -n 24; CHECK {path}", 1, "nur 24 Dateien zugleich"),
        ("ulimit -v 500000; CHECK {path} --lang en", 1, "Memory is limited"),
        # The soft limit is raised, or it would be named.
        ("ulimit -S -n 24; CHECK {path} > /dev/full", 1, "voll (Standardausgabe"),
    ],
)
def test_a_limit_is_named(line: str, code: int, words: str, submission: Path) -> None:
    done = shell(line.format(path=submission))
    assert done.returncode == code
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_output_that_nobody_reads_is_no_fault(submission: Path) -> None:
    done = shell(f"CHECK {submission} | true; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) in {(141, ""), (0, "")}
