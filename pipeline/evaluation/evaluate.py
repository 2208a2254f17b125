"""The stage: figures against a catalogue's conditions, ratings, decisions (contract 2.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, Condition
from pipeline.common.exact import ceil_at, ratio
from pipeline.figures.base import collect_frames
from schemas.slips import DeclarationError, as_written

FULFILLED, NOT_FULFILLED, UNDETERMINED = "fulfilled", "not_fulfilled", "undetermined"
WORST_FIRST = (NOT_FULFILLED, UNDETERMINED, FULFILLED)
BEST_FIRST = WORST_FIRST[::-1]
ELIGIBLE, OPEN, NOT_ELIGIBLE = "eligible", "open", "not_eligible"
CRITERION = ["catalogue", "file", "criterion_id"]
STANDS_IN = r"^(?:quartile|frozen)"
# The key of the review's own stand-in limits, beside the names of periods with frozen limits.
OWN = "own"
# More than any catalogue has.
MOST_CRITERIA = 100_000


@dataclass(frozen=True)
class Verdicts:
    """conditions, criteria, decisions: the tables of the contract, by file and without texts."""

    conditions: pl.DataFrame
    criteria: pl.DataFrame
    decisions: pl.DataFrame


def refuse_uncomputed(catalogues: Iterable[Catalogue], figures: pl.DataFrame) -> None:
    """Raise DeclarationError if a condition is about a figure that no code computes.

    It is declared in schemas/metrics.toml, but every cluster would be undetermined without a word.
    figures: of any number of files; each file has every figure, unknown or not.
    """
    computed = set(figures["metric"].unique())
    uncomputed = [
        f"{catalogue.id}.toml, {criterion.id}: {as_written(condition.metric.key)}"
        for catalogue in catalogues
        for criterion in catalogue.criteria
        for condition in criterion.conditions
        if computed and condition.metric.key not in computed
    ]
    if uncomputed:
        place = uncomputed[0]
        raise DeclarationError(
            f"{place} steht in metrics.toml, aber kein Teil des Programms berechnet diese Größe. "
            "Bitte eine andere nennen oder sie programmieren (docs/architecture.md, another "
            "figure).",
            f"{place} is in metrics.toml, but no part of the program computes this figure. Please "
            "name another one or program it (docs/architecture.md, another figure).",
        )


def evaluate(
    catalogue: Catalogue,
    figures: pl.DataFrame,
    clusters: pl.DataFrame,
    limits: pl.DataFrame,
    ratings: pl.DataFrame,
) -> Verdicts:
    """Return the verdicts on every cluster by one catalogue.

    figures: see `figures.base.FIGURES`. clusters: file, technology_field. limits: file, limit,
    limit_source of criterion 4.2. ratings: catalogue, file, criterion_id, rated (fulfilled or
    not_fulfilled) of the ratings that replace the computed status.
    """
    conditions = judge_conditions(catalogue, figures, clusters, limits)
    own = ratings.lazy().filter(pl.col("catalogue") == catalogue.id)
    (criteria,) = collect_frames(apply_ratings(combine(conditions.lazy()), own))
    return Verdicts(conditions, criteria, decide(catalogue, criteria))


# ------------------------------------------------------------------------------------ conditions
def judge_conditions(
    catalogue: Catalogue, figures: pl.DataFrame, clusters: pl.DataFrame, limits: pl.DataFrame
) -> pl.DataFrame:
    """Return every condition of every cluster with its interval, threshold, status and lever."""
    (judged,) = collect_frames(condition_statuses(catalogue, figures, clusters, limits))
    judged = judged.with_row_index("index")
    unmet = judged.filter(pl.col("status") != FULFILLED)
    levers = unmet.with_columns(more=more_of_share()).select("index", lever_amount=lever())
    return judged.join(levers, on="index", how="left").drop("index")


def condition_statuses(
    catalogue: Catalogue, figures: pl.DataFrame, clusters: pl.DataFrame, limits: pl.DataFrame
) -> pl.LazyFrame:
    """Return every condition of every cluster with its interval, threshold and status."""
    fields = dict.fromkeys([None, *clusters["technology_field"].unique()])
    required = condition_rows(catalogue, list(fields)).lazy()
    table = (
        clusters.lazy()
        .select("file", "technology_field")
        .join(required, on="technology_field", nulls_equal=True)
    )
    table = table.join(figures.lazy(), on=["file", "metric"], how="left")
    reference = limits.lazy().select("file", "limit", reference="limit_source")
    table = table.join(reference, on="file", how="left")
    refers = pl.col("limit_source").is_null()
    table = table.with_columns(
        *(
            pl.when(refers).then("limit").otherwise(name).alias(name)
            for name in ("threshold", "least", "most")
        ),
        limit_source=pl.coalesce("limit_source", "reference"),
    ).drop("limit", "reference")
    return table.with_columns(status=status_of_condition())


def condition_rows(catalogue: Catalogue, technology_fields: Sequence[str | None]) -> pl.DataFrame:
    """Return the catalogue's conditions as rows, in its order, for each technology field.

    threshold, limit_source: the threshold in that field and its source; both are null for the
    reference limit of criterion 4.2. least, most: see `threshold_in`.
    """
    rows = [
        {
            "technology_field": technology_field,
            "catalogue": catalogue.id,
            "criterion_id": criterion.id,
            "position": position,
            "kind": criterion.kind,
            "condition": number,
            "metric": condition.metric.key,
            "operator": condition.operator,
            "unit": condition.metric.unit,
            "lever_kind": condition.metric.lever,
            "lever_unit": condition.metric.lever_unit,
            "months_per_unit": condition.metric.months_per_unit,
            **threshold_in(condition, technology_field),
        }
        for technology_field in technology_fields
        for position, criterion in enumerate(catalogue.criteria)
        for number, condition in enumerate(criterion.conditions, 1)
    ]
    numbers = dict.fromkeys(("threshold", "least", "most"), pl.Float64)
    texts = dict.fromkeys(("technology_field", "limit_source"), pl.String)
    schema = {"position": pl.Int64, "condition": pl.Int64, **numbers, **texts}
    return pl.DataFrame(rows, schema_overrides=schema)


def threshold_in(condition: Condition, technology_field: str | None) -> Mapping[str, Any]:
    """Return threshold, least, most, limit_source of a condition in a technology field.

    least and most are the smallest and greatest threshold that may apply. They differ only where
    thresholds depend on the technology field and the field is unknown.
    """
    usual, of_field = condition.threshold, condition.threshold_by_technology_field
    if usual is None:
        return dict.fromkeys(("threshold", "least", "most", "limit_source"))
    if technology_field is None:
        every = [usual, *of_field.values()]
        least, most = min(every), max(every)
        return {"threshold": usual, "least": least, "most": most, "limit_source": "catalogue"}
    own = of_field.get(technology_field, usual)
    source = "technology_field" if technology_field in of_field else "catalogue"
    return {"threshold": own, "least": own, "most": own, "limit_source": source}


def status_of_condition() -> pl.Expr:
    """Return the three-valued status: undetermined if the interval or threshold leaves it open.

    An infinite low end (actors per FTE without any FTE) is not fulfilled whatever the limit.
    """
    low, high = pl.col("low"), pl.col("high")
    least, most = pl.col("least"), pl.col("most")
    at_least = pl.col("operator") == ">="
    good = pl.when(at_least).then(low >= most).otherwise(high <= least)
    bad = pl.when(at_least).then(high < least).otherwise((low > most) | low.is_infinite())
    return (
        pl.when(good.fill_null(value=False) & ~low.is_infinite())
        .then(pl.lit(FULFILLED))
        .when(bad.fill_null(value=False))
        .then(pl.lit(NOT_FULFILLED))
        .otherwise(pl.lit(UNDETERMINED))
    )


def lever() -> pl.Expr:
    """Return how much more would fulfil a condition, from its certain values (contract 2.4).

    Null where no amount would. The rows are conditions that are not fulfilled; the column more: see
    `more_of_share`.
    """
    t, n, total = pl.col("threshold"), pl.col("numerator"), pl.col("denominator")
    kind, more = pl.col("lever_kind"), pl.col("more")
    amount = (
        pl.when(kind == "missing")
        .then((t - pl.col("low")).round(6))
        .when(kind == "months")
        .then(t * pl.col("months_per_unit") - n)
        .when(kind == "groups")
        .then(total - n)
        .when(kind == "share")
        .then(more)
        .when(kind == "own_funds")
        .then(ratio(more, pl.lit(100) + more * 0))
        .when(kind == "fte")
        .then(ceil_at(ratio(n, t) - total, 2))
    )
    return pl.when(amount > 0).then(amount)


def more_of_share() -> pl.Expr:
    """Return how much part and whole must both grow until a share reaches its threshold.

    The unit is that of the part: actors, or cents for own funds.
    """
    t, n, total = pl.col("threshold"), pl.col("numerator"), pl.col("denominator")
    is_share = pl.col("lever_kind").is_in(["share", "own_funds"]) & (t < 1)
    return ceil_at(ratio(t * total - n, pl.when(is_share).then(1 - t)), 0)


# -------------------------------------------------------------------------------------- criteria
def combine(conditions: pl.LazyFrame) -> pl.LazyFrame:
    """Return the computed status of every criterion: the worst status among its conditions."""
    worst = pl.col("status").replace_strict(WORST_FIRST, range(len(WORST_FIRST)))
    # One number is sorted and compared faster than two columns.
    number = pl.col("file").cast(pl.Int64) * MOST_CRITERIA + pl.col("position")
    table = conditions.with_columns(number=number).sort("number", worst)
    table = table.unique("number", keep="first")
    own = ["file", "position", "catalogue", "criterion_id", "kind"]
    return table.select(*own, computed_status="status")


def apply_ratings(criteria: pl.LazyFrame, ratings: pl.LazyFrame) -> pl.LazyFrame:
    """Add status, basis and against_hard: a rating replaces the computed status.

    ratings: those of the criteria's catalogue.
    """
    rated = ratings.select("file", "criterion_id", "rated")
    on = ["file", "criterion_id"]
    table = criteria.join(rated, on=on, how="left")
    assessed = pl.col("rated").is_not_null()
    table = table.with_columns(
        status=pl.coalesce("rated", "computed_status"),
        basis=pl.when(assessed).then(pl.lit("assessed")).otherwise(pl.lit("computed")),
    )
    contrary = (
        assessed & (pl.col("kind") == "hard") & (pl.col("rated") != pl.col("computed_status"))
    )
    return table.with_columns(against_hard=contrary.fill_null(value=False)).drop("rated")


# ------------------------------------------------------------------------------------- decisions
def decide(catalogue: Catalogue, criteria: pl.DataFrame) -> pl.DataFrame:
    """Return each cluster's numbers of criteria by status, and its decisions.

    criteria: those of the catalogue. decision_confirmed: the decision if every soft criterion
    without a rating were undetermined.
    """
    status, soft = pl.col("status"), pl.col("kind") == "soft"
    computed = pl.col("basis") == "computed"
    ok, bad, open_ = (status == s for s in (FULFILLED, NOT_FULFILLED, UNDETERMINED))
    doubtful = soft & computed
    counts = criteria.group_by("file").agg(
        fulfilled_hard=(ok & computed & ~soft).sum(),
        fulfilled_soft=(ok & doubtful).sum(),
        fulfilled_assessed=(ok & ~computed).sum(),
        fulfilled=ok.sum(),
        not_fulfilled=bad.sum(),
        undetermined=open_.sum(),
        sure=(ok & ~doubtful).sum(),
        unsure=(open_ | doubtful).sum(),
    )
    counts = counts.select(
        pl.lit(catalogue.id).alias("catalogue"), "file", pl.exclude("file").cast(pl.Int64)
    )
    return counts.with_columns(
        decision=decision(catalogue, pl.col("fulfilled"), pl.col("undetermined")),
        decision_confirmed=decision(catalogue, pl.col("sure"), pl.col("unsure")),
    ).drop("sure", "unsure")


def decision(catalogue: Catalogue, fulfilled: pl.Expr, undetermined: pl.Expr) -> pl.Expr:
    """Return eligible, open or not_eligible by the catalogue's pass mark."""
    return (
        pl.when(fulfilled >= catalogue.pass_mark)
        .then(pl.lit(ELIGIBLE))
        .when(fulfilled + undetermined >= catalogue.pass_mark)
        .then(pl.lit(OPEN))
        .otherwise(pl.lit(NOT_ELIGIBLE))
    )


