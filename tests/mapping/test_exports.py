"""Drafts for exports of known systems: what every column is taken for."""

import fnmatch
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.submissions.mapping.load import load_mapping
from tests.intake.published import command
from tests.making.workbooks import Book, Cell, Grid, save

from .exports import Export, exports

# Of the columns of `exports.tsv`, all have been right since the proposals know them.
KNOWN = exports()


def drafted(path: Path, book: Book, *options: str) -> dict[str, Any]:
    """Return the draft for an export; it can be loaded as it is."""
    save(path, book)
    assert command("map", str(path), *options) == 0
    load_mapping(path.with_suffix(".toml"))
    return tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))


def said_of(draft: dict[str, Any], sheet: str) -> dict[str, str]:
    """Return by column the field (or both, joined by +) that the draft proposes."""
    (own,) = (s for s in draft["sheets"] if fnmatch.fnmatch(sheet, s.get("from", "")))
    assert own["to"] == "Akteure"
    return {column: field_of(said) for column, said in own["columns"].items()}


def field_of(said: object) -> str:
    if isinstance(said, list):
        return "+".join(said)
    return str(said["to"] if isinstance(said, dict) else said)


@pytest.mark.parametrize("system", KNOWN)
def test_every_column_is_what_it_means_or_nothing(tmp_path: Path, system: str) -> None:
    export: Export = KNOWN[system]
    said = said_of(drafted(tmp_path / "x.xlsx", export.book), export.sheet)
    wrong = {
        column: (meant, said.get(column, ""))
        for column, meant in export.meant.items()
        if said.get(column, "") != meant
    }
    assert not wrong


def members(*columns: tuple[str, list[Cell]]) -> Book:
    """A list of members with these columns and what a list needs beside them."""
    every = [*columns, ("Typ", ["KMU", "Hochschule", "KMU"]), ("Bindung", ["Mitgliedschaft"] * 3)]
    rows = zip(*(cells for _, cells in every), strict=True)
    grid: Grid = [[header for header, _ in every], *(list(row) for row in rows)]
    return Book({"Mitglieder": grid})


PERSONS: list[Cell] = ["Mustermann", "Musterfrau", "Muster"]
FIRMS: list[Cell] = ["Alpha GmbH", "Beta AG", "Gamma UG"]


@pytest.mark.parametrize(
    "beside",
    ["Vorname", "First name", "Anrede", "Kontaktperson", "Geburtsdatum", "Nachname", "Startzeit"],
)
@pytest.mark.parametrize("name", ["Name", "NAME", "Name:", "Name, Vorname", "Full name"])
def test_a_persons_name_is_never_an_actor(tmp_path: Path, beside: str, name: str) -> None:
    book = members((name, PERSONS), (beside, ["Erika", "Max", "Eva"]))
    draft = drafted(tmp_path / "x.xlsx", book)
    assert "Name" not in said_of(draft, "Mitglieder").values()
    assert name in draft["sheets"][0]["ignore"]
    text = (tmp_path / "x.toml").read_text(encoding="utf-8")
    assert "wird nie als Akteur gelesen (Datenschutz)" in text
    assert "Muster" not in text


ORGANISATIONS = """
Firma, Organisation, Institution, Zuwendungsempfänger, Begünstigter, Beneficiary, Company,
Name des Unternehmens, Wie heißt Ihre Einrichtung?, Account Name, legalName
"""


@pytest.mark.parametrize("organisation", ORGANISATIONS.strip().replace("\n", " ").split(", "))
def test_the_organisations_column_wins(tmp_path: Path, organisation: str) -> None:
    book = members(("Name", PERSONS), (organisation, FIRMS))
    draft = drafted(tmp_path / "x.xlsx", book)
    said = said_of(draft, "Mitglieder")
    assert (said[organisation], "Name" in said) == ("Name", False)
    assert "Name" in draft["sheets"][0]["ignore"]


