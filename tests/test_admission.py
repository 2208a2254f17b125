"""Where applicants stand (contract 2.7): worked by hand on tables of a few rows."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.evaluation.admission import OF_REGISTER, STATED, STEPS, admission, admission_dates
from schemas.tables import ADMISSION_STEPS, CHECKLIST

Row = dict[str, Any]
LAST_DAY = dt.date(2026, 9, 30)
RULES = load_settings().admission
WORDS = [step.word for step in STEPS if step.word]
REGISTER = {
    "cluster_id": pl.String,
    **{c: pl.Date for c in OF_REGISTER},
    **dict.fromkeys(WORDS, pl.String),
    **dict.fromkeys(("strategy_sent", "actor_list_sent"), pl.Boolean),
}
CLUSTERS = {"cluster_id": pl.String, **dict.fromkeys((*STATED, "strategy_dated", "as_of"), pl.Date)}


def ago(days: int) -> dt.date:
    """So many days before the period's end."""
    return LAST_DAY - dt.timedelta(days=days)


def frame(rows: list[Row], schema: Any) -> pl.DataFrame:
    """A table of these columns; what is not said is not known."""
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def table(register: list[Row], clusters: list[Row], roles: dict[str, str | None]) -> pl.DataFrame:
    """The table of clusters with these roles, none of them rated."""
    ways = admission_dates(frame(register, REGISTER), frame(clusters, CLUSTERS))
    reviewed = [row["cluster_id"] for row in clusters]
    results = pl.DataFrame(
        [
            {
                "cluster_id": i,
                "name": i.lower(),
                "role": role,
                "decision": "open" if i in reviewed else None,
                "soft_unrated": 11 if i in reviewed else None,
            }
            for i, role in roles.items()
        ],
        schema_overrides={"role": pl.String, "decision": pl.String, "soft_unrated": pl.Int64},
    )
    return admission(ways, results, LAST_DAY, RULES)


def one(role: str | None = "Antrag", stated: Row | None = None, **known: Any) -> Row:
    """The row of a cluster, of which the register knows that and the submission this."""
    clusters = [] if stated is None else [{"cluster_id": "A", "as_of": LAST_DAY, **stated}]
    found = table([{"cluster_id": "A", **known}], clusters, {"A": role})
    return found.row(0, named=True)


# ---- the step that comes next ----
TALK = {"consultation_on": ago(300)}
APPLIED = TALK | {"application_on": ago(200)}
MET = APPLIED | {"interview_on": ago(150)}
JUDGED = MET | {"assessed_on": ago(130)}
VOTED = JUDGED | {"vote": "Aufnahme", "vote_on": ago(100)}
BOTH = VOTED | {"committee_vote": "Ablehnung", "committee_vote_on": ago(70)}
DECIDED = BOTH | {"decided": "Ablehnung", "decided_on": ago(40)}


@pytest.mark.parametrize(
    ("known", "next_step", "days", "overdue"),
    [
        ({}, "consultation", None, False),
        (TALK, "application", 300, True),
        ({"consultation_on": ago(60)}, "application", 60, False),
        ({"consultation_on": ago(61)}, "application", 61, True),
        (APPLIED, "interview", 200, True),
        ({"application_on": ago(60)}, "interview", 60, False),
        ({"application_on": ago(61)}, "interview", 61, True),
        (MET, "opinion", 150, True),
        (APPLIED | {"interview_on": ago(30)}, "opinion", 30, False),
        (APPLIED | {"interview_on": ago(31)}, "opinion", 31, True),
        (JUDGED, "vote", 130, True),
        (MET | {"assessed_on": ago(60)}, "vote", 60, False),
        (MET | {"assessed_on": ago(61)}, "vote", 61, True),
        (VOTED, "committee_vote", 100, True),
        (JUDGED | {"vote": "Aufnahme", "vote_on": ago(60)}, "committee_vote", 60, False),
        (BOTH, "decision", 70, True),
        (VOTED | {"committee_vote": "Aufnahme", "committee_vote_on": ago(30)}, "decision", 30, 0),
        (DECIDED, None, None, False),
        # a vote is a word: open is none, whatever its date says; without a date it is a vote
        (JUDGED | {"vote": "offen", "vote_on": ago(10)}, "vote", 130, True),
        (JUDGED | {"vote_on": ago(10)}, "vote", 130, True),
        (JUDGED | {"vote": "Ablehnung"}, "committee_vote", 130, True),
        (BOTH | {"decided": "offen"}, "decision", 70, True),
        # earlier steps that are missing stay behind; the latest date before it counts
        ({"assessed_on": ago(10)}, "vote", 10, False),
        ({"committee_vote": "Aufnahme", "application_on": ago(90)}, "decision", 90, True),
        (APPLIED | {"consultation_on": ago(20)}, "interview", 20, False),
        # a date after the period's end is a finding of the register; nothing waits for it
        (APPLIED | {"interview_on": ago(-5)}, "opinion", -5, False),
    ],
)
def test_the_next_step(known: Row, next_step: str, days: int | None, overdue: bool) -> None:
    row = one(**known)
    since = None if days is None else ago(days)
    found = [row[c] for c in ("next_step", "since", "days", "overdue")]
    assert found == [next_step, since, days, bool(overdue)]


