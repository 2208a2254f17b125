"""Adopting views: what is written, what stays as it was, what is left out and told."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from pipeline.addresses import column_letters
from pipeline.adopt.append import append_rows, column_of, reach
from pipeline.cli import main

HEADERS = ["Katalog", "Cluster-ID", "Kriterium", "Bewertung", "Begründung", "Gutachter", "Datum",
           "Gültig bis"]  # fmt: skip
VIEW_HEADERS = ["Katalog", "Cluster-ID", "Kriterium", "Sicht", "Begründung", "Gutachter"]
MAY, DAY = dt.datetime(2026, 5, 1), "2026-10-15"
THERE = (None, "DE-0001", "2.2", "erfüllt", "Gesehen.", "G1", MAY, None)
Rows = list[tuple[object, ...]]


def analyst(
    folder: Path, views: Rows, known: Rows, period: str = "2026-Q3", sign: str | None = None
) -> Path:
    """Write an analyst's workbook: views, and the ratings it was made with."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sichtweise"
    sheet["A4"], sheet["B4"], sheet["C4"], sheet["D4"] = "Zeitraum", period, "Katalog", "go-cluster"
    sheet["E4"], sheet["F4"] = "Gutachter", sign
    for row in ([], VIEW_HEADERS, *views):
        sheet.append(row)
    for (cell,) in sheet["E7:E9"]:
        cell.data_type = "s" if cell.value else cell.data_type
    other = book.create_sheet("Gutachten")
    for row in (HEADERS, *known):
        other.append(row)
    book.save(folder / "portfolio.xlsx")
    return folder / "portfolio.xlsx"


def office(folder: Path, ratings: Rows) -> Path:
    """Write the office's file with whatever an office's file holds besides."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Gutachten"
    for row in (HEADERS, *ratings):
        sheet.append(row)
    for cell in sheet[2]:
        cell.font = Font(color="FF0000")
    sheet["A1"].comment = Comment("Bitte sorgfältig.", "Büro")
    sheet.conditional_formatting.add("D2:D9", openpyxl.formatting.rule.FormulaRule(["D2=1"]))
    sheet.add_table(Table(displayName="Ratings", ref=f"A1:H{1 + max(len(ratings), 1)}"))
    notes = book.create_sheet("Notizen")
    notes["B2"] = "=1+1"
    target = folder / "2026-Q3" / "assessments.xlsx"
    target.parent.mkdir()
    book.save(target)
    return target


def adopt(folder: Path, file: Path, *more: str) -> int:
    """Run the command."""
    return main(["adopt", str(file), "--inputs", str(folder), "--by", "G9", "--date", DAY, *more])


def ratings(path: Path) -> Rows:
    """Return the rows of the office's file."""
    sheet = openpyxl.load_workbook(path)["Gutachten"]
    return [row for row in sheet.iter_rows(min_row=2, values_only=True) if any(row)]


def test_rows_are_added_and_nothing_is_lost(tmp_path: Path) -> None:
    path = office(tmp_path, [THERE])
    before = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    view = (None, "DE-0002", "10.2", "erfüllt", "=SUM(1) <b>ä</b> belegt", None)
    assert adopt(tmp_path, analyst(tmp_path, [view], [THERE])) == 0
    new = ("go-cluster", "DE-0002", "10.2", "erfüllt", "=SUM(1) <b>ä</b> belegt", "G9")
    assert ratings(path) == [THERE, (*new, dt.datetime(2026, 10, 15), None)]
    after = zipfile.ZipFile(path)
    assert after.namelist() == before.namelist()
    changed = [n for n in after.namelist() if after.read(n) != before.read(n)]
    assert changed == ["xl/worksheets/sheet1.xml", "xl/tables/table1.xml"]
    sheet = openpyxl.load_workbook(path)["Gutachten"]
    assert sheet.tables["Ratings"].ref == "A1:H3"
    assert sheet["E3"].data_type == "s"
    assert sheet["B3"].font.color.rgb == "00FF0000"
    assert sheet["A1"].comment.text == "Bitte sorgfältig."
    (backup,) = path.parent.glob("*.bak.xlsx")
    assert zipfile.ZipFile(backup).namelist() == before.namelist()
    assert {p.name for p in path.parent.iterdir()} == {path.name, backup.name}


def test_adopting_twice_adds_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = office(tmp_path, [THERE])
    file = analyst(tmp_path, [(None, "DE-0002", "5", "nicht erfüllt", "Kein Sitz.")], [THERE])
    assert adopt(tmp_path, file) == 0
    once = path.read_bytes()
    assert adopt(tmp_path, file) == 0
    assert path.read_bytes() == once
    assert "steht schon dort (G9, 15.10.2026)" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    (tmp_path / "2026-Q3").mkdir()
    file = analyst(tmp_path, [(None, "DE-0002", "5", "erfüllt", "Sitz belegt.")], [])
    assert adopt(tmp_path, file) == 0
    (row,) = ratings(tmp_path / "2026-Q3" / "assessments.xlsx")
    assert row[:6] == ("go-cluster", "DE-0002", "5", "erfüllt", "Sitz belegt.", "G9")
    assert not list((tmp_path / "2026-Q3").glob("*.bak.xlsx"))


LATER = (*THERE[:5], "G2", dt.datetime(2026, 11, 1), None)
OTHER = (None, "DE-0001", "2.2", "offen", "Neue Zweifel.", "G2", dt.datetime(2026, 9, 1), None)
NOT = (None, "DE-0001", "2.2", "nicht erfüllt", "Nur eine Hochschule.")


