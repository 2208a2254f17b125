"""The smallest request to a cluster: which cells are asked for, worked out by hand."""
# ruff: noqa: E501  (a table of cases)

import re

import polars as pl
import pytest

from .build import (
    Edit,
    act,
    actors,
    add,
    cell,
    changed,
    drop,
    drop_column,
    fte,
    master,
    only,
    proof,
    put,
    review,
    seats,
    sme,
    uni,
    without,
    write_inputs,
)

UNSURE = {"Bindung": None}
NO_FIGURES = {"Beschäftigte": None, "Umsatz EUR": None, "Bilanzsumme EUR": None}
NOWHERE = {"Breitengrad": None, "Längengrad": None}


def story(title: str, *, dated: bool) -> dict[str, object]:
    return proof("Erfolgsgeschichte", title) if dated else proof("Erfolgsgeschichte", title, None)


def stories(*rows: dict[str, object]) -> list[Edit]:
    return [without("Nachweise", "Erfolgsgeschichte"), add("Nachweise", *rows)]


def column(sheet: str, header: str, rows: range) -> set[str]:
    return {cell(sheet, row, header) for row in rows}


# what changes in the good cluster -> criterion, sheet, how many of which cells are asked for
CASES: dict[str, tuple[list[Edit], str, str, int, set[str]]] = {
    # 28 bound, 3 unsure: two of the three reach 30
    "two of three commitments": (
        [put("Akteure", sme(28), sme(3, UNSURE))], "1", "Akteure", 2, column("Akteure", "Bindung", range(28, 31)),
    ),
    # 60 bound companies without figures: half of them
    "half of the SMEs": (
        [put("Akteure", sme(60, NO_FIGURES))], "2.1", "Akteure", 30, column("Akteure", "KMU", range(60)),
    ),
    # 20 of 40 near, 20 of unknown place in an unknown country: 24 are 60 %
    "the country, not the postcode": (
        [put("Akteure", sme(20), uni(20, NOWHERE | {"PLZ": "99084", "Land": "Xyzland"}))],
        "3", "Akteure", 4, column("Akteure", "Land", range(20, 40)),
    ),
    # one certain, A twice undated and B once: one A and B
    "no title twice": (
        stories(story("C", dated=True), story("A", dated=False), story("A", dated=False), story("B", dated=False)),
        "12", "Nachweise", 2, set(),
    ),
    # both fields are covered 5 times in all; either of the others without a number may reach 12
    "one number of services": (
        [without("Aktivitäten", "Service"), add("Aktivitäten", act("Service", 3, "Digitalisierung"), act("Service", 2, "Fachkräfte"), act("Service", None), act("Service", None))],
        "8", "Aktivitäten", 1, {"E9", "E10"},
    ),
    "the FTE": ([put("Management", fte(20), fte(None))], "4.2", "Management", 1, {"B3"}),
    # below the second header the FTE stand in column A, the functions in column B
    "the FTE below a header of another order": (
        [put("Management", fte(20), {"Funktion": "VZÄ", "VZÄ": "Funktion"}, {"VZÄ": "Assistenz"})],
        "4.2", "Management", 1, {"A4"},
    ),
    "the FTE below a header without them": (
        [put("Management", fte(20), {"Funktion": "Ende", "VZÄ": "Funktion"}, {"VZÄ": "Assistenz"})],
        "4.2", "Management", 0, set(),
    ),
    # 20 SMEs and 20 of unknown type: the types decide which groups are big
    "types of actors": (
        [put("Akteure", sme(20), actors(20, None)), put("Gremien", seats("Wirtschaft"))],
        "5", "Akteure", 20, column("Akteure", "Akteurstyp", range(20, 40)),
    ),
    "the office's place alone": (
        [master(Breitengrad=None, Längengrad=None, PLZ=None)], "3", "Akteure", 0, set(),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def criteria(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    root = tmp_path_factory.mktemp("requests")
    books = {id_of(key): changed(*edits) for key, (edits, *_) in CASES.items()}
    books["DE-0100"] = changed(drop_column("Akteure", "KMU"), put("Akteure", sme(40, NO_FIGURES)))
    books["DE-0101"] = changed(drop("Nachweise"))
    books["DE-0102"] = changed(
        master(Formularversion=None), without("Aktivitäten", "Innovationsunterstützung")
    )
    return review(write_inputs(root / "inputs", books), root / "outputs")["criteria"]


def id_of(key: str) -> str:
    return f"DE-{list(CASES).index(key) + 1:04}"


def asked(criteria: pl.DataFrame, cluster_id: str, criterion: str) -> dict[str, str]:
    row = only(criteria, catalogue="go-cluster", cluster_id=cluster_id, criterion_id=criterion)
    assert row["status"] == "undetermined"
    return {lang: row[f"request_{lang}"] for lang in ("de", "en")}


def cells_of(text: str, sheet: str) -> set[str]:
    """The cells of a sheet that a request names: Akteure!C12, C17 (Bindung)."""
    lists = re.findall(rf"{sheet}!([A-Z]+\d+(?:, [A-Z]+\d+)*)", text)
    return {address for part in lists for address in part.split(", ")}


@pytest.mark.parametrize("key", CASES)
def test_the_fewest_cells_that_help(key: str, criteria: pl.DataFrame) -> None:
    _, criterion, sheet, number, among = CASES[key]
    for text in asked(criteria, id_of(key), criterion).values():
        cells = cells_of(text, sheet)
        assert len(cells) == number, text
        assert cells <= among or not among, text


def test_the_office_is_named_by_its_label(criteria: pl.DataFrame) -> None:
    text = asked(criteria, id_of("the office's place alone"), "3")["de"]
    assert text.startswith("Bitte ausfüllen: Stammdaten")
    assert "(PLZ)" in text


def test_a_row_below_a_header_without_the_column_is_named(criteria: pl.DataFrame) -> None:
    text = asked(criteria, id_of("the FTE below a header without them"), "4.2")["de"]
    assert "Management!Zeile 4 (VZÄ)" in text


def test_a_missing_column_is_named(criteria: pl.DataFrame) -> None:
    text = asked(criteria, "DE-0100", "2.1")["de"]
    assert "(KMU)" in text
    assert not re.search(r"!\d", text)  # an address without a column


def test_a_missing_sheet_is_named(criteria: pl.DataFrame) -> None:
    texts = asked(criteria, "DE-0101", "12")
    assert texts["de"].startswith("Bitte das Blatt „Nachweise“ ausfüllen")
    assert texts["en"].startswith("Please fill in “Nachweise”")


def test_who_was_never_asked_is_asked(criteria: pl.DataFrame) -> None:
    texts = asked(criteria, "DE-0102", "13")
    assert "„Innovationsunterstützung“" in texts["de"]
    assert "seit Formularversion 2" in texts["de"]
    assert "“Innovationsunterstützung”" in texts["en"]
