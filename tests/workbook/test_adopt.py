"""Adopting views: what is written, what is not changed, what is left out and reported."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from pipeline.cli import main
from pipeline.publication.adopt.append import Loss, append_rows, losses
from pipeline.publication.adopt.reading import read_ratings
from pipeline.read import read_here
from pipeline.report.workbook.assessments import write_assessments
from tests.workbook.conftest import Demo

HEADERS = ["Katalog", "Cluster-ID", "Kriterium", "Bewertung", "Begründung", "Gutachter", "Datum",
           "Gültig bis"]  # fmt: skip
VIEW_HEADERS = ["Katalog", "Cluster-ID", "Kriterium", "Sicht", "Begründung", "Gutachter"]
MAY, DAY = dt.datetime(2026, 5, 1), "2026-10-15"
ADOPTED_ON = dt.datetime(2026, 10, 15)
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
    for (cell,) in sheet["E7:E20"]:
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
    notes["B2"] = "Bitte bis Ende Mai."
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
    book = openpyxl.load_workbook(path)
    assert book["Notizen"]["B2"].value == "Bitte bis Ende Mai."
    sheet = book["Gutachten"]
    assert [str(own.sqref) for own in sheet.conditional_formatting] == ["D2:D9"]
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


NOT = (None, "DE-0001", "2.2", "nicht erfüllt", "Nur eine Hochschule.")


def of(criterion: str, row: tuple[object, ...]) -> tuple[object, ...]:
    """The row of another criterion."""
    return (*row[:2], criterion, *row[3:])


LATER = (*THERE[:5], "G2", dt.datetime(2026, 11, 1), None)
DOUBTS = (*THERE[:3], "offen", "Neue Zweifel.", "G2", dt.datetime(2026, 9, 1), None)
# a view, what its workbook knew, what is there now, what is told
LEFT_OUT: dict[str, tuple[tuple[object, ...], Rows, Rows, str]] = {
    "no reason": (of("1", (*NOT[:4], None)), [], [], "Begründung fehlt (Zeile 7)"),
    "newer": (
        of("2.1", NOT),
        [of("2.1", LATER)],
        [of("2.1", LATER)],
        "neuere Bewertung, erfüllt (G2, 01.11.2026)",
    ),
    "changed since": (
        of("2.2", NOT), [THERE], [THERE, DOUBTS], "Dort steht offen (G2, 01.09.2026)",
    ),
    "unknown to the workbook": (
        of("5", NOT), [], [of("5", THERE)], "Dort steht erfüllt (G1, 01.05.2026)",
    ),
    "no criterion": (of("99", NOT), [], [], "Dieses Kriterium gibt es"),
    "no cluster": ((None, "DE-1", "8", *NOT[3:]), [], [], "Sichtweise!B12"),
    "no view": (of("12", (*NOT[:3], "vielleicht", "Darum.")), [], [], "Sichtweise!D13"),
}  # fmt: skip


def test_what_is_left_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = LEFT_OUT.values()
    path = office(tmp_path, [row for _, _, there, _ in cases for row in there])
    before = path.read_bytes()
    known = [row for _, rows, _, _ in cases for row in rows]
    assert adopt(tmp_path, analyst(tmp_path, [view for view, *_ in cases], known)) == 1
    out = capsys.readouterr().out
    assert {name for name, (*_, told) in LEFT_OUT.items() if told not in out} == set()
    assert path.read_bytes() == before  # so each of them is left out


def test_of_two_views_the_upper_one_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office(tmp_path, [THERE])
    views: Rows = [NOT, (*NOT[:3], "offen", "Doch nicht.")]
    assert adopt(tmp_path, analyst(tmp_path, views, [THERE])) == 1
    assert [row[3] for row in ratings(path)] == ["erfüllt", "nicht erfüllt"]
    assert "(Zeile 8)" in capsys.readouterr().out


BARE = (None, "DE-0002", "5", "erfüllt", "Sitz belegt.")


def test_whose_views_they_are(tmp_path: Path) -> None:
    path = office(tmp_path, [THERE])
    views: Rows = [(*BARE, "G1"), (*of("8", BARE), None)]  # the row wins over above
    adopt_as = ["adopt", str(analyst(tmp_path, views, [THERE], sign="G2")), "--date", DAY]
    assert main([*adopt_as, "--inputs", str(tmp_path)]) == 0
    assert [row[5] for row in ratings(path)[1:]] == ["G1", "G2"]


def test_the_option_says_whose_all_views_are(tmp_path: Path) -> None:
    path = office(tmp_path, [THERE])
    assert adopt(tmp_path, analyst(tmp_path, [(*BARE, "G1")], [THERE], sign="G2")) == 0
    assert ratings(path)[-1][5] == "G9"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("de", ["Das Kürzel fehlt (Zeile 7)", "„Erika Beispielfrau“ (Zeile 8) ist kein Kürzel"]),
        ("en", ["the sign is missing (row 7)"]),
    ],
)
def test_views_of_nobody_are_not_adopted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, told: list[str]
) -> None:
    path = office(tmp_path, [THERE])
    before = path.read_bytes()
    views: Rows = [(*BARE, None), (*of("8", BARE), "Erika Beispielfrau")]
    file = analyst(tmp_path, views, [THERE])
    assert main(["adopt", str(file), "--inputs", str(tmp_path), "--lang", lang]) == 1
    out = capsys.readouterr().out
    assert [words for words in told if words not in out] == []
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


@pytest.mark.parametrize(
    ("ref", "totals", "grown"),
    [("A1:B2", 0, "A1:B4"), ("A1:B4", 0, "A1:B4"), ("A1:B2", 1, "A1:B2")],
    ids=["ends above", "holds the rows already", "ends in totals"],
)
def test_a_table_grows_with_its_rows(ref: str, totals: int, grown: str) -> None:
    book = openpyxl.Workbook()
    for row in (["Kopf", "Wort"], ["a", "b"]):
        book.active.append(row)
    table = Table(displayName="T", ref=ref, totalsRowCount=totals or None)
    table.autoFilter = AutoFilter(ref=ref)
    book.active.add_table(table)
    found = openpyxl.load_workbook(
        io.BytesIO(append_rows(content_of(book), "Sheet", [{1: "c"}, {1: "d"}]))
    ).active.tables["T"]
    assert (found.ref, found.autoFilter.ref) == (grown, grown)


@pytest.mark.parametrize(
    ("above", "wanted"),
    [(MAY, (dt.datetime(2026, 2, 1), "dd.mm.yy")), ("1.5.2026", ("01.02.2026", "dd.mm.yy")),
     (None, ("01.02.2026", "dd.mm.yy"))],
    ids=["a day", "a text", "nothing"],
)  # fmt: skip
def test_a_day_is_written_as_the_one_above(above: object, wanted: tuple[object, str]) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = "a", above
    book.active["B1"].number_format = "dd.mm.yy"
    new = append_rows(content_of(book), "Sheet", [{1: "b", 2: dt.date(2026, 2, 1)}])
    cell = openpyxl.load_workbook(io.BytesIO(new)).active["B2"]
    assert (cell.value, cell.number_format) == wanted


# ---- files that would lose something ----


def content_of(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def plain() -> openpyxl.Workbook:
    """A file of ratings that loses nothing."""
    book = openpyxl.Workbook()
    book.active.title = "Gutachten"
    for row in (HEADERS, THERE):
        book.active.append(row)
    return book


def with_cell(value: object, sheet: str = "Gutachten") -> bytes:
    book = plain()
    own = book[sheet] if sheet in book else book.create_sheet(sheet)
    own["D2"] = value
    return content_of(book)


def with_part(name: str) -> bytes:
    """A file with one more part; what it says does not count."""
    target = io.BytesIO(content_of(plain()))
    with zipfile.ZipFile(target, "a") as file:
        file.writestr(name, b"<x/>")
    return target.getvalue()


def changed(part: str, old: str, new: str, content: bytes | None = None) -> bytes:
    """A file with other text in one of its parts."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or content_of(plain()))) as file,
        zipfile.ZipFile(target, "w") as copy,
    ):
        for name in file.namelist():
            text = file.read(name).decode()
            assert name != part or old in text
            copy.writestr(name, text.replace(old, new) if name == part else text)
    return target.getvalue()


