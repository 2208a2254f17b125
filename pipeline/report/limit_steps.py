"""The limit of actors per FTE by size, and who is named: for the pictures of page and workbook."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from pipeline.common.catalogue import Catalogue, Condition
from pipeline.evaluation.benchmark import band_labels
from pipeline.review import Review
from schemas.benchmarks import SIZE_BAND

RATIO = "actors_per_fte"
# Who lies further outside the middle half of its band than so many times its width (Tukey's
# fences) is named.
FENCE = 1.5


class Step(NamedTuple):
    """The greatest ratio that is adequate from one number of actors to another (None: no end)."""

    start: float
    end: float | None
    value: float


def limited(review: Review) -> Iterator[tuple[Catalogue, str, Condition]]:
    """Yield every condition that limits the ratio by size, with its catalogue and criterion."""
    for catalogue in review.catalogues:
        for criterion in catalogue.criteria:
            for condition in criterion.conditions:
                if condition.metric.key == RATIO and condition.threshold is None:
                    yield catalogue, criterion.id, condition


def edges(review: Review) -> list[tuple[str, float, float | None]]:
    """Return every size band with its ends, halfway between whole numbers; the last has none."""
    ends = [end + 0.5 for end in review.settings.cohorts.size_bands]
    labels = band_labels(review.settings.cohorts)
    return list(zip(labels, [0, *ends], [*ends, None], strict=True))


def limit_steps(review: Review, catalogue: Catalogue, condition: Condition) -> list[Step]:
    """Return the steps of a catalogue's limit of actors per FTE; none if it has no limit.

    Bands of the catalogue; the stand-in of this review; that of a named period, as its conditions
    state it for the clusters of each band.
    """
    if condition.reference_bands:
        # Actors are whole: a step lies between two numbers of them.
        ends = [
            None if math.isinf(b.up_to) else math.floor(b.up_to) + 0.5
            for b in condition.reference_bands
        ]
        values = [b.limit for b in condition.reference_bands]
        starts = [0.0, *(end or 0.0 for end in ends[:-1])]
        return [Step(*step) for step in zip(starts, ends, values, strict=True)]
    by_band = _stand_in(review, catalogue, condition)
    return [
        Step(start, end, by_band[label])
        for label, start, end in edges(review)
        if by_band.get(label) is not None
    ]


def _stand_in(review: Review, catalogue: Catalogue, condition: Condition) -> dict[str, float]:
    if condition.stand_in == "none":
        return {}
    if condition.stand_in == "quartile":
        return dict(review.tables["limits"].select(SIZE_BAND, "limit").iter_rows())
    own = review.tables["conditions"].filter(
        pl.col("catalogue") == catalogue.id, pl.col("metric") == RATIO
    )
    bands = review.tables["clusters"].select("cluster_id", SIZE_BAND)
    return dict(
        own.join(bands, on="cluster_id").select(SIZE_BAND, "threshold").unique().iter_rows()
    )


def is_outlier(value: float, p25: float | None, p75: float | None) -> bool:
    """Whether a value lies beyond Tukey's fences of its size band; never without its quartiles."""
    if p25 is None or p75 is None:
        return False
    wide = FENCE * (p75 - p25)
    return not p25 - wide <= value <= p75 + wide
