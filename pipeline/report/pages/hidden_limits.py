"""Hides a limit that is another cluster's value from the cluster's own page.

The stand-in limit of criterion 4.2 is an exact quartile. In a small cohort the quartiles are values
of single clusters, so the page states which limit was used, but not its value (contract 2.5).
"""

from collections.abc import Callable

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.common.rows import Row
from pipeline.common.texts import LANGUAGES
from pipeline.review import Review
from pipeline.tables.reasons import LIMIT, harder_value


def limit_hider(review: Review) -> Callable[[Row], bool]:
    """Return the test whether a condition's limit must be hidden from the cluster."""
    large = large_cohorts(review)

    def hides(condition: Row) -> bool:
        kind, _, cohort = (condition["limit_source"] or "").partition(": ")
        if not kind.startswith(("quartile", "frozen")) or condition["threshold"] is None:
            return False
        return kind != "quartile" or cohort not in large

    return hides


def large_cohorts(review: Review) -> set[str]:
    """Return the cohorts whose quartiles may be shown, as limit_source names them."""
    least = review.settings.cohorts.cluster_page_minimum
    return set(review.tables["limits"].filter(pl.col("n") >= least)["cohort"])


def masked(text: str, condition: Row) -> str:
    """Return a text without the condition's limit."""
    metric, operator = metrics()[condition["metric"]], condition["operator"]
    for lang in LANGUAGES:
        number = harder_value(metric, operator, condition["threshold"], lang)
        text = text.replace(f"{LIMIT[lang][operator]} {number}", f"{LIMIT[lang][operator]} …")
    return text
