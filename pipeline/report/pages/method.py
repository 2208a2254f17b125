"""The method: what each criterion requires, by which figures and why, and the definitions."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.common.catalogue import Catalogue, Condition, Criterion
from pipeline.common.settings import CohortRules, Settings
from pipeline.evaluation.statistics import QUANTILES
from pipeline.report.pages.figures import required
from pipeline.report.pages.matrix import pass_rule
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.reasons import asks_text, reason_text

MILLION = 1_000_000


@dataclass(frozen=True)
class ConditionMethod:
    """A condition as text."""

    text: str
    by_field: Sequence[str]
    reason: str
    source: str


@dataclass(frozen=True)
class CriterionMethod:
    """A criterion: its question and its conditions."""

    id: str
    title: str
    kind: str
    asks: str
    conditions: Sequence[ConditionMethod]


@dataclass(frozen=True)
class CatalogueMethod:
    """A catalogue: its source, its pass rule, its criteria by category."""

    title: str
    version: str
    source: str
    pass_rule: str
    categories: Sequence[tuple[str, Sequence[CriterionMethod]]]


@dataclass(frozen=True)
class Method:
    """All catalogues and definitions (term, meaning)."""

    catalogues: Sequence[CatalogueMethod]
    definitions: Sequence[tuple[str, str]]


def method(review: Review, words: Words) -> Method:
    """Return the method of the review."""
    rules = review.settings.cohorts
    catalogues = [_catalogue(c, rules, words) for c in review.catalogues]
    return Method(catalogues, definitions(review.settings, words))


def _catalogue(catalogue: Catalogue, rules: CohortRules, words: Words) -> CatalogueMethod:
    categories = [
        (
            words.of(title),
            [_criterion(c, rules, words) for c in catalogue.criteria if c.category == number],
        )
        for number, title in enumerate(catalogue.categories, 1)
    ]
    return CatalogueMethod(
        title=words.of(catalogue.title),
        version=catalogue.version,
        source=catalogue.source,
        pass_rule=pass_rule(catalogue, words),
        categories=categories,
    )


def _criterion(criterion: Criterion, rules: CohortRules, words: Words) -> CriterionMethod:
    return CriterionMethod(
        id=criterion.id,
        title=words.of(criterion.title),
        kind=words.code("kind", criterion.kind),
        asks=asks_text(criterion, words.lang),
        conditions=[_condition(c, rules, words) for c in criterion.conditions],
    )


def _condition(condition: Condition, rules: CohortRules, words: Words) -> ConditionMethod:
    metric = condition.metric
    title = words.of(metric.title)
    if condition.threshold is None:
        kind = "bands" if condition.reference_bands else condition.stand_in
        asks = words(
            f"stand_in_{kind}",
            period=condition.frozen_period,
            small_fte=words.number(rules.small_fte, 2),
            minimum=words.number(rules.minimum),
        )
    else:
        asks = required(condition.operator, condition.threshold, metric.unit, words)
    by_field = [
        words(
            "by_field",
            field=words.name("technology_fields", field),
            value=required(condition.operator, value, metric.unit, words),
        )
        for field, value in condition.threshold_by_technology_field.items()
    ]
    text = words("condition", title=title, asks=asks)
    if condition.one_for_all_fields:
        by_field = [words("one_for_all_fields")]
    source = condition.source if condition.is_as_shipped else ""
    return ConditionMethod(text, by_field, reason_text(condition, words.lang), source)


def definitions(settings: Settings, words: Words) -> list[tuple[str, str]]:
    """Return the definitions of the report's terms, with the numbers of the settings."""
    rules, cohorts = settings.actors, settings.cohorts
    values = {
        "bound": _names("commitments", rules.bound_commitments, words),
        "loose": _names("commitments", rules.loose_commitments, words),
        "employees": words.number(rules.sme_employees_below),
        "turnover": words.number(rules.sme_turnover_max / MILLION),
        "balance": words.number(rules.sme_balance_max / MILLION),
        "ifm_employees": words.number(rules.ifm_employees_below),
        "ifm_turnover": words.number(rules.ifm_turnover_max / MILLION),
        "radius": words.number(rules.radius_km),
        "minimum": words.number(cohorts.minimum),
        "page_minimum": words.number(cohorts.cluster_page_minimum),
        "small_fte": words.number(cohorts.small_fte, 2),
        "outdated": words.number(settings.review.outdated_days),
        "quantiles": words.of(QUANTILES),
    }
    terms = ("status", "decision", "bound", "sme", "near", "fte", "cohorts", "outdated", "distinct")
    return [(words(f"term_{t}"), words(f"meaning_{t}", **values)) for t in terms]


def _names(register: str, values: Sequence[str], words: Words) -> str:
    return ", ".join(words.name(register, v) for v in values)
