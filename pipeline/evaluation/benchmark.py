"""The stage: indicators, cohorts, quartiles, ranks (contract 2.5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.declared_order import declared_order
from pipeline.common.exact import ratio
from pipeline.common.keys import collapse_expr, title_key_expr
from pipeline.common.settings import CohortRules
from pipeline.evaluation.statistics import (
    POOLED,
    SHOWN,
    STATISTICS,
    pooled_expression,
    pooled_sums,
    rank_expression,
    size_expression,
)
from pipeline.figures.of_actors import JOINED, LEFT
from pipeline.figures.of_funding import PUBLIC_SHARE
from schemas.benchmarks import (
    CohortKind,
    declared_cohort_kinds,
    declared_indicators,
    one_cohort_kinds,
)
from schemas.declaration import measures

ALL = "all"
RATIO, PORTFOLIO = "actors_per_fte", "portfolio"
COHORT = ["indicator", "cohort_kind", "cohort"]
# Signs that Excel reads as wildcards or comparisons in the criteria of COUNTIF and the like.
EXCEL_SIGNS = r'[*?~"]|^\s*[<>=]+'
LONGEST_NAME = 100


@dataclass(frozen=True)
class Benchmarks:
    """The indicators, cohorts and ranks of a review.

    values: file, indicator, value, numerator, denominator. bands: file, size_band. names: file and
    a column for every cohort kind of which a cluster has at most one cohort. cohorts: the table of
    the contract. ranks: the table `benchmarks` of the contract, with file instead of cluster_id.
    stand_in: the function's result.
    """

    values: pl.DataFrame
    bands: pl.DataFrame
    names: pl.DataFrame
    cohorts: pl.DataFrame
    ranks: pl.DataFrame
    stand_in: pl.DataFrame


def benchmark(figures: pl.DataFrame, clusters: pl.DataFrame, rules: CohortRules) -> Benchmarks:
    """Return the indicators, cohorts and ranks of all clusters.

    figures: see `figures.base.FIGURES`. clusters: file, measures (list of text), and the fields of
    Stammdaten that are cohort kinds.
    """
    values = indicators(figures)
    bands = size_bands(values, rules)
    whole = clusters.join(bands, on="file", how="left")
    whole = whole.with_columns(**cohort_names())
    placed = in_cohorts(values, cohort_members(whole))
    cohorts = cohort_statistics(placed, rules)
    names = whole.select("file", *cohort_names())
    limits = stand_in(size_and_ratio(values, rules), rules)
    return Benchmarks(values, bands, names, cohorts, cohort_ranks(placed, cohorts), limits)


def cohort_names() -> Mapping[str, pl.Expr]:
    """Return expressions of the cohort's name, by column, for kinds with at most one cohort."""
    return {
        kind.column: as_cohort(pl.col(kind.column)) if kind.is_free_text else pl.col(kind.column)
        for kind in one_cohort_kinds().values()
        if kind.column is not None
    }


def as_cohort(written: pl.Expr) -> pl.Expr:
    """Return the name of a cohort from free text: one spelling for texts with the same key.

    Excel must find the name again. It compares without regard to case, reads some signs as
    wildcards or comparisons, and takes at most 255 letters.
    """
    text = written.str.replace_all(EXCEL_SIGNS, " ")
    text = collapse_expr(collapse_expr(text).str.slice(0, LONGEST_NAME))
    named = pl.when(text != "").then(text)
    return named.min().over(title_key_expr(named))


