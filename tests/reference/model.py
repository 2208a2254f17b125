"""The whole review of a portfolio: criteria, decisions, robustness and benchmarks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from .actors import Settings
from .cells import Cell, Cluster, Portfolio, Rating, known
from .figures import Figure, Figures, compute, lever

FULFILLED, NOT_FULFILLED, UNDETERMINED = "fulfilled", "not_fulfilled", "undetermined"
MIN_COHORT = 5
SMALL_FTE = Fraction(1, 2)
SIZE_BANDS = ((50, "0–50"), (100, "51–100"), (200, "101–200"), (500, "201–500"))
LARGEST_BAND = "über 500"
INDICATORS = (
    "actors",
    "actors_loose",
    "fte",
    "actors_per_fte",
    "sme_share",
    "rnd_share",
    "near_share",
    "age_years",
    "own_funds_share",
    "secured_months",
    "services_per_year",
    "success_stories",
    "innovation_projects",
    "budget_eur",
    "budget_per_actor",
    "budget_per_fte",
)


class Condition(NamedTuple):
    """A figure against a threshold; None means the limit of 4.2."""

    metric: str
    operator: str
    threshold: Fraction | None


class Criterion(NamedTuple):
    """Conditions that must all hold."""

    criterion_id: str
    kind: str
    conditions: tuple[Condition, ...]


def least(metric: str, threshold: int | str) -> Condition:
    """The figure must reach the threshold."""
    return Condition(metric, ">=", Fraction(threshold))


GO_CLUSTER = (
    Criterion("1", "hard", (least("actors", 30),)),
    Criterion("2.1", "hard", (least("sme_share", "0.5"),)),
    Criterion("2.2", "soft", (least("rnd_count", 1), least("rnd_share", "0.05"))),
    Criterion("3", "hard", (least("near_share", "0.6"),)),
    Criterion("4.1", "hard", (least("age_years", 3),)),
    Criterion("4.2", "soft", (Condition("actors_per_fte", "<=", None),)),
    Criterion("5", "soft", (least("seated_groups", 1),)),
    Criterion("6.1", "soft", (least("strategy_actors", 1),)),
    Criterion("6.2", "soft", (least("strategy_dated", 1), least("revision_concept", 1))),
    Criterion("7.1", "hard", (least("own_funds_share", "0.2"),)),
    Criterion("7.2", "hard", (least("secured_months", 24), least("prospect", 1))),
    Criterion("8", "soft", (least("served_fields", 1), least("services_per_year", 12))),
    Criterion("9.1", "soft", (least("standing_groups", 1),)),
    Criterion("9.2", "soft", (least("internal_channels", 2),)),
    Criterion("10.1", "hard", (least("competitors", 3),)),
    Criterion("10.2", "soft", (least("unique_features", 1),)),
    Criterion(
        "11",
        "soft",
        (
            least("visibility_items", 3),
            least("visibility_kinds", 2),
            least("external_channels", 1),
        ),
    ),
    Criterion("12", "hard", (least("success_stories", 3),)),
    Criterion(
        "13",
        "soft",
        (least("innovation_projects", 1), least("anchoring", 1), least("innovation_support", 1)),
    ),
)
ECCP_PROFILE = (
    Criterion("1", "hard", (least("actors", 15),)),
    Criterion("2", "hard", (least("fte", "0.5"),)),
    Criterion("3", "hard", (least("actor_types", 2),)),
)
ZIM_NEMO = (Criterion("1", "hard", (least("sme_count", 6),)),)
CATALOGUES = {"go-cluster": GO_CLUSTER, "eccp-profile": ECCP_PROFILE, "zim-nemo": ZIM_NEMO}
PASS_MARKS = {"go-cluster": 12, "eccp-profile": len(ECCP_PROFILE), "zim-nemo": len(ZIM_NEMO)}

BASE = Settings()
VARIANTS = {
    "radius_145": replace(BASE, radius_km=145),
    "radius_155": replace(BASE, radius_km=155),
    "sme_ifm": replace(BASE, sme_definition="ifm"),
    "loose_actors": replace(BASE, loose=True),
    "without_stand_in": BASE.without_stand_in(),
}


@dataclass(frozen=True)
class ConditionResult:
    """One row of table `conditions`."""

    metric: str
    low: Fraction | None
    high: Fraction | None
    threshold: Fraction | None
    status: str
    lever: Fraction | None


@dataclass(frozen=True)
class CriterionResult:
    """One row of table `criteria`, with its conditions."""

    kind: str
    computed_status: str
    status: str
    basis: str
    against_hard: bool
    conditions: tuple[ConditionResult, ...]


@dataclass(frozen=True)
class Decision:
    """One row of table `decisions`."""

    fulfilled_hard: int
    fulfilled_soft: int
    fulfilled_assessed: int
    fulfilled: int
    not_fulfilled: int
    undetermined: int
    decision: str
    decision_confirmed: str


@dataclass(frozen=True)
class Stats:
    """One row of table `cohorts`; only n when it is suppressed."""

    n: int
    suppressed: bool
    min: Fraction | None = None
    p25: Fraction | None = None
    median: Fraction | None = None
    p75: Fraction | None = None
    max: Fraction | None = None
    pooled: Fraction | None = None


@dataclass(frozen=True)
class Benchmark:
    """One row of table `benchmarks`."""

    value: Fraction | None
    percentile_rank: Fraction | None
    stats: Stats


ClusterCriterion = tuple[str, str, str]  # catalogue, cluster, criterion
CohortKey = tuple[str, str]  # kind, cohort


@dataclass
class Evaluation:
    """One evaluation of the whole portfolio under one setting."""

    figures: dict[str, Figures]
    cohorts: dict[CohortKey, list[str]]
    criteria: dict[ClusterCriterion, CriterionResult]
    decisions: dict[tuple[str, str], Decision]


@dataclass
class Review:
    """Everything that is compared with the published tables."""

    base: Evaluation
    robustness: dict[tuple[str, str, str], tuple[str, bool]]
    stats: dict[tuple[str, str, str], Stats]  # indicator, kind, cohort
    benchmarks: dict[tuple[str, str, str, str], Benchmark]  # cluster, indicator, kind, cohort


# ---- conditions and criteria ----


def status_of(figure: Figure, operator: str, threshold: Fraction | None) -> str:
    """An interval against a threshold."""
    if figure.impossible:
        return NOT_FULFILLED
    if figure.low is None or threshold is None:
        return UNDETERMINED
    if operator == ">=":
        sure = figure.low >= threshold
        never = figure.high is not None and figure.high < threshold
    else:
        sure = figure.high is not None and figure.high <= threshold
        never = figure.low > threshold
    return FULFILLED if sure else NOT_FULFILLED if never else UNDETERMINED


def together(statuses: Iterable[str]) -> str:
    """Three-valued AND."""
    found = set(statuses)
    for status in (NOT_FULFILLED, UNDETERMINED):
        if status in found:
            return status
    return FULFILLED


def judge_condition(
    condition: Condition, figures: Figures, limit: Fraction | None
) -> ConditionResult:
    """One condition of one cluster."""
    figure = figures.metrics[condition.metric]
    threshold = limit if condition.threshold is None else condition.threshold
    status = status_of(figure, condition.operator, threshold)
    missing = None if status == FULFILLED else lever(figure, threshold)
    return ConditionResult(condition.metric, figure.low, figure.high, threshold, status, missing)


def judge_criterion(
    criterion: Criterion, figures: Figures, limit: Fraction | None, rated: str | None
) -> CriterionResult:
    """One criterion of one cluster; an effective rating replaces the computed status."""
    results = tuple(judge_condition(c, figures, limit) for c in criterion.conditions)
    computed = together(result.status for result in results)
    return CriterionResult(
        kind=criterion.kind,
        computed_status=computed,
        status=rated or computed,
        basis="assessed" if rated else "computed",
        against_hard=criterion.kind == "hard" and rated is not None and rated != computed,
        conditions=results,
    )


# ---- ratings ----


def effective_rating(
    ratings: list[Rating], cluster: Cluster, target: ClusterCriterion
) -> str | None:
    """The status by the newest rating, unless it is open, without reason or expired."""
    mine = [r for r in ratings if (r.catalogue, r.cluster_id, r.criterion) == target]
    if not mine:
        return None
    newest = max(
        enumerate(mine), key=lambda item: (known(item[1].day), day_key(item[1].day), item[0])
    )
    rating = newest[1]
    usable = rating.verdict in (FULFILLED, NOT_FULFILLED) and known(rating.reason)
    expired = known(rating.valid_until) and rating.valid_until < cluster.as_of
    return str(rating.verdict) if usable and not expired else None


def day_key(day: Cell) -> int:
    """A day as a number to sort by; undated is oldest."""
    return day.toordinal() if known(day) else 0


# ---- decisions ----


def outcome(fulfilled: int, undetermined: int, mark: int) -> str:
    """Eligible, open or not eligible."""
    if fulfilled >= mark:
        return "eligible"
    return "open" if fulfilled + undetermined >= mark else "not_eligible"


def decide(results: list[CriterionResult], mark: int) -> Decision:
    """The decision of one catalogue for one cluster."""
    statuses = [result.status for result in results]
    confirmed = [
        UNDETERMINED if r.kind == "soft" and r.basis == "computed" else r.status for r in results
    ]
    done = [result for result in results if result.status == FULFILLED]
    return Decision(
        fulfilled_hard=sum(r.kind == "hard" and r.basis == "computed" for r in done),
        fulfilled_soft=sum(r.kind == "soft" and r.basis == "computed" for r in done),
        fulfilled_assessed=sum(r.basis == "assessed" for r in done),
        fulfilled=len(done),
        not_fulfilled=statuses.count(NOT_FULFILLED),
        undetermined=statuses.count(UNDETERMINED),
        decision=outcome(len(done), statuses.count(UNDETERMINED), mark),
        decision_confirmed=outcome(confirmed.count(FULFILLED), confirmed.count(UNDETERMINED), mark),
    )


# ---- cohorts ----


def size_band(actors: Fraction) -> str:
    """The band of a number of bound actors."""
    return next((name for most, name in SIZE_BANDS if actors <= most), LARGEST_BAND)


def measures_of(cluster: Cluster, portfolio: Portfolio) -> tuple[str, ...]:
    """The excellence measures: those the office confirmed, else the cluster's own."""
    for row in portfolio.register or []:
        if row.cluster_id == cluster.cluster_id and known(row.measures):
            return tuple(dict.fromkeys(row.measures))
    own = cluster.cell("measures")
    return tuple(dict.fromkeys(own)) if known(own) else ()


