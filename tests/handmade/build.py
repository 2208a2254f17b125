"""A good cluster, cell by cell, and the inputs of a review made of such clusters.

``good()`` fulfils every criterion of the go-cluster catalogue clearly (4.2 depends on the
portfolio).  A test changes it with *edits*: small functions that alter one workbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from geographiclib.geodesic import Geodesic

from tests.making.workbooks import Book, Cell, Grid, headers, save, table
from tests.sparing import ALL, sparing

Row = dict[str, Cell]

PERIOD = "2026-Q3"
AS_OF = date(2026, 9, 30)
OFFICE = (51.0, 10.0)

TABLES = ("Akteure", "Management", "Gremien", "Finanzierung", "Aktivitäten", "Nachweise")
HEADERS = {sheet: headers(sheet) for sheet in TABLES}


@dataclass
class Workbook:
    """One submission: the labels of Stammdaten, the rows of the other sheets, missing columns."""

    master: Row
    sheets: dict[str, list[Row]]
    dropped: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Edit:
    """A change to a workbook, and the sheets or labels it touches."""

    touches: frozenset[str]
    apply: Callable[[Workbook], None]


# --- rows -------------------------------------------------------------------------------------


def actors(n: int, kind: str | None, changes: Mapping[str, Cell] | None = None) -> list[Row]:
    """``n`` bound actors of a type at the office's own place."""
    row: Row = {
        "Akteurstyp": kind,
        "Bindung": "Mitgliedschaft",
        "Land": "DE",
        "Breitengrad": OFFICE[0],
        "Längengrad": OFFICE[1],
    }
    return [row | dict(changes or {}) for _ in range(n)]


def sme(n: int = 1, changes: Mapping[str, Cell] | None = None) -> list[Row]:
    small: Row = {"Beschäftigte": 50, "Umsatz EUR": 5_000_000, "Bilanzsumme EUR": 4_000_000}
    return actors(n, "Unternehmen", small | dict(changes or {}))


def big(n: int = 1, changes: Mapping[str, Cell] | None = None) -> list[Row]:
    large: Row = {
        "Beschäftigte": 1000,
        "Umsatz EUR": 100_000_000,
        "Bilanzsumme EUR": 90_000_000,
    }
    return actors(n, "Unternehmen", large | dict(changes or {}))


def uni(n: int = 1, changes: Mapping[str, Cell] | None = None) -> list[Row]:
    return actors(n, "Hochschule", changes)


def at(latitude: Cell, longitude: Cell) -> Row:
    return {"Breitengrad": latitude, "Längengrad": longitude}


def away(metres: float, azimuth: float, start: tuple[float, float] = OFFICE) -> Row:
    """The place so many metres from ``start`` along the geodesic of WGS 84."""
    end = Geodesic.WGS84.Direct(*start, azimuth, metres)
    return at(end["lat2"], end["lon2"])


def fte(value: Cell, start: Cell = None, end: Cell = None) -> Row:
    return {"Funktion": "Management", "VZÄ": value, "Beginn": start, "Ende": end}


def seats(group: Cell, number: Cell = 1) -> Row:
    return {"Gremium": "Beirat", "Akteursgruppe": group, "Sitze": number}


def fund(year: Cell, source: Cell, amount: Cell, status: Cell = "Ist") -> Row:
    return {"Jahr": year, "Quelle": source, "Betrag EUR": amount, "Status": status}


def act(kind: Cell, times: Cell, area: Cell = None, start: Cell = date(2020, 1, 1)) -> Row:
    return {
        "Art": kind,
        "Bezeichnung": "Angebot",
        "Handlungsfeld": area,
        "Beginn": start,
        "Häufigkeit pro Jahr": times,
    }


def proof(kind: Cell, title: Cell, day: Cell = date(2026, 3, 1), **more: Cell) -> Row:
    return {"Art": kind, "Titel": title, "Datum": day} | more


def project(day: Cell, end: Cell, partners: Cell, title: Cell = "Projekt A") -> Row:
    return proof("Innovationsprojekt", title, day) | {"Ende": end, "Beteiligte Akteure": partners}


# --- the good cluster -------------------------------------------------------------------------


def good() -> Workbook:
    """40 bound actors (28 SME, 2 large, 6 R&D, 2 public, 2 associations), 20 FTE, 24 services."""
    return Workbook(
        master={
            "Cluster-ID": None,
            "Clustername": None,
            "Stichtag": AS_OF,
            "Formularversion": 2,
            "Formale Gründung": date(2015, 6, 1),
            "Rechtsform": "e. V.",
            "Bundesland": "Thüringen",
            "Technologiefeld": "Produktion und Engineering",
            "Breitengrad": OFFICE[0],
            "Längengrad": OFFICE[1],
            "Strategische Handlungsfelder": "Digitalisierung; Fachkräfte",
            "Strategiedokument vom": date(2025, 1, 15),
            "Revisionskonzept vorhanden": "ja",
            "Akteure im Strategieprozess": 12,
            "Finanzierung gesichert bis": date(2029, 12, 31),
            "Langfristige Perspektive": "Beiträge und Dienstleistungen tragen das Management.",
        },
        sheets={
            "Akteure": [
                *sme(28),
                *big(2),
                *uni(4),
                *actors(2, "FuE-Einrichtung"),
                *actors(2, "Öffentliche Einrichtung"),
                *actors(2, "Verband oder Netzwerk"),
            ],
            "Management": [fte(12), fte(8)],
            "Gremien": [
                seats("Wirtschaft", 4),
                seats("Wissenschaft", 3),
                seats("Öffentliche Hand", 1),
                seats("Intermediäre", 1),
            ],
            "Finanzierung": [
                fund(2025, "Mitgliedsbeiträge", 60_000),
                fund(2025, "Förderung Land", 140_000),
            ],
            "Aktivitäten": [
                act("Service", 12, "Digitalisierung"),
                act("Service", 8, "Fachkräfte"),
                act("Innovationsunterstützung", 4, "Fachkräfte"),
                act("Arbeitsgruppe", 4),
                act("Interne Kommunikation", 12),
                act("Interne Kommunikation", 6),
                act("Externe Kommunikation", 4),
            ],
            "Nachweise": [
                *(proof("Wettbewerber", f"Wettbewerber {c}") for c in "ABCD"),
                proof("Alleinstellungsmerkmal", "Merkmal A"),
                proof("Presse", "Bericht A"),
                proof("Presse", "Bericht B"),
                proof("Messe", "Messe A"),
                proof("Publikation", "Aufsatz A"),
                *(proof("Erfolgsgeschichte", f"Erfolg {c}") for c in "ABCD"),
                project(date(2025, 1, 1), None, 3),
                project(date(2025, 1, 1), date(2027, 1, 1), 3, "Projekt B"),
                proof("Verankerung", "Verankerung A"),
            ],
        },
    )