# ------------------------------------------------------------------------------ reference of 4.2
def reference_condition(catalogue: Catalogue) -> Condition | None:
    """Return the catalogue's condition against the reference limit, if it has one."""
    every = (c for criterion in catalogue.criteria for c in criterion.conditions)
    return next((c for c in every if c.threshold is None), None)


def catalogue_limits(
    catalogue: Catalogue,
    values: pl.DataFrame,
    bands: pl.DataFrame,
    stand_ins: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Return every cluster's limit for criterion 4.2 of the catalogue, see `reference_limits`.

    values: file, indicator, value. stand_ins: stand-in limits (see `benchmark.stand_in`) of the
    review, by the key OWN, and of periods, by their name, at which catalogues froze them.
    """
    condition = reference_condition(catalogue)
    frozen = condition is not None and condition.stand_in == "frozen"
    source = str(condition.frozen_period) if condition is not None and frozen else OWN
    actors = values.filter(pl.col("indicator") == "actors")
    return reference_limits(condition, actors, bands, stand_ins[source])


def without_stand_in(limits: pl.DataFrame) -> pl.DataFrame:
    """Return the limits with null in place of stand-in limits."""
    stand_in = pl.col("limit_source").str.contains(STANDS_IN)
    return limits.with_columns(
        limit=pl.when(~stand_in).then("limit"),
        limit_source=pl.when(~stand_in).then("limit_source").otherwise(pl.lit("none")),
    )


def reference_limits(
    condition: Condition | None,
    actors: pl.DataFrame,
    bands: pl.DataFrame,
    stand_in: pl.DataFrame,
) -> pl.DataFrame:
    """Return file, limit, limit_source: how many actors per FTE are adequate for each cluster.

    actors: file, value (bound actors). bands: file, size_band. stand_in: see `benchmark.stand_in`,
    of this review or the frozen period. Reference bands of the catalogue apply if it has any,
    otherwise the stand-in limit of the cluster's size band (contract 2.5).
    """
    if condition is None or (condition.stand_in == "none" and not condition.reference_bands):
        return bands.select("file", limit=pl.lit(None, pl.Float64), limit_source=pl.lit("none"))
    if condition.reference_bands:
        return _of_reference_bands(condition, actors)
    name = "quartile" if condition.stand_in == "quartile" else f"frozen {condition.frozen_period}"
    table = bands.join(stand_in, on="size_band", how="left", maintain_order="left")
    source = pl.format(f"{name}: {{}}", pl.col("cohort"))
    return table.select("file", "limit", limit_source=source.fill_null("none"))


def _of_reference_bands(condition: Condition, actors: pl.DataFrame) -> pl.DataFrame:
    limit, source = pl.lit(None, pl.Float64), pl.lit("none")
    for band in reversed(condition.reference_bands):
        inside = pl.col("value") <= band.up_to
        limit = pl.when(inside).then(pl.lit(band.limit)).otherwise(limit)
        source = pl.when(inside).then(pl.lit(f"bands: {band.source}")).otherwise(source)
    return actors.select("file", limit=limit, limit_source=source)
