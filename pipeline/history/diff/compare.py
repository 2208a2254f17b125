"""Compares the tables of two publications: plain functions over frames, the earlier one first."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.history.compare import long_values
from pipeline.history.diff.evidence import (
    CRITERION,
    causes_of_clusters,
    causes_of_criteria,
    evidence,
)
from pipeline.history.diff.publication import Publication
from pipeline.history.diff.sources import changed_sources
from schemas.benchmarks import declared_indicators

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Difference:
    """What differs between two publications.

    sources: see `changed_sources`. submissions: cluster_id, file_before, file_now, state_before,
    state_now of the clusters whose submission has changed. clusters: cluster_id, name,
    state_before, state_now, causes of every cluster with any difference below. decisions:
    catalogue, cluster_id, decision_before, decision_now, fulfilled_before, fulfilled_now. criteria:
    CRITERION, status_before, status_now, reason_{de,en}_{before,now}, causes. indicators:
    cluster_id, indicator, before, now.
    """

    sources: pl.DataFrame
    submissions: pl.DataFrame
    clusters: pl.DataFrame
    decisions: pl.DataFrame
    criteria: pl.DataFrame
    indicators: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether there is no difference."""
        frames = (self.sources, self.clusters, self.decisions, self.criteria, self.indicators)
        return all(frame.is_empty() for frame in frames)


def compare(before: Publication, now: Publication) -> Difference:
    """Return the differences."""
    sources = changed_sources(before.record, now.record)
    known = evidence(before, now, sources)
    turned = causes_of_criteria(criteria(before.tables, now.tables), known)
    moved = indicators(before.tables, now.tables)
    decided = decisions(before.tables, now.tables)
    states = cluster_states(before.tables, now.tables)
    found = causes_of_clusters(states, decided, turned, moved, known)
    submissions = known.files.filter(pl.col("own_data")).join(
        states.drop("name"), on="cluster_id", how="left"
    )
    submissions = submissions.drop("own_data", "mapping").sort("cluster_id")
    return Difference(sources, submissions, found, decided, turned, moved)


def cluster_states(before: Tables, now: Tables) -> pl.DataFrame:
    """Return cluster_id, name, state_before, state_now of every cluster in either publication."""
    columns = ["cluster_id", "name", "state"]
    one, other = (tables["coverage"].select(columns) for tables in (before, now))
    both = one.join(other, on="cluster_id", how="full", coalesce=True, suffix="_now")
    return both.select(
        "cluster_id",
        name=pl.coalesce("name_now", "name"),
        state_before="state",
        state_now="state_now",
    ).sort("cluster_id")


def decisions(before: Tables, now: Tables) -> pl.DataFrame:
    """Return the decisions that differ, for catalogues in both; null if not reviewed."""
    keys, columns = ["catalogue", "cluster_id"], ["decision", "fulfilled"]
    one, other = (tables["decisions"].select(*keys, *columns) for tables in (before, now))
    return side_by_side(one, other, keys, columns).filter(
        differs("decision") | differs("fulfilled")
    )


def criteria(before: Tables, now: Tables) -> pl.DataFrame:
    """Return the criteria whose status differs, for clusters reviewed in both.

    A criterion that is in only one of two versions of a catalogue is null on the other side.
    """
    columns = ["status", "computed_status", "basis", "reason_de", "reason_en"]
    one, other = (tables["criteria"].select(*CRITERION, *columns) for tables in (before, now))
    both = one.join(other, on=["catalogue", "cluster_id"], how="semi")
    both = both.select("catalogue", "cluster_id").unique()
    one, other = (
        part.join(both, on=["catalogue", "cluster_id"], how="semi") for part in (one, other)
    )
    both = side_by_side(one, other, CRITERION, columns).filter(differs("status"))
    number = pl.col("criterion_id").str.extract(r"^(\d+)").cast(pl.Int64)  # 4.2 before 10.1
    return both.sort("catalogue", "cluster_id", number, "criterion_id")


def indicators(before: Tables, now: Tables) -> pl.DataFrame:
    """Return the indicators of clusters reviewed in both whose value differs."""
    one, other = (long_values(tables["clusters"]) for tables in (before, now))
    both = one.join(other, on=["cluster_id", "indicator"], suffix="_now")
    both = both.filter(pl.col("value").ne_missing(pl.col("value_now")))
    order = pl.col("indicator").cast(pl.Enum(list(declared_indicators())))
    both = both.sort("cluster_id", order)
    return both.select("cluster_id", "indicator", before="value", now="value_now")


def side_by_side(
    one: pl.DataFrame, other: pl.DataFrame, keys: list[str], columns: list[str]
) -> pl.DataFrame:
    """Return keys and each column as <name>_before and <name>_now, for catalogues in both."""
    for_both = one.select("catalogue").unique().join(other, on="catalogue", how="semi")
    parts = [
        part.join(for_both, on="catalogue", how="semi").rename({k: f"{k}_{side}" for k in columns})
        for part, side in ((one, "before"), (other, "now"))
    ]
    return parts[0].join(parts[1], on=keys, how="full", coalesce=True).sort(keys)


def differs(column: str) -> pl.Expr:
    """Whether both sides of a column differ; two unknown values are equal."""
    return pl.col(f"{column}_before").ne_missing(pl.col(f"{column}_now"))
