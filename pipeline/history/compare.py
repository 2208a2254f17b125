"""The stage: compares this period with the one before, as both were published (contract 2.6)."""

from collections.abc import Mapping

import polars as pl

from pipeline.common.declared_order import declared_order
from pipeline.evaluation.statistics import MEDIAN
from pipeline.history.causes import KEYS, Steps, cause, evaluate_steps
from pipeline.history.model import EarlierReview
from pipeline.history.state import State
from schemas.benchmarks import declared_indicators

Tables = Mapping[str, pl.DataFrame]
ALL, PANEL = "all", "panel"
CAME, WENT = "came", "went"


def compare(
    before: EarlierReview, tables: Tables, now: State, figures: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Return the tables changes, decision_changes, indicator_changes, medians, movements.

    tables: this period's clusters, criteria, decisions and coverage as they are published. figures:
    see `causes.evaluate_steps`. Without the earlier state every cause is null.
    """
    found = None if before.state is None else evaluate_steps(before.state, now, figures)
    indicator_changes = of_indicators(before, tables, found)
    made = {
        "changes": of_criteria(before, tables, found),
        "decision_changes": of_decisions(before, tables, found),
        "indicator_changes": indicator_changes,
        "medians": medians(before, tables, now.portfolio.settings.cohorts.minimum),
        "movements": movements(before, tables),
    }
    period = pl.lit(before.since.period)
    return {name: table.with_columns(previous_period=period) for name, table in made.items()}


def of_criteria(before: EarlierReview, tables: Tables, found: Steps | None) -> pl.DataFrame:
    """Return the criteria whose status differs: KEYS, previous_status, status, cause.

    Only for clusters, catalogues and criteria of both periods.
    """
    keys = KEYS["criteria"]
    earlier = before.tables["criteria"].select(*keys, previous_status="status")
    table = tables["criteria"].select(*keys, "status")
    table = table.join(earlier, on=keys)
    table = table.filter(pl.col("status") != pl.col("previous_status"))
    return with_cause(table, keys, None if found is None else found.criteria)


def of_decisions(before: EarlierReview, tables: Tables, found: Steps | None) -> pl.DataFrame:
    """Return the clusters whose decision changed.

    KEYS and, before and now, decision, decision_confirmed and fulfilled. The cause is that of the
    decision; null if only the confirmed one changed.
    """
    keys, columns = KEYS["decisions"], ["decision", "decision_confirmed", "fulfilled"]
    earlier = before.tables["decisions"].select(*keys, *(_previous(c) for c in columns))
    table = tables["decisions"].select(*keys, *columns)
    table = table.join(earlier, on=keys)
    moved = pl.col("decision") != pl.col("previous_decision")
    confirmed = pl.col("decision_confirmed") != pl.col("previous_decision_confirmed")
    table = table.filter(moved | confirmed)
    table = with_cause(table, keys, None if found is None else found.decisions)
    return table.with_columns(cause=pl.when(moved).then("cause"))


def of_indicators(before: EarlierReview, tables: Tables, found: Steps | None) -> pl.DataFrame:
    """Return every indicator of every cluster of both periods, before and now.

    cluster_id, indicator, previous, value, change (null if either is null), cause (null if both are
    equal, or both unknown).
    """
    keys = KEYS["values"]
    earlier = long_values(before.tables["clusters"]).rename({"value": "previous"})
    table = long_values(tables["clusters"]).join(earlier, on=keys)
    table = table.with_columns(change=pl.col("value") - pl.col("previous"))
    table = with_cause(table, keys, None if found is None else found.values)
    differs = pl.col("value").ne_missing(pl.col("previous"))
    return table.with_columns(cause=pl.when(differs).then("cause"))


def with_cause(table: pl.DataFrame, keys: list[str], found: pl.DataFrame | None) -> pl.DataFrame:
    """Add the cause; null if the steps have no row."""
    if found is None:
        return table.with_columns(cause=pl.lit(None, pl.String))
    causes = found.select(*keys, cause=cause())
    return table.join(causes, on=keys, how="left")


def medians(before: EarlierReview, tables: Tables, minimum: int) -> pl.DataFrame:
    """Return every indicator's median before and now, over all clusters and over the panel.

    indicator, scope, n_previous, previous, n, value. all: each period's clusters with a known
    value. panel: the clusters of both periods whose value is known in both, so that only their own
    change moves the median. Fewer than `minimum` values have no median.
    """
    then, now = long_values(before.tables["clusters"]), long_values(tables["clusters"])
    both = now.drop_nulls().join(then.drop_nulls(), on=KEYS["values"], suffix="_then")
    panel = both.select("cluster_id", "indicator")
    parts = []
    for scope, one, other in (
        (ALL, then, now),
        (PANEL, then.join(panel, on=KEYS["values"]), now.join(panel, on=KEYS["values"])),
    ):
        earlier = _medians(one, minimum).rename({"n": "n_previous", "value": "previous"})
        both = _medians(other, minimum).join(earlier, on="indicator", how="left")
        parts.append(both.with_columns(pl.col("n_previous").fill_null(0), scope=pl.lit(scope)))
    order = declared_order("indicator", declared_indicators())
    return pl.concat(parts).sort(order, "scope")


def _medians(values: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return indicator, n, value for every indicator."""
    value = pl.col("value")
    found = values.group_by("indicator").agg(n=value.count(), value=MEDIAN.expression)
    every = pl.DataFrame({"indicator": list(declared_indicators())})
    found = every.join(found, on="indicator", how="left")
    n = pl.col("n").fill_null(0).cast(pl.Int64)
    return found.select("indicator", n=n, value=pl.when(n >= minimum).then("value"))


def movements(before: EarlierReview, tables: Tables) -> pl.DataFrame:
    """Return the clusters that are reviewed in only one of both periods.

    cluster_id, name, movement (came, went), state: its present state, see `coverage`; null if it is
    neither expected nor has sent anything.
    """
    ids = ["cluster_id", "name"]
    then, now = before.tables["clusters"].select(ids), tables["clusters"].select(ids)
    parts = [
        now.join(then, on="cluster_id", how="anti").with_columns(movement=pl.lit(CAME)),
        then.join(now, on="cluster_id", how="anti").with_columns(movement=pl.lit(WENT)),
    ]
    states = tables["coverage"].select("cluster_id", "state")
    table = pl.concat(parts).join(states, on="cluster_id", how="left")
    return table.sort("movement", "cluster_id")


def long_values(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, indicator, value; an earlier table may lack an indicator."""
    there = [name for name in declared_indicators() if name in clusters.columns]
    found = clusters.select("cluster_id", *there).unpivot(
        there, index="cluster_id", variable_name="indicator", value_name="value"
    )
    order = declared_order("indicator", declared_indicators())
    return found.sort("cluster_id", order)


def _previous(column: str) -> pl.Expr:
    return pl.col(column).alias(f"previous_{column}")
