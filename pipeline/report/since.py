"""The first sentences about changes in every report: since when, and what cannot be compared.

And whether a change is one for the better.
"""

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.common.texts import say, texts
from pipeline.history.notices import damaged
from pipeline.review import Review

RANK = {"not_fulfilled": 0, "undetermined": 1, "fulfilled": 2}


def since_sentences(review: Review, lang: str) -> list[str]:
    """Return the sentences; without an earlier period only what is damaged."""
    found = [notice[lang] for notice in damaged(review.damaged)]
    if review.since is None:
        return found
    since, own = review.since, texts("since")
    found.append(own["compared"][lang].format(period=since.period))
    if since.withdrawn:
        found.append(own["withdrawn"][lang].format(period=since.period))
    if since.skipped:
        key = "gap" if len(since.skipped) == 1 else "gaps"
        found.append(own[key][lang].format(periods=", ".join(since.skipped)))
    if since.missing:
        names = ", ".join(name_of(code, lang) for code in since.missing)
        found.append(own["lacking"][lang].format(period=since.period, names=names))
    if since.problem:
        found.append(own[f"trouble_{since.problem}"][lang].format(period=since.period))
    return found


def name_of(code: str, lang: str) -> str:
    """Return what a figure, an indicator or a cause is called."""
    if code in metrics():
        return metrics()[code].title[lang]
    return say("cause" if code in texts("cause") else "indicator", code, lang)


def is_better() -> pl.Expr:
    """Whether a status of the table changes is nearer to fulfilled than the one before."""
    now, then = (pl.col(c).replace_strict(RANK) for c in ("status", "previous_status"))
    return now > then
