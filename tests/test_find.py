"""`find` looks into everything that the office stores, also where others see nothing."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipeline.cli import main
from pipeline.publication.find import BLOCK, Match, find_text

TEXT = 'Müller & "Söhne"'
Write = Callable[[Path], object]


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write(0, 0, f"von {TEXT}")


def table(path: Path) -> None:
    pl.DataFrame({"n": [1], "names": [["", TEXT]]}).write_parquet(path, compression="zstd")


def database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as one:
        one.execute("PRAGMA encoding = 'UTF-16be'")  # its bytes without the encoding say nothing
        one.execute('CREATE TABLE "a ""table" (number INTEGER, content TEXT)')
        one.execute('INSERT INTO "a ""table" VALUES (1, ?)', [f"von {TEXT}"])
        one.commit()


def named(path: Path) -> None:
    (path.parent / "about Söhne").mkdir()
    (path.parent / "about Söhne" / "empty").touch()


HOLDING: dict[str, tuple[str, Write]] = {
    "workbook": (TEXT, workbook),
    "table": (TEXT, table),
    "database": (TEXT, database),
    "html": (TEXT, lambda p: p.write_text("<p>Müller &amp; &quot;Söhne&quot;</p>")),
    "json": (TEXT, lambda p: p.write_text(json.dumps({"name": TEXT}))),
    "old workbook": (TEXT, lambda p: p.write_bytes(b"\0" + TEXT.encode("utf-16-le"))),
    "old text": (TEXT, lambda p: p.write_bytes(TEXT.encode("cp1252"))),
    "across blocks": (TEXT, lambda p: p.write_bytes(b" " * (BLOCK - 5) + TEXT.encode())),
    "decomposed": ("Söhne", lambda p: p.write_text("So\u0308hne")),
    "a folder's name": ("Söhne", named),
}


@pytest.mark.parametrize("kind", HOLDING)
def test_it_is_found(kind: str, tmp_path: Path) -> None:
    text, write = HOLDING[kind]
    write(tmp_path / "file")
    (found,) = find_text(text, [tmp_path], most_mb=1)
    assert found.searched
    assert list(find_text("Meier", [tmp_path], most_mb=1)) == []


def large(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(2 * BLOCK))


@pytest.mark.parametrize(
    "write",
    [large, lambda p: p.write_bytes(b"PK\3\4 damaged"), lambda p: p.write_bytes(b"PAR1 damaged")],
    ids=["bomb", "zip", "table"],
)
def test_what_cannot_be_searched_is_said(write: Write, tmp_path: Path) -> None:
    write(tmp_path / "file")
    assert list(find_text(TEXT, [tmp_path], most_mb=1)) == [
        Match(tmp_path / "file", searched=False)
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["DE-0042"], 0, "Dateien mit „DE-0042“: 1. Durchsucht: inputs."),
        (["DE-0043", "--lang", "en"], 1, 'Files with "DE-0043": 0. Searched: inputs.'),
        (["DE"], 2, "mindestens 3"),
        (["DE-0042", "nowhere"], 2, "nowhere"),
    ],
)
def test_the_command(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "DE-0042\x1b.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["find", *arguments]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert "\x1b" not in printed.out
