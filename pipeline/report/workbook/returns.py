"""The sheet Rücklauf & Datenqualität: what was submitted, how complete it is, its findings."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.common.texts import number, say
from pipeline.evaluation.evaluate import ELIGIBLE, NOT_ELIGIBLE, OPEN
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.complete import filled_share, put_completeness
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.portfolio import looked_up
from pipeline.report.workbook.return_roles import below_words, put_by_role
from pipeline.report.workbook.sheets import Book, decision_looks, new_sheet
from pipeline.report.workbook.stack import Stack
from pipeline.tables.findings import kinds
from pipeline.tables.short_view import with_range
from pipeline.tables.unread import CANNOT_BE_READ, shown_states

# The width of a long text that is only looked into: other blocks have short values below it.
NARROW = 16.0


def write_returns(book: Book, matrix: Matrix) -> None:
    """Write the sheet. First who reported: `adopt` reads there which clusters are known.

    Printed are the blocks up to the submissions: the others are long, and material to look up.
    """
    codes = ["coverage", "by_role", "submissions", "completeness", "findings"]
    stack = Stack(book, new_sheet(book, "returns"), codes)
    table = with_results(book)
    put_coverage(stack, matrix, table)
    put_by_role(stack, table)
    put_submissions(stack)
    put_completeness(stack)
    put_findings(stack)
    stack.close(printed=codes.index("submissions") + 1)


# -------------------------------------------------------------------------------------- coverage
def put_coverage(stack: Stack, matrix: Matrix, table: pl.DataFrame) -> None:
    """Write who was expected and who reported."""
    book, text = stack.book, stack.book.text
    states = {"reviewed": "good", "missing": "bad", "quarantined": "open", CANNOT_BE_READ: "open"}
    words = below_words(book)
    looks = {
        text("h_state"): {say("outcome", code, book.lang): look for code, look in states.items()},
        text("h_decision"): decision_looks(book.lang),
        text("h_outdated"): {text("yes"): "open"},
        text("h_below"): {words[NOT_ELIGIBLE]: "bad", words[OPEN]: "open"},
    }
    stack.add(coverage_columns(book, matrix, table), looks)


def with_results(book: Book) -> pl.DataFrame:
    """Return the coverage with the result of each cluster."""
    results = book.table("clusters").select("cluster_id", "fulfilled", "decision")
    table = shown_states(book.review.tables).join(results, on="cluster_id", how="left")
    return table.sort("cluster_id")


def coverage_columns(book: Book, matrix: Matrix, table: pl.DataFrame) -> list[Column]:
    """Return the columns; whether a cluster is below the mark is a formula over the decision."""
    text, words = book.text, below_words(book)
    below = [decision and words[decision] for decision in table["decision"]]
    missed, perhaps = (say("decision", code, book.lang) for code in (NOT_ELIGIBLE, OPEN))
    chosen = (
        f'=IF(I{{row}}="{missed}","{words[NOT_ELIGIBLE]}",'
        f'IF(I{{row}}="{perhaps}","{words[OPEN]}","{words[ELIGIBLE]}"))'
    )
    return [
        Column(text("h_cluster_id"), table["cluster_id"].to_list()),
        Column(text("h_name"), table["name"].to_list(), "foreign"),
        Column(text("h_role"), book.words(table["role"].to_list())),
        Column(text("h_expected"), book.yes_no(table["expected"].to_list())),
        Column(text("h_state"), book.labels("outcome", table["shown_state"].to_list())),
        Column(text("h_as_of"), table["as_of"].to_list(), "date"),
        Column(text("h_age_days"), table["age_days"].to_list(), "int"),
        Column(text("h_outdated"), book.yes_no(table["outdated"].to_list())),
        Column(
            text("h_decision"),
            book.labels("decision", table["decision"].to_list()),
            formula=looked_up(matrix, "decision"),
        ),
        Column(
            text("h_fulfilled"),
            table["fulfilled"].to_list(),
            "int",
            looked_up(matrix, "fulfilled"),
        ),
        Column(
            text("h_below"),
            below,
            formula=lambda row: chosen.format(row=row),
        ),
        Column(text("h_guessed_from"), table["guessed_from"].to_list(), "foreign"),
        filled_share(book, table["cluster_id"].to_list()),
    ]


# ----------------------------------------------------------------------------------- submissions
def put_submissions(stack: Stack) -> None:
    """Write every file and its outcome, below them what was not read."""
    book = stack.book
    table, text = files_and_unread(book), book.text
    columns = [
        Column(text("h_cluster_id"), table["cluster_id"].to_list(), "foreign"),
        Column(text("h_source_file"), table["source_file"].to_list(), "foreign"),
        Column(text("h_outcome"), book.labels("outcome", table["outcome"].to_list())),
        Column(text("h_sha256"), table["sha256"].to_list(), width=NARROW),
        Column(text("h_code"), table["title"].to_list()),
        Column(text("h_message"), table[f"message_{book.lang}"].to_list(), "foreign"),
    ]
    looks = {
        say("outcome", "quarantined", book.lang): "bad",
        say("outcome", "superseded", book.lang): "muted",
    }
    stack.add(columns, {text("h_outcome"): looks})


def files_and_unread(book: Book) -> pl.DataFrame:
    """Return the submissions, and the rows of `unread` like them; title: of the code or reason."""
    files, unread = book.table("submissions"), book.table("unread")
    titles = code_texts(book, files["code"].to_list())
    reasons = book.labels("unread_reason", unread["reason"].to_list())
    files = files.with_columns(title=pl.Series(titles, dtype=pl.String))
    unread = unread.with_columns(
        title=pl.Series(reasons, dtype=pl.String), outcome=pl.lit("not_read")
    )
    return pl.concat([files, unread.drop("period", "reason")], how="diagonal")


def code_texts(book: Book, codes: list[str | None]) -> list[str | None]:
    """Return the texts of codes of findings; a code without a text is shown itself."""
    known = kinds()
    return [known[c].title[book.lang] if c and c in known else c for c in codes]


# -------------------------------------------------------------------------------------- findings
def put_findings(stack: Stack) -> None:
    """Write the findings with their addresses; of many of a kind the first, and how many more."""
    book = stack.book
    table, text = readable_findings(book), book.text
    columns = [
        Column(text("h_cluster_id"), table["cluster_id"].to_list(), "foreign"),
        Column(text("h_source_file"), table["source_file"].to_list(), "foreign"),
        Column(text("h_sheet"), table["sheet"].to_list(), "foreign"),
        Column(text("h_cell"), table["cell"].to_list()),
        Column(text("h_severity"), book.labels("severity", table["severity"].to_list())),
        Column(text("h_code"), code_texts(book, table["code"].to_list())),
        Column(text("h_value"), table["value"].to_list(), "foreign_wrap", width=NARROW),
        Column(text("h_criteria"), criteria_lists(table), "wrap", width=NARROW),
        Column(text("h_number"), table["number"].to_list(), "int"),
        Column(text("h_message"), table[f"message_{book.lang}"].to_list(), "foreign"),
    ]
    looks = {
        say("severity", "error", book.lang): "bad",
        say("severity", "warning", book.lang): "open",
    }
    stack.add(columns, {text("h_severity"): looks})


def readable_findings(book: Book) -> pl.DataFrame:
    """Return the findings, limited to a readable number; a row states how many are left out.

    number: how many findings a row represents.
    """
    rules = book.review.settings.findings
    listed = with_range(book.table("findings"), rules.most_in_workbook).with_row_index("at")
    more = listed.filter(pl.col("others") > 0)
    message = f"message_{book.lang}"
    texts = [others_text(book, row) for row in more.iter_rows(named=True)]
    more = more.with_columns(
        pl.Series(message, texts, dtype=pl.String),
        cell=pl.lit(""),
        value=pl.lit(""),
        number=pl.col("others"),
    )
    listed = listed.with_columns(number=pl.lit(1, pl.Int64))
    return pl.concat([listed, more]).sort("at", maintain_order=True)


def others_text(book: Book, row: Mapping[str, Any]) -> str:
    """Return how many more findings of a kind there are, and between which cells."""
    n = number(row["others"], 0, book.lang)
    if row["others"] == 1 and row["from_cell"]:
        return book.text("more_findings_cell", cell=row["from_cell"])
    if not row["from_cell"]:
        return book.text("more_findings", n=n)
    cells = {"first": row["from_cell"], "last": row["to_cell"]}
    return book.text("more_findings_cells", n=n, **cells)


def criteria_lists(table: pl.DataFrame) -> list[str | None]:
    """Return the criteria that a finding can affect, in one text."""
    return table.select(pl.col("criterion_ids").list.join(", "))["criterion_ids"].to_list()
