"""The stage: indicators, cohorts, quartiles, ranks (contract 2.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.exact import ratio
from pipeline.common.settings import CohortRules

# indicator -> (metric, whether its value is numerator / denominator rather than low)
OF_METRIC = {
    "actors": ("bound_actors", False),
    "actors_loose": ("bound_actors_loose", False),
    "fte": ("fte", False),
    "actors_per_fte": ("actors_per_fte", True),
    "sme_share": ("sme_share", True),
    "rnd_share": ("rnd_share", True),
    "near_share": ("near_share", True),
    "age_years": ("age_years", False),
    "own_funds_share": ("own_funds_share", True),
    "secured_months": ("secured_months", False),
    "services_per_year": ("services_per_year", False),
    "success_stories": ("success_stories", False),
    "innovation_projects": ("innovation_projects", False),
    "budget_eur": ("budget_eur", False),
}
# indicator -> (numerator, denominator), both indicators
QUOTIENTS = {"budget_per_actor": ("budget_eur", "actors"), "budget_per_fte": ("budget_eur", "fte")}
INDICATORS = [*OF_METRIC, *QUOTIENTS]
RATIOS = [name for name, (_, is_ratio) in OF_METRIC.items() if is_ratio] + list(QUOTIENTS)
ALL = "all"
COHORT_KINDS = ["portfolio", "technology_field", "size_band", "federal_state", "measure"]
COHORT = ["indicator", "cohort_kind", "cohort"]


@dataclass(frozen=True)
class Benchmarks:
    """Every indicator and cohort.

    values: file, indicator, value, numerator, denominator. bands: file, size_band. cohorts: the
    table of the contract. ranks: the table `benchmarks` of the contract, by file.
    """

    values: pl.DataFrame
    bands: pl.DataFrame
    cohorts: pl.DataFrame
    ranks: pl.DataFrame


def benchmark(figures: pl.DataFrame, clusters: pl.DataFrame, rules: CohortRules) -> Benchmarks:
    """Return every cluster's indicators and its place in its cohorts.

    figures: see `measures.base.FIGURES`. clusters: file, technology_field, federal_state, measures
    (list of text).
    """
    values = indicators(figures)
    bands = size_bands(values, rules)
    whole = clusters.join(bands, on="file", how="left", maintain_order="left")
    placed = place(values, cohort_members(whole, COHORT_KINDS))
    cohorts = cohort_statistics(placed, rules)
    return Benchmarks(values, bands, cohorts, cohort_ranks(placed, cohorts))


def place(values: pl.DataFrame, members: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return every indicator in each of its cohorts; members: see `cohort_members`."""
    every = pl.concat(members).drop_nulls("cohort")
    return values.join(every, on="file", maintain_order="left")


def indicators(figures: pl.DataFrame) -> pl.DataFrame:
    """Return file, indicator, value, numerator, denominator: what is certain, else null."""
    names = {metric: name for name, (metric, _) in OF_METRIC.items()}
    shares = [name for name, (_, is_ratio) in OF_METRIC.items() if is_ratio]
    own = figures.filter(pl.col("metric").is_in(list(names)))
    own = own.with_columns(indicator=pl.col("metric").replace_strict(names))
    quotient = ratio(pl.col("numerator"), pl.col("denominator"))
    own = own.with_columns(
        value=pl.when(pl.col("low").is_null())
        .then(None)
        .when(pl.col("indicator").is_in(shares))
        .then(quotient)
        .otherwise("low")
    )
    columns = ["file", "indicator", "value", "numerator", "denominator"]
    parts = [own.select(columns)]
    for name, (above, below) in QUOTIENTS.items():
        pair = own.filter(pl.col("indicator") == above).select("file", numerator="value")
        other = own.filter(pl.col("indicator") == below).select("file", denominator="value")
        both = pair.join(other, on="file", maintain_order="left")
        value = ratio(pl.col("numerator"), pl.col("denominator"))
        parts.append(both.with_columns(indicator=pl.lit(name), value=value).select(columns))
    order = pl.col("indicator").replace_strict(INDICATORS, range(len(INDICATORS)))
    return pl.concat(parts).sort("file", order)


