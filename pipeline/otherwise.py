"""The stage: the same verdicts with one thing otherwise: under variants, and some months on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.benchmark import Benchmarks, Limiting, for_limits, limiting
from pipeline.catalogue import Catalogue
from pipeline.evaluate import (
    OWN,
    Verdicts,
    catalogue_limits,
    conclude,
    condition_statuses,
    without_stand_in,
)
from pipeline.measures.base import FIGURES
from pipeline.measures.variants import CASE, FILE_OF_CASE, EveryFigure, cases_of, with_numbers
from pipeline.settings import Settings

WITHOUT_STAND_IN = "without_stand_in"
# So many clusters are judged in all cases at once; of thousands that would fill the memory.
AT_ONCE = 1000


@dataclass(frozen=True)
class Basis:
    """What the usual verdicts rest on.

    clusters: file, technology_field, federal_state, measures. ratings: those in force, see
    `office.effective_ratings`. frozen: the cohorts of the periods at which catalogues froze their
    limits of 4.2.
    """

    catalogues: Sequence[Catalogue]
    settings: Settings
    clusters: pl.DataFrame
    benchmarks: Benchmarks
    ratings: pl.DataFrame
    frozen: Mapping[str, pl.DataFrame]


def otherwise(
    basis: Basis, figures: EveryFigure, verdicts: Sequence[Verdicts]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables robustness and outlook of the contract, by file.

    verdicts: the usual ones, with which decisions are compared. A catalogue judges all cases of a
    cluster at once: the cluster has a number of its own in each case.
    """
    cases = every_case(basis.settings)
    varied = figures_in(limiting(figures.others.drop_nulls("variant")), cases)
    changed = for_limits(varied, basis.settings.cohorts, len(cases))
    reference = [limits_of_cases(basis, c, cases, changed) for c in basis.catalogues]
    ratings = ratings_of_cases(basis.ratings, cases)
    found = []
    for start in range(0, max(1, basis.clusters.height), AT_ONCE):
        portion = basis.clusters.slice(start, AT_ONCE)
        others = figures_of_cases(of_files(figures, portion["file"]), cases)
        clusters = numbered(portion.select("file", "technology_field"), cases)
        for catalogue, own in zip(basis.catalogues, reference, strict=True):
            conditions = condition_statuses(catalogue, others, clusters, own)
            found.append(conclude(catalogue, conditions, ratings))
    criteria, decisions = (by_case(pl.concat(tables), cases) for tables in zip(*found, strict=True))
    return robustness(decisions, verdicts), outlook(criteria)


def robustness(decisions: pl.DataFrame, verdicts: Sequence[Verdicts]) -> pl.DataFrame:
    """Return each cluster's decision under every variant, and whether it is another than usual."""
    usual = pl.concat([v.decisions.select("catalogue", "file", usual="decision") for v in verdicts])
    both = decisions.drop_nulls("variant")
    both = both.join(usual, on=["catalogue", "file"], maintain_order="left")
    changed = pl.col("decision") != pl.col("usual")
    return both.select("catalogue", "file", "variant", "decision", changed=changed)


def outlook(criteria: pl.DataFrame) -> pl.DataFrame:
    """Return every criterion's status some months on, if nothing new comes in (contract 2.6).

    The same data at a later as_of: funding runs out, success stories age, ratings expire; the
    limit of 4.2 stays.
    """
    later = criteria.filter(pl.col("variant").is_null())
    return later.select("catalogue", "file", "criterion_id", "months", "status")


# ------------------------------------------------------------------------------------------- cases
def every_case(settings: Settings) -> pl.DataFrame:
    """Return case (its number), of (how many there are) and CASE of every case."""
    without = pl.DataFrame([(WITHOUT_STAND_IN, 0)], schema=CASE, orient="row")
    return with_numbers(pl.concat([cases_of(settings).select(list(CASE)), without]))


def numbered(table: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return the rows once for every case, under the clusters' numbers in it."""
    every = table.join(cases.select("case", "of"), how="cross")
    return every.with_columns(file=FILE_OF_CASE).select(table.columns)


def by_case(table: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return what was found under such numbers by file and CASE, one case after the other."""
    table = table.with_columns(case=pl.col("file") % len(cases), file=pl.col("file") // len(cases))
    return table.join(cases, on="case", maintain_order="left").sort("case", maintain_order=True)


def of_files(figures: EveryFigure, files: pl.Series) -> EveryFigure:
    """Return the figures of these clusters only."""
    theirs = pl.col("file").is_in(files.implode())
    return replace(
        figures, usual=figures.usual.filter(theirs), others=figures.others.filter(theirs)
    )


def figures_of_cases(figures: EveryFigure, cases: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of every case (FIGURES)."""
    same = cases.filter(pl.col("variant") == WITHOUT_STAND_IN)
    usual = numbered(figures.usual.select(list(FIGURES)), same)
    return pl.concat([figures_in(figures.others, cases), usual])


def figures_in(others: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return figures (FIGURES, CASE) under the numbers of their clusters in their cases."""
    found = others.join(cases, on=list(CASE), nulls_equal=True, maintain_order="left")
    return found.with_columns(file=FILE_OF_CASE).select(list(FIGURES))


def ratings_of_cases(ratings: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return the ratings that are in force in each case: they expire."""
    every = ratings.join(cases, how="cross")
    day = pl.col("as_of").dt.offset_by(pl.format("{}mo", "months"))
    still = (pl.col("valid_until") >= day).fill_null(value=True)
    return every.filter(still).with_columns(file=FILE_OF_CASE).select(ratings.columns)


def limits_of_cases(
    basis: Basis, catalogue: Catalogue, cases: pl.DataFrame, changed: Mapping[int, Limiting]
) -> pl.DataFrame:
    """Return the limits of criterion 4.2 in each case; changed: see `benchmark.for_limits`."""
    usual = limits(catalogue, basis.benchmarks, basis.frozen)
    without = cases.filter(pl.col("variant") == WITHOUT_STAND_IN)
    return pl.concat(
        [
            numbered(usual, cases.filter(pl.col("variant").is_null())),
            numbered(without_stand_in(usual), without),
            *(limits(catalogue, own, basis.frozen) for own in changed.values()),
        ]
    )


# ------------------------------------------------------------------------------------------ limits
def limits(
    catalogue: Catalogue, benchmarks: Limiting, frozen: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return the reference limit of every cluster for criterion 4.2 of the catalogue."""
    reference = references(benchmarks, frozen)
    return catalogue_limits(catalogue, benchmarks.values, benchmarks.bands, reference)


def references(
    benchmarks: Limiting, frozen: Mapping[str, pl.DataFrame]
) -> Mapping[str, pl.DataFrame]:
    """Return the cohorts that limits of 4.2 may be taken from."""
    return {OWN: benchmarks.cohorts, **frozen}
