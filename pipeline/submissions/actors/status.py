"""Whether an actor is bound, an SME, near; null where a cell that decides it is unknown.

Each question is a list of cases. The first case that holds gives the answer and its reason, so the
two cannot contradict each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.exact import months_before
from pipeline.common.settings import ActorRules
from schemas.declaration import registers
from schemas.properties import Property

COMPANY = "Unternehmen"
# The months up to as_of within which joining and leaving is published (contract 2.5).
LATELY_MONTHS = 12


@dataclass(frozen=True)
class Definition:
    """The definitions by which actors are counted.

    loose: whether loose commitments count as bound. ifm: whether the SME definition is that of IfM
    Bonn, not the EU's. radius_km: the greatest distance that is near; None: that of the settings.
    """

    loose: bool = False
    ifm: bool = False
    radius_km: float | None = None


@dataclass(frozen=True)
class Case:
    """A case of a question.

    holds: the condition. reason: its code. answer: True, False, or None for unknown.
    """

    holds: pl.Expr
    reason: str
    answer: bool | None


def reason_of(cases: Sequence[Case]) -> pl.Expr:
    """Return the code of the first case that holds."""
    return first_of(cases, [pl.lit(case.reason) for case in cases])


def answer_of(cases: Sequence[Case]) -> pl.Expr:
    """Return the answer of the first case that holds."""
    return first_of(cases, [pl.lit(case.answer, pl.Boolean) for case in cases])


def first_of(cases: Sequence[Case], values: Sequence[pl.Expr]) -> pl.Expr:
    """Return the value of the first case that holds; an unknown condition does not hold."""
    found = pl.lit(None)
    for case, value in zip(reversed(cases), reversed(values), strict=True):
        found = pl.when(case.holds).then(value).otherwise(found)
    return found


ALWAYS = pl.lit(value=True)


# ------------------------------------------------------------------------------------------ bound
def empty_or(field: str, holds: pl.Expr) -> pl.Expr:
    """Return true for an empty cell, null for a bad one, else whether the condition holds."""
    return (
        pl.when(pl.col(f"{field}_bad"))
        .then(None)
        .when(pl.col(field).is_null())
        .then(statement=True)
        .otherwise(holds)
    )


def has_joined() -> pl.Expr:
    """Whether the actor had joined by as_of."""
    return empty_or("joined", pl.col("joined") <= pl.col("as_of"))


def has_not_left() -> pl.Expr:
    """Whether the actor had not left by as_of."""
    return empty_or("left", pl.col("left") > pl.col("as_of"))


def lately(field: str) -> pl.Expr:
    """Whether a day is within the twelve months up to as_of; null for a bad cell."""
    first = months_before(pl.col("as_of"), LATELY_MONTHS)
    within = pl.col(field).is_between(first, pl.col("as_of")).fill_null(value=False)
    return pl.when(~pl.col(f"{field}_bad")).then(within)


def bound_cases(rules: ActorRules, *, loose: bool = False) -> list[Case]:
    """Return the cases of whether a row is a bound actor on as_of (contract 2.2).

    Cases that rule it out come first, then those that leave it unknown. Duplicates are not looked
    at. loose: whether loose commitments count as bound.
    """
    active = pl.col("commitment").is_in(list(rules.loose_commitments))
    committed = pl.col("commitment").is_in(list(rules.bound_commitments))
    if loose:
        committed, active = committed | active, pl.lit(value=False)
    return [
        Case(active, "active_only", answer=False),
        Case(~committed, "contact_only", answer=False),
        Case(~has_not_left(), "left", answer=False),
        Case(~has_joined(), "not_yet_joined", answer=False),
        Case(committed.is_null(), "commitment_unknown", answer=None),
        Case(has_joined().is_null(), "joined_unknown", answer=None),
        Case(has_not_left().is_null(), "left_unknown", answer=None),
        Case(ALWAYS, "bound", answer=True),
    ]


# The case that another row of the same actor counts.
LISTED_TWICE = Case(pl.col("duplicate"), "listed_twice", answer=False)


def bound_reason(rules: ActorRules) -> pl.Expr:
    """Why a row counts as a bound actor or not."""
    return reason_of([LISTED_TWICE, *bound_cases(rules)])


# -------------------------------------------------------------------------------------------- SME
def stated_sme() -> pl.Expr:
    """Return whether the actor states to be an SME; its type wins over the column KMU."""
    return pl.coalesce("sme_by_type", "sme_stated")


def too_large(rules: ActorRules) -> pl.Expr:
    """Whether known figures rule an SME out (EU 2003/361/EC)."""
    many = pl.col("employees") >= rules.sme_employees_below
    rich = (pl.col("turnover_eur") > rules.sme_turnover_max) & (
        pl.col("balance_sheet_eur") > rules.sme_balance_max
    )
    return many.fill_null(value=False) | rich.fill_null(value=False)


def small_enough(rules: ActorRules) -> pl.Expr:
    """Whether known figures make an SME."""
    few = pl.col("employees") < rules.sme_employees_below
    poor = (pl.col("turnover_eur") <= rules.sme_turnover_max).fill_null(value=False) | (
        pl.col("balance_sheet_eur") <= rules.sme_balance_max
    ).fill_null(value=False)
    return few.fill_null(value=False) & poor


def sme_cases(rules: ActorRules) -> list[Case]:
    """Return the cases of whether an actor is an SME by the EU's definition (contract 2.2)."""
    stated = stated_sme()
    many = (pl.col("employees") >= rules.sme_employees_below).fill_null(value=False)
    return [
        Case(pl.col("actor_type").is_null(), "type_unknown", answer=None),
        Case(pl.col("actor_type") != COMPANY, "no_company", answer=False),
        Case(many & between_definitions(rules), "too_many_employees_but_ifm", answer=False),
        Case(many, "too_many_employees", answer=False),
        Case(too_large(rules), "turnover_and_balance_sheet", answer=False),
        Case(~stated, "stated_no", answer=False),
        Case(stated, "stated_yes", answer=True),
        Case(small_enough(rules), "figures", answer=True),
        Case(ALWAYS, "figures_missing", answer=None),
    ]


