"""Workbooks for the rules about headers and rows: many kinds, examined at once."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import polars as pl

from pipeline.common.settings import load_settings
from pipeline.submissions.examine import Examined, examine
from tests.making.frames import LAST_DAY, MASTER, Grids, raw_cells_of
from tests.making.together import of_files, together

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

    @cached_property
    def _codes(self) -> dict[int, list[tuple[str, str, int]]]:
        codes = defaultdict(list)
        told = self.found.sort("row", "column").select("file", "code", "check", "row")
        for file, code, check, row in told.iter_rows():
            codes[file].append((code, check or "", row))
        return codes

    @cached_property
    def _tables(self) -> dict[str, dict[tuple[Any, ...], pl.DataFrame]]:
        return {}

    def codes(self, number: int) -> list[tuple[str, str, int]]:
        """(code, variant, row) of every finding of a workbook."""
        return self._codes[number]

    def table(self, number: int, sheet: str) -> pl.DataFrame:
        """The rows of a sheet that are rows of data."""
        whole = self.examined.valid.tables[KEYS[sheet]]
        if sheet not in self._tables:  # a workbook's part is asked for again and again
            self._tables[sheet] = whole.sort("row").partition_by("file", as_dict=True)
        return self._tables[sheet].get((number,), whole.clear())

    def rows(self, number: int, sheet: str) -> list[int]:
        """The rows that are rows of data."""
        return self.table(number, sheet)["row"].to_list()

    def column(self, number: int, sheet: str, field: str) -> list[Any]:
        """What stands in a column."""
        return self.table(number, sheet)[field].to_list()


def done(books: Sequence[Grids]) -> Done:
    """Examine the workbooks."""
    form = [[label, value] for label, value in MASTER.items()]
    whole = [{"Stammdaten": form, **book} for book in books]
    return Done(examine(*raw_cells_of(whole), load_settings(), LAST_DAY, with_distances=False))


def done_all(asked: Sequence[Sequence[Grids]]) -> list[Done]:
    """Examine the workbooks of many tests at once; each counts its own from 0."""
    whole = done([book for books in asked for book in books]).examined
    ends = list(accumulate(len(books) for books in asked))
    pairs = zip(asked, ends, strict=True)
    return [Done(of_files(whole, end - len(books), len(books))) for books, end in pairs]


examined = together(done_all)
Answered = Generator[Sequence[Grids], Done, None]
