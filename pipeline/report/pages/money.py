"""Who pays for the clusters' management, and who joins and leaves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.rows import Row
from pipeline.evaluation.benchmark import PORTFOLIO
from pipeline.report.pages.charts import SERIES, Caption, Chart, bars, draw, one_bar, shares_axis
from pipeline.report.pages.comparison import cohort_name
from pipeline.report.pages.views import Cell, Table, linked, names_of, source_line
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.payers import MOVED, OTHER, OWN, PUBLIC, TOTAL, of_clusters, of_cohorts, payers


@dataclass(frozen=True)
class Money:
    """A sentence about the portfolio, the picture of who pays, and its numbers; no picture of none.

    movement: a sentence about members that joined and left.
    """

    summary: str
    movement: str
    chart: Chart | None
    tables: tuple[Table, ...]


def money(review: Review, words: Words) -> Money:
    """Return who pays, over the rows that criterion 7.1 uses."""
    cohorts = of_cohorts(review.tables, review.settings)
    known = cohorts.drop_nulls(PUBLIC)
    clusters = of_clusters(review.tables, review.settings)
    n = clusters[TOTAL].drop_nulls().len()
    moved = {name: words.number(int(clusters[name].sum())) for name in MOVED}
    return Money(
        words("money_summary", n=words.count("clusters", n), all=words.number(clusters.height)),
        words("members_moved", **moved),
        _chart(known, review, words) if known.height else None,
        (_cohorts(cohorts, review, words), _clusters(clusters, review, words)),
    )


def payer_name(payer: str, words: Words) -> str:
    """Return what people read for somebody who pays."""
    return (
        words(f"payer_{payer}") if payer in (OWN, OTHER) else words.name("funding_sources", payer)
    )


def _chart(known: pl.DataFrame, review: Review, words: Words) -> Chart:
    every = [(one, payer_name(one, words)) for one in payers(review.settings)]
    rows = [part for row in known.iter_rows(named=True) for part in _parts(row, every, words)]
    names = [name for _, name in every]
    spec = bars(rows, list(zip(names, SERIES, strict=False)), shares_axis(words("axis_share")))
    whole = known.row(by_predicate=pl.col("cohort_kind") == PORTFOLIO, named=True)
    title = words("money_seen", share=words.percent(whole[PUBLIC]))
    n, desc = words.number(whole["n"]), words("money_chart_desc")
    caption = Caption("money", title, words("money_unit", n=n), desc, source_line(review, words))
    return draw(spec, caption, words.lang)


def _parts(row: Row, every: list[tuple[str, str]], words: Words) -> Iterator[Mapping[str, object]]:
    """Return the parts of a cohort's bar, each with its share."""
    kind = words.code("cohort_kind", row["cohort_kind"])
    name = cohort_name(row["cohort_kind"], row["cohort"], words)
    label = name if name == kind else f"{kind}: {name}"
    shares = ((name, row[payer] / row[TOTAL]) for payer, name in every)
    return one_bar(label, ((name, share, words.percent(share, 0)) for name, share in shares))


def _cohorts(cohorts: pl.DataFrame, review: Review, words: Words) -> Table:
    rows: list[list[str | Cell]] = [
        [
            cohort_name(r["cohort_kind"], r["cohort"], words),
            words.code("cohort_kind", r["cohort_kind"]),
            words.number(r["clusters"]),
            *(words.number(r[name]) for name in MOVED),
            words.number(r["n"]),
            words.number(r[TOTAL]),
            *money_cells(r, review, words),
        ]
        for r in cohorts.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("cohort_head", "cohort_kind_head", "axis_clusters")]
    heads += [*(_head(k, words) for k in MOVED), words("n_known"), _head(TOTAL, words)]
    heads += money_heads(review, words)
    caption = words("money_cohorts", minimum=words.number(review.settings.cohorts.minimum))
    return Table(caption, heads, rows, frozenset(range(2, len(heads))))


def _clusters(clusters: pl.DataFrame, review: Review, words: Words) -> Table:
    names = names_of(review)
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            *(words.number(r[name]) for name in MOVED),
            words.number(r[TOTAL]),
            *money_cells(r, review, words),
        ]
        for r in clusters.iter_rows(named=True)
    ]
    heads = [words("cluster"), *(_head(k, words) for k in (*MOVED, TOTAL))]
    heads += money_heads(review, words)
    ids = clusters["cluster_id"].to_list()
    return Table(words("money_clusters"), heads, rows, frozenset(range(1, len(heads))), ids)


def _head(column: str, words: Words) -> str:
    return words(f"head_{column}")


def money_cells(row: Row, review: Review, words: Words) -> list[str]:
    """Return the share of everybody who pays, then the public one; row: of `payers`."""
    return [
        *(_share(row, payer, words) for payer in payers(review.settings)),
        words.percent(row[PUBLIC]),
    ]


def money_heads(review: Review, words: Words) -> list[str]:
    """Return the heads of `money_cells`."""
    return [
        *(payer_name(payer, words) for payer in payers(review.settings)),
        _head(PUBLIC, words),
    ]


def _share(row: Row, payer: str, words: Words) -> str:
    total = row[TOTAL]
    return words.percent(row[payer] / total if total else None)


def own_money(row: Row, funding: Sequence[Row], words: Words) -> list[str]:
    """Return a cluster's sentences: who pays, and how many members joined and left.

    row: of the table clusters. funding: its rows of that table.
    """
    moved = words("members_moved", **{name: words.number(row[name]) for name in MOVED})
    if row[PUBLIC] is None:
        return [words("money_unknown"), moved]
    ordered = sorted(funding, key=lambda r: (-r["share"], r["source"]))
    parts = [
        f"{words.name('funding_sources', r['source'])} {words.percent(r['share'])}" for r in ordered
    ]
    return [words("money_own", share=words.percent(row[PUBLIC]), parts=", ".join(parts)), moved]
