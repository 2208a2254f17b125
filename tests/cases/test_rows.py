"""Submissions as people send them: what is a header, what is a row.

Each file is the base with one change that a public report about a reader describes. "Same": every
figure and status of the base. The base has 38 bound actors, 2.5 FTE and 314,000.50 EUR.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.intake.published import Published, publish

FILES = Path(__file__).parent / "files"
BASE = "DE-1000_base.xlsx"
SAME: dict[str, Any] = {}
Codes = set[tuple[str, str, str]]  # sheet, cell, code
# Of a share the certain part is told: that no firm is known to be an SME is a share of 0.
# The file's beginning: the figures that differ from the base, the findings, and words of a message.
REVIEWED: dict[str, tuple[dict[str, Any], Codes, str]] = {
    "DE-1046_l01": (SAME, set(), ""),
    "DE-1048_l03": (
        {"actors": 34},
        {
            *((("Akteure"), f"C{row}", "missing_value") for row in range(3, 7)),
            ("Akteure", "C2", "inconsistent"),
            ("Finanzierung", "A2", "inconsistent"),
        },
        "verbunden",
    ),
    "DE-1050_l05": (
        SAME,
        {
            ("Management", "B5", "total_row"),
            *(("Finanzierung", cell, "total_row") for cell in ("A8", "A9", "B10", "C11", "B12")),
        },
        "bitte die Bezeichnung ergänzen",
    ),
    "DE-1052_l07": (
        SAME,
        {("Akteure", "A1", "unknown_column"), ("Akteure", "I41", "default_rows")},
        "Zeilen 41 bis 301",
    ),
    "DE-1058_l13": (SAME, set(), ""),
    "DE-1060_l15": (SAME, set(), ""),
    "DE-1202_t01b": (SAME, {("Management", "A5", "total_row")}, "„Gesamt VZÄ“ ist eine Summe"),
    "DE-1203_t01c": (SAME, {("Management", "A5", "total_row")}, "„Summe VZÄ“ ist eine Summe"),
    "DE-1207_t01g": (SAME, {("Management", "A5", "total_row")}, "„Stellen insgesamt“"),
    "DE-1209_t01i": (SAME, {("Management", "A5", "total_row")}, "„∑“"),
    "DE-1210_t01j": (SAME, {("Management", "A5", "total_row")}, "„Gesamtergebnis“"),
    "DE-1211_t01k": (SAME, {("Management", "A5", "total_row")}, "„Summe:“"),
    "DE-1240_t05": (SAME, set(), ""),
    "DE-1241_t05": (SAME, {("Akteure", "K41", "default_rows")}, "Zeilen 41 bis 140"),
    "DE-1243_t05": (SAME, {("Akteure", "B41", "default_rows")}, "Zeilen 41 bis 90"),
    "DE-1244_t06a": ({"fte": None}, {("Management", "B1", "other_unit")}, "eine halbe Stelle"),
    **{
        f"DE-{name}": ({"budget_eur": None}, {("Finanzierung", "C1", "other_unit")}, "in Euro")
        for name in ("1246_t06c", "1247_t06d", "1248_t06e", "1252_t06i")
    },
    "DE-1249_t06f": (SAME, {("Akteure", "L1", "other_unit")}, "Umsatz in Euro"),
    "DE-1253_t06j": (
        {"sme_share": 0.0},
        {("Akteure", "K1", "other_unit")},
        "die Zahl der Beschäftigten",
    ),
    "DE-1254_t07": (
        {"sme_share": 0.0},
        {("Akteure", "L1", "other_unit"), ("Akteure", "M1", "other_unit")},
        "Bilanzsumme in Euro",
    ),
    **{
        f"DE-{name}": ({"actors": 42}, {("Akteure", "A41", "heading_meaning")}, "Zeilen 42 bis 45")
        for name in ("1256_t09a", "1257_t09b", "1260_t09e")
    },
    "DE-1303_r03": (SAME, set(), ""),
    "DE-1312_r12": (
        SAME,
        {("Akteure", "A42", "note_row"), ("Akteure", "G43", "note_row")},
        "unter der Tabelle",
    ),
    "DE-4002": (
        SAME,
        {
            ("Akteure", f"{column}{row}", "missing_value")
            for column in "BC"
            for row in range(41, 48)
        },
        "Pflichtangabe",
    ),
}
# The file's beginning: the code of what puts it back, and what is said to be done.
QUARANTINED = {
    "DE-1059_l14": ("missing_sheet", "Die Bezeichnungen stehen nebeneinander (Zeile 1)"),
    "DE-1064_l19": ("missing_sheet", "Meinten Sie mit „Akteure 2026“ dieses Blatt?"),
    "DE-1069_l24": ("missing_column", "Die Kopfzeile steht erst in Zeile 21"),
    "DE-1282_t24": ("missing_column", "Meinten Sie mit „Name der Organisation“ diese Spalte?"),
    "DE-1309_r09": ("missing_column", "Pivot-Tabelle („Zeilenbeschriftungen“)"),
}
ROUGH = ("cluster_id", "name", "period")


def file_of(start: str) -> Path:
    (path,) = FILES.glob(f"{start}_*")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Published:
    paths = [FILES / BASE, *(file_of(start) for start in (*REVIEWED, *QUARANTINED))]
    files = {path.name: path.read_bytes() for path in paths}
    return publish(tmp_path_factory.mktemp("cases"), files)


def figures(run: Published, cluster_id: str) -> dict[str, Any]:
    return {k: v for k, v in run.cluster(cluster_id).items() if k not in ROUGH}


def statuses(run: Published, cluster_id: str) -> list[tuple[str, str]]:
    rows = run.rows("criteria", cluster_id=cluster_id)
    return [(row["criterion_id"], row["status"]) for row in rows]


@pytest.mark.parametrize("start", REVIEWED)
def test_what_is_reviewed(run: Published, start: str) -> None:
    wanted, codes, words = REVIEWED[start]
    name, cluster_id = file_of(start).name, start[:7]
    assert run.outcome(name) == ("reviewed", None)
    assert run.places(name) == codes
    messages = [row["message_de"] for row in run.rows("findings", source_file=name)]
    assert not words or any(words in message for message in messages), messages
    seen, base = figures(run, cluster_id), figures(run, "DE-1000")
    if wanted == SAME:
        if start != "DE-4002":
            assert statuses(run, cluster_id) == statuses(run, "DE-1000")
    else:
        assert {key: seen[key] for key in wanted} == wanted
    if wanted == SAME and not codes:
        assert seen == base


@pytest.mark.parametrize("start", QUARANTINED)
def test_what_is_put_back(run: Published, start: str) -> None:
    code, words = QUARANTINED[start]
    name = file_of(start).name
    assert run.outcome(name) == ("quarantined", code)
    assert any(words in row["message_de"] for row in run.rows("findings", source_file=name))