def cohorts_of(cluster: Cluster, figures: Figures, portfolio: Portfolio) -> list[CohortKey]:
    """The cohorts a cluster is in."""
    actors = figures.indicators["actors"]
    assert actors is not None
    keys = [("portfolio", "all"), ("size_band", size_band(actors))]
    for kind, column in (("technology_field", "technology_field"), ("federal_state", "state")):
        if known(cluster.cell(column)):
            keys.append((kind, cluster.cell(column)))
    return keys + [("measure", name) for name in measures_of(cluster, portfolio)]


def members(portfolio: Portfolio, figures: dict[str, Figures]) -> dict[CohortKey, list[str]]:
    """The clusters of every cohort."""
    out: dict[CohortKey, list[str]] = {}
    for cluster in portfolio.clusters:
        for key in cohorts_of(cluster, figures[cluster.cluster_id], portfolio):
            out.setdefault(key, []).append(cluster.cluster_id)
    return out


def quantile(values: list[Fraction], share: Fraction) -> Fraction:
    """Linear interpolation between the two nearest of the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def statistics(indicator: str, group: list[Figures]) -> Stats:
    """The statistics of one indicator in one cohort."""
    values = [v for f in group if (v := f.indicators[indicator]) is not None]
    if len(values) < MIN_COHORT:
        return Stats(n=len(values), suppressed=True)
    lowest, p25, median, p75, highest = (quantile(values, Fraction(i, 4)) for i in range(5))
    ratio = pooled(indicator, group)
    return Stats(len(values), False, lowest, p25, median, p75, highest, ratio)


def pooled(indicator: str, group: list[Figures]) -> Fraction | None:
    """The sum of the numerators by the sum of the denominators, for ratios only."""
    parts = [f.ratios[indicator] for f in group if indicator in f.ratios]
    whole = sum((part[1] for part in parts), Fraction(0))
    return sum((part[0] for part in parts), Fraction(0)) / whole if whole else None


def percentile_rank(value: Fraction, values: list[Fraction]) -> Fraction:
    """100 x (less + half of the equal, itself included) / n."""
    less = sum(other < value for other in values)
    equal = sum(other == value for other in values)
    return 100 * (less + Fraction(equal, 2)) / len(values)


def stand_in(
    evaluated: dict[str, Figures], cohorts: dict[CohortKey, list[str]], band: str
) -> Fraction | None:
    """The limit of 4.2 for a size band: the greatest p75 of the bands up to it.

    Clusters of less than half a post are left out; the portfolio stands in for a band of few.
    """

    def quartile(key: CohortKey) -> Fraction | None:
        group = [evaluated[name] for name in cohorts.get(key, [])]
        with_posts = [f for f in group if (f.indicators["fte"] or 0) >= SMALL_FTE]
        return statistics("actors_per_fte", with_posts).p75

    whole = quartile(("portfolio", "all"))
    if whole is None:
        return None
    bands = [name for _, name in SIZE_BANDS] + [LARGEST_BAND]
    up_to = bands[: bands.index(band) + 1]
    return max(own if (own := quartile(("size_band", b))) is not None else whole for b in up_to)


# ---- the review ----


def evaluate(portfolio: Portfolio, settings: Settings) -> Evaluation:
    """Evaluate the whole portfolio under one setting."""
    figures = {c.cluster_id: compute(c, settings) for c in portfolio.clusters}
    cohorts = members(portfolio, figures)
    out = Evaluation(figures, cohorts, {}, {})
    for cluster in portfolio.clusters:
        name = cluster.cluster_id
        limit = None
        if settings.stand_in:
            actors = figures[name].indicators["actors"]
            assert actors is not None
            limit = stand_in(figures, cohorts, size_band(actors))
        for catalogue, criteria in CATALOGUES.items():
            judge_cluster(out, portfolio, cluster, catalogue, criteria, limit)
    return out


def judge_cluster(
    out: Evaluation,
    portfolio: Portfolio,
    cluster: Cluster,
    catalogue: str,
    criteria: tuple[Criterion, ...],
    limit: Fraction | None,
) -> None:
    """Add one cluster's criteria and decision of one catalogue."""
    name, results = cluster.cluster_id, []
    for criterion in criteria:
        target = (catalogue, name, criterion.criterion_id)
        rated = effective_rating(portfolio.ratings or [], cluster, target)
        result = judge_criterion(criterion, out.figures[name], limit, rated)
        out.criteria[target] = result
        results.append(result)
    out.decisions[catalogue, name] = decide(results, PASS_MARKS[catalogue])