def size_bands(values: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return file, size_band: the band of each cluster's bound actors."""
    actors = values.filter(pl.col("indicator") == "actors")
    band = pl.lit(f"über {rules.size_bands[-1]}")
    for i in reversed(range(len(rules.size_bands))):
        least = 0 if i == 0 else rules.size_bands[i - 1] + 1
        label = f"{least}–{rules.size_bands[i]}"
        band = pl.when(pl.col("value") <= rules.size_bands[i]).then(pl.lit(label)).otherwise(band)
    return actors.select("file", size_band=pl.when(pl.col("value").is_not_null()).then(band))


def band_labels(rules: CohortRules) -> list[str]:
    """Return the names of the size bands in their order."""
    ends = rules.size_bands
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [f"{a}–{b}" for a, b in zip(starts, ends, strict=True)] + [f"über {ends[-1]}"]


def cohort_members(clusters: pl.DataFrame, kinds: Iterable[str]) -> list[pl.DataFrame]:
    """Return for each kind file, cohort_kind, cohort: those each cluster belongs to, or null.

    A cluster belongs to one cohort of each kind, but to one for each of its measures.
    """
    return [_members(clusters, kind) for kind in kinds]


def _members(clusters: pl.DataFrame, kind: str) -> pl.DataFrame:
    if kind == "measure":
        members = clusters.select("file", cohort_kind=pl.lit(kind), cohort="measures")
        return members.explode("cohort")
    cohort = pl.lit(ALL) if kind == "portfolio" else pl.col(kind)
    return clusters.select("file", cohort_kind=pl.lit(kind), cohort=cohort)


def cohort_statistics(placed: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return the statistics of every cohort and indicator; below the minimum only n is given."""
    value = pl.col("value")
    known = value.is_not_null()
    table = (
        placed.sort("file")
        .group_by(*COHORT, maintain_order=True)
        .agg(
            n=value.count().cast(pl.Int64),
            min=value.min(),
            p25=value.quantile(0.25, "linear"),
            median=value.quantile(0.5, "linear"),
            p75=value.quantile(0.75, "linear"),
            max=value.max(),
            above=pl.col("numerator").filter(known).sum(),
            below=pl.col("denominator").filter(known).sum(),
        )
    )
    pooled = pl.when(pl.col("indicator").is_in(RATIOS)).then(
        ratio(pl.col("above"), pl.col("below"))
    )
    suppressed = pl.col("n") < rules.minimum
    shown = ["min", "p25", "median", "p75", "max", "pooled"]
    table = table.with_columns(pooled=pooled, suppressed=suppressed)
    table = table.with_columns(pl.when(~suppressed).then(pl.col(c)).alias(c) for c in shown)
    table = table.select(*COHORT, "n", *shown, "suppressed")
    return table.sort(*_order(), "cohort")


def cohort_ranks(placed: pl.DataFrame, cohorts: pl.DataFrame) -> pl.DataFrame:
    """Return each cluster's value and percentile rank in each of its cohorts.

    The rank is 100 x (less + 0.5 x equal, itself included) / n.
    """
    value = pl.col("value")
    less = value.rank("min").over("number").cast(pl.Float64) - 1
    equal = value.rank("max").over("number").cast(pl.Float64) - less
    # One number stands for the three texts that name a cohort: it is compared sooner.
    ranked = placed.join(cohorts.with_row_index("number"), on=COHORT, maintain_order="left")
    ranked = ranked.with_columns(points=100 * (less + 0.5 * equal))
    rank = pl.when(~pl.col("suppressed")).then(ratio(pl.col("points"), pl.col("n")))
    columns = ["value", "percentile_rank", "n", "p25", "median", "p75", "suppressed"]
    return (
        ranked.with_columns(percentile_rank=rank)
        .sort("file", *_order(), "cohort")
        .select("file", *COHORT, *columns)
    )


def _order() -> Iterable[pl.Expr]:
    """Sort keys: indicators and cohort kinds in the order of the contract."""
    yield pl.col("indicator").replace_strict(INDICATORS, range(len(INDICATORS)))
    yield pl.col("cohort_kind").replace_strict(COHORT_KINDS, range(len(COHORT_KINDS)))
