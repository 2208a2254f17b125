"""The federal measures over time, and how many clusters of the portfolio took part in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.report.pages.charts import Chart, draw, timeline
from pipeline.report.pages.views import Table
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.declaration import Entry, registers

FIRST_YEAR = 1995


@dataclass(frozen=True)
class Policy:
    """The time line and its numbers."""

    chart: Chart
    table: Table


def policy(review: Review, words: Words) -> Policy:
    """Return the measures of the register by their start."""
    took_part = participants(review.tables["benchmarks"])
    entries = sorted(registers()["measures"], key=_begin)
    last = review.last_day.year
    rows = [_bar(e, last, took_part.get(e.value, 0), words) for e in entries]
    spec = timeline(rows, FIRST_YEAR, last, words("year"))
    chart = draw(spec, "policy", words("policy_chart"), words("policy_chart_desc"), words.lang)
    return Policy(chart, _table(entries, took_part, words))


def participants(benchmarks: pl.DataFrame) -> Mapping[str, int]:
    """Return how many clusters took part in each measure; every measure is a cohort."""
    own = benchmarks.filter(pl.col("cohort_kind") == "measure")
    return dict(own.group_by("cohort").agg(pl.col("cluster_id").n_unique()).iter_rows())


def _begin(entry: Entry) -> tuple[int, int, str]:
    """Return the sort key: measures without a start by their end, or last."""
    start, end = entry.extra.get("start"), entry.extra.get("end")
    return (start or end or 9999, end or 9999, entry.de)


def _bar(entry: Entry, last: int, count: int, words: Words) -> dict[str, object]:
    """Return the measure's bar; if start or end is unknown, only the known year is drawn."""
    extra: Mapping[str, Any] = entry.extra
    end = extra.get("end", last)
    return {
        "label": entry.en if words.lang == "en" else entry.de,
        "start": extra.get("start", end),
        # A measure of one year is as long as that year.
        "end": end if "start" in extra and end > extra["start"] else end + 0.2,
        "open": "end" not in extra,
        "text": words.count("clusters", count),
    }


def _table(entries: Sequence[Entry], took_part: Mapping[str, int], words: Words) -> Table:
    rows = [
        [
            entry.en if words.lang == "en" else entry.de,
            _years(entry.extra, words),
            entry.extra["ministry"],
            words.of(entry.extra["scope"]),
            words.number(took_part.get(entry.value, 0)),
        ]
        for entry in entries
    ]
    heads = [words(k) for k in ("measure", "years", "ministry", "scope", "axis_clusters")]
    return Table(words("policy_caption"), heads, rows, frozenset({4}))


def _years(extra: Mapping[str, Any], words: Words) -> str:
    start, end = extra.get("start"), extra.get("end")
    if start and end:
        return f"{start}–{end}"
    if start:
        return words("from_year", year=start)
    return words("until_year", year=end) if end else words("unknown")
