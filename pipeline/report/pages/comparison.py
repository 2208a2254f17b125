"""The benchmark: every indicator's distribution by cohort; ESCA's actors per FTE comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.rows import Row, rows_by
from pipeline.common.texts import say
from pipeline.evaluation.benchmark import PORTFOLIO, band_labels
from pipeline.evaluation.statistics import POOLED, SHOWN, STATISTICS
from pipeline.report.pages.charts import SMALL, WIDTH, Caption, Chart, distribution, draw
from pipeline.report.pages.figures import indicator
from pipeline.report.pages.views import Cell, Table, page_of, source_line
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.benchmarks import SIZE_BAND, declared_cohort_kinds, declared_indicators

FIRST = "actors_per_fte"
# Clusters with hardly any staff that are named; the table of all clusters has the others.
LISTED = 5
OPEN_BAND = "über "
# What the small pictures of the other indicators compare.
SMALL_KINDS = (PORTFOLIO, SIZE_BAND)
FORMATS = {"share": ".0%", "count": ",d", "decimal": ",.1~f", "eur": ",d"}


@dataclass(frozen=True)
class Distribution:
    """One indicator: its chart and its values by every kind of cohort."""

    id: str
    title: str
    chart: Chart
    tables: Sequence[Table]


@dataclass(frozen=True)
class Comparison:
    """All indicators, and the clusters with the least staff; more: how many more have so little."""

    indicators: Sequence[Distribution]
    small: Sequence[Cell]
    more: str


def comparison(review: Review, words: Words) -> Comparison:
    """Return the benchmark of every indicator."""
    by_indicator = rows_by(review.tables["cohorts"].iter_rows(named=True), "indicator")
    order = [FIRST, *(i for i in declared_indicators() if i != FIRST)]
    found = [_distribution(i, by_indicator[i], review, words) for i in order if i in by_indicator]
    small = _small(review, words)
    rest = len(small) - LISTED
    more = say("todo", "more", words.lang).format(n=words.number(rest)) if rest > 0 else ""
    return Comparison(found, small[:LISTED], more)


def _distribution(name: str, cohorts: Sequence[Row], review: Review, words: Words) -> Distribution:
    kinds = declared_cohort_kinds() if name == FIRST else drawn_kinds()
    of_kind = {k: _ordered(cohorts, k, review) for k in kinds}
    of_kind = {kind: rows for kind, rows in of_kind.items() if rows}
    return Distribution(
        id=name.replace("_", "-"),
        title=words.code("indicator", name),
        chart=_chart(name, of_kind, review, words),
        tables=[_table(name, rows, kind, words) for kind, rows in of_kind.items()],
    )


def drawn_kinds() -> list[str]:
    """Return the kinds of cohorts that charts show, in their order."""
    places = {key: kind.drawn for key, kind in declared_cohort_kinds().items() if kind.drawn}
    return sorted(places, key=places.__getitem__)


def _ordered(cohorts: Sequence[Row], kind: str, review: Review) -> list[Row]:
    """Return a kind's cohorts: size bands by size, others by name."""
    own = sorted((r for r in cohorts if r["cohort_kind"] == kind), key=lambda r: r["cohort"])
    bands = band_labels(review.settings.cohorts)
    return sorted(own, key=lambda r: bands.index(r["cohort"])) if kind == "size_band" else own


# -------------------------------------------------------------------------------------- the chart
def _chart(name: str, of_kind: Mapping[str, Sequence[Row]], review: Review, words: Words) -> Chart:
    main = name == FIRST
    drawn = [k for k in drawn_kinds() if k in of_kind and (main or k in SMALL_KINDS)]
    groups = [
        (
            words.code("cohort_kind", kind) if kind != "portfolio" else "",
            [_box(r, words) for r in of_kind[kind]],
        )
        for kind in drawn
    ]
    values = _values(name, of_kind, review, words) if main else []
    steps = _limits(of_kind, review, words) if main else []
    title, fmt = words.code("indicator", name), FORMATS[declared_indicators()[name].format]
    spec = distribution(groups, values, title, fmt, steps, WIDTH if main else SMALL)
    return draw(spec, _caption(name, of_kind, review, words), words.lang)


def _caption(
    name: str, of_kind: Mapping[str, Sequence[Row]], review: Review, words: Words
) -> Caption:
    """Return what is seen of an indicator: its median and middle half over the whole portfolio."""
    whole = of_kind[PORTFOLIO][0]
    title = words.code("indicator", name)
    if not whole["suppressed"]:
        low, middle, high = (indicator(whole[k], name, words) for k in ("p25", "median", "p75"))
        title = words("distribution_seen", indicator=title, low=low, middle=middle, high=high)
    key = "main" if name == FIRST else "small"
    return Caption(
        name=f"chart-{name.replace('_', '-')}",
        title=title,
        unit=words(f"distribution_unit_{key}", n=words.number(whole["n"])),
        description=words(f"distribution_desc_{key}"),
        source=source_line(review, words),
    )