@pytest.mark.parametrize(
    "header", ["Name (Ansprechpartner)", "Vorname", "Kontaktperson", "Name des Geschäftsführers"]
)
def test_a_remark_makes_it_a_persons_name(tmp_path: Path, header: str) -> None:
    said = said_of(drafted(tmp_path / "x.xlsx", members((header, PERSONS))), "Mitglieder")
    assert header not in said


@pytest.mark.parametrize("beside", ["Art der Organisation", "Ort", "Website", "Rechtsform"])
def test_name_alone_is_the_actors(tmp_path: Path, beside: str) -> None:
    book = members(("Name", FIRMS), (beside, ["a", "b", "c"]))
    assert said_of(drafted(tmp_path / "x.xlsx", book), "Mitglieder")["Name"] == "Name"


@pytest.mark.parametrize(
    ("header", "factor"),
    [("Umsatz (T€)", 1000), ("Umsatz in TEUR", 1000), ("Umsatz [Mio. €]", 1_000_000),
     ("Annual revenue (million EUR)", 1_000_000), ("Umsatz in Mrd. EUR", 1_000_000_000)],
)  # fmt: skip
def test_thousands_get_their_factor(tmp_path: Path, header: str, factor: int) -> None:
    draft = drafted(tmp_path / "x.xlsx", members(("Firma", FIRMS), (header, [5.5, 7, 9])))
    said = draft["sheets"][0]["columns"][header]
    assert said == {"to": "Umsatz EUR", "factor": factor}


def test_of_columns_that_are_alike_none_is_chosen(tmp_path: Path) -> None:
    book = members(("Firma", FIRMS), ("Umsatz 2024", [1, 2, 3]), ("Umsatz 2025", [1, 2, 3]))
    assert "Umsatz EUR" not in said_of(drafted(tmp_path / "x.xlsx", book), "Mitglieder").values()
    text = (tmp_path / "x.toml").read_text(encoding="utf-8")
    for year in (2024, 2025):
        assert f'# "Umsatz {year}" = ""   # nächste: Umsatz EUR' in text


def test_what_a_draft_does_to_years_and_dates_is_said(tmp_path: Path) -> None:
    columns: list[tuple[str, list[Cell]]] = [
        ("Firma", FIRMS),
        ("Mitglied seit", [2018, "2019", None]),
        ("Austritt", ["31.12.25", None, None]),
        ("PLZ / Ort", ["01067 Dresden", "07743 Jena", "04109 Leipzig"]),
    ]
    book = members(*columns)
    draft = drafted(tmp_path / "x.xlsx", book)
    sheet = draft["sheets"][0]
    assert draft["dates"] == "31.12.26"
    assert sheet["columns"]["Mitglied seit"] == {"to": "Beitritt", "years": True}
    assert sheet["columns"]["PLZ / Ort"] == ["PLZ", "Ort"]
    text = (tmp_path / "x.toml").read_text(encoding="utf-8")
    for said in ("gilt als sein 1. Januar", "70 bis 99 sind 1970", "werden getrennt"):
        assert said in text


@pytest.mark.parametrize(
    ("names", "kept"),
    [(["Export 2026-09-30"], "Export *"), (["Liste 30.09.2026"], "Liste *"),
     (["report1764412000"], "report*"), (["Mitglieder 2026", "Mitglieder 2025"], "Mitglieder 2026"),
     (["Sheet1"], "Sheet1"), (["2026"], "2026")],
)  # fmt: skip
def test_dates_in_names_of_sheets_stand_for_any(
    tmp_path: Path, names: list[str], kept: str
) -> None:
    sheet = members(("Firma", FIRMS)).sheets["Mitglieder"]
    draft = drafted(tmp_path / "x.xlsx", Book({names[0]: sheet, **{n: [["?"]] for n in names[1:]}}))
    assert draft["sheets"][0]["from"] == draft["recognise"]["sheets"][0] == kept
    assert list(draft["recognise"]["headers"]) == [kept]
