"""The made-up portfolio: the same every time, spread as published, plainly labelled."""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from pipeline.demo import write_portfolio
from pipeline.demo.actors import BOUND
from pipeline.demo.grid import Grid, workbook_grids
from pipeline.demo.model import Layout, Row, Submission
from pipeline.demo.office import agreements_grid, register_grid
from pipeline.demo.portfolio import all_plans, all_submissions
from pipeline.demo.profiles import CRITERIA, DECK
from pipeline.demo.ratings import assessments_grid, assignments_grid
from pipeline.demo.reporting_day import Moment
from schemas.declaration import measures, registers, submission, words
from schemas.words import word_key

PERIODS = ("2026-Q2", "2026-Q3")
RESEARCH = ("Hochschule", "FuE-Einrichtung", "Bildungseinrichtung")


@cache
def sent_by(clusters: int, faults: bool = False) -> list[Submission]:
    """What the clusters of seed 1 send, as it is meant or with its faults."""
    return list(all_submissions(all_plans(clusters, PERIODS, 1), faults))


def portfolio(clusters: int, faults: bool = False) -> list[Submission]:
    """What they send in the last period."""
    return [s for s in sent_by(clusters, faults) if s.period == PERIODS[-1]]


def is_bound(row: Row, as_of: date) -> bool:
    """Bound as of that day (contract 2.2)."""
    joined, left = row["joined"], row["left"]
    begun = joined is None or joined <= as_of
    return row["commitment"] in BOUND and begun and (left is None or left > as_of)


def is_sme(row: Row) -> bool:
    """Certainly an SME (contract 2.2)."""
    staff, stated = row.get("employees"), row.get("sme_stated")
    turnover, balance = row.get("turnover_eur"), row.get("balance_sheet_eur")
    large = (staff or 0) >= 250 or ((turnover or 0) > 50e6 and (balance or 0) > 43e6)
    if row["actor_type"] != "Unternehmen" or large or stated is False:
        return False
    small = turnover is not None and turnover <= 50e6 or balance is not None and balance <= 43e6
    return stated is True or (staff is not None and small)


def bound_actors(sent: Submission) -> list[Row]:
    """The bound actors of a submission."""
    as_of = sent.sheets["master_data"][0]["as_of"]
    return [row for row in sent.sheets["actors"] if is_bound(row, as_of)]


def fte(sent: Submission) -> float:
    """The full-time equivalents of a submission."""
    as_of = sent.sheets["master_data"][0]["as_of"]
    rows = sent.sheets["management"]
    now = [r for r in rows if r["from"] <= as_of and (r["until"] is None or r["until"] > as_of)]
    return sum(row["fte"] for row in now if not isinstance(row["fte"], str))


def test_ninety_clusters_have_the_published_numbers_of_actors():
    actors = [row for sent in portfolio(90) for row in bound_actors(sent)]
    assert len(actors) == pytest.approx(15_500, rel=0.03)
    assert sum(map(is_sme, actors)) == pytest.approx(10_500, rel=0.05)


def test_research_and_education_are_just_under_fifteen_percent():
    actors = [row for sent in portfolio(90) for row in bound_actors(sent)]
    share = sum(row["actor_type"] in RESEARCH for row in actors) / len(actors)
    assert 0.135 < share < 0.15


def test_sizes_have_a_heavy_right_tail():
    sizes = sorted(len(bound_actors(sent)) for sent in portfolio(90))
    assert 14 <= sizes[0] < 30
    assert median(sizes) < 100
    assert sizes[-1] > 900


def test_staff_grows_with_size_around_the_published_median():
    pairs = sorted((len(bound_actors(sent)), fte(sent)) for sent in portfolio(90))
    assert 3.5 < median(staff for _, staff in pairs) < 5.5
    half = len(pairs) // 2
    assert median(f for _, f in pairs[:half]) < median(f for _, f in pairs[half:])


def test_every_field_and_state_occurs_among_ninety():
    forms = [sent.sheets["master_data"][0] for sent in portfolio(90)]
    for key, register in (
        ("technology_field", "technology_fields"),
        ("federal_state", "federal_states"),
    ):
        assert {form[key] for form in forms} == {entry.de for entry in registers()[register]}


def test_the_deck_meets_and_misses_every_criterion():
    for criterion in CRITERIA:
        aims = {criterion in profile.missed for profile in DECK}
        assert aims == {True, False}


def test_one_broken_file_and_one_silent_cluster_among_twelve():
    sent = portfolio(12, faults=True)
    assert sum(s.broken for s in sent) == 1
    assert len({s.cluster_id for s in sent}) == 11


@pytest.mark.parametrize("clusters", [12, 30])
def test_four_fifths_of_the_clusters_can_be_reviewed(clusters: int):
    every = sent_by(clusters)
    for period in PERIODS:
        usable = {s.cluster_id for s in every if s.period == period and s.readable}
        assert len(usable) >= 0.8 * clusters


def test_list_values_are_words_of_the_registers():
    for sheet in submission().sheets:
        for field in (f for f in sheet.fields if f.type == "choice"):
            known = words(field.list)
            rows = [row for sent in portfolio(12) for row in sent.sheets[sheet.key]]
            used = {row.get(field.key) for row in rows} - {None}
            assert all(word_key(word) in known for word in used), field.key


