"""LibreOffice as the other program: recalculates a workbook so that values can be compared."""

import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Address = tuple[str, str]
# LibreOffice trusts stored values unless told not to.
FORCED = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
 oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>"""


def program() -> str:
    """Return LibreOffice's program; without it the test is skipped, but not where it is due."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and os.environ.get("CI"):
        pytest.fail("LibreOffice (soffice) is needed to recalculate the workbook")
    if found is None:
        pytest.skip("LibreOffice (soffice) is not installed: formulas are not recalculated")
    return found


def recalculated(path: Path, folder: Path) -> Path:
    """Return the workbook as LibreOffice calculates and saves it."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(FORCED, encoding="utf-8")
    out = folder / "out"
    options = [f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    command = [program(), *options, "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return out / path.name


def opened(path: Path, *, values: bool) -> openpyxl.Workbook:
    """Return a workbook; LibreOffice writes data bars in a way that openpyxl does not know."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*extension is not supported", UserWarning)
        return openpyxl.load_workbook(path, data_only=values)


def cells(path: Path, *, values: bool) -> dict[Address, Any]:
    """Return every cell with something in it, formulas as stored values or as they are."""
    book = opened(path, values=values)
    return {
        (sheet.title, cell.coordinate): cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def differing(path: Path, other: Path) -> list[Address]:
    """Return the formula cells whose stored value is not what the other file calculated."""
    formulas = [a for a, c in cells(path, values=False).items() if c.data_type == "f"]
    assert formulas
    stored, again = (
        {address: cell.value for address, cell in cells(p, values=True).items()}
        for p in (path, other)
    )
    return [a for a in formulas if not agree(stored.get(a), again.get(a))]


def agree(one: object, other: object) -> bool:
    """Whether two values are the same: numbers but for rounding, an empty text as no value."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-12)
    return (one or "") == (other or "")
