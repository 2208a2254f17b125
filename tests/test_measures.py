"""The tables of measures: small tables of memberships, and what is said of them."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.common.findings import FINDINGS
from pipeline.common.settings import load_settings
from pipeline.common.texts import BETWEEN_LANGUAGES, LANGUAGES
from pipeline.evaluation import measures as made
from pipeline.evaluation.measures import (
    PARTICIPATION,
    counted_by_role,
    crowded,
    memberships,
    overlap,
    participation,
    public_money,
    summary,
)
from pipeline.figures.base import Portfolio
from pipeline.figures.of_funding import funding_figures
from pipeline.history.earlier import earlier_participation
from pipeline.history.published import published_before
from pipeline.tables.measures import MeasureRoles, clusters_of_members, facts
from schemas.declaration import Budget, Measure, measures

TOP, NETS, GO = "Spitzencluster-Wettbewerb", "Kompetenznetze Deutschland", "go-cluster"


def taken(*pairs: tuple[int, str]) -> pl.DataFrame:
    """Return memberships: file, measure."""
    return pl.DataFrame(list(pairs), {"file": pl.UInt32, "measure": pl.String}, orient="row")


def test_only_measures_of_the_register_count_and_each_once() -> None:
    listed = [[TOP, "Landespreis", TOP, GO], ["Landespreis"], [], None]
    clusters = pl.DataFrame(
        {"file": range(4), "measures": listed},
        schema={"file": pl.UInt32, "measures": pl.List(pl.String)},
    )
    assert sorted(memberships(clusters).rows()) == [(0, TOP), (0, GO)]


def test_the_overlap_has_every_pair_in_both_ways() -> None:
    found = overlap(taken((1, TOP), (1, GO), (2, TOP), (2, GO), (3, GO), (3, NETS)))
    assert found.rows() == [
        (NETS, GO, 1),
        (TOP, GO, 2),
        (GO, NETS, 1),
        (GO, TOP, 2),
    ]


MEMBER, APPLICANT = "Mitglied", "Antrag"


def by_role(*rows: tuple[str, str, str | None, int, int, int, int]) -> pl.DataFrame:
    """Return PARTICIPATION: at_period, measure, role, clusters, eligible, open, not_eligible."""
    return pl.DataFrame(list(rows), PARTICIPATION, orient="row")


def test_participation_is_zero_where_a_measure_had_no_cluster() -> None:
    counts = by_role(
        ("2026-Q1", TOP, MEMBER, 1, 1, 0, 0),
        ("2026-Q1", TOP, None, 1, 0, 1, 0),
        ("2026-Q2", "Altes Programm", MEMBER, 1, 0, 0, 1),
        ("2026-Q3", GO, MEMBER, 2, 2, 0, 0),
    )
    assert participation(counts, "2026-Q3").rows() == [
        ("2026-Q1", TOP, 2),
        ("2026-Q1", GO, 0),
        ("2026-Q1", "Altes Programm", 0),
        ("2026-Q2", TOP, 0),
        ("2026-Q2", GO, 0),
        ("2026-Q2", "Altes Programm", 1),
        ("2026-Q3", TOP, 0),
        ("2026-Q3", GO, 2),
        ("2026-Q3", "Altes Programm", 0),
    ]


def test_a_period_without_a_cluster_in_any_measure_still_stands_there() -> None:
    before = by_role(("2026-Q1", GO, MEMBER, 2, 2, 0, 0))
    assert participation(before, "2026-Q3").rows() == [("2026-Q1", GO, 2), ("2026-Q3", GO, 0)]


def test_clusters_of_a_measure_are_counted_by_role_and_decision() -> None:
    rows = [
        (GO, MEMBER, "eligible"),
        (GO, MEMBER, "eligible"),
        (GO, MEMBER, "open"),
        (GO, APPLICANT, "not_eligible"),
        (GO, None, "eligible"),
        (TOP, APPLICANT, "open"),
    ]
    found = counted_by_role(pl.DataFrame(rows, ["measure", "role", "decision"], orient="row"), "Q")
    assert found.schema == pl.Schema(PARTICIPATION)
    assert set(found.rows()) == {
        ("Q", GO, MEMBER, 3, 2, 1, 0),
        ("Q", GO, APPLICANT, 1, 0, 0, 1),
        ("Q", GO, None, 1, 1, 0, 0),
        ("Q", TOP, APPLICANT, 1, 0, 1, 0),
    }


def test_members_stand_first_and_measures_in_the_order_of_the_register() -> None:
    table = by_role(
        ("2026-Q2", GO, APPLICANT, 2, 1, 1, 0),
        ("2026-Q3", GO, None, 1, 1, 0, 0),
        ("2026-Q3", GO, MEMBER, 3, 2, 0, 1),
        ("2026-Q2", "Altes Programm", MEMBER, 1, 1, 0, 0),
        ("2026-Q3", TOP, MEMBER, 4, 4, 0, 0),
    )
    roles = MeasureRoles(table, "2026-Q3")
    own = [(TOP, MEMBER), (GO, MEMBER), (GO, APPLICANT), (GO, None), ("Altes Programm", MEMBER)]
    assert roles.rows == own
    assert roles.earlier == ["2026-Q2"]
    assert roles.clusters("2026-Q3")[GO, MEMBER] == (3, 2, 0, 1)
    assert (GO, APPLICANT) not in roles.clusters("2026-Q3")
    assert clusters_of_members(table, "2026-Q3") == {GO: 3, TOP: 4}


def test_the_summary_counts_decisions_and_hides_statistics_of_few() -> None:
    members = taken(*((file, GO) for file in range(5)), (0, TOP), (1, TOP))
    decided = ["eligible", "eligible", "open", "not_eligible", "eligible"]
    decisions = pl.DataFrame(
        {"file": range(5), "decision": decided, "fulfilled": [12, 19, 10, 3, 14]},
        schema_overrides={"file": pl.UInt32},
    )
    values = pl.DataFrame(
        {"file": range(5), "indicator": "actors_per_fte", "value": [10.0, 20.0, 30.0, None, 50.0]},
        schema_overrides={"file": pl.UInt32},
    )
    public = pl.DataFrame(
        {"file": range(5), "numerator": [1, 0, 3, 2, 4], "denominator": [10, 10, 10, 10, 60]},
        schema_overrides={"file": pl.UInt32},
    )
    rows = {r["measure"]: r for r in summary(members, values, decisions, public, 5).to_dicts()}
    assert list(rows) == list(measures())
    columns = ["clusters", "eligible", "open", "not_eligible"]
    statistics = ["median_fulfilled", "median_actors_per_fte", "pooled_public_share"]
    assert [rows[GO][c] for c in columns] == [5, 3, 1, 1]
    # One of the five ratios is unknown; 10 of 100.
    assert [rows[GO][c] for c in statistics] == [12, None, 0.1]
    assert [rows[TOP][c] for c in columns] == [2, 2, 0, 0]
    assert [rows[TOP][c] for c in statistics] == [None] * 3
    assert [rows[NETS][c] for c in columns] == [0] * 4
    told = ("level", "start", "end", "end_kind", "budget_eur", "places")
    assert tuple(rows[TOP][c] for c in told) == ("Bund", 2007, 2017, "ended", 600e6, 15)


@pytest.mark.parametrize(("clusters", "findings"), [(15, 0), (16, 1)])
def test_more_clusters_than_places_are_a_finding(clusters: int, findings: int) -> None:
    ids = [f"DE-{n:04d}" for n in range(clusters)]
    rows = [(name, one) for one in ids for name in (TOP, GO)]
    found = crowded(pl.DataFrame(rows, ["measure", "cluster_id"], orient="row"))
    assert found.schema == pl.Schema(FINDINGS)
    assert found.height == findings
    for row in found.to_dicts():
        assert (row["code"], row["value"]) == ("more_than_places", TOP)
        german, english = row["detail"].split(BETWEEN_LANGUAGES)
        assert german.startswith("16 Cluster, 15 Plätze (DE-0000, ")
        assert english.startswith("16 clusters, 15 places (DE-0000, ")
        assert row["file"] == made.REGISTER_FILE["file"][0]


def test_earlier_periods_are_read_where_they_are_published(tmp_path: Path) -> None:
    rows = [
        ("DE-0001", "measure", GO),
        ("DE-0001", "measure", GO),
        ("DE-0002", "measure", GO),
        ("DE-0002", "measure", TOP),
        ("DE-0002", "portfolio", "all"),
    ]
    clusters = pl.DataFrame(
        [("DE-0001", MEMBER, "eligible"), ("DE-0002", APPLICANT, "open")],
        ["cluster_id", "role", "decision"],
        orient="row",
    )
    for period in ("2026-Q1", "2026-Q3"):
        data = tmp_path / period / "data"
        data.mkdir(parents=True)
        table = pl.DataFrame(rows, ["cluster_id", "cohort_kind", "cohort"], orient="row")
        table.write_parquet(data / "benchmarks.parquet")
        clusters.write_parquet(data / "clusters.parquet")
        (tmp_path / period / "run.json").write_text("{}")
    found = earlier_participation(published_before(tmp_path, "2026-Q2"))
    assert sorted(found.rows()) == [
        ("2026-Q1", TOP, APPLICANT, 1, 0, 1, 0),
        ("2026-Q1", GO, APPLICANT, 1, 0, 1, 0),
        ("2026-Q1", GO, MEMBER, 1, 1, 0, 0),
    ]


# --------------------------------------------------------------------------------------- sentences
@pytest.mark.parametrize(
    ("start", "end", "kind", "years"),
    [
        (1999, 2012, "ended", "ab 1999, beendet 2012"),
        (2012, None, "running", "ab 2012, läuft (Stand 2018)"),
        (2001, 2019, "spending horizon", "ab 2001, Mittel bis 2019, Ende unbekannt"),
        (2014, 2018, "unknown", "ab 2014, mindestens bis 2018, Ende unbekannt"),
        (1995, None, "unknown", "ab 1995, Ende unbekannt"),
        (None, None, "unknown", "Beginn unbekannt, Ende unbekannt"),
    ],
)
def test_what_is_unknown_of_the_years_is_said(
    start: int | None, end: int | None, kind: str, years: str
) -> None:
    text = {"de": "x", "en": "x"}
    measure = Measure.model_validate(
        {"de": "A", "en": "A", "level": "Bund", "start": start, "end": end, "end_kind": kind}
        | {"as_of": 2018, "source": text}
    )
    assert facts(measure, "de").years == years


@pytest.mark.parametrize(
    ("amount", "currency", "says", "told"),
    [
        (150_000_000, "DEM", "expected", "voraussichtlich 150 Mio. DM"),
        (3_300_000, "EUR", "exact", "3,3 Mio. EUR"),
        (266_000_000, "EUR", "about", "ca. 266 Mio. EUR"),
        (600_000_000, "EUR", "up to", "bis zu 600 Mio. EUR"),
    ],
)
def test_a_budget_is_told_as_stated(amount: float, currency: str, says: str, told: str) -> None:
    text = {"de": "x", "en": "x"}
    budget = {"amount": amount, "currency": currency, "says": says, "span": text}
    own = Budget.model_validate(budget | {"as_of": 2018, "source": text})
    measure = measures()["NEMO"].model_copy(update={"budget": own})
    assert facts(measure, "de").budget == told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_measure_of_the_register_can_be_told(lang: str) -> None:
    for measure in measures().values():
        told = facts(measure, lang)
        assert told.name
        assert told.years
        assert told.source


def test_successors_follow_from_predecessors() -> None:
    assert facts(measures()[NETS], "de").after == GO
    assert facts(measures()[GO], "de").before == NETS


# ------------------------------------------------------------------------------------ public money
def test_public_money_is_that_of_the_rows_of_7_1() -> None:
    lines = [
        # The latest year that ended: 30 of 100 are public.
        (0, 2025, "Förderung Land", 20.0, "Ist"),
        (0, 2025, "Förderung EU", 10.0, "Ist"),
        (0, 2025, "Sonstige", 70.0, "Ist"),
        (0, 2024, "Förderung Bund", 500.0, "Ist"),
        (0, 2026, "Förderung Bund", 500.0, "Plan"),
        # No public money at all.
        (1, 2026, "Mitgliedsbeiträge", 40.0, "Plan"),
        # Of unknown source: the share is unknown, so the cluster does not count.
        (2, 2025, None, 10.0, "Ist"),
        (2, 2025, "Förderung Kommune", 10.0, "Ist"),
    ]
    columns = {"file": pl.UInt32, "year": pl.Int64, "source": pl.String}
    columns |= {"amount_eur": pl.Float64, "status": pl.String}
    funding = pl.DataFrame(lines, columns, orient="row").with_row_index("row")
    clusters = pl.DataFrame(
        {"file": range(3), "as_of": [dt.date(2026, 9, 30)] * 3},
        schema_overrides={"file": pl.UInt32},
    )
    sheets = clusters.select("file", sheet_key=pl.lit("funding"))
    portfolio = Portfolio(clusters, clusters, {"funding": funding}, sheets, load_settings())
    found = public_money(funding_figures(portfolio).figures.collect())
    assert sorted(found.rows()) == [(0, 3000, 10000), (1, 0, 4000)]
