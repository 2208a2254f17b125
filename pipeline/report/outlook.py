"""What lapses without new data, and who falls below the pass mark by it, as reports show it."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.history.lapses import LAPSE, decisions_to_lapse, lapses
from pipeline.review import Review


def lapsing(review: Review) -> pl.DataFrame:
    """Return what lapses, see `lapses`; the soonest first."""
    t = review.tables
    if "outlook" not in t:
        return pl.DataFrame(schema=LAPSE)
    return lapses(t["criteria"], t["outlook"], t["clusters"], t["lapsed"])


def fallen(review: Review) -> pl.DataFrame:
    """Return the clusters that will fall below the pass mark, the soonest first."""
    return decisions_to_lapse(
        review.catalogues, review.tables["decisions"], review.tables["outlook"]
    )


def fall_reasons(
    falling: pl.DataFrame, found: pl.DataFrame
) -> Mapping[tuple[str, str], Sequence[str]]:
    """Return by catalogue and cluster that falls the criteria that lapse until then.

    falling: see `fallen`. found: see `lapsing`.
    """
    keys = ["catalogue", "cluster_id"]
    until = falling.select(*keys, until="months")
    gone = found.join(until, on=keys).filter(pl.col("months") <= pl.col("until"))
    return {
        (str(catalogue), str(cluster)): own["criterion_id"].to_list()
        for (catalogue, cluster), own in gone.group_by(keys)
    }
