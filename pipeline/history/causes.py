"""The stage: why a verdict differs from that of the period before (contract 2.6).

The earlier state is turned into the present one step by step, for the whole portfolio at once: own
data and time, settings, the limit of 4.2, ratings. All steps follow the present catalogue: the one
of then is a record. The cause of a change is the last step at which the value changes, because it
produces the present value.
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

# Between two publications of one period also how a submission is read, and by which program.
CAUSES = [*PUBLISHED, "mapping", "program", "unknown"]
# What was, what new data and new days give each alone and together, and then one thing more each.
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
        """Return what stands in for the limits of 4.2, see `benchmark.stand_in`."""
        return stand_in(size_and_ratio(self.values, rules), rules)


@dataclass(frozen=True)
class Steps:
    """The result of each of STEPS: a column of that name beside the KEYS of a comparison.

    criteria, decisions: None if no catalogue was evaluated in both periods.
    """

    criteria: pl.DataFrame | None
    decisions: pl.DataFrame | None
    values: pl.DataFrame


def evaluate_steps(then: State, now: State, figures: pl.DataFrame) -> Steps:
    """Return the statuses, decisions and indicators of every step.

    figures: those of the present portfolio under the present settings, as they are published. Of
    catalogues in both periods, by their present rules: "then" may differ from what was published
    then. What needs a column that the earlier state lacks is left out.
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
    """Return the portfolio with its figures."""
    return PortfolioFigures(portfolio, compute_figures(portfolio).figures.collect())


def _same_figures(one: Settings, other: Settings) -> bool:
    """Whether two settings give the same figures."""
    return (one.actors, one.funding) == (other.actors, other.funding)


# ----------------------------------------------------------------------------------- the verdicts
def _verdicts(
    step: str, then: State, now: State, at: Mapping[str, PortfolioFigures], own: pl.DataFrame
) -> list[Verdicts]:
    """Return the verdicts at a step, for every catalogue in both periods.

    own: what stands in for the limits of 4.2 where no catalogue froze them.
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
    """Return what stands in for the limits of 4.2 at a step, by the rules of this version.

    It is made of the whole earlier portfolio until the step at which that is what changes.
    """
    place, settings = STEPS.index(step), whole.now.portfolio.settings
    if place >= STEPS.index("reference"):
        return whole.now.stand_in(settings.cohorts)
    earlier = whole.then
    rules = earlier.portfolio.settings
    if place < STEPS.index("rule"):
        return earlier.stand_in(rules.cohorts)
    if not _same_figures(rules, settings):
        # who is an SME, which states cannot tell by other rules, does not change how many are bound
        earlier = with_figures(replace(earlier.portfolio, settings=settings))
    return earlier.stand_in(settings.cohorts)


def ratings_in_force(ratings: pl.DataFrame, at: PortfolioFigures) -> pl.DataFrame:
    """Return the ratings not lapsed on the clusters' days: lapsing is an effect of time."""
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
    """Return the limits of 4.2: of what stands in, for the size bands of the clusters.

    A cluster that grows into another size band gets another limit by its own data.
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
    """Return the cause of a value that changed: the last step at which it did, else the rules.

    The earlier data are judged by the present catalogue. If the value was another one then and no
    step changes it, it is the catalogue, or how the program calculates, that has changed.

    Own data and time: if new data on the old day give the same as both, the cause is the data; else
    if old data on the new day do, it is time; if only both together do (members that joined in
    between), it is the data.

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
