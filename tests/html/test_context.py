"""What pages show besides the tables: offices, admission, features; and the words they use."""

import datetime as dt

import polars as pl
import pytest

from pipeline.figures.features import counts, stages
from pipeline.report.pages.admission import admission
from pipeline.report.pages.changes import own_changes
from pipeline.report.pages.features import features
from pipeline.report.pages.words import Words
from pipeline.tables.context import features as count_features
from pipeline.tables.context import process

DE = Words("de")
MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (5, 6, 7))
STEPS = ("consultation_on", "application_on", "interview_on", "assessed_on", "voted_on")


def row(**known: object) -> dict[str, object]:
    """Return a cluster's way to admission; what is not said is not known."""
    nothing = dict.fromkeys((*STEPS, "vote", "strategy_dated"), None)
    return {**nothing, "as_of": JUNE, **known}


# ---- admission ----


def test_the_register_wins_over_the_submission() -> None:
    clusters = pl.DataFrame(
        {
            "cluster_id": ["A", "B"],
            "as_of": [JULY, JULY],
            "strategy_dated": [None, MAY],
            "consultation_on": [MAY, MAY],
            "application_on": [None, JUNE],
        },
        schema_overrides={"strategy_dated": pl.Date, "application_on": pl.Date},
    )
    known = {"cluster_id": "A", "consultation_on": JUNE, "vote": "offen"}
    dates = dict.fromkeys(STEPS, pl.Date)
    schema = {"cluster_id": pl.String, **dates, "vote": pl.String}
    register = pl.DataFrame([{**dict.fromkeys(schema), **known}], schema=schema)
    found = process(clusters, register)
    assert found["consultation_on"].to_list() == [JUNE, MAY]
    assert found["application_on"].to_list() == [None, JUNE]
    assert found["vote"].to_list() == ["offen", None]


@pytest.mark.parametrize(
    ("known", "errors", "bound", "signs"),
    [
        ({}, 0, 30, "○○✓✓"),
        ({"consultation_on": MAY, "strategy_dated": MAY}, 2, None, "✓✓○○"),
        ({"strategy_dated": JULY}, 0, 0, "○○○✓"),  # dated after the as-of date
    ],
)
def test_checklist(known: dict[str, object], errors: int, bound: int | None, signs: str) -> None:
    found = admission(row(**known), errors, bound, DE)
    assert "".join(check.sign for check in found.checks) == signs
    assert {check.state for check in found.checks if check.sign == "✓"} <= {"erledigt:"}


def test_steps_say_their_date_and_the_vote() -> None:
    found = admission(row(application_on=MAY, vote="Aufnahme", voted_on=JUNE), 0, 1, DE)
    assert [(s.text, s.done) for s in found.steps] == [
        ("noch kein Datum", False),
        ("01.05.2026", True),
        ("noch kein Datum", False),
        ("noch kein Datum", False),
        ("Aufnahme, 01.06.2026", True),
    ]


# ---- features ----


def test_features_are_counted_of_the_certainly_bound() -> None:
    clusters = pl.DataFrame(
        {
            "file": [1, 2],
            "cluster_id": ["A", "B"],
            "technology_field": ["IKT", None],
            "action_fields": [["x", "y"], None],
        },
        schema_overrides={"action_fields": pl.List(pl.String)},
    )
    bound = pl.DataFrame(
        {
            "file": [1] * 4,
            "judged_type": ["Unternehmen", "Unternehmen", "Hochschule", None],
            "judged_near": [True, False, None, True],
            "judged_rnd": [False, False, True, None],
            "judged_group": ["Wirtschaft", "Wirtschaft", "Wissenschaft", None],
            "stage": ["handel", "handel", "forschung", None],
            "value_chain_stage": ["Handel", "handel ", "Forschung", None],
            "country": ["DE", "AT", None, None],
            "country_bad": [False, False, False, True],
        }
    )
    figures = pl.DataFrame({"file": [1], "metric": ["working_structures"], "low": [2.0]})
    found = count_features(clusters, counts(bound), figures).rows(named=True)
    expected = {
        "actors": 4,
        "near": 2,
        "companies": 2,
        "company_stages": 1,
        "research": 1,
        "science": 1,
        "stages": 2,
        "stage_known": 3,
        "abroad": 1,
        "country_known": 3,
        "action_fields": 2,
        "working_structures": 2,
        "innovation_projects": None,
    }
    assert {key: found[0][key] for key in expected} == expected
    assert (found[1]["actors"], found[1]["action_fields"]) == (0, None)
    assert stages(bound).rows() == [(1, 2, "Handel"), (1, 1, "Forschung")]


def test_features_in_words() -> None:
    counts = {"actors": 4, "near": 2, "companies": 3, "company_stages": 1, "research": 1}
    counts |= {"science": 1, "stage_known": 3, "working_structures": 1, "internal_communication": 0}
    known = {
        **counts,
        "technology_field": "IKT",
        "action_fields": None,
        "innovation_projects": None,
    }
    many = [{"stage": f"Stufe {n}", "actors": 1} for n in range(8)]
    found = features(known, many, DE)
    assert len(found) == 6
    assert found[0].sentences == ["2 von 4 Akteuren im Umkreis der Geschäftsstelle"]
    assert found[0].share == "50"
    assert found[1].sentences[1] == "auf 1 Stufe der Wertschöpfung"
    assert found[3].sentences == ["IKT", "unbekannt"]
    assert found[4].sentences[1].endswith("Stufe 5 (1), 2 weitere")
    assert found[5].sentences[2] == "Gemeinsame Innovationsprojekte: unbekannt"


# ---- changes ----


def test_only_what_changed_is_told() -> None:
    keys = ("catalogue", "criterion_id", "previous_status", "status", "cause")
    rows = [
        dict(zip(keys, ("go-cluster", "1", "fulfilled", "fulfilled", "time"), strict=True)),
        dict(zip(keys, ("go-cluster", "12", "fulfilled", "not_fulfilled", "time"), strict=True)),
    ]
    titles = {("go-cluster", "1"): "1 Bindung", ("go-cluster", "12"): "12 Erfolge"}
    found = own_changes(rows, titles, DE)
    assert found is not None
    assert len(found.rows) == 1
    assert found.rows[0][0] == "12 Erfolge"
    assert found.rows[0][3] == "Zeitablauf"
    assert own_changes(rows[:1], titles, DE) is None
