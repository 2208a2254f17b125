"""What a cluster's page says is to be done, and where its values stand."""

from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest

from pipeline.common.catalogue import load, metrics
from pipeline.report.pages.cohort_position import EDGE, LENGTH, line
from pipeline.report.pages.steps import steps
from pipeline.report.pages.verdict import (
    READ,
    ConditionView,
    CriterionView,
    Verdict,
    condition_view,
    named_conditions,
)
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import by_distance, lacking
from schemas.efforts import effort_of, efforts

WORDS = Words("de")


def condition(title: str, lever: str = "", unit: str = "") -> ConditionView:
    return ConditionView(title, "1", "2", "", "not_fulfilled", "✗", "nicht erfüllt", lever, unit)


def criterion(
    number: str, *conditions: ConditionView, request: str = "", rated: bool = False
) -> CriterionView:
    status = "undetermined" if request else "not_fulfilled"
    said = ("Titel", "", "hart", status, "", "", "", "", "", request)
    return CriterionView(number, f"k1-{number}", *said, rated, conditions, written=())


def verdict(*unmet: CriterionView) -> Verdict:
    return Verdict("go-cluster", "open", "offen", "", "", "", "", unmet, ())


def test_steps_stand_by_effort_and_say_what_is_missing() -> None:
    found = steps(
        verdict(
            criterion("1", condition("Akteure", "noch 2 Akteure bis 30", "actors")),
            criterion("2", condition("Frist"), condition("Plan", "noch 1 Dokument", "documents")),
            criterion("3", condition("KMU"), request="Bitte G7 füllen."),
            criterion("4", condition("Sitze"), rated=True),
        ),
        2,
        12,
        WORDS,
    )
    assert found.missing == "2 Kriterien fehlen bis 12."
    assert [[step.anchor for step in own] for _, own in found.efforts] == [
        ["k1-3"],
        ["k1-2"],
        ["k1-4"],
        ["k1-1"],
    ]
    texts = [own[0].text for _, own in found.efforts]
    assert texts[0] == "Bitte G7 füllen."
    assert texts[1] == "Plan: noch 1 Dokument"  # which of several conditions is meant
    assert texts[3] == "noch 2 Akteure bis 30"


def services(**changed: object) -> dict[str, object]:
    """A condition of criterion 8 that is not fulfilled: one of two fields has no service."""
    values = (">=", 0.5, 0.5, 1.0, "share", "not_fulfilled", None, 1.0, "fields")
    row: dict[str, object] = dict(zip(READ, values, strict=True))
    return row | {"cluster_id": "DE-0001", "metric": "service_fields_share", **changed}


@pytest.mark.parametrize(
    ("changed", "hidden", "named"),
    [
        ({}, False, True),
        ({"missing_de": None}, False, False),
        ({"status": "fulfilled", "lever_amount": None}, False, False),
        ({}, True, False),
    ],
)
def test_a_lever_names_what_is_missing(
    changed: dict[str, object], hidden: bool, named: bool
) -> None:
    (eighth,) = (c for c in load("go-cluster").criteria if c.id == "8")
    row = services(missing_de="ohne Service: Fachkräfte") | changed
    view = condition_view(eighth.conditions[0], row, WORDS, hidden=hidden)
    assert ("(ohne Service: Fachkräfte)" in view.lever) is named
    assert bool(view.lever) is (not hidden and row["status"] != "fulfilled")


def test_conditions_have_the_names_of_their_own_cluster_and_figure() -> None:
    rows = [services(), services(cluster_id="DE-0002"), services(metric="services_per_year")]
    names = pl.DataFrame(
        {
            "cluster_id": ["DE-0001"],
            "metric": ["service_fields_share"],
            "missing_de": ["ohne Service: Fachkräfte"],
            "missing_en": ["without a service: Fachkräfte"],
        }
    )
    tables = {"conditions": pl.DataFrame(rows)}
    review = cast(Review, SimpleNamespace(tables=tables, context={"missing": names}))
    found = named_conditions(review)["missing_de"].to_list()
    assert found == ["ohne Service: Fachkräfte", None, None]


def test_of_several_efforts_the_greatest_counts() -> None:
    both = criterion(
        "7", condition("a", "noch 1 Angabe", "statements"), condition("b", "noch 3 KMU", "smes")
    )
    ((title, _),) = steps(verdict(both), 0, 12, WORDS).efforts
    assert title == efforts()["growth"].title["de"]


@pytest.mark.parametrize(
    ("unmet", "missing"),
    [((), "Alle Kriterien sind erfüllt"), ((criterion("1", condition("a")),), "Die nötigen 12")],
)
def test_from_the_mark_on_nothing_is_missing(
    unmet: tuple[CriterionView, ...], missing: str
) -> None:
    assert steps(verdict(*unmet), 0, 12, WORDS).missing.startswith(missing)


def test_every_missing_amount_has_its_effort() -> None:
    assert {effort_of(metric.lever_unit) for metric in metrics().values()} <= set(efforts())


@pytest.mark.parametrize(("fulfilled", "expected"), [(8, 4), (12, 0), (15, 0)])
def test_how_many_criteria_are_missing(fulfilled: int, expected: int) -> None:
    assert lacking(fulfilled, 12) == expected


def test_those_nearest_to_the_mark_come_first() -> None:
    decisions = pl.DataFrame({"cluster_id": list("abcd"), "fulfilled": [19, 13, 11, 12]})
    assert by_distance(decisions, 12)["cluster_id"].to_list() == ["d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("value", "part", "least", "most"),
    [
        (1.0, (1, 1), None, "left"),
        (29.6, (2, 2), "left", "median"),  # the median of 29.8 is rounded to 29
        (99.0, (4, 4), "right", None),
    ],
)
def test_a_mark_stays_in_the_quarter_of_its_value(
    value: float, part: tuple[int, int], least: str | None, most: str | None
) -> None:
    drawn = line(value, [20.0, 29.0, 40.0], part)
    places = {"left": float(drawn.left), "median": float(drawn.median)}
    places["right"] = places["left"] + float(drawn.width)
    assert EDGE <= float(drawn.at) <= LENGTH - EDGE
    assert least is None or float(drawn.at) >= places[least]
    assert most is None or float(drawn.at) <= places[most]


def test_equal_quartiles_are_a_line_in_the_middle() -> None:
    drawn = line(3.0, [3.0, 3.0, 3.0], (2, 3))
    assert drawn.left == drawn.median == drawn.at == f"{LENGTH / 2:.1f}"
