"""The stage: why a verdict differs from that of the period before (contract 2.6).

The earlier state is changed into the present one step by step, for the whole portfolio at once: own
data and time, settings, the limit of 4.2, ratings. All steps use the present catalogue; the earlier
one is only a record. The cause of a change is the last step at which the value changes, because
this step produces the present value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.settings import CohortRules, Settings
from pipeline.evaluation.benchmark import indicators, size_and_ratio, size_bands, stand_in
from pipeline.evaluation.evaluate import OWN, Verdicts, catalogue_limits, evaluate
from pipeline.figures.base import Portfolio
from pipeline.figures.figures import compute_figures
from pipeline.history.missing_columns import criteria_of, figures_of, indicators_of, possibly_rated
from pipeline.history.state import State, as_of_days, restrict_to, with_settings
from schemas.tables import CAUSES as PUBLISHED

# `diff` has three more causes: another mapping, another version of the program, and unknown.
CAUSES = [*PUBLISHED, "mapping", "program", "unknown"]
# The steps: the earlier state; new data only; new days only; both; then, one after another, the
# present settings, the present limit of 4.2, the present ratings.
STEPS = ("then", "data", "days", "both", "rule", "reference", "assessment")
KEYS: Mapping[str, list[str]] = {
    "criteria": ["catalogue", "cluster_id", "criterion_id"],
    "decisions": ["catalogue", "cluster_id"],
    "values": ["cluster_id", "indicator"],
}
RULED = ["catalogue", "criterion_id"]
COMPARED = {"criteria": "status", "decisions": "decision", "values": "value"}


@dataclass(frozen=True)
class PortfolioFigures:
    """A portfolio and its figures, see `figures.base.FIGURES`."""

    portfolio: Portfolio
    figures: pl.DataFrame
    values: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", indicators(self.figures))

    def stand_in(self, rules: CohortRules) -> pl.DataFrame:
        """Return the stand-in limits of 4.2, see `benchmark.stand_in`."""
        return stand_in(size_and_ratio(self.values, rules), rules)


@dataclass(frozen=True)
class Steps:
    """The results of STEPS: frames with the KEYS of a comparison and a column for each step.

    criteria, decisions: None if no catalogue was evaluated in both periods.
    """

    criteria: pl.DataFrame | None
    decisions: pl.DataFrame | None
    values: pl.DataFrame


def evaluate_steps(then: State, now: State, figures: pl.DataFrame) -> Steps:
    """Return the statuses, decisions and indicators of every step.

    figures: FIGURES of the present portfolio under the present settings. Only catalogues of both
    periods count, by their present rules, so the step "then" may differ from what was published.
    Results that need a column missing in the earlier state are left out.
    """
    whole = BothPeriods(with_figures(then.portfolio), PortfolioFigures(now.portfolio, figures))
    at = figures_at_steps(whole)
    values = _side_by_side("values", {s: at[s].values for s in STEPS}, at)
    not_told = indicators_of(figures_of(then.missing))
    values = values.filter(~pl.col("indicator").is_in(not_told))
    if not shared_catalogues(then, now):
        return Steps(None, None, values)
    catalogues = shared_catalogues(then, now)
    stand_ins = {step: _stand_in(step, whole) for step in STEPS}
    verdicts = {step: _verdicts(step, then, now, at, stand_ins[step]) for step in STEPS}
    criteria = {s: pl.concat([v.criteria for v in found]) for s, found in verdicts.items()}
    decisions = {s: pl.concat([v.decisions for v in found]) for s, found in verdicts.items()}
    every = _side_by_side("criteria", criteria, at)
    unknown = pl.concat(
        [
            every.join(criteria_of(then.missing, catalogues), on=RULED, how="semi"),
            possibly_rated(then.missing, every, then.ratings),
        ]
    )
    return Steps(
        every.join(unknown, on=KEYS["criteria"], how="anti"),
        _side_by_side("decisions", decisions, at).join(unknown, on=KEYS["decisions"], how="anti"),
        values,
    )


def shared_catalogues(then: State, now: State) -> list[Catalogue]:
    """Return the present catalogues of those evaluated in both periods, in the present order."""
    return [c for name, c in now.catalogues.items() if c is not None and name in then.catalogues]


# ------------------------------------------------------------------------------------ the figures
@dataclass(frozen=True)
class BothPeriods:
    """The whole portfolios of both periods, each by its own settings."""

    then: PortfolioFigures
    now: PortfolioFigures


def figures_at_steps(whole: BothPeriods) -> Mapping[str, PortfolioFigures]:
    """Return each step's portfolio, restricted to the clusters in both, with its figures."""
    then, now = (one.portfolio.clusters for one in (whole.then, whole.now))
    ids = then.join(now, on="cluster_id", how="semi")["cluster_id"]
    first, last = (_restricted(one, ids) for one in (whole.then, whole.now))
    old, new = first.portfolio, last.portfolio
    rules = old.settings
    earlier, later = (p.clusters.select("cluster_id", "as_of") for p in (old, new))
    fresh = with_settings(new, rules)
    both = (
        PortfolioFigures(fresh, last.figures)
        if _same_figures(rules, new.settings)
        else with_figures(fresh)
    )
    moved = not earlier.sort("cluster_id").equals(later.sort("cluster_id"))
    return {
        "then": first,
        "data": with_figures(as_of_days(fresh, earlier)) if moved else both,
        "days": with_figures(as_of_days(old, later)) if moved else first,
        "both": both,
        "rule": last,
        "reference": last,
        "assessment": last,
    }


