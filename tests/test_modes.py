"""Who may read what lies below the outputs."""

import grp
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pipeline import run as running
from pipeline.cli import main
from pipeline.common.file_modes import modes_of
from pipeline.common.settings import load_settings
from pipeline.demo import write_portfolio
from pipeline.operation import intake
from schemas.declaration import DeclarationError
from tests.declared import changed_in
from tests.sparing import ALL, sparing

PERIOD = "2026-Q3"
ALL_BUT_PAGES = [part for part in ALL if part != "pages"]
# One that this user belongs to, so that it can be given away.
GROUP = grp.getgrgid(os.getgid()).gr_name


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder, 1, [PERIOD], 1)
    return folder


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> Path:
    """Outputs that a run has made, and what it keeps of the submission."""
    outputs = tmp_path_factory.mktemp("known")
    before = os.umask(0o022)
    assert run(inputs, outputs) == 0
    os.umask(before)
    return outputs


@pytest.fixture
def outputs(tmp_path: Path, known: Path) -> Path:
    """Outputs in which the submission is known, open as those of before."""
    shutil.copytree(known / ".cache", tmp_path / ".cache", copy_function=shutil.copyfile)
    (tmp_path / ".cache").chmod(0o755)
    return tmp_path


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> None:
    with_group(monkeypatch, GROUP)


def with_group(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    settings = load_settings()
    settings = changed_in(settings, review=changed_in(settings.review, group=name))
    for module in ("pipeline.run", "pipeline.commands.run", "pipeline.operation.intake"):
        monkeypatch.setattr(f"{module}.load_settings", lambda: settings)


def run(inputs: Path, outputs: Path, *spared: str) -> int:
    with sparing(*(spared or ALL)):
        folders = ["--inputs", str(inputs), "--outputs", str(outputs)]
        return main(["run", PERIOD, "--direct", "--accept-missing", *folders])


def copies_only(
    files: Mapping[str, Path], copies: Mapping[str, str], folder: Path, *_: object
) -> list[dict[str, str]]:
    """Write something for the marked copies."""
    for name in files:
        (folder / intake.COPIES / copies[name]).write_bytes(b"a copy")
    return [{"source_file": name} for name in files]


def modes(folder: Path) -> set[int]:
    """The modes of a folder and of all that is in it."""
    return {stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.rglob("*"))}


def test_caches_are_private_and_publications_follow_the_umask(known: Path) -> None:
    assert modes(known / ".cache") == {0o700, 0o600}
    assert modes(known / PERIOD) == {0o755, 0o644}


def test_what_is_being_written_dossiers_and_a_cache_of_before_are_the_users(
    inputs: Path,
    outputs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (outputs / ".cache" / "readings").mkdir()
    seen: list[int] = []
    real = running.write_tables

    def look(done: running.Review, folder: Path) -> dict[str, str]:
        seen.append(stat.S_IMODE((outputs / ".staging").stat().st_mode))
        return real(done, folder)

    monkeypatch.setattr(running, "write_tables", look)
    assert run(inputs, outputs, *ALL_BUT_PAGES) == 0
    assert seen == [0o700]
    assert stat.S_IMODE((outputs / ".cache").stat().st_mode) == 0o700
    assert modes(outputs / PERIOD / "report" / "dossiers") == {0o700, 0o600}
    pages = (outputs / PERIOD / "report").glob("clusters/*.html")
    assert {stat.S_IMODE(page.stat().st_mode) for page in pages} == {0o644}
    assert "Zugriffsrechte" not in capsys.readouterr().out


@pytest.mark.usefixtures("group")
def test_a_group_reads_publications_and_archive_and_nobody_else_does(
    inputs: Path, outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):  # the former publication is in the archive
        assert run(inputs, outputs, *ALL_BUT_PAGES) == 0
    assert "Zugriffsrechte" not in capsys.readouterr().out
    assert len(list(outputs.rglob("dossiers"))) == 2
    (former,) = (outputs / ".archive" / PERIOD).iterdir()
    for folder in (outputs / PERIOD, former):
        assert modes(folder) == {0o750, 0o640}
        assert {p.stat().st_gid for p in folder.rglob("*")} == {os.getgid()}
    assert stat.S_IMODE((outputs / ".archive").stat().st_mode) == 0o750
    assert stat.S_IMODE((outputs / ".cache").stat().st_mode) == 0o700


@pytest.mark.parametrize(("name", "expected"), [("", {0o700, 0o600}), (GROUP, {0o750, 0o640})])
def test_copies_of_the_night_are_for_the_user_and_the_group(
    name: str,
    expected: set[int],
    inputs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_group(monkeypatch, name)
    monkeypatch.setattr(intake, "check_these", copies_only)
    (tmp_path / ".intake").mkdir()  # of before: open
    intake.check_new(inputs, tmp_path, PERIOD, "de", lambda *_: iter(()))
    assert modes(tmp_path / ".intake") == expected


def test_an_unknown_group_is_wrong_usage(
    inputs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with_group(monkeypatch, "nobody-has-it")
    assert run(inputs, tmp_path / "outputs") == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    for part in ("settings.toml, review.group", "nobody-has-it", "gibt es", "there is no group"):
        assert part in said
    assert not (tmp_path / "outputs").exists()
    with pytest.raises(DeclarationError):
        modes_of("nobody-has-it")


def refuse_modes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system refuse modes or groups, or do nothing."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    name = "chmod" if kind == "ignored" else kind
    monkeypatch.setattr(os, name, (lambda *_, **__: None) if kind == "ignored" else refuse)


@pytest.mark.parametrize("refused", ["chmod", "chown", "ignored"])
def test_what_a_file_system_refuses_is_known(
    refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").touch(0o644)
    kept = modes_of(GROUP)
    kept.restrict([tmp_path / "x"])
    assert (modes(tmp_path / "x"), kept.refused) == ({0o640}, False)
    (tmp_path / "x").chmod(0o644)
    refuse_modes(refused, monkeypatch)
    kept.restrict([tmp_path / "x"])
    assert kept.refused


@pytest.mark.usefixtures("group")
def test_a_file_system_without_modes_is_said_once_and_it_is_published(
    inputs: Path,
    outputs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    refuse_modes("chmod", monkeypatch)
    assert run(inputs, outputs) == 0
    said = capsys.readouterr()
    assert (outputs / PERIOD / "run.json").is_file()
    lines = [line for line in said.out.splitlines() if "Zugriffsrechte" in line]
    assert len(lines) == 1
    assert str(outputs) in lines[0]
    assert said.err == ""
