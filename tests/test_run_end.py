"""Contract 4: what a run says at its end."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.commands import run_end
from pipeline.commands.run_end import closing_lines, too_early
from pipeline.common.texts import LANGUAGES, day
from pipeline.review import Review
from tests.making.frames import published, reviewed

FOLDER = Path("outputs/2026-Q3")


def review() -> Review:
    files = [
        {"source_file": "a.xlsx", "cluster_id": "DE-0001", "outcome": "reviewed"},
        {
            "source_file": "DE-0004.xlsx",
            "outcome": "quarantined",
            "code": "encrypted",
            "message_de": "DE-0004.xlsx: Die Datei ist geschützt.",
            "message_en": "DE-0004.xlsx: the file is protected.",
        },
        {
            "source_file": "e.xlsx",
            "cluster_id": "DE-0005",
            "outcome": "quarantined",
            "code": "missing_column",
            "message_de": "Akteure: Die Spalte „Name“ fehlt.",
            "message_en": "Akteure: the column “Name” is missing.",
        },
    ]
    unread = [
        {
            "source_file": "Altes",
            "reason": "folder",
            "message_de": "Altes: Der Ordner wurde nicht gelesen.",
            "message_en": "Altes: the folder was not read.",
        }
    ]
    states = [
        {"cluster_id": "DE-0001", "role": "Antrag", "state": "reviewed", "expected": True},
        {"cluster_id": "DE-0002", "role": "Mitglied", "state": "reviewed", "expected": True},
        {"cluster_id": "DE-0003", "name": "Netz\n3", "state": "missing", "expected": True},
        {
            "cluster_id": "DE-0004",
            "state": "quarantined",
            "expected": True,
            "guessed_from": "DE-0004.xlsx",
        },
        {"cluster_id": "DE-0005", "state": "quarantined", "expected": True},
        {"cluster_id": "DE-0006", "state": "missing", "expected": False},
        {"cluster_id": "DE-0007", "state": "reviewed", "expected": False},
        {"cluster_id": "DE-0008", "role": "Mitglied", "state": "reviewed", "expected": True},
    ]
    decisions = {
        "DE-0001": "not_eligible",
        "DE-0002": "eligible",
        "DE-0007": "open",
        "DE-0008": "open",
    }
    decided = [
        {"catalogue": catalogue, "cluster_id": cluster, "decision": decision}
        for cluster, decision in decisions.items()
        for catalogue in ("go-cluster", "other")
    ]
    clusters = [{key: row.get(key) for key in ("cluster_id", "role")} for row in states]
    tables = {
        "clusters": published("clusters", clusters),
        "submissions": published("submissions", files),
        "unread": published("unread", unread),
        "coverage": published("coverage", states),
        "decisions": published("decisions", decided),
    }
    return replace(reviewed(), tables=tables)


def test_the_office_is_told_what_it_has_to_know() -> None:
    title = review().catalogues[0].title["de"]
    assert list(closing_lines(review(), FOLDER, "de")) == [
        "Zurückgestellt (2):",
        "  DE-0004.xlsx: Die Datei ist geschützt. (vermutlich DE-0004, nach dem Dateinamen)",
        "  e.xlsx: Akteure: Die Spalte „Name“ fehlt.",
        "Es fehlen (1):",
        "  DE-0003 Netz 3",
        "Nicht gelesen (1):",
        "  Altes: Der Ordner wurde nicht gelesen.",
        f"Cluster nach Rolle ({title}):",
        "  Mitglied: 1 rechnerisch erfüllt, 1 offen, 0 rechnerisch nicht erfüllt",
        "  Antrag: 0 rechnerisch erfüllt, 0 offen, 1 rechnerisch nicht erfüllt",
        "  unbekannt: 0 rechnerisch erfüllt, 1 offen, 0 rechnerisch nicht erfüllt",
        "Bericht: outputs/2026-Q3/report/index.html",
    ]


@pytest.mark.parametrize(("today", "early"), [("2026-09-30", True), ("2026-10-01", False)])
def test_a_period_that_has_not_ended_is_said(today: str, early: bool) -> None:
    for lang in LANGUAGES:
        said = list(too_early("2026-Q3", dt.date.fromisoformat(today), lang))
        assert len(said) == early
        assert all(day(dt.date(2026, 9, 30), lang) in line for line in said)


def test_it_is_told_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_end, "MOST_NAMED", 1)
    said = list(closing_lines(review(), FOLDER, "en"))
    assert said[:3] == [
        "Quarantined (2):",
        "  DE-0004.xlsx: the file is protected. (presumably DE-0004, by the file’s name)",
        "  … and 1 more, see the report",
    ]
    assert said[-2].startswith("  unknown: ")


def test_nothing_is_said_of_nothing() -> None:
    tables = {name: table.clear() for name, table in review().tables.items()}
    said = list(closing_lines(replace(review(), tables=tables), FOLDER, "de"))
    assert said == ["Bericht: outputs/2026-Q3/report/index.html"]