def _limits(
    of_kind: Mapping[str, Sequence[Row]], review: Review, words: Words
) -> list[dict[str, object]]:
    """Return the limit of 4.2 of each size band in the chart, where its clusters have one limit."""
    first = review.catalogues[0].id
    own = review.tables["conditions"].filter(
        pl.col("catalogue") == first, pl.col("metric") == FIRST, pl.col("threshold").is_not_null()
    )
    bands = review.tables["clusters"].select("cluster_id", SIZE_BAND)
    found = own.join(bands, on="cluster_id").group_by(SIZE_BAND)
    limits = dict(found.agg(pl.col("threshold").unique()).iter_rows())
    return [
        {"label": _label(row, words), "limit": limits[row["cohort"]][0]}
        for row in of_kind.get(SIZE_BAND, ())
        if len(limits.get(row["cohort"], ())) == 1
    ]


def _box(row: Row, words: Words) -> dict[str, object]:
    """Return a row of the chart; a suppressed cohort has a row without a box."""
    box: dict[str, object] = {"label": _label(row, words)}
    if not row["suppressed"]:
        box |= {s: row[s] for s in STATISTICS}
    return box


def _label(row: Row, words: Words) -> str:
    name = cohort_name(row["cohort_kind"], row["cohort"], words)
    key = "cohort_suppressed" if row["suppressed"] else "cohort_n"
    return words(key, name=name, n=words.number(row["n"]))


def _values(
    name: str, of_kind: Mapping[str, Sequence[Row]], review: Review, words: Words
) -> list[dict[str, object]]:
    """Return the single values of the cohorts in the chart; coinciding values only once."""
    labels = {
        (kind, r["cohort"]): _label(r, words)
        for kind in drawn_kinds()
        for r in of_kind.get(kind, ())
        if not r["suppressed"]
    }
    own = review.tables["benchmarks"].filter(
        pl.col("indicator") == name, pl.col("value").is_not_null()
    )
    rows = own.select("cohort_kind", "cohort", "value").sort("value")
    pixel = (pl.col("value") / pl.col("value").max() * WIDTH).round()
    rows = rows.unique(["cohort_kind", "cohort", pixel.alias("pixel")], keep="first")
    rows = rows.sort("cohort_kind", "cohort", "value")
    return [
        {"label": labels[kind, cohort], "value": value}
        for kind, cohort, value in rows.iter_rows()
        if (kind, cohort) in labels
    ]


# ------------------------------------------------------------------------------------- the tables
def _table(name: str, rows: Sequence[Row], kind: str, words: Words) -> Table:
    statistics = SHOWN if any(r[POOLED] is not None for r in rows) else list(STATISTICS)
    heads = [words.code("cohort_kind", kind), "n", *(words(f"statistic_{s}") for s in statistics)]
    caption = words(
        "cohort_caption",
        indicator=words.code("indicator", name),
        kind=words.code("cohort_kind", kind),
    )
    cells = [_row(r, name, statistics, words) for r in rows]
    return Table(caption, heads, cells, frozenset(range(1, len(heads))))


def _row(row: Row, name: str, statistics: Sequence[str], words: Words) -> list[str | Cell]:
    cohort = cohort_name(row["cohort_kind"], row["cohort"], words)
    head: list[str | Cell] = [cohort, words.number(row["n"])]
    if row["suppressed"]:
        blank = Cell(words("suppressed"), mark="suppressed")
        return [*head, blank, *([words("none")] * (len(statistics) - 1))]
    return [*head, *(indicator(row[s], name, words) for s in statistics)]


def _small(review: Review, words: Words) -> list[Cell]:
    fte = pl.col("fte")
    rows = review.tables["clusters"].filter(fte < review.settings.cohorts.small_fte)
    return [
        Cell(words("small_fte_one", id=i, fte=words.number(f, 2)), page_of(i))
        for i, f in rows.sort("fte", "cluster_id")["cluster_id", "fte"].iter_rows()
    ]


def cohort_name(kind: str, cohort: str, words: Words) -> str:
    """Return what people read for a cohort."""
    declared = declared_cohort_kinds()[kind]
    if declared.register is not None:
        return words.name(declared.register, cohort)
    if declared.column is None:
        return words.code("cohort_kind", kind)
    if declared.column == SIZE_BAND and cohort.startswith(OPEN_BAND):
        return words("open_band", n=cohort.removeprefix(OPEN_BAND))
    return cohort
