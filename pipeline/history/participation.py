"""In how many clusters each measure had a part, in every period that was published before."""

import polars as pl

from pipeline.evaluation.measures import PARTICIPATION
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
    taken = placed.filter(pl.col("cohort_kind") == MEASURE).group_by(measure="cohort")
    counts = taken.agg(clusters=pl.col("cluster_id").n_unique().cast(pl.Int64))
    period = pl.lit(publication.folder.name)
    return counts.select(period.alias("at_period"), "measure", "clusters")
