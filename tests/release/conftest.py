"""A quarter that was drafted, released, and run again: published once for all tests."""

import io
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import pytest

from pipeline.cli import main
from pipeline.demo import write_portfolio

PERIOD = "2026-Q3"


@dataclass(frozen=True)
class Said:
    """What a command returned and said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Story:
    """Draft, release and second draft of a quarter, each where it stands at the end.

    refused: a release after the register had changed. twice: a release of what is released.
    """

    inputs: Path
    outputs: Path
    draft: Path
    released: Path
    refused: Said
    done: Said
    twice: Said
    again: Said

    @property
    def redrafted(self) -> Path:
        """The draft that replaced the release."""
        return self.outputs / PERIOD


def command(name: str, root: Path, *options: str) -> Said:
    """Run a command on the quarter."""
    places = ["--inputs", str(root / "inputs"), "--outputs", str(root / "outputs")]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([name, PERIOD, *places, *options])
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The quarter, published four times."""
    root = tmp_path_factory.mktemp("release")
    inputs, outputs = root / "inputs", root / "outputs"
    write_portfolio(inputs, 4, [PERIOD])
    assert command("run", root, "--direct", "--accept-missing").code == 0
    register, kept = inputs / "register.xlsx", root / "kept.xlsx"
    copyfile(register, kept)
    repack(register)
    refused = command("release", root, "--by", "KM")
    copyfile(kept, register)
    done = command("release", root, "--by", "KM")
    twice = command("release", root, "--by", "KM")
    again = command("run", root, "--direct", "--accept-missing")
    draft, released = sorted((outputs / ".archive" / PERIOD).iterdir())
    return Story(inputs, outputs, draft, released, refused, done, twice, again)


def repack(path: Path) -> None:
    """Write a workbook again, the same to whoever reads it, with other bytes."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name, content in parts.items():
            copy.writestr(name, content)