def is_sme(rules: ActorRules) -> pl.Expr:
    """Whether an actor is an SME by the EU's definition."""
    return answer_of(sme_cases(rules))


def sme_reason(rules: ActorRules) -> pl.Expr:
    """Why an actor is an SME or not, by the EU's definition."""
    return reason_of(sme_cases(rules))


def is_sme_ifm(rules: ActorRules) -> pl.Expr:
    """Whether an actor is an SME by IfM Bonn's definition (fewer than 500 employees, 50 million).

    An actor with 250 to 499 employees that states to be none (by the EU's definition) may be one.
    """
    stated = stated_sme()
    no = (
        (pl.col("employees") >= rules.ifm_employees_below).fill_null(value=False)
        | (pl.col("turnover_eur") > rules.ifm_turnover_max).fill_null(value=False)
        | (~stated & ~between_definitions(rules))
    )
    few = (pl.col("employees") < rules.ifm_employees_below).fill_null(value=False)
    poor = (pl.col("turnover_eur") <= rules.ifm_turnover_max).fill_null(value=False)
    return companies_only(pl.when(no).then(False).when(stated | (few & poor)).then(True))


def between_definitions(rules: ActorRules) -> pl.Expr:
    """Whether a company has too many employees for the EU's definition but not for IfM's."""
    return (
        pl.col("employees")
        .is_between(rules.sme_employees_below, rules.ifm_employees_below - 1)
        .fill_null(value=False)
    )


def companies_only(of_company: pl.Expr) -> pl.Expr:
    """Return the answer for companies, false for other actors, null for an unknown type."""
    kind = pl.col("actor_type")
    return (
        pl.when(kind.is_null()).then(None).when(kind != COMPANY).then(False).otherwise(of_company)
    )


# ------------------------------------------------------------------------------------- properties
def has_property(declared: Property) -> pl.Expr:
    """Return whether an actor has a property of properties.toml; null where its cell is unknown."""
    word = pl.col(declared.field)
    if declared.empty is not None:
        word = pl.when(~pl.col(f"{declared.field}_bad")).then(word.fill_null(declared.empty))
    if not declared.words:
        return word
    is_one = word.is_in(declared.words)
    return ~is_one if declared.none_of else is_one


# ------------------------------------------------------------------------------------------- near
def near_cases(radius_km: float) -> list[Case]:
    """Return the cases of whether an actor is near the office."""
    distance = pl.col("distance_km")
    return [
        Case(pl.col("office_lat").is_null(), "office_unknown", answer=None),
        Case(distance.is_null(), "position_unknown", answer=None),
        Case(distance <= radius_km, "within", answer=True),
        Case(ALWAYS, "beyond", answer=False),
    ]


def near_reason(radius_km: float) -> pl.Expr:
    """Return why an actor is near or not, and whether by coordinates or by postcode."""
    by = pl.when(pl.col("own")).then(pl.lit("coordinates")).otherwise(pl.lit("postcode"))
    reason = reason_of(near_cases(radius_km))
    is_known = answer_of(near_cases(radius_km)).is_not_null()
    return pl.when(is_known).then(pl.format("{}_by_{}", reason, by)).otherwise(reason)


# ------------------------------------------------------------------------------------------ types
def group_of_type() -> dict[str, str]:
    """Return the group of each actor type (criterion 5)."""
    return {e.value: e.extra["group"] for e in registers()["actor_types"] if "group" in e.extra}


def actor_group() -> pl.Expr:
    """The group an actor belongs to by its type (criterion 5)."""
    groups = group_of_type()
    return pl.col("actor_type").replace_strict(groups, default=None, return_dtype=pl.String)
