"""The picture of actors per FTE against actors: every cluster, its size band, the limit of 4.2."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import STATUSES, Catalogue, Condition
from pipeline.common.rows import Row
from pipeline.report.limit_steps import edges, is_outlier, limit_steps, limited
from pipeline.report.pages.charts import Caption, Chart, Link, draw
from pipeline.report.pages.comparison import FIRST, cohort_name
from pipeline.report.pages.scatter import Band, Limit, Line, Point, Scatter, scatter
from pipeline.report.pages.views import (
    Cell,
    Table,
    linked,
    names_of,
    page_of,
    signed_status,
    source_line,
)
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.benchmarks import SIZE_BAND
from schemas.reference_figures import reference_lines

DECIMALS = 1
ACTORS = "bound_actors"


@dataclass(frozen=True)
class Staffing:
    """The picture and its numbers; absent: a sentence about clusters that are not in it.

    lines: what the thin lines are, with their sources.
    """

    chart: Chart
    bands: Table
    clusters: Table
    absent: str
    lines: Sequence[str]


def staffing(review: Review, words: Words) -> Staffing | None:
    """Return the picture; None without a catalogue that limits the ratio, or without a cluster."""
    found = next(limited(review), None)
    if found is None:
        return None
    catalogue, criterion_id, condition = found
    rows = judged(review, catalogue, criterion_id)
    drawn = [r for r in rows if (r["actors"] or 0) > 0 and (r[FIRST] or 0) > 0]
    if not drawn:
        return None
    steps = limits(review, catalogue, condition, words)
    bands = _bands(review, words)
    names = names_of(review)
    picture = Scatter(
        points=[_point(r, bands) for r in drawn],
        bands=bands,
        limits=steps,
        lines=[*_minimum(catalogue, words), *_published(words)],
        statuses=[(s, signed_status(s, words)) for s in STATUSES],
        axes=(words("staffing_x"), words("staffing_y")),
    )
    links = [Link(r["cluster_id"], page_of(r["cluster_id"]), _title(r, words)) for r in drawn]
    caption = _caption(drawn, condition, review, words)
    return Staffing(
        chart=draw(scatter(picture), caption, words.lang, links),
        bands=_band_table(bands, steps, rows, words),
        clusters=_cluster_table(rows, names, words),
        absent=_absent([r["cluster_id"] for r in rows if r not in drawn], words),
        lines=[
            f"{words.of(one.label)}. {words('source', name=words.of(one.source))}"
            for one in reference_lines().values()
        ],
    )


# ------------------------------------------------------------------------------------- the clusters
def judged(review: Review, catalogue: Catalogue, criterion_id: str) -> Sequence[Row]:
    """Return every cluster's size, ratio, limit and verdict, the smallest clusters first.

    cluster_id, size_band, actors, fte, actors_per_fte, threshold, limit_source, status, basis.
    """
    own = (pl.col("catalogue") == catalogue.id) & (pl.col("criterion_id") == criterion_id)
    limited = review.tables["conditions"].filter(own & (pl.col("metric") == FIRST))
    verdicts = review.tables["criteria"].filter(own).select("cluster_id", "status", "basis")
    table = (
        review.tables["clusters"]
        .select("cluster_id", SIZE_BAND, "actors", "fte", FIRST)
        .join(limited.select("cluster_id", "threshold", "limit_source"), on="cluster_id")
        .join(verdicts, on="cluster_id")
    )
    return table.sort("actors", "cluster_id", nulls_last=True).to_dicts()


def _point(row: Row, bands: Sequence[Band]) -> Point:
    band = next(b for b in bands if _is_in(row, b))
    label = row["cluster_id"] if is_outlier(row[FIRST], band.p25, band.p75) else ""
    return Point(row["actors"], row[FIRST], row["status"], row["basis"] == "assessed", label)


def _verdict(row: Row, words: Words) -> str:
    key = "assessed_mark" if row["basis"] == "assessed" else "computed_mark"
    return words(key, status=words.code("status", row["status"]))


def _title(row: Row, words: Words) -> str:
    return words(
        "staffing_one",
        name=row["cluster_id"],
        actors=words.number(row["actors"]),
        fte=words.number(row["fte"], 2),
        ratio=words.fixed(row[FIRST], DECIMALS),
        verdict=_verdict(row, words),
    )


# ---------------------------------------------------------------------------- bands, limits, lines
def _bands(review: Review, words: Words) -> list[Band]:
    cohorts = review.tables["cohorts"].filter(
        pl.col("indicator") == FIRST, pl.col("cohort_kind") == SIZE_BAND
    )
    rows = {r["cohort"]: r for r in cohorts.iter_rows(named=True)}
    found = []
    for label, start, end in edges(review):
        row = rows.get(label, {"n": 0, "suppressed": True})
        quartiles = {} if row["suppressed"] else {k: row[k] for k in ("p25", "median", "p75")}
        name = cohort_name(SIZE_BAND, label, words)
        note = words("n_is", n=words.number(row["n"]))
        found.append(Band(start, end, row["n"], name, note, **quartiles))
    return found


def limits(review: Review, catalogue: Catalogue, condition: Condition, words: Words) -> list[Limit]:
    """Return the steps of the limit with their texts; see `limit_steps`."""
    steps = limit_steps(review, catalogue, condition)
    return [Limit(*step, words.fixed(step.value, DECIMALS)) for step in steps]


def _minimum(catalogue: Catalogue, words: Words) -> Iterator[Line]:
    """Yield the smallest number of actors that the catalogue asks for."""
    for criterion in catalogue.criteria:
        for condition in criterion.conditions:
            least = condition.threshold
            if condition.metric.key == ACTORS and condition.operator == ">=" and least is not None:
                text = words("staffing_minimum", n=words.number(least), criterion=criterion.id)
                yield Line(least, text, upright=True, bold=True)


def _published(words: Words) -> Iterator[Line]:
    for one in reference_lines().values():
        yield Line(one.value, words.of(one.label), upright=one.figure == "actors")


# -------------------------------------------------------------------------------------- the words
def _caption(drawn: Sequence[Row], condition: Condition, review: Review, words: Words) -> Caption:
    n, limited = len(drawn), [r for r in drawn if r["threshold"] is not None]
    above = sum(r[FIRST] > r["threshold"] for r in limited)
    key = "staffing_seen" if limited else "staffing_unlimited"
    return Caption(
        name="staffing",
        title=words(key, n=words.number(above), all=words.number(len(limited) or n)),
        unit=words("staffing_unit", n=words.number(n), limit=_limit_kind(condition, words)),
        description=words("staffing_desc"),
        source=source_line(review, words),
    )


def _limit_kind(condition: Condition, words: Words) -> str:
    if condition.reference_bands:
        return words("staffing_limit_bands")
    return words(f"staffing_limit_{condition.stand_in}", period=condition.frozen_period)


def _absent(ids: Sequence[str], words: Words) -> str:
    return words("staffing_absent", names=", ".join(sorted(ids))) if ids else ""


# ------------------------------------------------------------------------------------- the tables
def _band_table(
    bands: Sequence[Band], steps: Sequence[Limit], rows: Sequence[Row], words: Words
) -> Table:
    cells = []
    for band in bands:
        quartiles = [band.p25, band.median, band.p75]
        inside = [step.text for step in steps if _overlap(step, band)]
        sources = {r["limit_source"]: None for r in rows if _is_in(r, band)}
        cells.append(
            [
                band.name,
                words.number(band.n),
                *(words("none") if v is None else words.fixed(v, DECIMALS) for v in quartiles),
                " / ".join(inside) or words("none"),
                "; ".join(map(words.limit, sources)) or words("none"),
            ]
        )
    keys = ("statistic_p25", "statistic_median", "statistic_p75", "staffing_limit", "limit_from")
    heads = [words.code("cohort_kind", SIZE_BAND), "n", *map(words, keys)]
    return Table(words("staffing_bands"), heads, cells, frozenset(range(1, 6)))


def _overlap(step: Limit, band: Band) -> bool:
    return (band.end is None or step.start < band.end) and (
        step.end is None or band.start < step.end
    )


def _is_in(row: Row, band: Band) -> bool:
    actors = row["actors"]
    return actors is not None and band.start <= actors and (band.end is None or actors < band.end)


def _cluster_table(rows: Sequence[Row], names: Mapping[str, str], words: Words) -> Table:
    cells: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            cohort_name(SIZE_BAND, r[SIZE_BAND], words) if r[SIZE_BAND] else words("none"),
            _number(r["actors"], 0, words),
            _number(r["fte"], 2, words),
            _number(r[FIRST], DECIMALS, words),
            _number(r["threshold"], DECIMALS, words),
            Cell(_verdict(r, words), mark=r["status"]),
        ]
        for r in rows
    ]
    heads = [words("cluster"), words.code("cohort_kind", SIZE_BAND)]
    heads += [words.code("indicator", name) for name in ("actors", "fte", FIRST)]
    heads += [words("staffing_limit"), words("staffing_verdict")]
    ids = [r["cluster_id"] for r in rows]
    caption = words("staffing_clusters")
    return Table(caption, heads, cells, frozenset(range(2, 6)), ids, sortable=True)


def _number(value: float | None, digits: int, words: Words) -> str | Cell:
    if value is None:
        return words("none")
    text = words.fixed(value, digits) if digits else words.number(value)
    return Cell(text, key=f"{value:.10g}")