def _restricted(whole: PortfolioFigures, cluster_ids: pl.Series) -> PortfolioFigures:
    portfolio = restrict_to(whole.portfolio, cluster_ids)
    files = portfolio.clusters.select("file")
    return PortfolioFigures(portfolio, whole.figures.join(files, on="file", how="semi"))


def with_figures(portfolio: Portfolio) -> PortfolioFigures:
    """Compute the figures of a portfolio, and return both."""
    return PortfolioFigures(portfolio, compute_figures(portfolio).figures.collect())


def _same_figures(one: Settings, other: Settings) -> bool:
    """Whether two settings give the same figures."""
    return (one.actors, one.funding) == (other.actors, other.funding)


# ----------------------------------------------------------------------------------- the verdicts
def _verdicts(
    step: str, then: State, now: State, at: Mapping[str, PortfolioFigures], own: pl.DataFrame
) -> list[Verdicts]:
    """Return the verdicts at a step, for every catalogue in both periods.

    own: the stand-in limits of 4.2, for catalogues that did not freeze them.
    """
    place = STEPS.index(step)
    settings = (now if place >= STEPS.index("rule") else then).portfolio.settings
    frozen = now.frozen if place >= STEPS.index("reference") else then.frozen
    # at that period only the present catalogue froze its limits
    reference = {OWN: own, **now.frozen, **frozen}
    ratings = now.ratings if step == "assessment" else ratings_in_force(then.ratings, at[step])
    found = []
    for catalogue in shared_catalogues(then, now):
        limit = limits(catalogue, at[step], settings, reference)
        clusters = at[step].portfolio.clusters
        ids = clusters.select("cluster_id", "file")
        own = ratings.join(ids, on="cluster_id")
        found.append(evaluate(catalogue, at[step].figures, clusters, limit, own))
    return found


def _stand_in(step: str, whole: BothPeriods) -> pl.DataFrame:
    """Return the stand-in limits of 4.2 at a step, by the rules of this version.

    Before the step "reference" they are made of the whole earlier portfolio, from then on of the
    present one.
    """
    place, settings = STEPS.index(step), whole.now.portfolio.settings
    if place >= STEPS.index("reference"):
        return whole.now.stand_in(settings.cohorts)
    earlier = whole.then
    rules = earlier.portfolio.settings
    if place < STEPS.index("rule"):
        return earlier.stand_in(rules.cohorts)
    if not _same_figures(rules, settings):
        # states cannot tell who is an SME by other rules, but that does not change who is bound
        earlier = with_figures(replace(earlier.portfolio, settings=settings))
    return earlier.stand_in(settings.cohorts)


def ratings_in_force(ratings: pl.DataFrame, at: PortfolioFigures) -> pl.DataFrame:
    """Return the ratings that are valid on the clusters' days: that one expires is due to time."""
    days = at.portfolio.clusters.select("cluster_id", "as_of")
    dated = ratings.join(days, on="cluster_id")
    valid = pl.col("valid_until") >= pl.col("as_of")
    return dated.filter(valid.fill_null(value=True)).drop("as_of")


def limits(
    catalogue: Catalogue,
    at: PortfolioFigures,
    settings: Settings,
    reference: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Return the limits of 4.2 of each cluster at a step, by its size band there.

    A cluster that grows into another size band gets another limit through its own data.
    """
    bands = size_bands(at.values, settings.cohorts)
    return catalogue_limits(catalogue, at.values, bands, reference)


def _side_by_side(
    name: str, found: Mapping[str, pl.DataFrame], at: Mapping[str, PortfolioFigures]
) -> pl.DataFrame:
    """Return KEYS and a column per step; rows that are missing in a step are left out."""
    keys, result = KEYS[name], None
    for step, table in found.items():
        ids = at[step].portfolio.clusters.select("file", "cluster_id")
        table = table.join(ids, on="file")
        table = table.select(*keys, pl.col(COMPARED[name]).alias(step))
        result = table if result is None else result.join(table, on=keys)
    assert result is not None
    return result


# --------------------------------------------------------------------------------------- the cause
def cause() -> pl.Expr:
    """Return the cause of a value that changed: the last step at which it changes, else "rule".

    If no step changes the value although another one was published, the catalogue or the program's
    calculation has changed: "rule".

    Own data or time: if new data on the old day give the present value, the cause is "own_data".
    Otherwise it is "time" if old data on the new day give it. If only both together do (members
    that joined in between), it is "own_data".

    No figure reads the office's register, so the cause `register` never occurs.
    """
    both = pl.col("both")
    return (
        pl.when(_differ("reference", "assessment"))
        .then(pl.lit("assessment"))
        .when(_differ("rule", "reference"))
        .then(pl.lit("reference"))
        .when(_differ("both", "rule"))
        .then(pl.lit("rule"))
        .when(~_differ("then", "both"))
        .then(pl.lit("rule"))
        .when(pl.col("data").ne_missing(both) & pl.col("days").eq_missing(both))
        .then(pl.lit("time"))
        .otherwise(pl.lit("own_data"))
    )


def _differ(one: str, other: str) -> pl.Expr:
    return pl.col(one).ne_missing(pl.col(other))
