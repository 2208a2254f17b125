"""The trend of a headline figure over the published quarters: its change, and a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from pipeline.common import periods
from pipeline.common.rows import Row
from pipeline.report.pages.charts import Caption, Chart, draw, small_lines
from pipeline.report.pages.views import Table, source_line
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.quarters import FIELDS, fields_of

# Of the drawing, in pixels; room for the dot at the end.
WIDTH, HEIGHT, EDGE = 96, 24, 4
FIELD_DIGITS = 2


@dataclass(frozen=True)
class Trend:
    """A figure's change and its line.

    change: with its sign and since when. points: of the line, as SVG wants them. end: its last
    point. text: every quarter with its value, for those who do not see the line.
    """

    change: str
    points: str
    end: tuple[str, str]
    text: str


def trend(review: Review, words: Words, figure: str, catalogue: str | None = None) -> Trend | None:
    """Return the trend of a figure up to now; None if no earlier quarter published it."""
    earlier = review.quarters.headline_by_period(figure, catalogue)
    if not earlier:
        return None
    values = earlier | {review.period: review.headline(figure, catalogue)}
    texts = {period: words.number(n) for period, n in values.items()}
    return trend_of(values, since(review, words, values), texts)


def trend_of(values: Mapping[str, float], change: str, texts: Mapping[str, str]) -> Trend:
    """Return the trend of values by quarter, the earliest first. texts: the same values as text."""
    points = points_of(values)
    return Trend(
        change=change,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        end=(f"{points[-1][0]:.1f}", f"{points[-1][1]:.1f}"),
        text=", ".join(f"{period}: {value}" for period, value in texts.items()),
    )


def since(review: Review, words: Words, values: Mapping[str, int]) -> str:
    """Return the change since the latest quarter before: `+3 seit 2026-Q2`."""
    before = max(period for period in values if period != review.period)
    difference = values[review.period] - values[before]
    return words("change_since", change=signed(difference, words), period=before)


def change(review: Review, words: Words, figure: str, catalogue: str | None = None) -> str:
    """Return the change of a figure in brackets, with a space before; empty without one."""
    found = trend(review, words, figure, catalogue)
    return f" ({found.change})" if found else ""


def signed(difference: int, words: Words) -> str:
    """Return a difference with its sign: +3, −2, ±0."""
    sign = "±" if difference == 0 else "+" if difference > 0 else "−"
    return f"{sign}{words.number(abs(difference))}"


def points_of(values: Mapping[str, float]) -> list[tuple[float, float]]:
    """Return the points of the line: across by time, so that a missing quarter is a gap in time."""
    first = min(values)
    times = [len(periods.between(first, period)) + (period != first) for period in values]
    least, most = min(values.values()), max(values.values())
    wide, high = (WIDTH - 2 * EDGE) / max(*times, 1), (HEIGHT - 2 * EDGE) / ((most - least) or 1)
    middle = (HEIGHT - 2 * EDGE) / 2 if most == least else 0
    return [
        (EDGE + wide * time, HEIGHT - EDGE - middle - high * (value - least))
        for time, value in zip(times, values.values(), strict=True)
    ]


# -------------------------------------------------------------- technology fields over the quarters
def fields_over_quarters(review: Review, words: Words) -> Table | None:
    """Return the pooled actors per FTE of each field by quarter; None if none came before."""
    if review.quarters.fields.is_empty():
        return None
    every = _of_all_quarters(review)
    quarters = every["at_period"].unique().sort().to_list()
    found = {(r["cohort"], r["at_period"]): r for r in every.iter_rows(named=True)}
    rows = [
        [
            words.name("technology_fields", name),
            *(_pooled(found.get((name, quarter)), words) for quarter in quarters),
        ]
        for name in every["cohort"].unique().sort()
    ]
    heads = [words("technology_field"), *quarters]
    return Table(words("fields_caption"), heads, rows, frozenset(range(1, len(heads))))


def fields_drawn(review: Review, words: Words) -> Chart | None:
    """Return a small line for each field; None if none came before or no field is shown."""
    if review.quarters.fields.is_empty():
        return None
    found = _of_all_quarters(review).drop_nulls("pooled").sort("cohort", "at_period")
    if found.is_empty():
        return None
    rows = found.to_dicts()
    known = {cohort: list(own) for cohort, own in groupby(rows, key=lambda r: r["cohort"])}
    names = {cohort: words.name("technology_fields", cohort) for cohort in known}
    ends = {(cohort, own[at]["at_period"]) for cohort, own in known.items() for at in (0, -1)}
    n = sum(r["n"] for r in rows if r["at_period"] == review.period)
    marks = [
        {
            "panel": names[r["cohort"]],
            "time": r["at_period"],
            "value": r["pooled"],
            "text": words.fixed(r["pooled"], FIELD_DIGITS)
            if (r["cohort"], r["at_period"]) in ends
            else "",
        }
        for r in rows
    ]
    caption = Caption(
        name="fields",
        title=_fields_seen(known, names, words),
        unit=words("fields_unit", n=words.number(n)),
        description=words("fields_desc"),
        source=source_line(review, words),
    )
    return draw(small_lines(list(names.values()), marks, ",.0~f"), caption, words.lang)


def _fields_seen(known: Mapping[str, Sequence[Row]], names: Mapping[str, str], words: Words) -> str:
    """Return which field's ratio changed most from its first quarter to its last."""
    ends = {c: (own[0], own[-1]) for c, own in known.items() if len(own) > 1}
    if not ends:
        return words("fields_steady")
    most = max(ends, key=lambda c: abs(ends[c][1]["pooled"] / ends[c][0]["pooled"] - 1))
    one, other = (words.fixed(r["pooled"], FIELD_DIGITS) for r in ends[most])
    change = words("then_and_now", one=one, other=other)
    period = ends[most][0]["at_period"]
    return words("fields_seen", period=period, field=names[most], change=change)


def _of_all_quarters(review: Review) -> pl.DataFrame:
    """Return at_period and FIELDS of this quarter and those published before."""
    own = fields_of(review.tables["cohorts"])
    now = own.select(pl.lit(review.period).alias("at_period"), *FIELDS)
    return pl.concat([review.quarters.fields, now])


def _pooled(row: Row | None, words: Words) -> str:
    if row is None:
        return words("none")
    value = (
        words("suppressed") if row["pooled"] is None else words.fixed(row["pooled"], FIELD_DIGITS)
    )
    return words("value_of_n", value=value, n=words.number(row["n"]))
