"""The measures of cluster policy in this portfolio: who takes part, and how they stand (2.5, 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.declared_order import declared_order
from pipeline.common.findings import findings
from pipeline.common.texts import BETWEEN_LANGUAGES
from pipeline.evaluation.benchmark import Benchmarks, registered_measures
from pipeline.evaluation.statistics import MEDIAN, pooled_expression
from pipeline.figures.base import Portfolio
from pipeline.figures.of_funding import PUBLIC_SHARE
from schemas.declaration import measures
from schemas.tables import DECISIONS

# at_period, measure, role, clusters and how many of each decision: of a published period the
# clusters of a role (null: unknown) that a measure has a part in.
PARTICIPATION = {
    **dict.fromkeys(("at_period", "measure", "role"), pl.String),
    **dict.fromkeys(("clusters", *DECISIONS), pl.Int64),
}
# The register of measures among the files that findings are about; no submission has this number.
REGISTER_FILE = pl.DataFrame(
    {"file": [2**32 - 1], "source_file": ["measures.toml"], "sha256": [""]},
    schema_overrides={"file": pl.UInt32},
)
# How many clusters a finding names.
MOST_NAMED = 20


@dataclass(frozen=True)
class MeasureTables:
    """The tables measures, measure_overlap, participation, findings of too many clusters.

    by_role: PARTICIPATION of this period and of those published before, the table measure_roles.
    others: file, measure: what clusters name and the register does not.
    """

    measures: pl.DataFrame
    overlap: pl.DataFrame
    participation: pl.DataFrame
    by_role: pl.DataFrame
    others: pl.DataFrame
    crowded: pl.DataFrame


def measure_tables(
    portfolio: Portfolio,
    figures: pl.DataFrame,
    benchmarks: Benchmarks,
    decisions: pl.DataFrame,
    roles: pl.DataFrame,
    period: str,
    earlier: pl.DataFrame,
) -> MeasureTables:
    """Return what the review says of each measure of the register.

    figures: FIGURES. decisions: file, fulfilled, decision of the first catalogue. roles:
    cluster_id, role. earlier: PARTICIPATION of the periods that were published before.
    """
    taken = memberships(portfolio.clusters)
    public = public_money(figures)
    minimum = portfolio.settings.cohorts.minimum
    ids = portfolio.clusters.select("file", "cluster_id")
    decided = ids.join(decisions.select("file", "decision"), on="file")
    decided = decided.join(roles, on="cluster_id", how="left")
    by_role = pl.concat([earlier, counted_by_role(taken.join(decided, on="file"), period)])
    return MeasureTables(
        summary(taken, benchmarks.values, decisions, public, minimum),
        overlap(taken),
        participation(by_role, period),
        by_role,
        unregistered(portfolio.clusters),
        crowded(taken.join(ids, on="file")),
    )


def memberships(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return file, measure: the measures of the register that each cluster takes part in.

    clusters: file, measures (list of text).
    """
    taken = clusters.select("file", measure=registered_measures(pl.col("measures")))
    return taken.explode("measure").drop_nulls().unique()


