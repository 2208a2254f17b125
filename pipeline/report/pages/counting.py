"""Which of a cluster's rows count and why the others do not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.common.catalogue import metrics
from pipeline.common.rows import Row, rows_by
from pipeline.report.pages.actor_table import MARKS
from pipeline.report.pages.figures import ranges
from pipeline.report.pages.words import Words
from schemas.properties import shown_properties

Lines = tuple[tuple[str, str, str, str], ...]
COUNTED = ("yes", "possible", "no")


@dataclass(frozen=True)
class Actors:
    """The rows of actors: a summary, the reasons with row numbers, their number, all as printed.

    reasons: (reason, whether it counts, how many, row numbers). properties: the headers of the last
    columns of rows, see `actor_tables`.
    """

    summary: str
    reasons: Sequence[tuple[str, str, str, str]]
    number: int
    properties: Sequence[str]
    rows: Markup


@dataclass(frozen=True)
class FigureRows:
    """The rows behind a figure; lines: (counted or why not, sheet, how many, row numbers)."""

    titles: Sequence[str]
    summary: str
    lines: Lines


# ---------------------------------------------------------------------------------------- actors
def actor_rows(rows: Sequence[Row], printed: Markup, words: Words) -> Actors:
    """Return the rows of actors and why each is bound or not.

    rows: row, bound, bound_reason. printed: see `actor_tables`.
    """
    grouped = rows_by(rows, "bound_reason")
    counts = sum(r["bound"] is True for r in rows)
    left_out = Counter({k: len(g) for k, g in grouped.items() if g[0]["bound"] is not True})
    parts = [(n, words.code("bound_reason", k)) for k, n in left_out.most_common()]
    reasons = [
        (
            words.code("bound_reason", k),
            words.code("counted", MARKS[g[0]["bound"]]),
            words.number(len(g)),
            ranges([r["row"] for r in g]),
        )
        for k, g in sorted(grouped.items(), key=lambda item: -len(item[1]))
    ]
    text = summary(len(rows), counts, parts, words)
    properties = [words.of(header) for header in shown_properties().values()]
    return Actors(text, reasons, len(rows), properties, printed)


def summary(rows: int, counts: int, left_out: Sequence[tuple[int, str]], words: Words) -> str:
    """Return "34 Zeilen, 28 zählen: 3 nur Kontakt, 2 ausgetreten"."""
    head = words("rows_count", rows=words.count("rows", rows), n=words.count("n_count", counts))
    if not left_out:
        return f"{head}."
    return f"{head}: {', '.join(f'{words.number(n)} {text}' for n, text in left_out)}."


# ---------------------------------------------------------------------------------- other sheets
def figure_rows(rows: Sequence[Row], words: Words) -> list[FigureRows]:
    """Return the rows behind each figure of the other sheets; figures of the same rows together.

    rows: metric, sheet, counted, reason_code, numbers (of the rows), see `grouped_rows`.
    """
    by_metric = rows_by(rows, "metric")
    order = {metric: i for i, metric in enumerate(metrics())}
    found: dict[Lines, FigureRows] = {}
    for metric in sorted(by_metric, key=lambda m: (order.get(m, len(order)), m)):
        lines, title = _lines(by_metric[metric], words), _title(metric, words)
        titles = [*found[lines].titles, title] if lines in found else [title]
        found[lines] = FigureRows(titles, _summary(by_metric[metric], words), lines)
    return list(found.values())


def _title(metric: str, words: Words) -> str:
    known = metrics().get(metric)
    return words.of(known.title) if known else metric


def _lines(rows: Sequence[Row], words: Words) -> Lines:
    ordered = sorted(rows, key=lambda r: (COUNTED.index(r["counted"]), -len(r["numbers"])))
    return tuple(
        (
            _verdict(r, words),
            r["sheet"],
            words.number(len(r["numbers"])),
            ranges(r["numbers"]),
        )
        for r in ordered
    )


def _verdict(row: Row, words: Words) -> str:
    counted = words.code("counted", row["counted"])
    if row["counted"] == "yes":
        return counted
    return f"{counted}: {words.code('row_reason', row['reason_code'])}"


def _summary(rows: Sequence[Row], words: Words) -> str:
    total = sum(len(r["numbers"]) for r in rows)
    counts = sum(len(r["numbers"]) for r in rows if r["counted"] == "yes")
    others: Counter[str] = Counter()
    for r in rows:
        if r["counted"] != "yes":
            others[words.code("row_reason", r["reason_code"])] += len(r["numbers"])
    return summary(total, counts, [(n, text) for text, n in others.most_common()], words)
