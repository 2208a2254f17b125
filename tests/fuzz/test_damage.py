"""Damaged files end as an outcome, in time; what is still read is what the file says.

Every kind of workbook is damaged by chance: bytes, members of its archive, markup. What comes of it
is a refusal with a code of the contract, or a reading that is that of the whole file, or what an
independent, strict reading of the damaged file says.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.intake.frames import stack
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_many
from schemas.declaration import submission as declared
from schemas.declaration import wanted_sheet_keys
from schemas.words import collapse, word_key
from tests.making.damage import macro_enabled
from tests.making.workbooks import submission, xlsx

from .effort import amount, chance
from .mutate import mutated
from .strict import OPEN, Cell, DoubtError, read_xlsx
from .strict_binary import read_xls, read_xlsb
from .strict_ods import read_ods
from .xlsb import xlsb

# Damage may make a reader hang.
pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("processes")]
SAMPLES = Path(__file__).parent / "samples"
CODES = {"unreadable", "encrypted", "not_a_workbook", "too_large", "timeout", "reader_crash"}
WANTED = wanted_sheet_keys(declared())
LIMITS = replace(load_settings().intake, max_seconds=20)
EPOCH = dt.date(1970, 1, 1)
FEW = 60
KINDS: dict[str, tuple[Callable[[], bytes], Callable[[bytes], list[Cell]]]] = {
    "xlsx": (lambda: xlsx(submission()), read_xlsx),
    "xlsm": (lambda: macro_enabled(xlsx(submission())), read_xlsx),
    "xlsb": (lambda: xlsb(submission()), read_xlsb),
    "xls": ((SAMPLES / "submission.xls").read_bytes, read_xls),
    "ods": ((SAMPLES / "submission.ods").read_bytes, read_ods),
}
Read = list[Cell] | Refusal


def cells_of(paths: list[Path]) -> list[Read]:
    """The result of the intake for each file: its cells, or the reason for refusing it."""
    result: list[Read] = []
    for outcome in read_many(paths, LIMITS, WANTED):
        if isinstance(outcome, Refusal):
            result.append(outcome)
            continue
        sheets, cells = stack([(0, outcome)])
        named = cells.join(sheets, on=["file", "sheet"])
        columns = named.select("name", "row", "column", "kind", "number", "text").sort(pl.all())
        result.append(wanted([plain(row) for row in columns.iter_rows()]))
    return result


def plain(row: tuple[str, int, int, int, float, str | None]) -> Cell:
    """A cell of the intake's frame as the strict readings give it."""
    name, line, column, code, number, text = row
    kind = chr(code)
    values: dict[str, object] = {"n": number, "b": number == 1, "s": collapse(text or "")}
    if kind == "d":
        values["d"] = EPOCH + dt.timedelta(days=number)
    return name, line, column, kind, values.get(kind, text if kind == "e" else "")


def wanted(cells: list[Cell]) -> list[Cell]:
    """The cells of sheets that the intake is asked for, in order."""
    own = [cell for cell in cells if word_key(cell[0]) in WANTED]
    return sorted((cell for cell in own if cell[3:] != ("s", "")), key=lambda cell: cell[:3])


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_file_is_read_as_the_strict_reading_says(kind: str, tmp_path: Path) -> None:
    make, strict = KINDS[kind]
    path = tmp_path / f"whole.{kind}"
    path.write_bytes(make())
    (read,) = cells_of([path])
    assert read == wanted(strict(make()))
    assert len(read) > 150


@pytest.mark.parametrize("kind", KINDS)
def test_damage(kind: str, tmp_path: Path) -> None:
    make, strict = KINDS[kind]
    whole = make()
    luck = chance(f"damage {kind}")
    paths = [tmp_path / f"{i}.{kind}" for i in range(amount(FEW))]
    for path in paths:
        path.write_bytes(mutated(whole, luck))
    original = wanted(strict(whole))
    problems = []
    for path, read in zip(paths, cells_of(paths), strict=True):
        if isinstance(read, Refusal):
            problems += [(path, read)] if read.code not in CODES - {"timeout"} else []
        elif read != original:
            problems += unlike(path, read, strict)
    assert not problems, problems[:5]


def unlike(path: Path, read: list[Cell], strict: Callable[[bytes], list[Cell]]) -> list[object]:
    """What is wrong with a reading that is not that of the whole file."""
    try:
        said = wanted(strict(path.read_bytes()))
    except DoubtError as doubt:
        return [] if str(doubt) in OPEN else [(path, "read, though in doubt", str(doubt))]
    more = [cell for cell in read if cell not in said]
    less = [cell for cell in said if cell not in read]
    return [(path, "more", more[:2], "less", less[:2])] if more or less else []
