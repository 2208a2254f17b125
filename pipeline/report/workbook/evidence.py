"""The rows behind a condition: how many count, how many do not and why, and where they are."""

from collections.abc import Iterable

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.common.texts import say
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.rows import COUNTS
from pipeline.report.workbook.sheets import Book
from schemas.declaration import submission

KEY = ["cluster_id", "metric"]
ANSWERS = ("yes", "possible", "no")


def evidence_columns(book: Book, table: pl.DataFrame) -> Iterable[Column]:
    """Return the columns beside the conditions: file, sheet, numbers of rows, reasons."""
    found = table.select(KEY).join(summary(book), on=KEY, how="left", maintain_order="left")
    reviewed = book.table("submissions").filter(pl.col("outcome") == "reviewed")
    files = dict(zip(reviewed["cluster_id"], reviewed["source_file"], strict=True))
    text = book.text
    ids = table["cluster_id"]
    yield Column(text("h_source_file"), [files.get(i) for i in ids], "foreign")
    yield Column(text("h_sheet"), found["sheet"].to_list(), "foreign", width=16, folds=True)
    for answer, code in zip(ANSWERS, ("count", "possible", "not_counted"), strict=True):
        header = text("h_rows_of", answer=text(f"h_{code}"))
        yield Column(header, found[answer].to_list(), "int", folds=True)
    yield Column(text("h_why_not"), found["why"].to_list(), "wrap", width=44, folds=True)


def summary(book: Book) -> pl.DataFrame:
    """Return cluster_id, metric, sheet, yes, possible, no, why of every figure with rows."""
    rows = book.table("rows").select(*KEY, "sheet", "counted", reason="reason_code")
    own = pl.concat(
        [summed(book, rows, "row_reason"), summed(book, of_actors(book), "bound_reason")]
    )
    return own.unique(KEY, keep="first")


def of_actors(book: Book) -> pl.DataFrame:
    """Return the rows of Akteure for each figure that reads them, as in the table of rows."""
    named = [key for key, m in metrics().items() if any(r.startswith("actors.") for r in m.reads)]
    bound = pl.col("bound")
    known = pl.when(bound).then(pl.lit("yes")).otherwise(pl.lit("no"))
    answer = pl.when(bound.is_null()).then(pl.lit("possible")).otherwise(known)
    rows = book.lazy("actors").select(
        "cluster_id",
        sheet=pl.lit(submission().sheet("actors").name[book.lang]),
        counted=answer,
        reason="bound_reason",
    )
    counted = rows.group_by("cluster_id", "sheet", "counted", "reason").len().collect()
    every = counted.join(pl.DataFrame({"metric": named}), how="cross")
    return every.select(*KEY, "sheet", "counted", "reason", "len")


def summed(book: Book, rows: pl.DataFrame, group: str) -> pl.DataFrame:
    """Return the numbers of rows by answer, and as text why the others do not count."""
    if "len" not in rows.columns:
        rows = rows.group_by(rows.columns).len()
    words = {code: say(group, code, book.lang) for code in rows["reason"].unique()}
    texts = pl.col("reason").replace_strict(words, default=None, return_dtype=pl.String)
    why = pl.format("{}: {}", texts, pl.col("len"))
    others = (pl.col("counted") != "yes") & ~pl.col("reason").is_in([COUNTS, "counts"])
    numbers = {
        answer: pl.col("len").filter(pl.col("counted") == answer).sum().cast(pl.Int64)
        for answer in ANSWERS
    }
    return rows.group_by(KEY).agg(
        sheet=pl.col("sheet").unique().sort().str.join(", "),
        **numbers,
        why=why.filter(others).sort().str.join("; "),
    )
