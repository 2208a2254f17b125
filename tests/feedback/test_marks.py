"""Marks are at the right cells: colours, comments, links; not more than a person can read."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.report.feedback.addresses import address, cell_of, free_name, link_to
from pipeline.report.feedback.comments import words_of
from pipeline.report.feedback.marks import gravest, ranges_of
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


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "de",
            "cluster-review\nFehler: Bitte C3 ändern.\n"
            "Kann diese Kriterien ändern: 1 Bindung, 2.1 KMU\n\n"
            "Hinweis: Bitte C3 ändern.\nKann diese Kriterien ändern: 1 Bindung, 2.1 KMU",
        ),
        (
            "en",
            "cluster-review\nerror: Please change C3.\n"
            "Can affect these criteria: 1 Commitment, 2.1 SMEs\n\n"
            "information: Please change C3.\nCan affect these criteria: 1 Commitment, 2.1 SMEs",
        ),
    ],
)
def test_a_comment_says_everything_in_one_language(lang: str, text: str) -> None:
    assert words_of([mark("C3"), mark("C3", severity="info")], lang) == text


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


def protocol(path: Path, sheet: int = 0) -> list[list[str]]:
    own = openpyxl.load_workbook(path).worksheets[sheet]
    return [[str(c) for c in row if c is not None] for row in own.iter_rows(values_only=True)]


def test_without_findings(path: Path) -> None:
    rows = protocol(copy(about(path)))
    assert ["Befunde", "ohne Befund"] in rows
    assert not any("Schwere" in row for row in rows)


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
    assert rows[0] == ["Prüfprotokoll · ENTWURF"]
    for row in (
        ["Datei", "x.xlsx"],
        ["Cluster", "DE-0001"],
        ["Zeitraum", "2026-Q3"],
        ["Stichtag", "30.09.2026"],
        ["Ergebnis", "zurückgestellt"],
        ["Grund", "Weil."],
        ["2.1", "KMU", "Bitte C3."],
    ):
        assert row in rows
    (found,) = [row for row in rows if row and row[0] == "Fehler"]
    assert found[1:] == ["Akteure!C3", "Bitte C3 ändern.", "1 Bindung, 2.1 KMU", "x"]


def test_in_english(path: Path) -> None:
    subject = replace(
        about(path, mark("C3")),
        outcome="quarantined",
        reason=("Weil.", "Because."),
        asks=(Ask("2.1", ("KMU", "SMEs"), ("Bitte C3.", "Please C3.")),),
        lang="en",
    )
    made = copy(subject)
    rows = protocol(made)
    assert openpyxl.load_workbook(made).sheetnames[0] == "Check report"
    assert rows[0] == ["Check report"]
    assert ["Outcome", "quarantined"] in rows
    assert ["Reason", "Because."] in rows
    assert ["2.1", "SMEs", "Please C3."] in rows
    (found,) = [row for row in rows if row and row[0] == "error"]
    assert found[1:] == ["Akteure!C3", "Please change C3.", "1 Commitment, 2.1 SMEs", "x"]


ASKS = tuple(Ask(f"{n}", (f"Titel {n}", f"Title {n}"), ("Bitte " * 60, "")) for n in range(19))


@pytest.mark.parametrize(
    ("findings", "asks", "here", "there"),
    [
        (3, 2, {"Akteure!C3", "1"}, set()),
        (3, 19, {"Akteure!C3"}, {"1"}),
        (60, 2, {"1"}, {"Akteure!C3"}),
        (60, 19, set(), {"Akteure!C3", "1"}),
        (0, 19, set(), {"1"}),
        (60, 0, set(), {"Akteure!C3"}),
    ],
)
def test_what_is_too_long_for_one_screen_stands_on_a_second_sheet(
    path: Path, findings: int, asks: int, here: set[str], there: set[str]
) -> None:
    made = with_much(path, findings, asks)
    book = openpyxl.load_workbook(made)
    first = book.worksheets[0]
    heights = (first.row_dimensions[n].height or 15 for n in range(1, first.max_row + 1))
    assert sum(heights) <= 560

    def listed(sheet: int) -> set[str]:
        return {cell for row in protocol(made, sheet)[1:] for cell in row[:2]} & {"Akteure!C3", "1"}

    assert listed(0) == here
    assert (book.sheetnames[1] == "Alle Befunde") == bool(there)
    if there:
        assert listed(1) == there
        assert protocol(made, 1)[0] == ["Alle Befunde · ENTWURF"]
        links = {c.hyperlink.location for row in first for c in row if c.hyperlink}
        assert "'Alle Befunde'!A1" in links
        assert book.active == first
    if "Akteure!C3" in there:
        assert ["Akteure", "Warnungen: 60"] in protocol(made)
        assert book.worksheets[1].print_title_rows is not None
        assert book.worksheets[1].freeze_panes is not None


def with_much(path: Path, findings: int, asks: int) -> Path:
    """Return the copy with so many findings and requests."""
    marks = [mark(f"C{row}", severity="warning") for row in range(3, 3 + findings)]
    return copy(replace(about(path, *marks), asks=ASKS[:asks], draft=True))


def test_two_sheets_of_ours_change_none_of_theirs_and_are_not_copied_again(path: Path) -> None:
    made = with_much(path, 60, 19)
    parts = check_package(made.read_bytes())
    assert_untouched(path, made)
    again = copy(replace(about(made), name="y.xlsx"))
    assert openpyxl.load_workbook(again).sheetnames == ["Prüfprotokoll", *_others(path)]
    assert len([name for name in parts if "worksheets/sheet" in name]) == 9


def _others(path: Path) -> list[str]:
    return openpyxl.load_workbook(path, read_only=True).sheetnames


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
    assert sum(row[0] == "Fehler" for row in rows if row) == 4
    assert any("weitere Befunde: 7" in row[0] for row in rows if row)
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
