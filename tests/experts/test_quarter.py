"""Two experts who differ, and agreements followed up: said everywhere, in the lived quarters."""

import html
import re

import openpyxl
import polars as pl

from pipeline.history.published import read_record
from tests.documents.questions import unfound
from tests.lived import AGREED, ASKED, EXPERTS, NAMES, VOTE, Lived
from tests.workbook.office_suite import opened, table_rows

ONE, OTHER, THIRD = EXPERTS
SAID = f"{ONE}: nicht erfüllt (20.09.2026); {OTHER}: erfüllt (25.09.2026)"


def test_every_command_of_the_story_did_what_it_was_asked(lived: Lived) -> None:
    refused = {"too early", "refused", "released twice", "withdrawn twice", "withdrawn released"}
    failed = {name for name, own in lived.said.items() if own.code}
    assert failed == {*refused, "check"}  # which says that there are errors
    places = (lived.first, lived.draft, lived.released, lived.withdrawn, lived.revised, lived.later)
    records = [read_record(place) or {} for place in places]
    assert [(own["state"], own["revision"]) for own in records] == [
        ("draft", 1),
        ("draft", 1),
        ("released", 1),
        ("withdrawn", 1),
        ("released", 2),
        ("draft", 1),
    ]


def test_check_names_what_is_wrong_and_marks_it(lived: Lived) -> None:
    out = lived.said["check"].out
    assert "„viele“" in out
    assert "broken.xlsx" in out
    copies = sorted(path.name for path in (lived.root / "checked").iterdir())
    assert copies == [f"{name}.xlsx.feedback.xlsx" for name in (*NAMES, "broken")]
    protocol, *_ = openpyxl.load_workbook(lived.root / "checked" / copies[0]).worksheets
    texts = {str(cell) for row in protocol.iter_rows(values_only=True) for cell in row}
    assert any("viele" in text for text in texts)


def test_the_tables_of_the_experts(lived: Lived) -> None:
    rated = pl.read_parquet(lived.draft / "data" / "ratings.parquet")
    own = rated.filter(pl.col("criterion_id") == ASKED)
    assert own.select("reviewer", "rating", "counts", "reason_code", "dissent").rows() == [
        (ONE, "not_fulfilled", False, "superseded", True),
        (OTHER, "fulfilled", True, "counts", True),
    ]
    for place, done in ((lived.first, False), (lived.draft, True)):
        owed = pl.read_parquet(place / "data" / "assignments.parquet")
        assert owed.select("reviewer", "done", "overdue").rows() == [
            (ONE, done, not done),
            (OTHER, done, not done),
            (THIRD, False, True),
        ]
    findings = pl.read_parquet(lived.draft / "data" / "findings.parquet")
    assert findings.filter(pl.col("code") == "dissent")["severity"].to_list() == ["info"]


def test_dissent_is_shown_wherever_the_rating_is(lived: Lived) -> None:
    report = lived.draft / "report"
    index = html.unescape((report / "index.html").read_text(encoding="utf-8"))
    assert SAID in index
    assert re.search(r'class="\w+ e d"', index)
    page = (report / "clusters" / "DE-0001.html").read_text(encoding="utf-8")
    assert "Gesehen: erfüllt. [Gutachten, 25.09.2026; berechnet:" in page
    dossier = html.unescape((report / "dossiers" / "DE-0001.html").read_text(encoding="utf-8"))
    assert f"Gutachten weichen voneinander ab: {SAID}. Es gilt das neueste." in dossier
    assert "Das ESCA-Label Silber läuft am 31.12.2026 ab." in page
    book = opened(lived.draft / "portfolio.xlsx", values=True)
    texts = {cell for row in book["Gutachten"].iter_rows(values_only=True) for cell in row}
    assert f"gilt; weicht ab von: {ONE} (nicht erfüllt)" in texts
    assert "Zugeteilte Gutachten je Kürzel, Überfälliges zuerst" in texts


def test_what_was_adopted_is_not_adopted_again(lived: Lived) -> None:
    for sign in (ONE, OTHER):
        assert "1 Bewertung in " in lived.said[sign].out
    assert "Nichts zu übernehmen" in lived.said["adopted again"].out


def test_a_dossier_holds_the_wording_before_anybody_has_rated(lived: Lived) -> None:
    dossier = (lived.first / "report" / "dossiers" / "DE-0001.html").read_text(encoding="utf-8")
    for wording in ("Erfolg A", "Wettbewerber D", "Merkmal A"):
        assert wording in dossier
    assert "Gesehen" not in dossier


def test_a_vote_is_entered_between_two_drafts(lived: Lived) -> None:
    votes = [
        pl.read_parquet(place / "data" / "admission.parquet").filter(cluster_id="DE-0002")["vote"]
        for place in (lived.first, lived.draft)
    ]
    assert votes[0].to_list() != votes[1].to_list()
    index = (lived.draft / "report" / "index.html").read_text(encoding="utf-8")
    assert VOTE in index
    # The cluster is told on the first day of the next quarter, and sees it there.
    for place, shown in ((lived.draft, False), (lived.later, True)):
        page = (place / "report" / "clusters" / "DE-0002.html").read_text(encoding="utf-8")
        assert (VOTE in page) is shown


def test_agreements_run_and_are_kept_or_overdue_in_the_next_quarter(lived: Lived) -> None:
    keys = ["cluster_id", "status_then", "status", "outcome"]
    then, now = (
        pl.read_parquet(place / "data" / "agreements.parquet").select(keys).rows()
        for place in (lived.draft, lived.later)
    )
    no = "not_fulfilled"
    assert then == [("DE-0001", None, no, "running"), ("DE-0002", None, no, "running")]
    assert now == [("DE-0001", no, no, "overdue"), ("DE-0002", no, "fulfilled", "kept")]
    report = lived.later / "report"
    for own, agreed in zip(NAMES, AGREED, strict=True):
        for kind in ("clusters", "dossiers"):
            text = (report / kind / f"{own}.html").read_text(encoding="utf-8")
            assert str(agreed["Vereinbarung"]) in text
    book = opened(lived.later / "portfolio.xlsx", values=True)
    rows = table_rows(book, "Vereinbarungen")
    assert {row["Cluster-ID"]: row["Ergebnis"] for row in rows} == {
        "DE-0001": "überfällig",
        "DE-0002": "eingehalten",
    }
    # The places that the office's questions name are in a real publication: in this one.
    sheets = {
        sheet.title: {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
        for sheet in book
    }
    index = (report / "index.html").read_text(encoding="utf-8")
    assert list(unfound(index, sheets)) == []