def review(portfolio: Portfolio) -> Review:
    """Everything: the base evaluation, the five variants and the benchmarks."""
    base = evaluate(portfolio, BASE)
    out = Review(base, {}, {}, {})
    for variant, settings in VARIANTS.items():
        varied = evaluate(portfolio, settings)
        for (catalogue, name), decision in varied.decisions.items():
            changed = decision.decision != base.decisions[catalogue, name].decision
            out.robustness[catalogue, name, variant] = (decision.decision, changed)
    for (kind, cohort), names in base.cohorts.items():
        for indicator in INDICATORS:
            benchmark(out, indicator, kind, cohort, names)
    return out


def benchmark(out: Review, indicator: str, kind: str, cohort: str, names: list[str]) -> None:
    """Add the statistics of one indicator in one cohort and its members' ranks."""
    group = [out.base.figures[name] for name in names]
    stats = statistics(indicator, group)
    values = [v for f in group if (v := f.indicators[indicator]) is not None]
    out.stats[indicator, kind, cohort] = stats
    for name, figures in zip(names, group, strict=True):
        mine = figures.indicators[indicator]
        ranked = mine is not None and not stats.suppressed
        rank = percentile_rank(mine, values) if ranked and mine is not None else None
        out.benchmarks[name, indicator, kind, cohort] = Benchmark(mine, rank, stats)
