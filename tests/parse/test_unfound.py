"""What stands there instead of what is looked for is said, and what is wanted."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.intake.frames import SHEETS
from tests.findings.test_messages import of
from tests.making.frames import MASTER, Grids
from tests.parse.making import USUAL, Done, Grid, done, with_headers

FORM: Grid = [[label, value] for label, value in MASTER.items()]
TURNED: Grid = [list(line) for line in zip(*USUAL["Akteure"], strict=True)]
NOTES: Grid = [[f"Hinweis {number}"] for number in range(25)]
PIVOT: Grid = [
    ["Zeilenbeschriftungen", "Anzahl von Name"],
    ["Unternehmen", 3],
    ["Gesamtergebnis", 3],
]


def errors(sheets: Grids) -> list[tuple[str, str]]:
    """(code, message) of what makes a workbook unusable."""
    wanted = ("missing_sheet", "missing_column", "missing_value", "bad_value")
    whole = {"Stammdaten": FORM, **USUAL, **sheets}
    return [(code, german) for code, german, _ in of(whole) if code in wanted]


ACTORS = [
    (TURNED, "Die Überschriften stehen untereinander (ab „Name“)"),
    ([*NOTES, *USUAL["Akteure"]], "Die Kopfzeile steht erst in Zeile 26"),
    (PIVOT, "Pivot-Tabelle („Zeilenbeschriftungen“)"),
]


@pytest.mark.parametrize(("grid", "words"), ACTORS)
def test_a_table_without_a_header_that_could_be_found(grid: Grid, words: str) -> None:
    found = errors({"Akteure": grid})
    assert [code for code, _ in found] == ["missing_column"] * 3
    assert all(words in message for _, message in found)


def test_an_optional_table_likewise() -> None:
    grid = [list(line) for line in zip(*USUAL["Finanzierung"], strict=True)]
    for sheet, words in ((grid, "untereinander"), ([*NOTES, *USUAL["Finanzierung"]], "Zeile 26")):
        ((code, message),) = errors({"Finanzierung": sheet})
        assert code == "missing_sheet"
        assert words in message


LABELS = ["Cluster-ID", "Stichtag", "Clustername", "Rechtsform"]
VALUES: list[Any] = ["DE-0001", date(2026, 9, 30), "Test", "e. V."]


def test_a_form_on_its_side() -> None:
    ((code, message),) = errors({"Stammdaten": [LABELS, VALUES]})
    assert code == "missing_sheet"
    assert "nebeneinander (Zeile 1)" in message


def test_values_a_column_too_far_right_are_named_with_their_cells() -> None:
    form = [[label, None, value] for label, value in zip(LABELS, VALUES, strict=True)]
    found = errors({"Stammdaten": form})
    assert [code for code, _ in found] == ["missing_value"] * 2
    assert "„DE-0001“ steht in C1" in found[0][1]
    assert "„30.09.2026“ steht in C2" in found[1][1]


def test_notes_beside_empty_values_are_no_values() -> None:
    form = [[label, None, "Kennung wie DE-0042, vom Programmbüro"] for label in LABELS]
    assert not any("steht in" in message for _, message in errors({"Stammdaten": form}))


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
def test_a_missing_column_names_the_header_that_may_be_meant(field: str, header: str) -> None:
    ((code, message),) = errors(with_headers("Akteure", **{field: header}))
    assert code == "missing_column"
    assert f"Meinten Sie mit „{header}“ diese Spalte?" in message


def test_no_persons_column_is_proposed() -> None:
    ((_, message),) = errors(with_headers("Akteure", Name="Name (Ansprechpartner)"))
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
def test_a_missing_sheet_names_the_sheet_that_may_be_meant(name: str) -> None:
    sheets = {**USUAL, name: USUAL["Akteure"]}
    del sheets["Akteure"]
    found = [
        german for code, german, _ in of({"Stammdaten": FORM, **sheets}) if code == "missing_sheet"
    ]
    assert f"Meinten Sie mit „{name}“ dieses Blatt?" in found[0]


# Merged areas (sheet, first row, last row, first and last column) and where they are told of.
MERGES = [
    (("Akteure", 2, 4, 3, 3), [("C3", "C4"), 2]),
    (("Akteure", 2, 3, 5, 6), [("E3", "F3"), 2]),
    (("Finanzierung", 2, 4, 1, 1), [("A3", "A4"), 2]),
    (("Akteure", 1, 2, 1, 1), [(), None]),  # a header of two rows
    (("Akteure", 2, 4, 2, 2), [(), None]),  # nothing is empty below
]


def merged(area: tuple[str, int, int, int, int], emptied: tuple[str, ...]) -> Done:
    from pipeline.common.settings import load_settings
    from pipeline.submissions.examine import examine
    from tests.making.frames import LAST_DAY, raw_cells_of

    grids: Grids = {"Stammdaten": FORM, **{n: [list(r) for r in g] for n, g in USUAL.items()}}
    for cell in emptied:
        grids[area[0]][int(cell[1:]) - 1][ord(cell[0]) - 65] = None
    names, cells = raw_cells_of([grids])
    one = dict(zip(("row", "last_row", "column", "last_column"), area[1:], strict=True))
    hit = pl.col("name") == area[0]
    given = pl.when(hit).then(pl.lit([one], SHEETS["merged"])).otherwise("merged")
    sheets = names.with_columns(merged=given)
    return Done(examine(sheets, cells, load_settings(), LAST_DAY, with_distances=False))


@pytest.mark.parametrize(("area", "told"), MERGES)
def test_merged_cells_that_leave_rows_empty(area: Any, told: Any) -> None:
    emptied, row = told
    found = [r for code, check, r in merged(area, emptied).codes(0) if check == "merged"]
    assert found == ([] if row is None else [row])


def test_the_usual_workbook_has_nothing_to_tell() -> None:
    assert done([USUAL]).codes(0) == []