def with_chart() -> bytes:
    book = plain()
    book.active.add_chart(BarChart())
    return content_of(book)


SHEET_PART = "xl/worksheets/sheet1.xml"
LIST = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations count="0"/></ext></extLst></worksheet>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LOSING = {
    "a formula as a rating": (with_cell('=IF(1>0,"erfüllt","")'), ["formulas"]),
    "a formula over many cells": (with_cell(ArrayFormula("D2", "=A1:A2&B1:B2")), ["formulas"]),
    "a formula on another sheet": (with_cell("=1+1", "Notizen"), ["formulas"]),
    "a list of newer versions": (changed(SHEET_PART, "</worksheet>", LIST), ["lists"]),
    "threads of comments": (with_part("xl/threadedComments/threadedComment1.xml"), ["threads"]),
    "a chart": (with_chart(), ["drawings"]),
    "a picture": (with_part("xl/media/image1.png"), ["drawings"]),
    "macros": (with_part("xl/vbaProject.bin"), ["macros"]),
    "a pivot table": (with_part("xl/pivotTables/pivotTable1.xml"), ["parts"]),
    "a form's control": (with_part("xl/ctrlProps/ctrlProp1.xml"), ["parts"]),
    "strict Open XML": (
        changed("xl/workbook.xml", MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        ["all"],
    ),
    "no workbook of Excel": (b"anything", ["all"]),
    "two things": (changed(SHEET_PART, "</worksheet>", LIST, with_cell("=1")),
                   ["formulas", "lists"]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "codes"), LOSING.values(), ids=LOSING)
def test_what_would_be_lost_is_found(content: bytes, codes: list[str]) -> None:
    assert [loss.code for loss in losses(content)] == codes


def test_it_is_said_where_the_first_formula_stands() -> None:
    assert losses(with_cell("=1+1", "Notizen")) == [Loss("formulas", "Notizen!D2")]


def test_what_offices_use_is_kept(tmp_path: Path, demo: Demo) -> None:
    assert losses(office(tmp_path, [THERE]).read_bytes()) == []
    write_assessments(demo.review, {}, tmp_path / "template.xlsx", "de")
    assert losses((tmp_path / "template.xlsx").read_bytes()) == []


def test_ratings_that_are_formulas_stay_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "2026-Q3" / "assessments.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(path) as file:
        sheet = file.add_worksheet("Gutachten")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["go-cluster", "DE-0001", "2.2"])
        sheet.write_formula(1, 3, '=IF(1>0,"erfüllt","")', None, "erfüllt")
        sheet.write_row(1, 4, ["Gesehen.", "G1"])
        sheet.write_datetime(1, 6, MAY, file.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_string(1, 7, "bald")  # no day, as it stands there
    before, there = path.read_bytes(), read_ratings(path, read_here).table
    assert there["rating"].to_list() == ["erfüllt"]
    known: Rows = [("go-cluster", *THERE[1:])]
    file = analyst(tmp_path, [(None, "DE-0002", "5", "erfüllt", "Sitz belegt.")], known)
    assert adopt(tmp_path, file) == 1
    assert path.read_bytes() == before
    assert "enthält Formeln (Gutachten!D2): Speichern würde" in capsys.readouterr().out
    (merged,) = set(path.parent.iterdir()) - {path}
    assert merged.name == "assessments-2026-10-15-1.merged.xlsx"
    rows = read_ratings(merged, read_here).table
    assert rows.head(1).drop("file").equals(there.drop("file"))
    assert ratings(merged) == [
        ("go-cluster", *THERE[1:7], "bald"),
        ("go-cluster", "DE-0002", "5", "erfüllt", "Sitz belegt.", "G9", ADOPTED_ON, None),
    ]


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("Rücklauf", []),  # as earlier versions named it
        ("Rücklauf & Datenqualität", [[], ["Befunde"], ["Cluster-ID", "Datei"], ["DE-0001", "a"]]),
    ],
)
def test_a_cluster_that_the_workbook_does_not_know_is_refused_by_name(
    name: str, below: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office(tmp_path, [])
    file = analyst(tmp_path, [(None, "DE-0009", *NOT[2:]), NOT], [])
    book = openpyxl.load_workbook(file)
    sheet = book.create_sheet(name)
    rows = [["Cluster-ID", "Clustername"], ["DE-0001", "Netz"], ["DE-0002", None]]
    for row in [*rows, *below]:
        sheet.append(row)
    book.save(file)
    assert adopt(tmp_path, file) == 1
    said = capsys.readouterr().out
    assert 'Zeile 7); da steht "DE-0009"; erlaubt: "DE-0001", "DE-0002".' in said
    assert [row[1] for row in ratings(path)] == ["DE-0001"]


@pytest.mark.parametrize(
    ("folder", "sheet", "why"),
    [
        ("2026-Q3", "Blatt", "Über den Bewertungen steht kein Quartal"),
        ("2026-Q2", "Sichtweise", "Den Ordner dieses Quartals gibt es nicht"),
    ],
)
def test_why_a_file_cannot_be_used_is_said_in_words(
    folder: str, sheet: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = analyst(tmp_path, [NOT], [])
    (tmp_path / folder).mkdir()
    book = openpyxl.load_workbook(file)
    book["Sichtweise"].title = sheet
    book.save(file)
    assert adopt(tmp_path, file) == 2
    said = capsys.readouterr().err
    assert f"ist nicht verwendbar: {why}" in said
    assert not re.search("[a-z]_[a-z]", said.replace(str(tmp_path), ""))
