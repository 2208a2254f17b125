"""What each actor is: bound, SME, near; three-valued, null where a cell that decides is unknown."""

from dataclasses import dataclass

import polars as pl

from pipeline.common.settings import ActorRules
from schemas.declaration import registers

COMPANY = "Unternehmen"


@dataclass(frozen=True)
class Definition:
    """Which reading of the definitions a count uses.

    loose: whether loose commitments bind. ifm: whether SMEs are those of IfM Bonn. radius_km: how
    near is near; None as the rules have it.
    """

    loose: bool = False
    ifm: bool = False
    radius_km: float | None = None


def empty_or(field: str, holds: pl.Expr) -> pl.Expr:
    """True where the cell is empty, unknown where it is bad, else whether it holds."""
    return (
        pl.when(pl.col(f"{field}_bad"))
        .then(None)
        .when(pl.col(field).is_null())
        .then(statement=True)
        .otherwise(holds)
    )


def is_bound(rules: ActorRules, *, loose: bool) -> pl.Expr:
    """Whether a row is a bound actor on its as_of day (contract 2.2), its duplicates aside."""
    binding = (*rules.bound_commitments, *(rules.loose_commitments if loose else ()))
    return pl.col("commitment").is_in(list(binding)) & has_joined() & has_not_left()


def has_joined() -> pl.Expr:
    """Whether the actor had joined by as_of."""
    return empty_or("joined", pl.col("joined") <= pl.col("as_of"))


def has_not_left() -> pl.Expr:
    """Whether the actor had not left by as_of."""
    return empty_or("left", pl.col("left") > pl.col("as_of"))


def bound_reason(rules: ActorRules) -> pl.Expr:
    """Why a row is bound or not; the first reason that rules it out, else what is unknown."""
    committed = pl.col("commitment").is_in(list(rules.bound_commitments))
    active = pl.col("commitment").is_in(list(rules.loose_commitments))
    return (
        pl.when(pl.col("duplicate"))
        .then(pl.lit("listed_twice"))
        .when(active)
        .then(pl.lit("active_only"))
        .when(~committed)
        .then(pl.lit("contact_only"))
        .when(~has_not_left())
        .then(pl.lit("left"))
        .when(~has_joined())
        .then(pl.lit("not_yet_joined"))
        .when(committed.is_null())
        .then(pl.lit("commitment_unknown"))
        .when(has_joined().is_null())
        .then(pl.lit("joined_unknown"))
        .when(has_not_left().is_null())
        .then(pl.lit("left_unknown"))
        .otherwise(pl.lit("bound"))
    )


def stated_sme() -> pl.Expr:
    """What the actor says: its type (KMU, Großunternehmen) wins over the column KMU."""
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


def is_sme(rules: ActorRules) -> pl.Expr:
    """Whether an actor is an SME by the EU's definition (contract 2.2)."""
    said = stated_sme()
    of_company = (
        pl.when(too_large(rules) | ~said).then(False).when(said | small_enough(rules)).then(True)
    )
    return companies_only(of_company)


def is_sme_ifm(rules: ActorRules) -> pl.Expr:
    """Whether an actor is an SME by IfM Bonn's definition (fewer than 500 employees, 50 million).

    An actor that says it is none because it has 250 to 499 employees is one here.
    """
    said = stated_sme()
    no = (
        (pl.col("employees") >= rules.ifm_employees_below).fill_null(value=False)
        | (pl.col("turnover_eur") > rules.ifm_turnover_max).fill_null(value=False)
        | (~said & ~in_between(rules))
    )
    few = (pl.col("employees") < rules.ifm_employees_below).fill_null(value=False)
    poor = (pl.col("turnover_eur") <= rules.ifm_turnover_max).fill_null(value=False)
    return companies_only(pl.when(no).then(False).when(said | (few & poor)).then(True))


def in_between(rules: ActorRules) -> pl.Expr:
    """Whether a company is too large for the EU's definition but not for IfM's."""
    return (
        pl.col("employees")
        .is_between(rules.sme_employees_below, rules.ifm_employees_below - 1)
        .fill_null(value=False)
    )


def companies_only(of_company: pl.Expr) -> pl.Expr:
    """False for actors that are no companies, unknown where the type is."""
    kind = pl.col("actor_type")
    return (
        pl.when(kind.is_null()).then(None).when(kind != COMPANY).then(False).otherwise(of_company)
    )


def sme_reason(rules: ActorRules) -> pl.Expr:
    """Why an actor is an SME or not, by the EU's definition."""
    said = stated_sme()
    many = (pl.col("employees") >= rules.sme_employees_below).fill_null(value=False)
    return (
        pl.when(pl.col("actor_type").is_null())
        .then(pl.lit("type_unknown"))
        .when(pl.col("actor_type") != COMPANY)
        .then(pl.lit("no_company"))
        .when(many & in_between(rules))
        .then(pl.lit("too_many_employees_but_ifm"))
        .when(many)
        .then(pl.lit("too_many_employees"))
        .when(too_large(rules))
        .then(pl.lit("turnover_and_balance_sheet"))
        .when(~said)
        .then(pl.lit("stated_no"))
        .when(said)
        .then(pl.lit("stated_yes"))
        .when(small_enough(rules))
        .then(pl.lit("figures"))
        .otherwise(pl.lit("figures_missing"))
    )


def near_reason() -> pl.Expr:
    """Why an actor is near or not, and by which position."""
    by = pl.when(pl.col("own")).then(pl.lit("coordinates")).otherwise(pl.lit("postcode"))
    return (
        pl.when(pl.col("office_lat").is_null())
        .then(pl.lit("office_unknown"))
        .when(pl.col("lat").is_null())
        .then(pl.lit("position_unknown"))
        .when(pl.col("near"))
        .then(pl.format("within_by_{}", by))
        .otherwise(pl.format("beyond_by_{}", by))
    )


def types_where(flag: str) -> list[str]:
    """Return the actor types that carry a flag in the register (rnd)."""
    return [e.value for e in registers()["actor_types"] if e.extra.get(flag)]


def group_of_type() -> dict[str, str]:
    """Return the group of each actor type (criterion 5)."""
    return {e.value: e.extra["group"] for e in registers()["actor_types"] if "group" in e.extra}


def actor_group() -> pl.Expr:
    """The group an actor belongs to by its type (criterion 5)."""
    groups = group_of_type()
    return pl.col("actor_type").replace_strict(groups, default=None, return_dtype=pl.String)