# --- edits ------------------------------------------------------------------------------------


def master(**cells: Cell) -> Edit:
    """Sets cells of Stammdaten; ``_`` in a name stands for a blank."""
    labels = {label.replace("_", " "): value for label, value in cells.items()}
    return Edit(frozenset(labels), lambda book: book.master.update(labels))


def as_of(day: date) -> Edit:
    return master(Stichtag=day)


def put(sheet: str, *rows: Row | Sequence[Row]) -> Edit:
    """The sheet holds these rows and no others (none: it is there but empty)."""
    return Edit(frozenset({sheet}), lambda book: book.sheets.update({sheet: _flat(rows)}))


def add(sheet: str, *rows: Row | Sequence[Row]) -> Edit:
    return Edit(frozenset({sheet}), lambda book: book.sheets[sheet].extend(_flat(rows)))


def drop(sheet: str) -> Edit:
    """The sheet is missing."""
    return Edit(frozenset({sheet}), lambda book: book.sheets.__delitem__(sheet))


def drop_column(sheet: str, header: str) -> Edit:
    return Edit(frozenset({sheet}), lambda book: book.dropped.append((sheet, header)))


def without(sheet: str, kind: str) -> Edit:
    """Takes the rows of one Art out of the sheet."""

    def apply(book: Workbook) -> None:
        book.sheets[sheet] = [row for row in book.sheets[sheet] if row["Art"] != kind]

    return Edit(frozenset({sheet}), apply)


def _flat(rows: Iterable[Row | Sequence[Row]]) -> list[Row]:
    return [row for part in rows for row in ([part] if isinstance(part, dict) else part)]


def changed(*edits: Edit) -> Workbook:
    book = good()
    for edit in edits:
        edit.apply(book)
    return book


# --- files ------------------------------------------------------------------------------------


def cell(sheet: str, index: int, header: str) -> str:
    """The address of a cell of the n-th row (from 0) of a sheet as ``write`` lays it out."""
    return f"{chr(ord('A') + HEADERS[sheet].index(header))}{index + 2}"


def write(book: Workbook, cluster_id: str, folder: Path) -> Path:
    """Writes the submission; actors without a name get one by their place in the sheet."""
    own: Row = {"Cluster-ID": cluster_id, "Clustername": f"Cluster {cluster_id}"}
    labels = {k: own.get(k) if v is None and k in own else v for k, v in book.master.items()}
    grids: dict[str, Grid] = {"Stammdaten": [list[Cell](pair) for pair in labels.items()]}
    for sheet, rows in book.sheets.items():
        if sheet == "Akteure":
            rows = [{"Name": f"Akteur {i:03}", **row} for i, row in enumerate(rows, 1)]
        grids[sheet] = table(sheet, rows)
    made = Book(grids)
    for sheet, header in book.dropped:
        made.drop_column(sheet, header)
    return save(folder / f"{cluster_id}.xlsx", made)


def write_inputs(
    folder: Path,
    clusters: Mapping[str, Workbook],
    register: Sequence[Row] = (),
    ratings: Sequence[Row] = (),
) -> Path:
    """The input folder of one period; register and ratings only where there are any."""
    period = folder / PERIOD
    (period / "submissions").mkdir(parents=True)
    for cluster_id, book in clusters.items():
        write(book, cluster_id, period / "submissions")
    if register:
        save(folder / "register.xlsx", Book({"Register": table("Register", register)}))
    if ratings:
        save(period / "assessments.xlsx", Book({"Gutachten": table("Gutachten", ratings)}))
    return folder


def review(inputs: Path, outputs: Path, spared: Sequence[str] = ALL) -> dict[str, pl.DataFrame]:
    """Runs the review in this process and reads every table it published."""
    from pipeline.cli import main

    catalogues = ["go-cluster", "eccp-profile", "zim-nemo"]
    arguments = ["run", PERIOD, "--inputs", str(inputs), "--outputs", str(outputs), "--direct"]
    for name in catalogues:
        arguments += ["--catalogue", name]
    with sparing(*spared):
        assert main([*arguments, "--accept-missing"]) == 0
    data = outputs / PERIOD / "data"
    return {path.stem: pl.read_parquet(path) for path in sorted(data.glob("*.parquet"))}


def row_number(address: str) -> int:
    return int(re.sub(r"\D", "", address) or 0)


def only(table: pl.DataFrame, **where: Any) -> dict[str, Any]:
    """The one row with these values."""
    found = table.filter(pl.all_horizontal([pl.col(k) == v for k, v in where.items()]))
    assert found.height == 1, f"{found.height} rows for {where}"
    return found.row(0, named=True)