# ---- who is in it ----
@pytest.mark.parametrize(
    ("role", "known", "there"),
    [
        ("Antrag", {}, True),
        ("Antrag", DECIDED, True),
        ("Mitglied", {}, False),
        ("Mitglied", TALK, False),
        ("Mitglied", BOTH, True),
        ("Mitglied", BOTH | {"decided": "offen"}, True),
        ("Mitglied", DECIDED, False),
        ("Beobachtung", APPLIED, True),
        (None, APPLIED, True),
        (None, {}, False),
    ],
)
def test_who_is_in_it(role: str | None, known: Row, there: bool) -> None:
    found = table([{"cluster_id": "A", **known}], [], {"A": role})
    assert found["cluster_id"].to_list() == (["A"] if there else [])


def test_a_cluster_that_is_in_no_register_is_in_it_by_its_own_application() -> None:
    applied = {"cluster_id": "A", "application_on": ago(10), "as_of": LAST_DAY}
    found = table([], [applied, {"cluster_id": "B", "as_of": LAST_DAY}], {"A": None, "B": None})
    assert found.select("cluster_id", "next_step", "days", "decision", "soft_unrated").rows() == [
        ("A", "interview", 10, "open", 11)
    ]


def test_the_register_s_dates_win() -> None:
    stated = {"consultation_on": ago(80), "application_on": ago(50)}
    assert one(stated=stated)["since"] == ago(50)
    assert one(stated=stated, application_on=ago(40))["since"] == ago(40)
    # the consultation is the register's, and lies after the cluster's own application
    row = one(stated=stated, consultation_on=ago(45))
    assert (row["next_step"], row["since"]) == ("interview", ago(45))
    assert "consultation" in row["missing"]


# ---- the checklist ----
IN_ORDER = APPLIED | {"strategy_sent": True, "actor_list_sent": True}
APPLICATION = APPLIED[
    "application_on"
]  # 2026-03-14, so from 2023-03-14 on; from the Stichtag 2023-09-30
DATED = {"strategy_dated": dt.date(2025, 1, 1)}


@pytest.mark.parametrize(
    ("known", "stated", "missing"),
    [
        (IN_ORDER, DATED, []),
        ({}, {}, CHECKLIST),
        (IN_ORDER | {"consultation_on": None}, DATED, ["consultation"]),
        (IN_ORDER | {"consultation_on": APPLICATION}, DATED, []),
        (IN_ORDER | {"consultation_on": ago(199)}, DATED, ["consultation"]),
        (IN_ORDER | {"application_on": None}, DATED, []),
        (IN_ORDER | {"strategy_sent": None}, DATED, ["strategy_document"]),
        (IN_ORDER | {"strategy_sent": False}, DATED, ["strategy_document"]),
        (IN_ORDER | {"actor_list_sent": None}, DATED, ["actor_list"]),
        (IN_ORDER | {"actor_list_sent": False}, DATED, ["actor_list"]),
        (IN_ORDER, {}, ["strategy_document"]),
        (IN_ORDER, None, ["strategy_document"]),
        (IN_ORDER, {"strategy_dated": dt.date(2023, 3, 14)}, []),
        (IN_ORDER, {"strategy_dated": dt.date(2023, 3, 13)}, ["strategy_document"]),
        (IN_ORDER, {"strategy_dated": LAST_DAY}, []),
        (IN_ORDER, {"strategy_dated": ago(-1)}, ["strategy_document"]),
        (
            IN_ORDER | {"application_on": None},
            {"strategy_dated": dt.date(2023, 9, 30)},
            [],
        ),
        (
            IN_ORDER | {"application_on": None},
            {"strategy_dated": dt.date(2023, 9, 29)},
            ["strategy_document"],
        ),
        # an application of years ago, for which a newer document was handed in
        (
            IN_ORDER
            | {"consultation_on": dt.date(2020, 1, 1), "application_on": dt.date(2020, 2, 1)},
            DATED,
            [],
        ),
    ],
)
def test_the_checklist(known: Row, stated: Row | None, missing: list[str]) -> None:
    assert one(stated=stated, **known)["missing"] == missing


def test_every_step_has_its_code() -> None:
    assert [step.code for step in STEPS] == ADMISSION_STEPS


def test_the_votes_are_those_of_the_register() -> None:
    row = one(**BOTH)
    said = ("vote", "vote_on", "committee_vote", "committee_vote_on", "decided", "decided_on")
    assert [row[c] for c in said] == ["Aufnahme", ago(100), "Ablehnung", ago(70), None, None]
