"""Small files about which a strict reading is in doubt: they must be refused, not read in part.

Each mark goes away with the intake's answer; then the doubt's word goes out of `strict.OPEN`.
"""

from pathlib import Path

import polars as pl
import pytest

from pipeline.intake.refusal import Refusal
from tests.making.damage import swap
from tests.making.workbooks import Edit, rewrite, submission, xlsx

from .books import book, see
from .mutate import members, packed
from .oracle import Given
from .test_damage import SAMPLES, cells_of
from .xlsb import cell, xlsb

ACTORS = "xl/worksheets/sheet2.xml"


def read(data: bytes, path: Path) -> object:
    """What the intake gives for a file."""
    path.write_bytes(data)
    (outcome,) = cells_of([path])
    return outcome


@pytest.mark.parametrize(
    "edit",
    [
        swap(("<v>40</v>", "<w>40</w>")),
        swap(('<c r="A2"', '<d r="A2"'), ('</v></c><c r="B2"', '</v></d><c r="B2"')),
        swap(("<row", "<rows"), ("</row>", "</rows>")),
    ],
)
def test_unknown_elements_hide_no_cell(edit: Edit, tmp_path: Path) -> None:
    data = rewrite(xlsx(submission()), {ACTORS: edit})
    assert isinstance(read(data, tmp_path / "x.xlsx"), Refusal)


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        (ACTORS, swap(('t="s"', 't=""'))),
        (ACTORS, swap(('s="1"', 's=""'))),
        pytest.param(
            "xl/styles.xml",
            swap(('numFmtId="164" fontId', 'numFmtId="true" fontId')),
            marks=pytest.mark.xfail(strict=True, reason="a format without a number is none"),
        ),
    ],
)
def test_a_wrong_attribute_is_not_passed_over(part: str, edit: Edit, tmp_path: Path) -> None:
    data = rewrite(xlsx(submission()), {part: edit})
    assert isinstance(read(data, tmp_path / "x.xlsx"), Refusal)


def test_no_cell_hides_another(tmp_path: Path) -> None:
    parts = members(xlsb(submission()))
    name = "xl/worksheets/sheet3.bin"
    assert cell(1, 1.5) in parts[name]
    parts[name] = parts[name].replace(cell(1, 1.5), cell(0, 1.5))
    assert isinstance(read(packed(list(parts.items())), tmp_path / "x.xlsb"), Refusal)


def test_unknown_elements_hide_no_cell_of_ods(tmp_path: Path) -> None:
    parts = members((SAMPLES / "submission.ods").read_bytes())
    parts["content.xml"] = parts["content.xml"].replace(b"table:table-cell", b"table:table-cel")
    assert isinstance(read(packed(list(parts.items())), tmp_path / "x.ods"), Refusal)


def test_a_soft_line_break_parts_words(tmp_path: Path) -> None:
    data = xlsx(submission().set("Akteure", "Ort", "Bad\x0bSaarow"))
    cells = read(data, tmp_path / "x.xlsx")
    assert isinstance(cells, list)
    assert ("Akteure", 2, 7, "s", "Bad Saarow") in cells


def test_a_long_text_is_judged_whole() -> None:
    drawn = book({"funding": [{"amount_eur": Given("s", "0" * 70 + "x")}]})
    found = see([drawn]).findings(0).filter(pl.col("sheet") == "Finanzierung")
    assert "bad_type" in found["code"]
