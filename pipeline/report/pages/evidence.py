"""The rows of a submission behind a figure, in short: `Nachweise 5–7, 9`."""

from collections.abc import Mapping

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.report.pages.figures import ranges
from pipeline.report.pages.words import Words
from pipeline.review import Review

Sources = Mapping[tuple[str, str], str]
# Longer lists of rows are on the cluster's page.
LONGEST = 48
# For figures about actors: which of the bound rows are in the numerator.
OF_ACTORS = {
    "bound_actors": pl.lit(value=True),
    "sme_share": pl.col("sme"),
    "sme_count": pl.col("sme"),
    "near_share": pl.col("near"),
    "near_count": pl.col("near"),
}


def sources(review: Review, words: Words) -> Sources:
    """Return the rows that count, as text, by cluster and figure."""
    found = _of_sheets(review.tables["rows"]) | _of_actors(review, words)
    known = metrics()
    return {key: text for key, text in found.items() if key[1] in known}


def _of_sheets(rows: pl.DataFrame) -> dict[tuple[str, str], str]:
    counted = rows.filter(pl.col("counted") == "yes")
    keys = ["cluster_id", "metric", "sheet"]
    grouped = counted.group_by(keys).agg(pl.col("row").unique().sort()).sort(keys)
    found: dict[tuple[str, str], str] = {}
    for cluster_id, metric, sheet, numbers in grouped.iter_rows():
        key, text = (cluster_id, metric), f"{sheet} {_short(numbers)}"
        found[key] = f"{found[key]}; {text}" if key in found else text
    return found


def _of_actors(review: Review, words: Words) -> dict[tuple[str, str], str]:
    bound = review.tables["actors"].filter(pl.col("bound"))
    sheet = words("actors")
    found = {}
    for metric, holds in OF_ACTORS.items():
        own = bound.filter(holds).group_by("cluster_id").agg(pl.col("row").sort())
        for cluster_id, numbers in own.iter_rows():
            found[cluster_id, metric] = f"{sheet} {_short(numbers)}"
    return found


def _short(numbers: list[int]) -> str:
    """Return the numbers of rows; of a long list only the first ones."""
    text = ranges(numbers)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(', ')[0]}, …"