def in_cohorts(values: pl.DataFrame, members: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return a row per indicator value and cohort of its cluster; members: see `cohort_members`."""
    every = pl.concat(members).drop_nulls("cohort")
    return values.join(every, on="file")


def indicators(figures: pl.DataFrame) -> pl.DataFrame:
    """Return file, indicator, value, numerator, denominator; value is null where it is unknown.

    The value is the certain one, `low`; for ratios the quotient of numerator and denominator.
    """
    declared = declared_indicators()
    of_figures = {one.figure: key for key, one in declared.items() if one.figure is not None}
    ratios = [key for key, one in declared.items() if one.is_ratio]
    own = figures.filter(pl.col("metric").is_in(list(of_figures)))
    own = own.with_columns(indicator=pl.col("metric").replace_strict(of_figures))
    quotient = ratio(pl.col("numerator"), pl.col("denominator"))
    own = own.with_columns(
        value=pl.when(pl.col("low").is_null())
        .then(None)
        .when(pl.col("indicator").is_in(ratios))
        .then(quotient)
        .otherwise("low")
    )
    columns = ["file", "indicator", "value", "numerator", "denominator"]
    parts = [own.select(columns)]
    for name, one in declared.items():
        if one.figure is not None or one.quotient is None:
            continue
        above, below = one.quotient
        pair = own.filter(pl.col("indicator") == above).select("file", numerator="value")
        other = own.filter(pl.col("indicator") == below).select("file", denominator="value")
        both = pair.join(other, on="file")
        parts.append(both.with_columns(indicator=pl.lit(name), value=quotient).select(columns))
    return pl.concat(parts).sort("file", declared_order("indicator", declared))


def supplementary_figures(figures: pl.DataFrame) -> pl.DataFrame:
    """Return file, joined_12m, left_12m, public_share: published figures without a benchmark."""
    names = [JOINED, LEFT, PUBLIC_SHARE]
    own = figures.filter(pl.col("metric").is_in(names))
    wide = own.pivot(on="metric", on_columns=names, index="file", values="low")
    return wide.with_columns(pl.col(JOINED, LEFT).cast(pl.Int64))


def size_bands(values: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return file, size_band: the band of each cluster's bound actors."""
    actors = values.filter(pl.col("indicator") == "actors")
    return actors.select("file", size_band=band_of(pl.col("value"), rules))


def band_of(actors: pl.Expr, rules: CohortRules) -> pl.Expr:
    """Return the size band of a number of bound actors, null where it is unknown."""
    *labels, largest = band_labels(rules)
    band = pl.lit(largest)
    for end, label in reversed(list(zip(rules.size_bands, labels, strict=True))):
        band = pl.when(actors <= end).then(pl.lit(label)).otherwise(band)
    return pl.when(actors.is_not_null()).then(band)


def band_labels(rules: CohortRules) -> list[str]:
    """Return the names of the size bands in their order."""
    ends = rules.size_bands
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [f"{a}–{b}" for a, b in zip(starts, ends, strict=True)] + [f"über {ends[-1]}"]


def cohort_members(clusters: pl.DataFrame) -> list[pl.DataFrame]:
    """Return a frame for each cohort kind: file, cohort_kind, cohort (null: in none).

    A cluster has at most one cohort of a kind; of the kind measure it has one per measure.
    """
    return [_members(clusters, key, kind) for key, kind in declared_cohort_kinds().items()]


def _members(clusters: pl.DataFrame, key: str, kind: CohortKind) -> pl.DataFrame:
    cohort = pl.lit(ALL) if kind.column is None else pl.col(kind.column)
    if kind.has_several:
        cohort = registered_measures(cohort)
    members = clusters.select("file", cohort_kind=pl.lit(key), cohort=cohort)
    return members.explode("cohort") if kind.has_several else members


def cohort_statistics(placed: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return the statistics of every cohort and indicator; below the minimum only n is given."""
    table = (
        placed.sort("file")
        .group_by(*COHORT)
        .agg(
            size_expression().alias("n"),
            *(one.expression.alias(name) for name, one in STATISTICS.items()),
            **pooled_sums(),
        )
    )
    ratios = [key for key, one in declared_indicators().items() if one.is_ratio]
    pooled = pl.when(pl.col("indicator").is_in(ratios)).then(pooled_expression())
    suppressed = pl.col("n") < rules.minimum
    table = table.with_columns(pooled.alias(POOLED), suppressed=suppressed)
    table = table.with_columns(pl.when(~suppressed).then(pl.col(c)).alias(c) for c in SHOWN)
    table = table.select(*COHORT, "n", *SHOWN, "suppressed")
    return table.sort(*_order(), "cohort")


def cohort_ranks(placed: pl.DataFrame, cohorts: pl.DataFrame) -> pl.DataFrame:
    """Return each cluster's value and percentile rank in each of its cohorts."""
    # A number per cohort is compared faster than the three texts that name it.
    ranked = placed.join(cohorts.with_row_index("number"), on=COHORT)
    rank = pl.when(~pl.col("suppressed")).then(rank_expression("number"))
    columns = ["value", "percentile_rank", "n", "p25", "median", "p75", "suppressed"]
    return (
        ranked.with_columns(percentile_rank=rank)
        .sort("file", *_order(), "cohort")
        .select("file", *COHORT, *columns)
    )


# ------------------------------------------------------------------- the stand-in limit of 4.2
def size_and_ratio(values: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return file, size_band, fte, actors_per_fte of every cluster; values: see `indicators`."""
    own = values.filter(pl.col("indicator") == RATIO)
    own = own.select("file", fte="denominator", actors_per_fte="value")
    return size_bands(values, rules).join(own, on="file", how="left", maintain_order="left")


def stand_in(clusters: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return size_band, limit, cohort, n: the limits of 4.2 while no published ones exist.

    clusters: size_band, fte, actors_per_fte of a portfolio. The quartile of a band is p75 over its
    clusters with enough FTE, or over the whole portfolio where these are too few. The limit of a
    band is the greatest quartile of it and all smaller bands: a cluster must not fail by growing.
    cohort: whose quartile it is (`size_band 0–50` or `portfolio`). n: over how many clusters. All
    three are null where the portfolio has too few clusters (contract 2.5).
    """
    known = clusters.filter(pl.col("fte") >= rules.small_fte).drop_nulls(RATIO)
    known = known.select("size_band", value=RATIO)
    found = {"limit": STATISTICS["p75"].expression, "n": size_expression()}
    bands = pl.DataFrame({"size_band": band_labels(rules)})
    own = known.group_by("size_band").agg(**found)
    whole = known.select(**found).rename({"limit": "whole_limit", "n": "whole_n"})
    table = bands.join(own, on="size_band", how="left", maintain_order="left")
    table = table.join(whole, how="cross", maintain_order="left")
    enough, any_ = pl.col("n") >= rules.minimum, pl.col("whole_n") >= rules.minimum
    table = table.select(
        "size_band",
        limit=pl.when(enough).then("limit").when(any_).then("whole_limit"),
        cohort=pl.when(enough)
        .then(pl.format("size_band {}", "size_band"))
        .when(any_)
        .then(pl.lit(PORTFOLIO)),
        n=pl.when(enough).then("n").when(any_).then("whole_n"),
    )
    greatest = pl.col("limit") >= pl.col("limit").cum_max()
    return table.with_columns(
        pl.when(greatest).then(name).forward_fill().alias(name) for name in ("limit", "cohort", "n")
    )


def _order() -> Iterable[pl.Expr]:
    """Sort keys: indicators and cohort kinds in the order in which they are declared."""
    yield declared_order("indicator", declared_indicators())
    yield declared_order("cohort_kind", declared_cohort_kinds())


def registered_measures(listed: pl.Expr) -> pl.Expr:
    """Return the lists without measures that the register does not name: these have no cohort."""
    return listed.list.set_intersection(pl.lit(list(measures()), pl.List(pl.String)))
