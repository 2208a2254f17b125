"""One cluster's data twice: in our own form, and as the export of a CRM (English, other words)."""

from datetime import date
from pathlib import Path

from tests.intake.published import PERIOD
from tests.making.workbooks import Book, Cell, Grid, save, submission

TITLE: Grid = [
    ["Members of the cluster – export"],
    ["Created 2026-10-02 by the CRM"],
    [],
    ["Confidential"],
    [],
]
HEADERS: list[Cell] = [
    "Company",
    "Contact person",
    "E-mail",
    "Category",
    "Member type",
    "Member since",
    "Left on",
    "Zip",
    "Town",
    "Headcount",
    "Revenue (EUR)",
    "Total assets",
    "Small or medium",
]
FROM_OURS = [
    "Name",
    None,
    None,
    "Akteurstyp",
    "Bindung",
    "Beitritt",
    "Austritt",
    "PLZ",
    "Ort",
    "Beschäftigte",
    "Umsatz EUR",
    "Bilanzsumme EUR",
    "KMU",
]
WORDS = {
    "Unternehmen": "Corporation",
    "Hochschule": "Univ.",
    "FuE-Einrichtung": "Research centre",
    "Mitgliedschaft": "Full member",
    "Kooperationsvereinbarung": "Co-operation agreement",
    "Regelmäßiger Beitrag": "Regular contributor",
    "Absichtserklärung": "LoI",
    "KMU": "SME (EU)",
    "ja": "Y",
    "nein": "N",
}
MASTER = {
    "Cluster-ID": "Cluster number",
    "Clustername": "Initiative",
    "Stichtag": "Status as of",
    "Formale Gründung": "Date of foundation",
    "Bundesland": "Land",
    "Technologiefeld": "Technology",
    "PLZ": "Zip code of office",
    "Strategische Handlungsfelder": "Action areas",
    "Finanzierung gesichert bis": "Funded until",
    "Langfristige Perspektive": "Long-term outlook",
    "Strategiedokument vom": "Strategy of",
    "Revisionskonzept vorhanden": "Revision planned",
}
OURS_ALONE = ["Version", "Breitengrad", "Längengrad"]


def own_form(cluster_id: str = "DE-0042") -> Book:
    """The data in our own form, less what the CRM does not hold."""
    book = submission(cluster_id)
    for header in ("Land", "Breitengrad", "Längengrad", "Wertschöpfungsstufe"):
        book.drop_column("Akteure", header)
    grid = book.sheets["Stammdaten"]
    book.sheets["Stammdaten"] = [line for line in grid if line[0] in MASTER]
    return book.without("Management", "Gremien", "Finanzierung", "Aktivitäten")


def crm_export(cluster_id: str = "DE-0042") -> Book:
    """The same data as the CRM exports it."""
    ours = own_form(cluster_id)
    header, *rows = ours.sheets["Akteure"]
    members = [[in_crm(row, header, name) for name in FROM_OURS] for row in rows]
    for number, row in enumerate(members):
        row[1:3] = [f"Person {number}", f"person{number}@example.org"]
    master = [[MASTER[str(label)], word(value)] for label, value in ours.sheets["Stammdaten"]]
    return Book(
        {
            "Members": [*TITLE, HEADERS, *members],
            "Initiative": [["Data sheet of the initiative"], [], *master],
            "Success": ours.sheets["Nachweise"],
            "Log": [["When", "Who"], [date(2026, 1, 1), "CRM"]],
        }
    )


def in_crm(row: list[Cell], header: list[Cell], name: str | None) -> Cell:
    """A cell as the CRM writes it: numbers as texts, its own words."""
    if name is None:
        return None
    value = row[header.index(name)]
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if name != "Beschäftigte" else str(value)
    return value.strftime("%m/%d/%Y") if isinstance(value, date) else word(value)


def word(value: Cell) -> Cell:
    return WORDS.get(value, value) if isinstance(value, str) else value


def add_mapping(root: Path, text: str | None = None, name: str = "crm.toml") -> Path:
    """Put a mapping where the period's mappings are."""
    path = root / "inputs" / PERIOD / "mappings" / name
    return save(path, (MAPPING if text is None else text).encode())


MAPPING = """
title = "CRM-Export der Muster-Initiative"
numbers = "1,234.5"
dates = "12/31/2026"
ignore = ["Log"]

[recognise]
file = "crm_*.xlsx"
sheets = ["Members"]
headers = { Members = ["Company", "Category"] }

[[sheets]]
from = "Members"
to = "Akteure"
header_row = 6
ignore = ["Contact person", "E-mail"]
[sheets.columns]
"Company" = "Name"
"Category" = "Akteurstyp"
"Member type" = "Bindung"
"Member since" = "Beitritt"
"Left on" = "Austritt"
"Zip" = "PLZ"
"Town" = "Ort"
"Headcount" = "Beschäftigte"
"Revenue" = "Umsatz EUR"
"Total assets" = "Bilanzsumme EUR"
"Small or medium" = "KMU"
[sheets.words."Akteurstyp"]
"Corporation" = "Unternehmen"
"Univ." = "Hochschule"
"Research centre" = "FuE-Einrichtung"
"SME (EU)" = "KMU"
[sheets.words."Bindung"]
"Full member" = "Mitgliedschaft"
"Co-operation agreement" = "Kooperationsvereinbarung"
"Regular contributor" = "Regelmäßiger Beitrag"
"LoI" = "Absichtserklärung"
[sheets.words."KMU"]
"Y" = "ja"
"N" = "nein"

[[sheets]]
from = "Initiative"
to = "Master data"
[sheets.columns]
"Cluster number" = "Cluster-ID"
"Initiative" = "Clustername"
"Status as of" = "As of"
"Date of foundation" = "Formale Gründung"
"Land" = "Bundesland"
"Technology" = "Technologiefeld"
"Zip code of office" = "PLZ"
"Action areas" = "Strategische Handlungsfelder"
"Funded until" = "Finanzierung gesichert bis"
"Long-term outlook" = "Langfristige Perspektive"
"Strategy of" = "Strategiedokument vom"
"Revision planned" = "Revisionskonzept vorhanden"
[sheets.words."Revisionskonzept vorhanden"]
"Y" = "ja"

[[sheets]]
from = "Success"
to = "Evidence"
"""
