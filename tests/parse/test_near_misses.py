"""What stands there instead of what is looked for is said, and what is wanted."""

from collections.abc import Generator, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.intake.frames import SHEETS
from pipeline.submissions.examine import examine
from tests.findings.test_messages import Answered, Said, examined
from tests.making.frames import LAST_DAY, MASTER, Grids, raw_cells_of
from tests.making.together import of_files, together
from tests.parse.making import USUAL, Done, Grid, done, with_headers

FORM: Grid = [[label, value] for label, value in MASTER.items()]
TURNED: Grid = [list(line) for line in zip(*USUAL["Akteure"], strict=True)]
NOTES: Grid = [[f"Hinweis {number}"] for number in range(25)]
PIVOT: Grid = [
    ["Zeilenbeschriftungen", "Anzahl von Name"],
    ["Unternehmen", 3],
    ["Gesamtergebnis", 3],
]


def whole(sheets: Grids) -> Grids:
    """The usual workbook with other sheets."""
    return {"Stammdaten": FORM, **USUAL, **sheets}


def errors(said: Said) -> list[tuple[str, str]]:
    """(code, message) of what makes a workbook unusable."""
    wanted = ("missing_sheet", "missing_column", "missing_value", "bad_value")
    return [(code, german) for code, german, _ in said if code in wanted]


ACTORS = [
    (TURNED, "Die Überschriften stehen untereinander (ab „Name“)"),
    ([*NOTES, *USUAL["Akteure"]], "Die Kopfzeile steht erst in Zeile 26"),
    (PIVOT, "Pivot-Tabelle („Zeilenbeschriftungen“)"),
]


@pytest.mark.parametrize(("grid", "words"), ACTORS)
@examined
def test_a_table_without_a_header_that_could_be_found(grid: Grid, words: str) -> Answered:
    found = errors((yield whole({"Akteure": grid})))
    assert [code for code, _ in found] == ["missing_column"] * 3
    assert all(words in message for _, message in found)


FUNDING = [
    ([list(line) for line in zip(*USUAL["Finanzierung"], strict=True)], "untereinander"),
    ([*NOTES, *USUAL["Finanzierung"]], "Zeile 26"),
]


@pytest.mark.parametrize(("grid", "words"), FUNDING)
@examined
def test_an_optional_table_likewise(grid: Grid, words: str) -> Answered:
    ((code, message),) = errors((yield whole({"Finanzierung": grid})))
    assert code == "missing_sheet"
    assert words in message


LABELS = ["Cluster-ID", "Stichtag", "Clustername", "Rechtsform"]
VALUES: list[Any] = ["DE-0001", date(2026, 9, 30), "Test", "e. V."]


@examined
def test_a_form_on_its_side() -> Answered:
    ((code, message),) = errors((yield whole({"Stammdaten": [LABELS, VALUES]})))
    assert code == "missing_sheet"
    assert "nebeneinander (Zeile 1)" in message


@examined
def test_values_a_column_too_far_right_are_named_with_their_cells() -> Answered:
    form = [[label, None, value] for label, value in zip(LABELS, VALUES, strict=True)]
    found = errors((yield whole({"Stammdaten": form})))
    assert [code for code, _ in found] == ["missing_value"] * 2
    assert "„DE-0001“ steht in C1" in found[0][1]
    assert "„30.09.2026“ steht in C2" in found[1][1]


@examined
def test_notes_beside_empty_values_are_no_values() -> Answered:
    form = [[label, None, "Kennung wie DE-0042, vom Programmbüro"] for label in LABELS]
    found = errors((yield whole({"Stammdaten": form})))
    assert not any("steht in" in message for _, message in found)


@pytest.mark.parametrize(("row", "further"), [(0, "DE-9999"), (1, date(2026, 6, 30))])
@examined
def test_a_further_column_of_another_submission_is_told(row: int, further: Any) -> Answered:
    form: Grid = [[label, value] for label, value in zip(LABELS, VALUES, strict=True)]
    form[row] = [*form[row], further]
    said = yield whole({"Stammdaten": form})
    (message,) = [german for code, german, _ in said if code == "inconsistent"]
    assert f"Stammdaten!C{row + 1}: Rechts neben" in message


REMARKS = ["vorläufig", "bitte nicht ändern", "DE-0001", "de–0001", "wie DE-0042", 12, None]


@examined
def test_a_remark_or_the_same_value_further_right_is_not_told() -> Answered:
    values = zip(LABELS * 2, VALUES * 2, REMARKS, strict=False)
    said = yield whole({"Stammdaten": [[label, value, more] for label, value, more in values]})
    assert not [code for code, *_ in said if code == "inconsistent"]


NAMED = [
    ("Name", "Name der Organisation"),
    ("Name", "Firma"),
    ("Name", "Mitglied"),
    ("Akteurstyp", "Typ"),
    ("Akteurstyp", "Organisationstyp"),
    ("Bindung", "Art der Bindung"),
    ("Bindung", "Mitgliedsstatus"),
    ("Bindung", "Bindungg"),
]


@pytest.mark.parametrize(("field", "header"), NAMED)
@examined
def test_a_missing_column_names_the_header_that_may_be_meant(field: str, header: str) -> Answered:
    ((code, message),) = errors((yield whole(with_headers("Akteure", **{field: header}))))
    assert code == "missing_column"
    assert f"Meinten Sie mit „{header}“ diese Spalte?" in message


