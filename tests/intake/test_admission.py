"""Applicants from the register to the published table, the pages and the last lines of a run."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.making.workbooks import Cell, register, save, submission

from .published import Published, run, submit

VOTED: dict[str, Cell] = {
    "Rolle": "Antrag",
    "Beratungsgespräch am": date(2026, 1, 5),
    "Antrag am": date(2026, 2, 2),
    "Strategiedokument eingereicht": "ja",
    "Akteursliste eingereicht": "nein",
    "Aufnahmegespräch am": date(2026, 3, 2),
    "Gutachten am": date(2026, 4, 1),
    "Votum": "Aufnahme",
    "Votum am": date(2026, 8, 1),
    "Votum Programmbegleitkreis": "Ablehnung",
    "Votum Programmbegleitkreis am": date(2026, 8, 2),
    "Entscheidung": "offen",
}
ROWS: list[dict[str, Cell]] = [
    {"Cluster-ID": "DE-0001"},
    VOTED | {"Cluster-ID": "DE-0002"},
    # never sent anything; the vote comes before the opinion
    VOTED | {"Cluster-ID": "DE-0003", "Gutachten am": date(2026, 8, 3)},
    {"Cluster-ID": "DE-0004", "Rolle": "Beobachtung"},
]


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a period with its register is to be reviewed."""
    root = tmp_path_factory.mktemp("admission")
    save(root / "inputs/register.xlsx", register(ROWS))
    none = {"Beratungsgespräch am": None, "Antrag am": None}
    dated = none | {"Strategiedokument vom": date(2025, 1, 1)}
    own = {"Beratungsgespräch am": date(2026, 8, 1), "Antrag am": date(2026, 8, 31)}
    sent = {"DE-0001": none, "DE-0002": dated, "DE-0004": own, "DE-0005": none}
    submit(root, {f"{i}.xlsx": submission(i, **master) for i, master in sent.items()})
    return root


def test_applicants_from_the_register_to_the_reports(
    reviewed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spared = ("variants", "workbook", "copies")
    assert run(reviewed, "--accept-missing", spared=spared) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].strip() for line in lines[-6:]] == [
        "Mitglied",
        "Antrag",
        "Beobachtung",
        "unbekannt",
        "Bericht",
        "Veröffentlicht",
    ]
    assert lines[-5] == "  Antrag: 0 rechnerisch erfüllt, 0 offen, 1 rechnerisch nicht erfüllt"
    done = Published(reviewed / "outputs" / "2026-Q3")
    columns = ("cluster_id", "role", "next_step", "since", "days", "overdue", "missing", "decision")
    assert done.table("admission").select(columns).rows() == [
        (
            "DE-0002",
            "Antrag",
            "decision",
            date(2026, 8, 2),
            59,
            True,
            ["actor_list"],
            "not_eligible",
        ),
        (
            "DE-0003",
            "Antrag",
            "decision",
            date(2026, 8, 3),
            58,
            True,
            ["strategy_document", "actor_list"],
            None,
        ),
        (
            "DE-0004",
            "Beobachtung",
            "interview",
            date(2026, 8, 31),
            30,
            False,
            ["strategy_document", "actor_list"],
            "not_eligible",
        ),
    ]
    assert [
        (row["cluster_id"], row["code"])
        for row in done.rows("findings", source_file="register.xlsx")
    ] == [("DE-0003", "inconsistent")]
    pages = done.folder / "report"
    office = (pages / "index.html").read_text(encoding="utf-8")
    assert "Ablehnung, 02.08.2026" in office
    assert re.search(r'<option value="Antrag">Antrag</option>', office)
    told = (pages / "clusters/DE-0002.html").read_text(encoding="utf-8")
    assert "01.04.2026" in told
    assert not re.search(r"Ablehnung|02\.08\.2026|01\.08\.2026", told)
