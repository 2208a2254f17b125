"""The made-up portfolio with `--habits`: how people really write, and a review copes."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from pipeline.cli import main
from pipeline.demo.everyday import RELAXED, habits_of
from pipeline.demo.grid import workbook_grids
from pipeline.demo.model import Submission
from pipeline.demo.portfolio import all_plans, all_submissions
from schemas.declaration import submission
from tests.sparing import sparing

PERIODS = ("2026-Q2", "2026-Q3")
CLUSTERS = 8
# What must stand in a cell of a sheet: in the whole cell.
KINDS = [
    ("Nachweise", "wird nachgereicht"),
    ("Nachweise", "entfällt"),
    ("Aktivitäten", "n/a"),
    ("Stammdaten", "k. A."),
    ("Stammdaten", "nein"),
    ("Stammdaten", r"\w+ [^;\n]+, [^;\n]+"),
    ("Stammdaten", r"\w+ [^;\n]+\n[^;]+"),
    ("Management", "Ergebnis"),
    ("Gremien", "Insgesamt"),
    ("Nachweise", "Quelle: .+"),
    ("Akteure", "Anmerkung: .+"),
    ("Akteure", "Partner aus Wissenschaft und Forschung"),
    ("Akteure", "Ehemalige Mitglieder"),
    ("Finanzierung", r"Betrag \(T€\)\*?"),
    ("Akteure", r"Umsatz \(Mio. €\)\*?"),
    ("Aktivitäten", "monatlich|quartalsweise|alle 2 Monate"),
    ("Akteure", r"20\d\d-\d\d-\d\dT2[23]:00:00\.000Z"),
    ("Nachweise", r"20\d\d-\d\d-\d\dT2[23]:00:00\.000Z"),
    ("Akteure", "M\u200bitgliedschaft"),
    ("Nachweise", "n\u00adational"),
    ("Finanzierung", r"\d{1,3},\d{3}"),
]


@cache
def sent(habits: bool) -> list[Submission]:
    """What the clusters of seed 1 send in both periods."""
    return list(all_submissions(all_plans(CLUSTERS, PERIODS, 1), habits=habits))


@cache
def texts(period: str, habits: bool) -> Mapping[str, set[str]]:
    """The texts in the workbooks of a period by the name of their sheet."""
    found: dict[str, set[str]] = {}
    for own in sent(habits):
        if own.period == period:
            for grid in workbook_grids(own.sheets, own.layout):
                cells = {cell for row in grid.rows for cell in row if isinstance(cell, str)}
                found.setdefault(grid.name, set()).update(cells)
    return found


@pytest.mark.parametrize(("sheet", "pattern"), KINDS)
def test_every_kind_occurs_in_every_period(sheet: str, pattern: str) -> None:
    for period in PERIODS:
        assert [text for text in texts(period, True)[sheet] if re.fullmatch(pattern, text)]


def test_every_declared_habit_is_of_a_column_and_some_cluster_has_it() -> None:
    plans = all_plans(CLUSTERS, PERIODS, 1)
    shown = [habit for plan in plans for habit in habits_of(plan)]
    for number in range(CLUSTERS + 1, 10 * CLUSTERS):
        later = all_plans(number, PERIODS, 1)[-1]
        assert all(habit in shown for habit in habits_of(later))
    for habit in shown:
        assert habit["field"] in {f.key for f in submission().sheet(habit["sheet"]).fields}


def test_only_every_second_cluster_has_habits() -> None:
    for one, other in zip(sent(False), sent(True), strict=True):
        changed = int(one.cluster_id[3:]) % RELAXED.every == RELAXED.first
        assert (one != other) is changed


def test_a_date_with_a_zone_is_the_day_that_was_meant() -> None:
    meant, written = (
        [row["joined"] for s in sent(h) if s.cluster_id == "DE-0005" for row in s.sheets["actors"]]
        for h in (False, True)
    )
    pairs = [
        (day, text)
        for day, text in zip(meant, written, strict=True)
        if isinstance(text, str) and text.endswith("Z")
    ]
    assert pairs
    read = pl.Series([text for _, text in pairs]).str.to_datetime(time_zone="UTC")
    assert read.dt.convert_time_zone("Europe/Berlin").dt.date().to_list() == [d for d, _ in pairs]


def test_numbers_under_another_unit_are_the_same_amounts() -> None:
    meant, written = (
        [r["amount_eur"] for s in sent(h) if s.cluster_id == "DE-0001" for r in s.sheets["funding"]]
        for h in (False, True)
    )
    for euros, thousands in zip(meant, written, strict=True):
        if isinstance(euros, int):
            assert isinstance(thousands, float)
            assert thousands * 1000 == pytest.approx(euros)


def test_a_portfolio_with_habits_is_published(tmp_path: Path) -> None:
    inputs, outputs = tmp_path / "inputs", tmp_path / "outputs"
    assert main(["demo", str(inputs), "--clusters", str(CLUSTERS), "--habits"]) == 0
    places = ["--inputs", str(inputs), "--outputs", str(outputs)]
    with sparing("variants", "workbook", "copies"):
        assert main(["run", PERIODS[1], "--direct", *places]) == 0
    data = outputs / PERIODS[1] / "data"
    found = pl.read_parquet(data / "findings.parquet")
    told = {"no_answer", "total_row", "note_row", "heading_row", "heading_meaning"}
    assert told | {"other_unit", "ambiguous_number"} <= set(found["code"])
    # What only looks different is read without a word: times in words, zones, unseen characters.
    silent = pl.col("value").str.contains(
        "monatlich|jährlich|quartalsweise|Monat|00Z|\u200b|\u00ad"
    )
    assert found.filter(silent).is_empty()

    # The office's sheets in the same review: every outcome, and the one pair that differs.
    assert found.filter(pl.col("code") == "dissent")["cluster_id"].to_list() == ["DE-0006"]
    owed = pl.read_parquet(data / "assignments.parquet").select("done", "overdue").unique()
    assert set(owed.rows()) == {(True, False), (False, True), (False, False)}
    agreed = pl.read_parquet(data / "agreements.parquet")["outcome"]
    assert set(agreed) == {"kept", "running", "overdue"}