def test_rows_use_only_declared_fields():
    for sheet in submission().sheets:
        declared = {field.key for field in sheet.fields}
        for sent in portfolio(12, faults=True):
            rows = sent.sheets.get(sheet.key, ())  # a new sheet has none
            assert all(set(row) <= declared for row in rows)


def test_clusters_and_actors_are_labelled_as_made_up():
    for sent in portfolio(90):
        assert "erfunden" in sent.sheets["master_data"][0]["cluster_name"]
        assert "Demo" in sent.file_name
        assert all(str(row["name"]).startswith("Demo-") for row in sent.sheets["actors"])


def test_no_measure_has_more_clusters_than_places():
    taken = Counter(name for plan in all_plans(430, PERIODS, 1) for name in plan.measures)
    full = {name: m.places for name, m in measures().items() if m.places is not None}
    assert all(taken[name] <= places for name, places in full.items())
    assert taken["Spitzencluster-Wettbewerb"] == full["Spitzencluster-Wettbewerb"]


def test_no_cluster_is_younger_than_a_measure_that_ended():
    for plan in all_plans(90, PERIODS, 1):
        ends = [measures()[name].end for name in plan.measures if not open_ended(name)]
        assert all(end is not None and end >= Moment(plan, 0).founded.year for end in ends)


def open_ended(name: str) -> bool:
    return measures()[name].end_kind != "ended"


def rows_of(grid: Grid) -> list[Row]:
    """The rows of a table by its headers."""
    heads, *rows = grid.rows
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_the_register_follows_the_way_to_admission():
    register = rows_of(register_grid(all_plans(90, PERIODS, 1)))
    steps = ["Beratungsgespräch am", "Antrag am", "Aufnahmegespräch am", "Gutachten am", "Votum am"]
    voted = [row for row in register if row["Votum"] in ("Aufnahme", "Ablehnung")]
    assert {row["Votum"] for row in voted} == {"Aufnahme", "Ablehnung"}
    for row in voted:
        days = [row[step] for step in steps]
        assert None not in days, row
        assert days == sorted(days), row
    departed = [row for row in register if row["Rolle"] == "Ausgeschieden"]
    assert departed
    for row in register:
        assert row["Einreichung erwartet"] == ("nein" if row in departed else "ja")


def test_two_experts_differ_about_one_criterion():
    rows = rows_of(assessments_grid(all_plans(12, PERIODS, 1), 1))
    said: dict[tuple[object, object], set[object]] = {}
    for row in rows:
        said.setdefault((row["Cluster-ID"], row["Kriterium"]), set()).add(
            (row["Gutachter"], row["Bewertung"])
        )
    differ = [k for k, v in said.items() if len({w for _, w in v} - {"offen"}) > 1]
    assert differ == [("DE-0006", "10.2")]
    assert {sign for sign, _ in said[differ[0]]} == {"G1", "G2"}


def test_assignments_are_of_the_signs_that_rate_and_each_stands_once():
    plans = all_plans(90, PERIODS, 1)
    first, last = (rows_of(assignments_grid(plans, index)) for index in (0, 1))
    keys = [(r["Cluster-ID"], r["Kriterium"], r["Gutachter"]) for r in last]
    assert len(set(keys)) == len(keys)
    assert None in {criterion for _, criterion, _ in keys}
    signs = {row["Gutachter"] for row in rows_of(assessments_grid(plans, 1))} - {None}
    assert {sign for *_, sign in keys} == signs
    # What was assigned in the first period is still there with its term.
    reporting = {row["Cluster-ID"] for row in last}
    assert all(row in last for row in first if row["Cluster-ID"] in reporting)


def test_agreements_are_labelled_and_made_before_the_first_period_ends():
    rows = rows_of(agreements_grid(all_plans(90, PERIODS, 1)))
    assert len({row["Cluster-ID"] for row in rows}) == 30
    for row in rows:
        agreed, due = row["Vereinbart am"], row["Frist"]
        assert isinstance(agreed, date)
        assert isinstance(due, date)
        assert agreed < min(due, date(2026, 6, 30))
        assert str(row["Vereinbarung"]).startswith("Demo: ")


def test_more_clusters_change_nothing_for_the_others():
    few, many = portfolio(12, faults=True), portfolio(15, faults=True)
    assert many[: len(few)] == few


def test_the_same_call_writes_the_same_bytes(tmp_path: Path):
    for folder in ("one", "two"):
        write_portfolio(tmp_path / folder, clusters=3, periods=PERIODS)
    one, two = (
        {p.relative_to(root): p.read_bytes() for p in root.rglob("*.xlsx")}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    assert {"register.xlsx", "assessments.xlsx"} <= {path.name for path in one}


def test_another_seed_gives_another_portfolio():
    first, other = (next(all_submissions(all_plans(1, PERIODS, seed))) for seed in (1, 2))
    assert first != other


def test_a_sheet_of_which_the_demo_knows_nothing_has_its_headers_only():
    grids = {grid.name: grid for grid in workbook_grids({}, Layout())}
    for sheet in submission().sheets:
        grid = grids[sheet.name["de"]]
        if sheet.layout == "table":
            assert len(grid.rows) == 1
            assert len(grid.rows[0]) == len(sheet.fields)
        else:
            assert [row[0] for row in grid.rows] == [field.name["de"] for field in sheet.fields]
            assert all(row[1] is None for row in grid.rows)
