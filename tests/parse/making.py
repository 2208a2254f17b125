"""Workbooks for the rules about headers and rows: many kinds, examined at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.common.settings import load_settings
from pipeline.submissions.examine import Examined, examine
from tests.making.frames import LAST_DAY, MASTER, Grids, raw_cells_of

Grid = list[list[Any]]
ACTORS: Grid = [
    ["Name", "Akteurstyp", "Bindung", "PLZ", "Ort", "Land", "Beschäftigte", "Umsatz EUR", "KMU"],
    ["Alpha GmbH", "Unternehmen", "Mitgliedschaft", "01067", "Dresden", None, 12, 900_000, "ja"],
    ["Beta AG", "Unternehmen", "Mitgliedschaft", "01099", "Dresden", None, 30, 4_000_000, None],
    ["Gamma Institut", "FuE-Einrichtung", "Kontakt", "07745", "Jena", "DE", None, None, None],
]
MANAGEMENT: Grid = [["Funktion", "VZÄ"], ["Leitung", 1.0], ["Projekte", 0.5], ["Assistenz", 1.0]]
BODIES: Grid = [
    ["Gremium", "Akteursgruppe", "Sitze"],
    ["Vorstand", "Wirtschaft", 4],
    ["Vorstand", "Wissenschaft", 2],
    ["Beirat", "Intermediäre", 1],
]
FUNDING: Grid = [
    ["Jahr", "Quelle", "Betrag EUR", "Status"],
    [2025, "Mitgliedsbeiträge", 84_000, "Ist"],
    [2025, "Sponsoring", 30_000, "Ist"],
    [2026, "Mitgliedsbeiträge", 90_000, "Plan"],
]
ACTIVITIES: Grid = [
    ["Art", "Bezeichnung", "Häufigkeit pro Jahr", "Teilnehmende"],
    ["Service", "Seminare", 6, 25],
    ["Clusterforum", "Jahresforum", 1, 90],
]
EVIDENCE: Grid = [
    ["Art", "Titel", "Beteiligte Akteure", "Verweis"],
    ["Wettbewerber", "Optik Süd", None, "https://example.org/1"],
    ["Erfolgsgeschichte", "Sensor in Serie", 3, None],
]
USUAL: Grids = {
    "Akteure": ACTORS,
    "Management": MANAGEMENT,
    "Gremien": BODIES,
    "Finanzierung": FUNDING,
    "Aktivitäten": ACTIVITIES,
    "Nachweise": EVIDENCE,
}
KEYS = dict(
    zip(
        USUAL,
        ("actors", "management", "bodies", "funding", "activities", "evidence"),
        strict=True,
    )
)


def with_rows(sheet: str, *rows: list[Any], at: int | None = None) -> Grids:
    """The usual workbook with further rows in a sheet, at its end or before a row (from 1)."""
    grid = list(USUAL[sheet])
    grid[slice(at and at - 1, None) if at else slice(len(grid), None)] = [
        *rows,
        *(grid[at - 1 :] if at else []),
    ]
    return {**USUAL, sheet: grid}


def with_headers(sheet: str, **names: str) -> Grids:
    """The usual workbook with other headers."""
    head = [names.get(name.replace(" ", "_"), name) for name in USUAL[sheet][0]]
    return {**USUAL, sheet: [head, *USUAL[sheet][1:]]}


@dataclass(frozen=True)
class Done:
    """Many workbooks, examined at once; asked by their number."""

    examined: Examined

    @cached_property
    def found(self) -> pl.DataFrame:
        said = self.examined.findings.filter(
            pl.col("code") != "missing_sheet", pl.col("code") != "unknown_postcode"
        )
        return said.filter(pl.col("sheet_key") != "master_data")

    def codes(self, number: int) -> list[tuple[str, str, int]]:
        """(code, variant, row) of every finding of a workbook."""
        own = self.found.filter(file=number).sort("row", "column")
        return [(c, v or "", r) for c, v, r in own.select("code", "check", "row").iter_rows()]

    def rows(self, number: int, sheet: str) -> list[int]:
        """The rows that are rows of data."""
        table = self.examined.valid.tables[KEYS[sheet]].filter(file=number)
        return sorted(table["row"].to_list())

    def column(self, number: int, sheet: str, field: str) -> list[Any]:
        table = self.examined.valid.tables[KEYS[sheet]].filter(file=number)
        return list(table.sort("row")[field].to_list())


def done(books: Sequence[Grids]) -> Done:
    """Examine the workbooks."""
    form = [[label, value] for label, value in MASTER.items()]
    whole = [{"Stammdaten": form, **book} for book in books]
    return Done(examine(*raw_cells_of(whole), load_settings(), LAST_DAY, with_distances=False))