@pytest.mark.parametrize(
    ("views", "known", "there", "told"),
    [
        ([(*NOT[:4], None)], [THERE], [THERE], "Begründung fehlt (Zeile 7)"),
        ([NOT], [LATER], [LATER], "neuere Bewertung, erfüllt (G2, 01.11.2026)"),
        ([NOT], [THERE], [THERE, OTHER], "Dort steht offen (G2, 01.09.2026)"),
        ([NOT], [], [THERE], "Dort steht erfüllt (G1, 01.05.2026)"),
        ([(None, "DE-0001", "99", *NOT[3:])], [], [], "Dieses Kriterium gibt es"),
        ([(None, "DE-1", *NOT[2:])], [], [], "Sichtweise!B7"),
        ([(*NOT[:3], "vielleicht", "Darum.")], [], [], "Sichtweise!D7"),
    ],
    ids=["no reason", "newer", "changed since", "unknown to the workbook", "no criterion",
         "no cluster", "no view"],
)  # fmt: skip
def test_what_is_left_out_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    views: Rows,
    known: Rows,
    there: Rows,
    told: str,
) -> None:
    path = office(tmp_path, there)
    before = path.read_bytes()
    assert adopt(tmp_path, analyst(tmp_path, views, known)) == 1
    assert told in capsys.readouterr().out
    assert path.read_bytes() == before


def test_of_two_views_the_upper_one_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office(tmp_path, [THERE])
    views: Rows = [NOT, (*NOT[:3], "offen", "Doch nicht.")]
    assert adopt(tmp_path, analyst(tmp_path, views, [THERE])) == 1
    assert [row[3] for row in ratings(path)] == ["erfüllt", "nicht erfüllt"]
    assert "Zeile weiter oben (Zeile 8)" in capsys.readouterr().out


BARE = (None, "DE-0002", "5", "erfüllt", "Sitz belegt.")


@pytest.mark.parametrize(
    ("own", "above", "option", "adopted"),
    [
        ("G1", None, [], "G1"),
        (None, "G2", [], "G2"),
        ("G1", "G2", [], "G1"),
        ("G1", "G2", ["--by", "G3"], "G3"),
    ],
    ids=["in the row", "above", "the row wins over above", "the option wins"],
)
def test_whose_views_they_are(
    tmp_path: Path, own: str | None, above: str | None, option: list[str], adopted: str
) -> None:
    path = office(tmp_path, [THERE])
    file = analyst(tmp_path, [(*BARE, own)], [THERE], sign=above)
    assert main(["adopt", str(file), "--inputs", str(tmp_path), "--date", DAY, *option]) == 0
    assert ratings(path)[-1][5] == adopted


@pytest.mark.parametrize(
    ("sign", "lang", "told"),
    [
        (None, "de", "Das Kürzel fehlt (Zeile 7)"),
        (None, "en", "the sign is missing (row 7)"),
        ("Erika Beispielfrau", "de", "„Erika Beispielfrau“ (Zeile 7) ist kein Kürzel"),
    ],
)
def test_views_of_nobody_are_not_adopted(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    sign: str | None,
    lang: str,
    told: str,
) -> None:
    path = office(tmp_path, [THERE])
    before = path.read_bytes()
    file = analyst(tmp_path, [(*BARE, sign)], [THERE])
    assert main(["adopt", str(file), "--inputs", str(tmp_path), "--lang", lang]) == 1
    assert told in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--by", "Erika Beispielfrau"],
        ["--date", "31.02.2026"],
        ["--inputs", "nowhere"],
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    path = office(tmp_path, [THERE])
    before = path.read_bytes()
    assert adopt(tmp_path, analyst(tmp_path, [NOT], [THERE]), *arguments) == 2
    assert path.read_bytes() == before


def test_a_workbook_without_views_is_refused(tmp_path: Path) -> None:
    path = office(tmp_path, [THERE])
    assert adopt(tmp_path, path) == 2
    assert adopt(tmp_path, tmp_path / "missing.xlsx") == 2
    assert adopt(tmp_path, analyst(tmp_path, [NOT], [], period="Herbst")) == 2


def test_rows_go_into_blank_formatted_ones(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Kopf", "Tag"])
    sheet.append(["a", dt.datetime(2026, 1, 1)])
    for row in (3, 4, 5):
        sheet.cell(row, 1).font = Font(bold=True)
    book.save(tmp_path / "a.xlsx")
    content = (tmp_path / "a.xlsx").read_bytes()
    new = append_rows(content, "Sheet", [{1: "b", 2: dt.date(2026, 2, 1)}, {1: "c"}])
    found = openpyxl.load_workbook(io.BytesIO(new)).active
    assert [[c.value for c in row] for row in found["A3:B4"]] == [
        ["b", dt.datetime(2026, 2, 1)],
        ["c", None],
    ]
    assert all(found.cell(row, 1).font.bold for row in (3, 4, 5))


@pytest.mark.parametrize(("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")])
def test_columns_by_letters(column: int, name: str) -> None:
    assert column_letters(column) == name
    assert column_of(f"{name}7") == column


def test_areas_only_grow() -> None:
    assert reach("A1:H3", 5) == "A1:H5"
    assert reach("A1:H9", 5) == "A1:H9"
