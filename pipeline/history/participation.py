"""Clusters in each measure by role, in every period that was published before."""

import polars as pl

from pipeline.evaluation.measures import PARTICIPATION, counted_by_role
from pipeline.history.published import Earlier, Publication

MEASURE = "measure"


def earlier_participation(earlier: Earlier) -> pl.DataFrame:
    """Return PARTICIPATION of the earlier periods; a damaged publication is skipped."""
    read = [
        earlier.read(publication, _participation_of) for publication in list(earlier.publications)
    ]
    return pl.concat([pl.DataFrame(schema=PARTICIPATION), *(t for t in read if t is not None)])


def _participation_of(publication: Publication) -> pl.DataFrame:
    """Return PARTICIPATION of one period: every measure is a cohort of its clusters."""
    placed = publication.table("benchmarks", "cluster_id", "cohort_kind", "cohort")
    taken = placed.filter(pl.col("cohort_kind") == MEASURE)
    taken = taken.select("cluster_id", measure="cohort").unique()
    decided = publication.table("clusters", "cluster_id", "role", "decision")
    return counted_by_role(taken.join(decided, on="cluster_id"), publication.folder.name)
