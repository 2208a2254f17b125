"""Bound, SME, near: the answer of every row is that of its reason."""

import itertools
from typing import Any

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.common.texts import texts
from pipeline.submissions.actors import status
from pipeline.submissions.actors.status import Case, answer_of, reason_of
from schemas.properties import Property

RULES = load_settings().actors
DAYS = [("2026-01-01", False), ("2027-01-01", False), (None, False), (None, True)]
# By reason: yes, no, None for unknown.
ANSWERS = {
    **dict.fromkeys(("bound", "stated_yes", "figures", "within"), True),
    **dict.fromkeys(("active_only", "contact_only", "left", "not_yet_joined"), False),
    **dict.fromkeys(("no_company", "too_many_employees", "too_many_employees_but_ifm"), False),
    **dict.fromkeys(("turnover_and_balance_sheet", "stated_no", "beyond"), False),
    **dict.fromkeys(("commitment_unknown", "joined_unknown", "left_unknown"), None),
    **dict.fromkeys(("type_unknown", "figures_missing"), None),
    **dict.fromkeys(("office_unknown", "position_unknown"), None),
}


def commitments() -> pl.DataFrame:
    """Return every combination of commitment, joined and left."""
    words = ["Mitgliedschaft", "Aktive Mitwirkung", "Kontakt", None]
    rows = [(word, *joined, *left) for word, joined, left in itertools.product(words, DAYS, DAYS)]
    names = ["commitment", "joined", "joined_bad", "left", "left_bad"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    return table.with_columns(pl.col("joined", "left").str.to_date(), as_of=pl.date(2026, 9, 30))


def firms() -> pl.DataFrame:
    """Return every combination of what firms say of their size."""
    choices = (
        ["Unternehmen", "Hochschule", None],
        [True, False, None],
        [10, 300, 700, None],
        [1e6, 9e7, None],
        [1e6, 9e7, None],
    )
    names = ["actor_type", "sme_stated", "employees", "turnover_eur", "balance_sheet_eur"]
    table = pl.DataFrame(list(itertools.product(*choices)), schema=names, orient="row")
    return table.with_columns(sme_by_type=pl.lit(None, pl.Boolean))


def distances() -> pl.DataFrame:
    """Return offices and actors with and without a place."""
    rows = [(51.0, 150.0), (51.0, 151.0), (51.0, None), (None, None)]
    schema = {"office_lat": pl.Float64, "distance_km": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(
    ("cases", "table", "reasons"),
    [
        (status.bound_cases(RULES), commitments(), 8),
        (status.bound_cases(RULES, loose=True), commitments(), 7),
        (status.sme_cases(RULES), firms(), 9),
        (status.near_cases(150.0), distances(), 4),
    ],
    ids=["bound", "bound_loose", "sme", "near"],
)
def test_the_answer_is_that_of_the_reason(
    cases: list[Case], table: pl.DataFrame, reasons: int
) -> None:
    found = table.select(reason=reason_of(cases), answer=answer_of(cases))
    assert found["reason"].n_unique() == reasons
    assert {(r, ANSWERS[r]) for r in found["reason"]} == set(found.unique().rows())


def test_a_row_is_bound_where_every_part_holds() -> None:
    """The first reason found is no other answer than that of all parts together."""
    committed = pl.col("commitment").is_in(list(RULES.bound_commitments))
    whole = committed & status.has_joined() & status.has_not_left()
    both = commitments().select(one=answer_of(status.bound_cases(RULES)), other=whole)
    assert both["one"].to_list() == both["other"].to_list()


def test_every_reason_has_a_text() -> None:
    for name, cases in (
        ("bound", [status.LISTED_TWICE, *status.bound_cases(RULES)]),
        ("sme", status.sme_cases(RULES)),
    ):
        assert {case.reason for case in cases} == set(texts(f"{name}_reason"))
    within = {f"{c.reason}_by_{by}" for c in status.near_cases(1.0)[2:] for by in PLACES}
    assert within | {"office_unknown", "position_unknown"} == set(texts("near_reason"))


PLACES = ("coordinates", "postcode")


@pytest.mark.parametrize(
    ("declared", "column", "expected"),
    [
        (
            {"field": "actor_type", "flag": "rnd"},
            {"actor_type": ["Hochschule", "Unternehmen", None]},
            [True, False, None],
        ),
        (
            {"field": "actor_type", "none_of": ("Unternehmen",)},
            {"actor_type": ["Hochschule", "Unternehmen", None]},
            [True, False, None],
        ),
        (  # an empty cell stands for Germany, a bad one for nothing
            {"field": "country", "none_of": ("DE",), "empty": "DE"},
            {"country": ["AT", "DE", None, None], "country_bad": [False, False, False, True]},
            [True, False, False, None],
        ),
        ({"field": "country", "any_of": ("AT", "CH")}, {"country": ["CH", "DE"]}, [True, False]),
        ({"field": "sme_stated"}, {"sme_stated": [True, False, None]}, [True, False, None]),
    ],
)
def test_a_declared_property(
    declared: dict[str, Any], column: dict[str, Any], expected: list[bool | None]
) -> None:
    holds = status.has_property(Property(**declared))
    assert pl.DataFrame(column).select(has=holds)["has"].to_list() == expected


def test_only_an_empty_country_may_stand_for_a_word() -> None:
    Property(field="country", any_of=("AT",), empty="DE")
    with pytest.raises(ValueError, match="empty"):
        Property(field="actor_type", flag="rnd", empty="DE")
