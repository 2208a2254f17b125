"""The findings in the files: by kind, by file, and of one cluster cell by cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.report.pages.views import Cell, Table, page_of
from pipeline.report.pages.words import Words, form_words
from pipeline.review import Review
from pipeline.tables.short_view import with_range

SEVERITIES = ("error", "warning", "info")
FINDING_HEADS = ("sheet", "cell", "severity", "what_to_do", "concerns")


def finding_tables(review: Review, words: Words) -> list[Table]:
    """Return the findings by kind and by file, and those in the office's own files."""
    findings = review.tables["findings"]
    known = review.tables["submissions"]["source_file"].to_list()
    office = findings.filter(~pl.col("source_file").is_in(known))
    return [
        t
        for t in (
            _by_kind(findings, words),
            _by_file(review, words),
            cell_findings(
                words("office_caption"),
                readable(review, office).iter_rows(named=True),
                words,
                files=True,
            ),
        )
        if t.rows
    ]


def _by_kind(findings: pl.DataFrame, words: Words) -> Table:
    counts = findings.group_by("severity", "code").agg(
        n=pl.len(), files=pl.col("source_file").n_unique()
    )
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)))
    counts = counts.sort(rank, "n", "code", descending=[False, True, False])
    return Table(
        words("kinds_caption"),
        [words(k) for k in ("finding", "severity", "number", "files")],
        [
            [
                words.finding(r["code"]),
                severity(r["severity"], words),
                words.number(r["n"]),
                words.number(r["files"]),
            ]
            for r in counts.iter_rows(named=True)
        ],
        frozenset({2, 3}),
    )


def _by_file(review: Review, words: Words) -> Table:
    counts = (
        review.tables["findings"]
        .group_by("source_file")
        .agg((pl.col("severity") == s).sum().alias(s) for s in SEVERITIES)
    )
    files = review.tables["submissions"].join(counts, on="source_file").sort("source_file")
    return Table(
        words("by_file_caption"),
        [
            *(words(k) for k in ("file", "cluster", "state")),
            *(words(f"{s}s") for s in SEVERITIES),
        ],
        [_file_row(r, words) for r in files.iter_rows(named=True)],
        frozenset({3, 4, 5}),
        files["cluster_id"].fill_null("").to_list(),
    )


def _file_row(row: Mapping[str, Any], words: Words) -> list[str | Cell]:
    cluster = row["cluster_id"] or words("none")
    reviewed = row["outcome"] == "reviewed"
    return [
        row["source_file"],
        Cell(cluster, page_of(cluster)) if reviewed else cluster,
        words.code("outcome", row["outcome"]),
        *(words.number(row[s]) for s in SEVERITIES),
    ]


def severity(code: str, words: Words) -> Cell:
    """Return the text of a severity."""
    return Cell(words.code("severity", code), mark=code)


def readable(review: Review, findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings, limited to as many as a page shows (see `short_view.with_range`)."""
    return with_range(findings, review.settings.findings.most_on_page)


def cell_findings(caption: str, findings: Any, words: Words, *, files: bool = False) -> Table:
    """Return findings one by one: where, what is wrong and what to do, the most severe first.

    findings: rows of `readable`; if more of a kind are left out, a row states that.
    """
    ordered = sorted(findings, key=lambda r: SEVERITIES.index(r["severity"]))
    heads = [*(["file"] if files else []), *FINDING_HEADS]
    rows = [row for r in ordered for row in _finding(r, words, files)]
    return Table(caption, [words(k) for k in heads], rows)


def _finding(row: Mapping[str, Any], words: Words, files: bool) -> list[Sequence[str | Cell]]:
    """Return a finding's row and, if it represents others, a row for them."""
    file = [row["source_file"]] if files else []
    sheet, mark = row["sheet"] or words("none"), severity(row["severity"], words)
    own = [
        *file,
        Cell(sheet, written=form_words()),
        row["cell"] or words("whole_sheet" if row["sheet"] else "whole_file"),
        mark,
        Cell(row[f"message_{words.lang}"], written=[row["value"] or "", *form_words()]),
        ", ".join(row["criterion_ids"] or ()) or words("none"),
    ]
    if not row["others"]:
        return [own]
    more = [*file, own[len(file)], words("none"), mark, _others(row, words), words("none")]
    return [own, more]


def _others(row: Mapping[str, Any], words: Words) -> str:
    """Return how many more of a kind there are, and where."""
    n = words.number(row["others"])
    if row["others"] == 1 and row["from_cell"]:
        return words("other_at_cell", cell=row["from_cell"])
    if not row["from_cell"]:
        return words("others_at_sheet", n=n)
    return words("others_at_cells", n=n, first=row["from_cell"], last=row["to_cell"])