LABELLED = [
    ("Cluster-ID", "ClusterID"),
    ("Cluster-ID", "Cluster – ID"),
    ("Stichtag", "Stichtag der Angaben"),
    ("Stichtag", "Stichtagg"),
]


@pytest.mark.parametrize(("label", "said"), LABELLED)
@examined
def test_a_missing_label_names_the_label_that_may_be_meant(label: str, said: str) -> Answered:
    form = [[said if own == label else own, value] for own, value in FORM]
    ((code, message),) = errors((yield whole({**USUAL, "Stammdaten": form})))
    assert code == "missing_value"
    assert f"Meinten Sie mit „{said}“ diese Angabe?" in message


PERSONS = [
    "Name (Ansprechpartner)",
    "Name des Ansprechpartners",
    "Name der Ansprechperson",
    "Name der Kontaktperson",
    "Name des Geschäftsführers",
    "Name, Vorname",
]


@pytest.mark.parametrize("header", PERSONS)
@examined
def test_no_persons_column_is_proposed(header: str) -> Answered:
    book = whole(with_headers("Akteure", Name=header))
    ((_, message),) = errors((yield book))
    assert "Meinten Sie" not in message


SHEETS_NAMED = [
    "Akteursliste",
    "Akteure 2026",
    "Liste der Akteure",
    "Mitglieder",
    "Mitgliederliste",
    "Mitglieder Stand 2026",
]


@pytest.mark.parametrize("name", SHEETS_NAMED)
@examined
def test_a_missing_sheet_names_the_sheet_that_may_be_meant(name: str) -> Answered:
    sheets = whole({name: USUAL["Akteure"]})
    del sheets["Akteure"]
    found = [german for code, german in errors((yield sheets)) if code == "missing_sheet"]
    assert f"Meinten Sie mit „{name}“ dieses Blatt?" in found[0]


FURTHER = [f"{name}{more}" for name in USUAL for more in (" (2)", " Teil 2", " 2025", " neu")]
FURTHER += ["weitere Akteure", "Kopie von Management", "Fortsetzung Nachweise", "Akteure ab 2024"]
OTHERS = [
    "Anleitung",
    "Akteurstypen",
    "Hinweise zu Akteure",
    "Akteure und Partner GmbH",
    "Tabelle1",
]


@pytest.mark.parametrize("name", FURTHER)
@examined
def test_a_sheet_that_may_continue_another_one_is_told(name: str) -> Answered:
    said = yield whole({name: [["Notiz"]]})
    (message,) = [german for code, german, _ in said if code == "inconsistent"]
    assert message.startswith(f"{name}: Das Blatt „{name}“ wird nicht gelesen")


@examined
def test_sheets_of_other_names_are_not_told() -> Answered:
    said = yield whole({name: [["Notiz"]] for name in OTHERS})
    assert not [code for code, *_ in said if code == "inconsistent"]


@examined
def test_a_missing_sheet_is_not_told_twice() -> Answered:
    sheets = whole({"Akteure (2)": USUAL["Akteure"]})
    del sheets["Akteure"]
    said = yield sheets
    assert "inconsistent" not in [code for code, *_ in said]


# Merged areas (sheet, first row, last row, first and last column) and where they are told of.
MERGES = [
    (("Akteure", 2, 4, 3, 3), [("C3", "C4"), 2]),
    (("Akteure", 2, 3, 5, 6), [("E3", "F3"), 2]),
    (("Finanzierung", 2, 4, 1, 1), [("A3", "A4"), 2]),
    (("Akteure", 1, 2, 1, 1), [(), None]),  # a header of two rows
    (("Akteure", 2, 4, 2, 2), [(), None]),  # nothing is empty below
]


def merged_all(
    asked: Sequence[tuple[tuple[str, int, int, int, int], tuple[str, ...]]],
) -> list[Done]:
    """Examine the usual workbook with merged areas, below whose first cell nothing stands."""
    books, areas = [], []
    for (sheet, *area), emptied in asked:
        grids: Grids = {name: [list(row) for row in grid] for name, grid in whole({}).items()}
        for cell in emptied:
            grids[sheet][int(cell[1:]) - 1][ord(cell[0]) - 65] = None
        books.append(grids)
        own = dict(zip(("row", "last_row", "column", "last_column"), area, strict=True))
        areas += [[own] if name == sheet else [] for name in grids]
    names, cells = raw_cells_of(books)
    sheets = names.with_columns(merged=pl.Series(areas, dtype=SHEETS["merged"]))
    every = examine(sheets, cells, load_settings(), LAST_DAY, with_distances=False)
    return [Done(of_files(every, number, 1)) for number in range(len(books))]


merged = together(merged_all)


@pytest.mark.parametrize(("area", "told"), MERGES)
@merged
def test_merged_cells_that_leave_rows_empty(
    area: Any, told: Any
) -> Generator[tuple[Any, tuple[str, ...]], Done, None]:
    emptied, row = told
    seen = yield area, emptied
    found = [r for code, check, r in seen.codes(0) if check == "merged"]
    assert found == ([] if row is None else [row])


def test_the_usual_workbook_has_nothing_to_tell() -> None:
    assert done([USUAL]).codes(0) == []
