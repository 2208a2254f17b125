"""Files that would stop or fool a reader: each ends as one outcome beside healthy ones."""
# ruff: noqa: E501  (a table of files)

import io
import os
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.intake.published import PERIOD, Published, publish
from tests.making.damage import swap
from tests.making.workbooks import Book, Raw, error, formula, rewrite, save, submission, xlsx
from tests.sparing import real_processes

ACTORS = "xl/worksheets/sheet2.xml"
WORKBOOK = "xl/workbook.xml"
SHARED = "xl/sharedStrings.xml"
LAUGHS = """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


def book(number: int) -> Book:
    return submission(f"DE-{2000 + number}")


def employees(number: int, inner: str, attributes: str = "") -> bytes:
    """A submission whose cell Beschäftigte of the first actor is raw XML."""
    return xlsx(book(number).set("Akteure", "Beschäftigte", Raw(attributes, inner)))


def edited(number: int, part: str, old: str, new: str) -> bytes:
    return rewrite(xlsx(book(number)), {part: swap((old, new))})


def added(data: bytes, **members: str) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


def long_texts(number: int) -> bytes:
    """1,000 actors whose place is a text of 30,000 letters, stored once."""
    result = book(number)
    for i in range(1000):
        result.add("Akteure", {"Name": f"Akteur X{i}", "Ort": "x" * 30_000})
    return xlsx(result)


# name -> (content, expected outcome's code; None: reviewed)
FILES: dict[str, tuple[bytes, str | None]] = {
    "far.xlsx": (edited(1, ACTORS, "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'), "too_large"),
    "beyond.xlsx": (edited(2, ACTORS, "</sheetData>", '<row r="4294967299"><c r="K4294967299" t="e"><v>#N/A</v></c></row></sheetData>'), "unreadable"),
    "texts.xlsx": (long_texts(3), "too_large"),
    "laughs.xlsx": (rewrite(xlsx(book(4)), {WORKBOOK: lambda xml: xml.replace(b"<workbook", LAUGHS.encode() + b"<workbook", 1)}), "unreadable"),
    "doctype.xlsx": (rewrite(xlsx(book(5)), {ACTORS: lambda xml: xml.replace(b"<worksheet", LAUGHS.encode() + b"<worksheet", 1)}), "unreadable"),
    "cdata.xlsx": (employees(6, "<v><![CDATA[12]]></v>"), None),
    "comment.xlsx": (employees(7, "<v>1<!-- x -->2</v>"), None),
    "polyglot.xlsx": (added(xlsx(book(8)), mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<a/>"}), "unreadable"),
    "two-kinds.xlsx": (added(xlsx(book(9)), **{"xl/workbook.bin": ""}), "unreadable"),
    "utf16.xlsx": (rewrite(xlsx(book(10)), {ACTORS: lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16")}), None),
    "spill.xlsx": (employees(11, "<v>#SPILL!</v>", 't="e"'), None),
    "year-0.xlsx": (xlsx(submission("DE-2012", Stichtag="01.01.0000")), "bad_date"),
    "-rf.xlsx": (xlsx(book(13)), None),
    "a*[b]?.xlsx": (xlsx(book(14)), None),
    "tiny-fte.xlsx": (xlsx(book(15).set("Management", "VZÄ", 5e-324)), None),
    "huge-amount.xlsx": (xlsx(book(16).set("Finanzierung", "Betrag EUR", 1e300)), None),
    "long-number.xlsx": (xlsx(book(17).set("Akteure", "Beschäftigte", "9" * 30_000)), None),
}  # fmt: skip
HEALTHY = 3
# Marks of direction, commands to a terminal, what joins letters or is not seen.
HIDDEN = "\u202e\u2066\u2069\u200f\x1b\x9b\x7f\x85\u2028\u00ad\u200d\ufe0f\U000e0041"
HIDING = f"a{HIDDEN}b\n.xlsx"
TEXTUAL = {".html", ".json", ".js", ".css", ".csv", ".txt"}
SHOWN = "a  b .xlsx"


def hiding() -> bytes:
    """Invisible characters, in every cell that a submission can contain."""
    result = book(91).set("Management", "VZÄ", f"zwei{HIDDEN} drei")
    result.set("Stammdaten", "Clustername", f"Netz{HIDDEN}werk")
    result.set("Stammdaten", "Exzellenzmaßnahmen", f"go-{HIDDEN}cluster; Un{HIDDEN}bekannt")
    result.set("Akteure", "Ort", HIDDEN)
    result.put("Akteure", "Z1", f"Noch{HIDDEN}was")
    result.rename({"Akteure": f"Akt{HIDDEN[:4]}eure", "Gremien": f"Gre{HIDDEN[:4]}mium"})
    return xlsx(result)


def odd_places(folder: Path) -> None:
    """What is no regular file, and a name that is no text."""
    (folder / "folder.xlsx").mkdir()
    (folder / "link.xlsx").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.xlsx")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.xlsx")).write_bytes(xlsx(book(90)))
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_bytes(b"x")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "inputs" / PERIOD / "submissions"
    folder.mkdir(parents=True)
    odd_places(folder)
    for number in range(HEALTHY):
        save(folder / f"good-{number}.xlsx", submission(f"DE-000{number + 1}"))
    files = {name: content for name, (content, _) in FILES.items()} | {HIDING: hiding()}
    (folder / f"nichts{HIDDEN}.txt").touch()
    with real_processes():
        return publish(root, files, spared=())


@pytest.mark.parametrize("name", FILES)
def test_outcome(name: str, run: Published) -> None:
    code = FILES[name][1]
    assert run.outcome(name) == (("reviewed", None) if code is None else ("quarantined", code))


@pytest.mark.parametrize("name", ["link.xlsx", "pipe.xlsx"])
def test_what_is_no_file(name: str, run: Published) -> None:
    assert run.outcome(name) == ("quarantined", "unreadable")


def test_a_folder_is_not_read(run: Published) -> None:
    assert run.row("unread", source_file="folder.xlsx")["reason"] == "folder"


def test_a_name_that_is_no_text(run: Published) -> None:
    assert run.outcome("caf\\xe9.xlsx") == ("reviewed", None)


@pytest.mark.parametrize("number", range(HEALTHY))
def test_the_others_are_reviewed(number: int, run: Published) -> None:
    assert run.outcome(f"good-{number}.xlsx") == ("reviewed", None)


@pytest.mark.parametrize(
    ("name", "sheet", "code", "value"),
    [
        ("spill.xlsx", "Akteure", "bad_type", "#SPILL!"),
        ("tiny-fte.xlsx", "Management", "out_of_range", None),
        ("huge-amount.xlsx", "Finanzierung", "out_of_range", None),
        ("long-number.xlsx", "Akteure", "out_of_range", None),
    ],
)
def test_finding(name: str, sheet: str, code: str, value: str | None, run: Published) -> None:
    (found,) = run.rows("findings", source_file=name, sheet=sheet)
    assert found["code"] == code
    assert value in (None, found["value"])


def test_what_cannot_be_seen_is_read_past(run: Published) -> None:
    assert run.outcome(SHOWN) == ("reviewed", None)
    assert run.row("clusters", cluster_id="DE-2091")["name"] == "Netz werk"
    assert run.rows("findings", source_file=SHOWN, sheet="Akteure", code="bad_value") == []
    (found,) = run.rows("findings", source_file=SHOWN, sheet="Management")
    assert found["value"] == "zwei   drei"
    assert {"Akteure", "Stammdaten"} <= {s for s, _, _ in run.places(SHOWN)}


def test_what_cannot_be_seen_is_in_nothing_that_is_published(run: Published) -> None:
    for path in sorted(run.folder.rglob("*")):
        assert not set(path.name) & set(HIDDEN + "\n"), path
        if path.is_file():
            for name, text in texts_of(path):
                assert not set(text) & set(HIDDEN), (path.name, name)


def texts_of(path: Path) -> list[tuple[str, str]]:
    """Everything in a published file that is text; a marked copy keeps the cells as they are."""
    if path.suffix == ".parquet":
        return [("", pl.read_parquet(path).write_json())]
    if path.suffix != ".xlsx":
        return [("", path.read_text(encoding="utf-8"))] if path.suffix in TEXTUAL else []
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith(".xml")]
        if path.parent.name == "feedback":
            names = ["xl/worksheets/sheet1.xml", *(n for n in names if "comments" in n)]
        parts = {name: archive.read(name).decode() for name in names}
    # a link names the sheet as the file does
    return [(n, re.sub(r'location="[^"]*"', "", text)) for n, text in parts.items()]


def test_prefixed_names_hide_nothing(tmp_path: Path) -> None:
    """Some programs write <x:c> and <x:f> instead of <c> and <f>."""

    def prefixed(xml: bytes) -> bytes:
        return re.sub(rb"<(/?)(\w+)", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=", 1)

    cells = {"bad_type": error(), "formula_without_value": formula(None)}
    files: dict[str, Book | bytes] = {}
    for number, (code, cell) in enumerate(cells.items(), 1):
        book = submission(f"DE-000{number}").set("Akteure", "Beschäftigte", cell)
        files[f"{code}.xlsx"] = data = rewrite(xlsx(book), {ACTORS: prefixed})
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert b"<x:c " in archive.read(ACTORS)
    seen = publish(tmp_path, files)
    for code in cells:
        found = seen.rows("findings", source_file=f"{code}.xlsx", sheet="Akteure")
        assert code in {row["code"] for row in found}
