"""The stage: verdicts in other scenarios: by other definitions (robustness) or later (outlook)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.settings import Settings
from pipeline.evaluation.benchmark import Benchmarks, benchmark
from pipeline.evaluation.evaluate import (
    CRITERION,
    FULFILLED,
    OWN,
    Verdicts,
    catalogue_limits,
    evaluate,
    without_stand_in,
)
from pipeline.figures.base import FIGURES
from pipeline.figures.scenarios import LAST_DAY, SCENARIO_KEY, Scenario, ScenarioFigures, scenarios


@dataclass(frozen=True)
class OtherRule(Scenario):
    """A scenario that changes a rule and keeps the usual figures.

    metric, threshold: of every condition on that figure; without them 4.2 has no stand-in limit.
    """

    metric: str | None = None
    threshold: float | None = None


def other_rules(settings: Settings) -> list[OtherRule]:
    """Return the scenarios that change a rule, in the order of the contract."""
    return [
        OtherRule("without_stand_in"),
        *(
            OtherRule(one.variant, metric=one.metric, threshold=one.threshold)
            for one in settings.robustness.thresholds
        ),
    ]


@dataclass(frozen=True)
class ScenarioInputs:
    """The inputs of the usual verdicts, of which a scenario changes one.

    clusters: file, technology_field, federal_state, measures. ratings: those that count, see
    `ratings.Opinions`. frozen: by period the limits of 4.2 that catalogues froze at it, see
    `benchmark.stand_in`.
    """

    catalogues: Sequence[Catalogue]
    settings: Settings
    clusters: pl.DataFrame
    benchmarks: Benchmarks
    ratings: pl.DataFrame
    frozen: Mapping[str, pl.DataFrame]
    last_day: dt.date


def evaluate_scenarios(
    basis: ScenarioInputs, figures: ScenarioFigures, verdicts: Sequence[Verdicts]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the tables robustness, outlook and lapsed of the contract, with file.

    verdicts: the usual ones, with which those of the scenarios are compared.
    """
    every = [*scenarios(basis.settings), *other_rules(basis.settings)]
    found = {one: verdicts_in(one, basis, figures) for one in every}
    at_end = verdicts_in(LAST_DAY, basis, figures)
    return robustness(found, verdicts), outlook(found), lapsed(at_end, verdicts)


def verdicts_in(
    scenario: Scenario, basis: ScenarioInputs, figures: ScenarioFigures
) -> list[Verdicts]:
    """Return the verdicts of every catalogue in a scenario."""
    own, clusters = figures_in(scenario, figures), basis.clusters
    day = pl.col("as_of").dt.offset_by(f"{scenario.months}mo")
    if scenario == LAST_DAY:
        day = pl.lit(basis.last_day)
        clusters = clusters.join(own, on="file", how="semi", maintain_order="left")
    ratings = ratings_in_force(basis.ratings, day).join(clusters, on="file", how="semi")
    return [
        evaluate(
            catalogue_in(scenario, c), own, clusters, limits_in(scenario, c, basis, own), ratings
        )
        for c in basis.catalogues
    ]


def catalogue_in(scenario: Scenario, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with the threshold of a scenario, for all technology fields."""
    if not isinstance(scenario, OtherRule) or scenario.metric is None:
        return catalogue
    change: dict[str, object] = {
        "threshold": scenario.threshold,
        "threshold_by_technology_field": {},
    }
    criteria = [
        criterion.model_copy(
            update={
                "conditions": tuple(
                    condition.model_copy(update=change)
                    if condition.metric.key == scenario.metric
                    else condition
                    for condition in criterion.conditions
                )
            }
        )
        for criterion in catalogue.criteria
    ]
    return catalogue.model_copy(update={"criteria": tuple(criteria)})


def figures_in(scenario: Scenario, figures: ScenarioFigures) -> pl.DataFrame:
    """Return the figures (FIGURES) of a scenario."""
    if isinstance(scenario, OtherRule):
        return figures.usual
    same = pl.col("variant").eq_missing(scenario.variant) & (pl.col("months") == scenario.months)
    return figures.others.filter(same).select(list(FIGURES))


def ratings_in_force(ratings: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """Return the ratings that have not expired on a day."""
    return ratings.filter((pl.col("valid_until") >= day).fill_null(value=True))


def limits_in(
    scenario: Scenario, catalogue: Catalogue, basis: ScenarioInputs, figures: pl.DataFrame
) -> pl.DataFrame:
    """Return the limits of criterion 4.2 in a scenario.

    They are made of the portfolio, so another definition changes them; a later day does not.
    """
    usual = limits(catalogue, basis.benchmarks, basis.frozen)
    if isinstance(scenario, OtherRule):
        return without_stand_in(usual) if scenario.metric is None else usual
    if scenario.variant is None:
        return usual
    own = benchmark(figures, basis.clusters, basis.settings.cohorts)
    return limits(catalogue, own, basis.frozen)


def robustness(
    found: Mapping[Scenario, Sequence[Verdicts]], verdicts: Sequence[Verdicts]
) -> pl.DataFrame:
    """Return each cluster's decision under every definition, and whether it has changed.

    found: the verdicts of each scenario. scenario: the position of the definition.
    """
    usual = pl.concat([v.decisions.select("catalogue", "file", usual="decision") for v in verdicts])
    others = [
        v.decisions.with_columns(variant=pl.lit(one.variant), scenario=pl.lit(at))
        for at, (one, own) in enumerate(found.items())
        if one.variant is not None
        for v in own
    ]
    both = pl.concat(others).join(usual, on=["catalogue", "file"])
    changed = pl.col("decision") != pl.col("usual")
    return both.select("catalogue", "file", "variant", "scenario", "decision", changed=changed)


def outlook(found: Mapping[Scenario, Sequence[Verdicts]]) -> pl.DataFrame:
    """Return every criterion's status some months later with the same data (contract 2.6).

    Funding runs out, success stories age, ratings expire; the limit of 4.2 stays the same.
    """
    later = [
        v.criteria.with_columns(months=pl.lit(one.months, SCENARIO_KEY["months"]))
        for one, own in found.items()
        if one.variant is None
        for v in own
    ]
    columns = ["catalogue", "file", "criterion_id", "months", "status"]
    return pl.concat(later).select(columns)


def lapsed(at_end: Sequence[Verdicts], verdicts: Sequence[Verdicts]) -> pl.DataFrame:
    """Return the criteria that are fulfilled as of as_of but not as of the period's last day.

    Columns: catalogue, file, criterion_id, status (on the last day).
    """
    then, now = (pl.concat([v.criteria for v in one]) for one in (verdicts, at_end))
    held = then.filter(pl.col("status") == FULFILLED)
    gone = now.filter(pl.col("status") != FULFILLED)
    gone = gone.join(held, on=CRITERION, how="semi", maintain_order="left")
    return gone.select(*CRITERION, "status")


# ------------------------------------------------------------------------------------------ limits
def limits(
    catalogue: Catalogue, benchmarks: Benchmarks, frozen: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return the reference limit of every cluster for criterion 4.2 of the catalogue."""
    reference = references(benchmarks, frozen)
    return catalogue_limits(catalogue, benchmarks.values, benchmarks.bands, reference)


def references(
    benchmarks: Benchmarks, frozen: Mapping[str, pl.DataFrame]
) -> Mapping[str, pl.DataFrame]:
    """Return the stand-in limits of 4.2 by their key, see `evaluate.catalogue_limits`."""
    return {OWN: benchmarks.stand_in, **frozen}
