"""What pages show besides the tables: offices, admission, features; and the words they use."""

import datetime as dt

import polars as pl
import pytest

from pipeline.evaluation.admission import OF_REGISTER, STEPS, Step
from pipeline.figures.features import counts, stages
from pipeline.report.pages.admission import admission
from pipeline.report.pages.changes import own_changes
from pipeline.report.pages.features import features
from pipeline.report.pages.words import Words
from pipeline.tables.context import features as count_features

DE = Words("de")
MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (5, 6, 7))


def row(**known: object) -> dict[str, object]:
    """Return a cluster's way to admission; what is not said is not known."""
    return {**dict.fromkeys(OF_REGISTER), "as_of": JUNE, "informed": False, **known}


# ---- admission ----


@pytest.mark.parametrize(
    ("missing", "errors", "signs"),
    [
        ([], 0, "✓✓✓✓"),
        (["consultation", "strategy_document", "actor_list"], 0, "○○○✓"),
        (["strategy_document"], 2, "✓○✓○"),
    ],
)
def test_checklist(missing: list[str], errors: int, signs: str) -> None:
    found = admission(row(), {"missing": missing}, errors, DE)
    assert "".join(check.sign for check in found.checks) == signs
    assert {check.state for check in found.checks if check.sign == "✓"} <= {"erledigt:"}


def test_only_who_applies_has_a_checklist() -> None:
    assert admission(row(), None, 0, DE).checks == []


VOTES = {
    "application_on": MAY,
    "vote": "Aufnahme",
    "vote_on": JUNE,
    "committee_vote": "Ablehnung",
    "decided": "offen",
    "decided_on": JULY,
}


def test_steps_say_their_date_and_the_votes() -> None:
    found = admission(row(**VOTES, informed=True), None, 0, DE)
    assert [(s.title, s.text, s.done) for s in found.steps] == [
        ("Beratungsgespräch", "noch kein Datum", False),
        ("Antrag", "01.05.2026", True),
        ("Aufnahmegespräch", "noch kein Datum", False),
        ("Gutachten", "noch kein Datum", False),
        ("Votum BMWK", "Aufnahme, 01.06.2026", True),
        ("Votum Programmbegleitkreis", "Ablehnung", True),
        ("Entscheidung", "noch kein Datum", False),
    ]


@pytest.mark.parametrize(
    ("word", "day", "informed", "said"),
    [
        ("Aufnahme", JUNE, True, "Aufnahme, 01.06.2026"),
        ("Ablehnung", JUNE, True, "Ablehnung, 01.06.2026"),
        ("Ablehnung", None, True, "Ablehnung"),
        ("offen", JUNE, True, "noch kein Datum"),  # no vote yet, whatever the day
        ("offen", None, True, "noch kein Datum"),
        (None, JUNE, True, "noch kein Datum"),
        (None, None, True, "noch kein Datum"),
        ("Aufnahme", JUNE, False, "noch nicht mitgeteilt"),
        ("offen", None, False, "noch nicht mitgeteilt"),
        (None, None, False, "noch nicht mitgeteilt"),
    ],
)
@pytest.mark.parametrize("step", [step for step in STEPS if step.word], ids=lambda s: s.code)
def test_a_vote_is_shown_once_it_is_taken_and_the_cluster_informed(
    step: Step, word: str | None, day: dt.date | None, informed: bool, said: str
) -> None:
    known = {step.word: word, step.day: day}
    (found,) = [
        own
        for own in admission(row(informed=informed, **known), None, 0, DE).steps
        if own.title == DE.code("admission_step", step.code)
    ]
    assert found.text == said
    assert found.done is said.startswith(("Aufnahme", "Ablehnung"))


def test_a_cluster_that_was_not_informed_sees_no_vote() -> None:
    uninformed = admission(row(**VOTES), None, 0, DE)
    assert uninformed == admission(row(application_on=MAY), None, 0, DE)


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
