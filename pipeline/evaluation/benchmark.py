"""The stage: indicators, cohorts, quartiles, ranks (contract 2.5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

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
from schemas.benchmarks import (
    CohortKind,
    declared_cohort_kinds,
    declared_indicators,
    one_cohort_kinds,
)
from schemas.columns import values as words_of

ALL = "all"
COHORT = ["indicator", "cohort_kind", "cohort"]
# What Excel reads in a criterion as something else than a letter.
EXCEL_SIGNS = r'[*?~"]|^\s*[<>=]+'
LONGEST_NAME = 100


@dataclass(frozen=True)
class Benchmarks:
    """Every indicator and cohort.

    values: file, indicator, value, numerator, denominator. bands: file, size_band. names: file and
    the cohort of every kind of which a cluster has one at most, by its column. cohorts: the table
    of the contract. ranks: the table `benchmarks` of the contract, by file.
    """

    values: pl.DataFrame
    bands: pl.DataFrame
    names: pl.DataFrame
    cohorts: pl.DataFrame
    ranks: pl.DataFrame


def benchmark(figures: pl.DataFrame, clusters: pl.DataFrame, rules: CohortRules) -> Benchmarks:
    """Return every cluster's indicators and its place in its cohorts.

    figures: see `measures.base.FIGURES`. clusters: file, the columns of the kinds of cohorts that
    are fields of Stammdaten, measures (list of text).
    """
    values = indicators(figures)
    bands = size_bands(values, rules)
    whole = clusters.join(bands, on="file", how="left", maintain_order="left")
    whole = whole.with_columns(**cohort_names())
    placed = place(values, cohort_members(whole))
    cohorts = cohort_statistics(placed, rules)
    names = whole.select("file", *cohort_names())
    return Benchmarks(values, bands, names, cohorts, cohort_ranks(placed, cohorts))


def cohort_names() -> Mapping[str, pl.Expr]:
    """Return the name of each cluster's cohort, by the columns of the kinds with one at most."""
    return {
        kind.column: as_cohort(pl.col(kind.column)) if kind.is_free_text else pl.col(kind.column)
        for kind in one_cohort_kinds().values()
        if kind.column is not None
    }


def as_cohort(written: pl.Expr) -> pl.Expr:
    """Return the name of a cohort from what clusters write freely: one spelling for all alike.

    Excel compares texts without regard to capitals, takes some signs in what it looks for as
    wildcards or comparisons, and no text of more than 255 letters.
    """
    text = written.str.replace_all(EXCEL_SIGNS, " ")
    text = collapse_expr(collapse_expr(text).str.slice(0, LONGEST_NAME))
    named = pl.when(text != "").then(text)
    return named.min().over(title_key_expr(named))


def place(values: pl.DataFrame, members: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return every indicator in each of its cohorts; members: see `cohort_members`."""
    every = pl.concat(members).drop_nulls("cohort")
    return values.join(every, on="file", maintain_order="left")


def indicators(figures: pl.DataFrame) -> pl.DataFrame:
    """Return file, indicator, value, numerator, denominator: what is certain, else null."""
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
        both = pair.join(other, on="file", maintain_order="left")
        parts.append(both.with_columns(indicator=pl.lit(name), value=quotient).select(columns))
    return pl.concat(parts).sort("file", place_of("indicator", declared))


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


def cohort_members(clusters: pl.DataFrame) -> list[pl.DataFrame]:
    """Return for each kind file, cohort_kind, cohort: those each cluster belongs to, or null.

    A cluster belongs to one cohort of each kind, but to one for each of its measures that the
    register knows.
    """
    return [_members(clusters, key, kind) for key, kind in declared_cohort_kinds().items()]


def _members(clusters: pl.DataFrame, key: str, kind: CohortKind) -> pl.DataFrame:
    cohort = pl.lit(ALL) if kind.column is None else pl.col(kind.column)
    members = clusters.select("file", cohort_kind=pl.lit(key), cohort=cohort)
    if not kind.has_several:
        return members
    known = pl.col("cohort").is_in(sorted(words_of(str(kind.register))))
    return members.explode("cohort").filter(known)


def cohort_statistics(placed: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Return the statistics of every cohort and indicator; below the minimum only n is given."""
    table = (
        placed.sort("file")
        .group_by(*COHORT, maintain_order=True)
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
    # One number stands for the three texts that name a cohort: it is compared sooner.
    ranked = placed.join(cohorts.with_row_index("number"), on=COHORT, maintain_order="left")
    rank = pl.when(~pl.col("suppressed")).then(rank_expression("number"))
    columns = ["value", "percentile_rank", "n", "p25", "median", "p75", "suppressed"]
    return (
        ranked.with_columns(percentile_rank=rank)
        .sort("file", *_order(), "cohort")
        .select("file", *COHORT, *columns)
    )


def _order() -> Iterable[pl.Expr]:
    """Sort keys: indicators and cohort kinds in the order in which they are declared."""
    yield place_of("indicator", declared_indicators())
    yield place_of("cohort_kind", declared_cohort_kinds())


def place_of(column: str, declared: Collection[str]) -> pl.Expr:
    """Return the place of a column's values in the order in which they are declared."""
    return pl.col(column).replace_strict(list(declared), range(len(declared)))
