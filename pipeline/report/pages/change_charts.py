"""What changed since the period before, as pictures: a mark for before, one for now in each row."""

from collections.abc import Mapping

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.rows import Row
from pipeline.report.pages.changes import turned
from pipeline.report.pages.charts import Caption, Chart, counts_axis, draw, dumbbells, shares_axis
from pipeline.report.pages.figures import median_text
from pipeline.report.pages.trends import signed
from pipeline.report.pages.views import source_line
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import fulfilled_then_and_now

# By criterion: how many clusters fulfil it before and now.
Counts = Mapping[str, tuple[int, int]]
PANEL = "panel"


def then_and_now(review: Review, catalogue: Catalogue) -> Counts:
    """Return how many clusters fulfil each criterion that changed somewhere, before and now."""
    changed = turned(review)
    if changed is None:
        return {}
    of_both = review.tables["indicator_changes"].select("cluster_id").unique()
    own = pl.col("catalogue") == catalogue.id
    criteria = review.tables["criteria"].filter(own).join(of_both, on="cluster_id")
    return fulfilled_then_and_now(changed.filter(own), criteria)


def criteria_moved(
    review: Review,
    catalogue: Catalogue,
    number: int,
    counts: Counts,
    words: Words,
) -> Chart | None:
    """Return how many clusters fulfil each criterion, before and now; None if none changed.

    number: of the catalogue, from 1. counts: see `then_and_now`.
    """
    rows = [
        _row(f"{c.id} {words.of(c.title)}", *counts[c.id], _change_text(*counts[c.id], words))
        for c in catalogue.criteria
        if c.id in counts
    ]
    if not rows or review.since is None:
        return None
    up = sum(now > before for before, now in counts.values())
    down = sum(now < before for before, now in counts.values())
    n = review.tables["indicator_changes"]["cluster_id"].n_unique()
    caption = Caption(
        name=f"moved-{number}",
        title=words(
            "criteria_moved_seen",
            up=words.number(up),
            down=words.number(down),
            all=words.number(len(catalogue.criteria)),
        ),
        unit=words(
            "criteria_moved_unit",
            title=words.of(catalogue.title),
            period=review.since.period,
            n=words.number(n),
        ),
        description=words("moved_desc"),
        source=source_line(review, words),
    )
    spec = dumbbells(rows, _names(review, words), counts_axis(words("axis_clusters")))
    return draw(spec, caption, words.lang)


def _change_text(before: int, now: int, words: Words) -> str:
    one, other = words.number(before), words.number(now)
    return words("then_now_change", one=one, other=other, change=signed(now - before, words))


def medians_moved(review: Review, words: Words) -> Chart | None:
    """Return the medians of now as shares of those before, over the clusters of both periods."""
    if review.since is None:
        return None
    known = review.tables["medians"].filter(scope=PANEL).drop_nulls("value").to_dicts()
    rows = [row for row in known if row["previous"]]
    if not rows:
        return None
    most = max(rows, key=lambda r: abs(r["value"] / r["previous"] - 1))
    drawn = [
        _row(
            words("cohort_n", name=words.code("indicator", r["indicator"]), n=words.number(r["n"])),
            1.0,
            r["value"] / r["previous"],
            _medians_text(r, words),
        )
        for r in rows
    ]
    caption = Caption(
        name="moved-medians",
        title=words(
            "medians_moved_seen",
            indicator=words.code("indicator", most["indicator"]),
            change=_medians_text(most, words),
        ),
        unit=words("medians_moved_unit", period=review.since.period),
        description=words("moved_desc"),
        source=source_line(review, words),
    )
    axis = {"axis": shares_axis(words("medians_moved_axis", period=review.since.period))["axis"]}
    return draw(dumbbells(drawn, _names(review, words), axis), caption, words.lang)


def _medians_text(row: Row, words: Words) -> str:
    one, other = (median_text(row[k], row["indicator"], words) for k in ("previous", "value"))
    return words("then_and_now", one=one, other=other)


def _names(review: Review, words: Words) -> tuple[str, str]:
    return review.since.period if review.since else words("before"), review.period


def _row(label: str, before: float, now: float, text: str) -> dict[str, object]:
    return {"label": label, "before": before, "now": now, "text": text}