def unregistered(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return file, measure: what clusters name as a measure and the register does not.

    clusters: file, measures (list of text).
    """
    registered = pl.col("measure").is_in(list(measures()))
    named = clusters.select("file", measure="measures").explode("measure").drop_nulls()
    return named.filter(~registered).unique()


def public_money(figures: pl.DataFrame) -> pl.DataFrame:
    """Return file, numerator, denominator (cents) of the known shares of public money."""
    known = figures.filter(pl.col("metric") == PUBLIC_SHARE).drop_nulls("low")
    return known.select("file", "numerator", "denominator")


def summary(
    taken: pl.DataFrame,
    values: pl.DataFrame,
    decisions: pl.DataFrame,
    public: pl.DataFrame,
    minimum: int,
) -> pl.DataFrame:
    """Return the table measures, every measure of the register in its order.

    taken: see `memberships`. values: see `Benchmarks`. public: see `public_money`. A statistic of
    fewer than `minimum` known values is null.
    """
    decided = taken.join(decisions.select("file", "decision", value="fulfilled"), on="file")
    ratio = values.filter(pl.col("indicator") == "actors_per_fte").select("file", "value")
    enough = pl.col("value").count() >= minimum
    median = pl.when(enough).then(MEDIAN.expression)
    counts = decided.group_by("measure").agg(
        *((pl.col("decision") == d).sum().alias(d) for d in DECISIONS),
        clusters=pl.len(),
        median_fulfilled=median,
    )
    ratios = taken.join(ratio, on="file").group_by("measure").agg(median_actors_per_fte=median)
    sums = taken.join(public, on="file").group_by("measure")
    shares = sums.agg(pl.len().alias("n"), pl.col("numerator", "denominator").sum())
    pooled = pl.when(pl.col("n") >= minimum).then(pooled_expression())
    shares = shares.select("measure", pooled_public_share=pooled)
    table = pl.DataFrame(
        [
            (m.de, m.level, m.start, m.end, m.end_kind, m.budget and m.budget.euros, m.places)
            for m in measures().values()
        ],
        schema={
            **dict.fromkeys(("measure", "level"), pl.String),
            **dict.fromkeys(("start", "end"), pl.Int64),
            "end_kind": pl.String,
            "budget_eur": pl.Float64,
            "places": pl.Int64,
        },
        orient="row",
    )
    for other in (counts, ratios, shares):
        table = table.join(other, on="measure", how="left", maintain_order="left")
    return table.with_columns(pl.col("clusters", *DECISIONS).fill_null(0))


def overlap(taken: pl.DataFrame) -> pl.DataFrame:
    """Return measure, other, clusters: how many take part in both; each pair stands in both ways.

    taken: see `memberships`.
    """
    both = taken.join(taken.rename({"measure": "other"}), on="file")
    both = both.filter(pl.col("measure") != pl.col("other"))
    counts = both.group_by("measure", "other").agg(clusters=pl.len())
    return counts.sort(order_of_measures("measure"), order_of_measures("other"))


def counted_by_role(taken: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return PARTICIPATION of one period.

    taken: measure, role, decision, a row for each cluster and measure.
    """
    counts = {d: (pl.col("decision") == d).sum() for d in DECISIONS}
    table = taken.group_by("measure", "role").agg(clusters=pl.len(), **counts)
    table = table.with_columns(at_period=pl.lit(period))
    return table.select(pl.col(name).cast(kind) for name, kind in PARTICIPATION.items())


def participation(by_role: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return at_period, measure, clusters: 0 where a measure has a part in another period only.

    by_role: PARTICIPATION. period: this one, which may have no cluster in any measure.
    """
    known = by_role.group_by("at_period", "measure").agg(pl.col("clusters").sum())
    periods = pl.DataFrame({"at_period": sorted({*by_role["at_period"], period})})
    every = periods.join(known.select("measure").unique(), how="cross")
    table = every.join(known, on=["at_period", "measure"], how="left")
    table = table.with_columns(pl.col("clusters").fill_null(0))
    return table.sort("at_period", order_of_measures("measure"), "measure")


def order_of_measures(column: str) -> pl.Expr:
    """Return the sort key of measures: the register's order, names it no longer has last."""
    return declared_order(column, measures(), others_last=True)


def crowded(taken: pl.DataFrame) -> pl.DataFrame:
    """Return findings about measures that more clusters take part in than there are places.

    taken: measure, cluster_id.
    """
    ids = dict(taken.group_by("measure").agg(pl.col("cluster_id").sort()).iter_rows())
    rows = [
        (measure.de, _names_of_clusters(measure.places, ids[measure.de]))
        for measure in measures().values()
        if measure.places is not None and is_crowded(len(ids.get(measure.de, ())), measure.places)
    ]
    table = pl.DataFrame(rows, schema={"value": pl.String, "detail": pl.String}, orient="row")
    return findings(table.with_columns(file=pl.lit(REGISTER_FILE["file"][0])), "more_than_places")


def is_crowded(clusters: int, places: int | None) -> bool | None:
    """Whether more clusters take part in a measure than it has places; None if that is unknown."""
    return None if places is None else clusters > places


def _names_of_clusters(places: int, ids: Sequence[str]) -> str:
    """Return in German and English how many places there are, and which clusters take part."""
    named = ", ".join(ids[:MOST_NAMED]) + (", …" if len(ids) > MOST_NAMED else "")
    german = f"{len(ids)} Cluster, {places} Plätze ({named})"
    return BETWEEN_LANGUAGES.join((german, f"{len(ids)} clusters, {places} places ({named})"))
