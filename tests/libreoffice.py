"""LibreOffice as the other program: converts workbooks, and calculates them again."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Convert = Callable[[Sequence[Path], str, Path], list[Path]]
Recalculate = Callable[[Sequence[Path], Path], list[Path]]

# LibreOffice trusts stored values by default.
FORCED = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
 oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>"""


def program() -> str:
    """Return LibreOffice's program; without it the test is skipped, but not where it is due."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and os.environ.get("CI"):
        pytest.fail("LibreOffice (soffice) is needed for this test")
    if found is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    return found


def converted(paths: Sequence[Path], extension: str, folder: Path) -> list[Path]:
    """The files as LibreOffice saves them in another format, or in the same, in a folder."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program(), profile, "--headless", "--convert-to", extension, "--outdir"]
    subprocess.run(
        [*command, str(folder), *map(str, paths)], check=True, capture_output=True, timeout=300
    )
    return [folder / path.with_suffix(f".{extension}").name for path in paths]


def recalculated(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice saves them, every formula calculated again."""
    out = folder / "out"
    settings = out / "profile" / "user"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "registrymodifications.xcu").write_text(FORCED, encoding="utf-8")
    return converted(paths, "xlsx", out)
