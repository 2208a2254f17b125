"""Marks are at the right cells: colours, comments, links; not more than a person can read."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.report.feedback.comments import words_of
from pipeline.report.feedback.marks import gravest, ranges_of
from pipeline.report.feedback.places import address, cell_of, free_name, link_to
from pipeline.report.feedback.subject import Ask, Subject
from tests.declared import changed_in
from tests.feedback.making import SETTINGS, TERMS, about, assert_untouched, copy, mark, write
from tests.feedback.package import check_package
from tests.making.workbooks import submission


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A1", (1, 1)),
        ("G17", (7, 17)),
        ("XFD1048576", (16384, 1048576)),
        ("AA10", (27, 10)),
        ("XFE1", None),
        ("A1048577", None),
        ("", None),
        ("A0", None),
        ("A1:B2", None),
    ],
)
def test_addresses(text: str, place: tuple[int, int] | None) -> None:
    assert cell_of(text) == place
    if place:
        assert address(*place) == text


@pytest.mark.parametrize(
    ("cells", "ranges"),
    [
        (["C3"], ["C3"]),
        (["C3", "C4", "C5", "C7", "D8"], ["C3:C5", "C7", "D8"]),
        (["C3", "D4"], ["C3", "D4"]),
        ([], []),
    ],
)
def test_ranges(cells: list[str], ranges: list[str]) -> None:
    assert ranges_of(sorted(place for c in cells if (place := cell_of(c)))) == ranges


def test_the_gravest_finding_of_a_cell_gives_its_colour() -> None:
    marks = [mark("C3", severity="info"), mark("C3"), mark("C3", severity="warning"), mark("")]
    assert gravest(marks) == {(3, 3): "error"}


@pytest.mark.parametrize(
    ("name", "taken", "free"),
    [
        ("Prüfprotokoll", ["Akteure"], "Prüfprotokoll"),
        ("Prüfprotokoll", ["PRÜFPROTOKOLL", "Prüfprotokoll 2"], "Prüfprotokoll 3"),
        ("x" * 40, ["x" * 31], "x" * 29 + " 2"),
    ],
)
def test_free_names(name: str, taken: list[str], free: str) -> None:
    assert free_name(name, taken) == free


def test_links_quote_names() -> None:
    assert link_to("O'Brien", "C3") == "'O''Brien'!C3"
    assert link_to("Akteure", "") == "'Akteure'!A1"


def test_a_comment_says_everything_in_both_languages() -> None:
    said = words_of([mark("C3"), mark("C3", severity="info")], "en")
    assert said == (
        "cluster-review\nerror: Please change C3.\nFehler: Bitte C3 ändern.\n"
        "can affect these criteria / Kann diese Kriterien ändern: 1, 2.1\n\n"
        "information: Please change C3.\nHinweis: Bitte C3 ändern.\n"
        "can affect these criteria / Kann diese Kriterien ändern: 1, 2.1"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "x.xlsx", submission())


def test_marks_stand_in_their_cells(path: Path) -> None:
    marks = [
        mark("C3"),
        mark("C4"),
        mark("Q99", severity="info"),
        mark("", "Gremien"),
        mark("", ""),
    ]
    marks += [mark("", ""), mark("B2", "Stammdaten", "warning")]
    book = openpyxl.load_workbook(copy(about(path, *marks)))
    rules = {
        (sheet.title, str(group.sqref)): rule.formula[0]
        for sheet in book.worksheets[1:]
        for group in sheet.conditional_formatting
        for rule in group.rules
    }
    assert rules == {
        ("Akteure", "C3:C4"): 'LEN("cluster-review: error")>0',
        ("Akteure", "Q99"): 'LEN("cluster-review: info")>0',
        ("Stammdaten", "B2"): 'LEN("cluster-review: warning")>0',
    }
    comments = {
        f"'{sheet.title}'!{cell.coordinate}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
    cells = ["'Akteure'!C3", "'Akteure'!C4", "'Stammdaten'!B2", "'Akteure'!Q99"]
    assert comments == set(cells)
    links = [c.hyperlink.location for r in book.worksheets[0] for c in r if c.hyperlink]
    assert links == [*cells[:2], "'Gremien'!A1", *cells[2:]]


def protocol(path: Path) -> list[list[str]]:
    first = openpyxl.load_workbook(path).worksheets[0]
    return [[str(c) for c in row if c is not None] for row in first.iter_rows(values_only=True)]


def test_without_findings(path: Path) -> None:
    rows = protocol(copy(about(path)))
    assert ["Befunde / Findings", "ohne Befund / no findings"] in rows
    assert not any("Schwere / Severity" in row for row in rows)


def test_what_is_known_is_said(path: Path) -> None:
    subject = replace(
        about(path, mark("C3")),
        cluster_id="DE-0001",
        period="2026-Q3",
        as_of="30.09.2026",
        outcome="quarantined",
        reason=("Weil.", "Because."),
        asks=(Ask("2.1", ("KMU", "SMEs"), ("Bitte C3.", "Please C3.")),),
        draft=True,
    )
    rows = protocol(copy(subject))
    assert rows[0] == ["Prüfprotokoll / Check report · ENTWURF / DRAFT"]
    for row in (
        ["Datei / File", "x.xlsx"],
        ["Cluster", "DE-0001"],
        ["Zeitraum / Period", "2026-Q3"],
        ["Stichtag / As of", "30.09.2026"],
        ["Ergebnis / Outcome", "zurückgestellt / quarantined"],
        ["Grund / Reason", "Weil.\nBecause."],
        ["2.1", "KMU", "Bitte C3.", "Please C3."],
    ):
        assert row in rows
    (found,) = [row for row in rows if row and row[0] == "Fehler / error"]
    assert found[1:] == ["Akteure!C3", "Bitte C3 ändern.", "Please change C3.", "1, 2.1", "x"]


def test_in_english(path: Path) -> None:
    rows = protocol(copy(about(path, mark("C3")), replace(TERMS, lang="en")))
    assert rows[0] == ["Check report / Prüfprotokoll"]
    (found,) = [row for row in rows if row and row[0] == "error / Fehler"]
    assert found[2:4] == ["Please change C3.", "Bitte C3 ändern."]


def test_no_more_than_a_person_can_read(path: Path) -> None:
    few = changed_in(SETTINGS.feedback, comments_per_sheet=3, protocol_rows=4, longest_value=2)
    terms = replace(TERMS, settings=changed_in(SETTINGS, feedback=few))
    marks = [replace(mark(f"C{row}"), value="lang") for row in range(10, 20)]
    result = copy(about(path, *marks, mark("C2", severity="info")), terms)
    actors = openpyxl.load_workbook(result)["Akteure"]
    assert [c.coordinate for row in actors.iter_rows() for c in row if c.comment] == [
        "C10",
        "C11",
        "C12",
    ]
    assert [str(g.sqref) for g in actors.conditional_formatting] == ["C10:C19", "C2"]
    rows = protocol(result)
    assert sum(row[0] == "Fehler / error" for row in rows if row) == 4
    assert any("und 7 weitere Befunde" in row[0] for row in rows if row)
    assert "la…" in {cell for row in rows for cell in row}


def test_thousands_of_comments_hold_together(path: Path) -> None:
    subject = about(path, *(mark(f"{c}{r}") for r in range(2, 700) for c in "AB"))
    result = copy(subject)
    parts = check_package(result.read_bytes())
    assert b'data="1,2"' in parts["xl/drawings/vmlDrawing3.vml"]
    assert_untouched(path, result)


def test_scattered_marks_hold_together(path: Path) -> None:
    subject = about(path, *(mark(f"C{row}") for row in range(2, 2500, 2)))
    result = copy(subject)
    check_package(result.read_bytes())
    groups = openpyxl.load_workbook(result)["Akteure"].conditional_formatting
    assert [len(str(g.sqref).split()) for g in groups] == [250, 250, 250, 250, 249]


def test_the_same_gives_the_same_bytes(path: Path) -> None:
    subject: Subject = about(path, mark("C3"), mark("D4"))
    assert copy(subject).read_bytes() == copy(subject).read_bytes()


def test_marks_find_a_sheet_whose_name_hides_something(tmp_path: Path) -> None:
    name = "Akt\u202eeure"
    path = write(tmp_path / "x.xlsx", submission().rename({"Akteure": name}))
    result = openpyxl.load_workbook(copy(about(path, mark("C3"))))
    assert [str(g.sqref) for g in result[name].conditional_formatting] == ["C3"]
    links = [c.hyperlink.location for r in result.worksheets[0] for c in r if c.hyperlink]
    assert links == [f"'{name}'!C3"]
