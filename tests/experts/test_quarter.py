"""One quarter of the experts: assigned, rated by two who differ, adopted, and said everywhere."""

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl

from pipeline.cli import main
from pipeline.demo import write_portfolio
from tests.documents.questions import unfound
from tests.sparing import sparing
from tests.workbook.office_suite import opened, table_rows

from .test_template import ASSIGNED, RATED, fill

PERIODS = ["2026-Q2", "2026-Q3"]


def office_files(inputs: Path) -> None:
    """Write a register with agreements and an applicant, and assign a criterion to experts."""
    book = openpyxl.load_workbook(inputs / "register.xlsx")
    book.remove(book["Vereinbarungen"])
    sheet = book.create_sheet("Vereinbarungen")
    sheet.append(["Cluster-ID", "Kriterium", "Vereinbarung", "Vereinbart am", "Frist"])
    for cluster, until in (("DE-0001", dt.datetime(2026, 9, 1)), ("DE-0002", None)):
        sheet.append([cluster, "2.2", "Mehr Forschung", dt.datetime(2026, 7, 1), until])
    register = book["Register"]
    columns = {cell.value: cell.column for cell in register[1]}
    register.cell(4, columns["Rolle"]).value = "Antrag"
    register.cell(2, columns["ESCA-Label"]).value = "Silber"
    register.cell(2, columns["Label gültig bis"]).value = dt.datetime(2026, 12, 31)
    book.save(inputs / "register.xlsx")
    book = openpyxl.Workbook()
    book.active.title = "Gutachten"
    book.active.append(RATED)
    sheet = book.create_sheet("Zuteilung")
    sheet.append(ASSIGNED)
    for sign in ("G1", "G2", "G3"):
        sheet.append([None, "DE-0001", "2.2", sign, dt.datetime(2026, 9, 1)])
    book.save(inputs / PERIODS[1] / "assessments.xlsx")


def test_a_quarter_of_the_experts(tmp_path: Path) -> None:
    inputs, outputs = tmp_path / "inputs", tmp_path / "outputs"
    write_portfolio(inputs, clusters=3, periods=PERIODS)
    office_files(inputs)
    places = ["--inputs", str(inputs), "--outputs", str(outputs)]
    run = ["--direct", "--accept-missing", *places]
    with sparing("workbook", "copies", "processes"):
        assert all(main(["run", period, *run]) == 0 for period in PERIODS)
    for sign, said in (("G1", "erfüllt"), ("G2", "nicht erfüllt")):
        file = tmp_path / f"{sign}.xlsx"
        assert main(["template", str(file), "--ratings", "--reviewer", sign, *places]) == 0
        fill(file, "2.2", Bewertung=said, Begründung=f"Gesehen von {sign}.")
        day = "2026-09-20" if sign == "G1" else "2026-09-25"
        assert main(["adopt", str(file), "--inputs", str(inputs), "--date", day]) == 0
    with sparing("copies", "processes"):
        assert main(["run", PERIODS[1], *run]) == 0

    folder = outputs / PERIODS[1]
    data = {p.stem: pl.read_parquet(p) for p in (folder / "data").glob("*.parquet")}
    rated = data["ratings"].select("reviewer", "rating", "counts", "reason_code", "dissent")
    assert rated.rows() == [
        ("G1", "fulfilled", False, "superseded", True),
        ("G2", "not_fulfilled", True, "counts", True),
    ]
    owed = data["assignments"].select("reviewer", "done", "overdue").rows()
    assert owed == [("G1", True, False), ("G2", True, False), ("G3", False, True)]
    agreed = data["agreements"].select("cluster_id", "outcome", "status").rows()
    assert agreed[0] == ("DE-0001", "overdue", "not_fulfilled")
    before = pl.read_parquet(outputs / PERIODS[0] / "data" / "criteria.parquet")
    own = pl.col("criterion_id") == "2.2"
    then = dict(before.filter(own).select("cluster_id", "status").iter_rows())
    stood = data["agreements"].select("cluster_id", "status_then").rows()
    assert stood == [(i, then.get(i)) for i in ("DE-0001", "DE-0002")]
    assert data["findings"].filter(pl.col("code") == "dissent")["severity"].to_list() == ["info"]

    index = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "G1: erfüllt (20.09.2026); G2: nicht erfüllt (25.09.2026)" in index
    assert 'class="x e d"' in index
    page = (folder / "report" / "clusters" / "DE-0001.html").read_text(encoding="utf-8")
    assert "Gesehen von G2. [Gutachten, 25.09.2026; berechnet:" in page
    assert "Mehr Forschung" in page
    assert "Das ESCA-Label Silber läuft am 31.12.2026 ab." in page
    book = opened(folder / "portfolio.xlsx", values=True)
    texts = {cell for row in book["Gutachten"].iter_rows(values_only=True) for cell in row}
    assert "gilt; weicht ab von: G1 (erfüllt)" in texts
    assert "Zugeteilte Gutachten je Kürzel, Überfälliges zuerst" in texts
    assert table_rows(book, "Vereinbarungen")[0]["Ergebnis"] == "überfällig"
    # The places that the office's questions name are in a real publication: in this one.
    sheets = {
        sheet.title: {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
        for sheet in book
    }
    assert list(unfound(index, sheets)) == []
