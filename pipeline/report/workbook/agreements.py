"""The block Vereinbarungen of the sheet Aufnahme: what was agreed, and what became of it."""

import polars as pl

from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.stack import Stack

# What needs the office stands first.
LOOKS = {"overdue": "bad", "running": "open", "kept": "good"}


def put_agreements(stack: Stack) -> None:
    """Write the block; it is empty where nothing was agreed."""
    book, text = stack.book, stack.book.text
    place = {outcome: at for at, outcome in enumerate(LOOKS)}
    table = book.table("agreements")
    order = table["outcome"].replace_strict(place, return_dtype=pl.Int64)
    table = table.with_columns(place=order).sort("place", "due", nulls_last=True)
    names = book.table("coverage").select("cluster_id", "name")
    table = table.join(names, on="cluster_id", how="left", maintain_order="left")
    words = {code: text(f"agreement_{code}") for code in LOOKS}
    columns = [
        Column(text("h_cluster_id"), table["cluster_id"].to_list()),
        Column(text("h_name"), table["name"].to_list(), "foreign"),
        Column(text("h_catalogue"), table["catalogue"].to_list()),
        Column(text("h_criterion"), table["criterion_id"].to_list()),
        Column(text("h_agreed_on"), table["agreed_on"].to_list(), "date"),
        Column(text("h_status_then"), book.labels("status", table["status_then"].to_list())),
        Column(text("h_status_now"), book.labels("status", table["status"].to_list())),
        Column(text("h_due"), table["due"].to_list(), "date"),
        Column(text("h_outcome"), [words[code] for code in table["outcome"]]),
        Column(text("h_agreement"), table["agreement"].to_list(), "foreign"),
    ]
    stack.add(columns, {text("h_outcome"): {words[code]: look for code, look in LOOKS.items()}})
