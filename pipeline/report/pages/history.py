"""Changes since the period before: decisions, criteria, medians, clusters that joined or left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.rows import Row
from pipeline.report.pages.change_charts import Counts, criteria_moved, medians_moved, then_and_now
from pipeline.report.pages.changes import cause_text, turned
from pipeline.report.pages.charts import Chart
from pipeline.report.pages.figures import median_text
from pipeline.report.pages.views import (
    Cell,
    Table,
    decision_cell,
    linked,
    named,
    names_of,
    roles_of,
    titled,
)
from pipeline.report.pages.words import Words
from pipeline.report.since import is_better, since_sentences
from pipeline.review import Review


@dataclass(frozen=True)
class Pictured:
    """A table and its picture; None if there is nothing to draw."""

    chart: Chart | None
    table: Table


@dataclass(frozen=True)
class History:
    """The earlier period, changed decisions (or a sentence that there are none), and more tables.

    Tables without rows are left out.
    """

    since: Sequence[str]
    nobody: str
    movers: Sequence[Table]
    pictured: Sequence[Pictured]
    movements: Sequence[Table]


def history(review: Review, words: Words) -> History | None:
    """Return the office's view; None without an earlier period."""
    if review.since is None:
        return None
    moved = list(movers(review, words))
    pictured = [
        *(
            Pictured(criteria_moved(review, catalogue, number, counts, words), table)
            for number, (catalogue, counts, table) in enumerate(criteria_turned(review, words), 1)
        ),
        Pictured(medians_moved(review, words), medians(review, words)),
    ]
    return History(
        since=since_sentences(review, words.lang),
        nobody="" if moved else words("nobody_moved"),
        movers=moved,
        pictured=[one for one in pictured if one.table.rows],
        movements=[t for t in [movements(review, words)] if t.rows],
    )


# ----------------------------------------------------------------------------- changed decisions
def movers(review: Review, words: Words) -> Iterator[Table]:
    """Yield for each catalogue the clusters whose decision changed, confirmed or not."""
    names, roles = names_of(review), roles_of(review, words)
    heads = [words(k) for k in ("cluster", "role", "before", "now", "fulfilled_criteria", "cause")]
    heads.append(words("confirmed_then_now"))
    for catalogue in review.catalogues:
        own = review.tables["decision_changes"].filter(pl.col("catalogue") == catalogue.id)
        # those that crossed the mark first
        own = own.sort(pl.col("decision") == pl.col("previous_decision"), "cluster_id")
        rows = [_mover(r, names, roles, words) for r in own.iter_rows(named=True)]
        table = Table(
            words("movers_caption"), heads, rows, frozenset({4}), own["cluster_id"].to_list()
        )
        if rows:
            yield titled(table, words.of(catalogue.title))


def _mover(
    row: Row, names: Mapping[str, str], roles: Mapping[str, str], words: Words
) -> list[str | Cell]:
    counts = {k: words.number(row[k]) for k in ("previous_fulfilled", "fulfilled")}
    confirmed = [row["previous_decision_confirmed"], row["decision_confirmed"]]
    texts = [words.code("decision", code) for code in confirmed]
    same = row["decision"] == row["previous_decision"]
    stays = texts[0] == texts[1]
    return [
        linked(row["cluster_id"], names),
        roles[row["cluster_id"]],
        decision_cell(row["previous_decision"], words),
        decision_cell(row["decision"], words),
        words("then_and_now", one=counts["previous_fulfilled"], other=counts["fulfilled"]),
        words("unchanged") if same else cause_text(row["cause"], words),
        words("unchanged") if stays else words("then_and_now", one=texts[0], other=texts[1]),
    ]


# ----------------------------------------------------------------------------- changed criteria
def criteria_turned(review: Review, words: Words) -> Iterator[tuple[Catalogue, Counts, Table]]:
    """Yield each catalogue, how many clusters fulfil its criteria before and now, and a table.

    The table shows how often each criterion changed, and these counts.
    """
    found = turned(review)
    if found is None:
        return
    found = found.with_columns(better=is_better())
    keys = ("criterion", "for_better", "for_worse", "fulfilled_before", "fulfilled_now")
    heads = [words(k) for k in keys]
    for catalogue in review.catalogues:
        own = found.filter(pl.col("catalogue") == catalogue.id)
        better = {k: own.filter(pl.col("criterion_id") == k)["better"] for k in own["criterion_id"]}
        fulfilled = then_and_now(review, catalogue)
        rows: list[Sequence[str | Cell]] = [
            [
                f"{c.id} {words.of(c.title)}",
                words.number(int(better[c.id].sum())),
                words.number(int((~better[c.id]).sum())),
                *map(words.number, fulfilled[c.id]),
            ]
            for c in catalogue.criteria
            if c.id in better
        ]
        table = Table(words("turned_criteria_caption"), heads, rows, frozenset({1, 2, 3, 4}))
        yield catalogue, fulfilled, titled(table, words.of(catalogue.title))


# ------------------------------------------------------------------------------------ medians
def medians(review: Review, words: Words) -> Table:
    """Return the medians before and now, over all clusters and over those of both periods."""
    table = review.tables["medians"]
    by_scope = {
        scope: {r["indicator"]: r for r in table.iter_rows(named=True) if r["scope"] == scope}
        for scope in ("all", "panel")
    }
    rows = [
        [words.code("indicator", name), *_median(row, words), *_median(panel, words)]
        for (name, row), panel in zip(
            by_scope["all"].items(), by_scope["panel"].values(), strict=True
        )
    ]
    heads = [words("indicator")]
    for scope in ("all", "panel"):
        heads += [words(f"{scope}_before"), words(f"{scope}_now")]
    return Table(words("medians_caption"), heads, rows, frozenset({1, 2, 3, 4}))


def _median(row: Row, words: Words) -> list[str]:
    return [
        _with_n(row["previous"], row["n_previous"], row["indicator"], words),
        _with_n(row["value"], row["n"], row["indicator"], words),
    ]


def _with_n(value: float | None, n: int, name: str, words: Words) -> str:
    median = words("not_shown") if value is None else median_text(value, name, words)
    return words("value_of_n", value=median, n=words.number(n))


# ----------------------------------------------------------------------------- joined and left
def movements(review: Review, words: Words) -> Table:
    """Return the clusters that are reviewed in only one of both periods."""
    found, names = review.tables["movements"], names_of(review)
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names)
            if r["cluster_id"] in names
            else named(r["cluster_id"], r["name"]),
            words.code("movement", r["movement"]),
            words.code("outcome", r["state"]) if r["state"] else words("not_expected"),
        ]
        for r in found.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("cluster", "movement", "state")]
    return Table(words("movements_caption"), heads, rows, clusters=found["cluster_id"].to_list())
