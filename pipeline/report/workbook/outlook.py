"""The blocks of the sheet Aufnahme about the months to come: who falls below the mark, and why."""

from pipeline.report.outlook import fall_reasons, fallen, lapsing
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.cluster_columns import named_columns
from pipeline.report.workbook.portfolio import SEPARATOR
from pipeline.report.workbook.sheets import decision_looks
from pipeline.report.workbook.stack import Stack


def put_falls(stack: Stack) -> None:
    """Write who is eligible now and falls below the pass mark; empty where nobody does."""
    book, text = stack.book, stack.book.text
    falling = fallen(book.review)
    why = fall_reasons(falling, lapsing(book.review))
    titles = {(c.id, k.id): k.title[book.lang] for c in book.review.catalogues for k in c.criteria}
    reasons = [
        SEPARATOR.join(f"{i} {titles[pair[0], i]}" for i in why.get(pair, ()))
        for pair in falling["catalogue", "cluster_id"].iter_rows()
    ]
    then = text("h_decision_then")
    columns = [
        *named_columns(book, falling),
        role_column(stack, falling["cluster_id"].to_list()),
        Column(text("h_catalogue"), falling["catalogue"].to_list()),
        Column(text("h_within_months"), falling["months"].to_list(), "int"),
        Column(text("h_fulfilled_then"), falling["fulfilled"].to_list(), "int"),
        Column(then, book.labels("decision", falling["decision"].to_list())),
        Column(text("h_falls_for"), reasons, "wrap", width=60),
    ]
    stack.add(columns, {then: decision_looks(book.lang)})


def put_lapses(stack: Stack) -> None:
    """Write every criterion that is fulfilled now and lapses, the soonest first."""
    book, text = stack.book, stack.book.text
    found = lapsing(book.review)
    titles = {(c.id, k.id): k.title[book.lang] for c in book.review.catalogues for k in c.criteria}
    pairs = found["catalogue", "criterion_id"].iter_rows()
    columns = [
        *named_columns(book, found),
        role_column(stack, found["cluster_id"].to_list()),
        Column(text("h_catalogue"), found["catalogue"].to_list()),
        Column(text("h_within_months"), found["months"].to_list(), "int"),
        Column(text("h_criterion"), found["criterion_id"].to_list()),
        Column(text("h_lapse_quarter"), found["quarter"].to_list()),
        Column(text("h_criterion_title"), [titles[pair] for pair in pairs]),
    ]
    stack.add(columns)


def role_column(stack: Stack, ids: list[str]) -> Column:
    """Return the column of the clusters' roles."""
    book = stack.book
    roles = dict(book.table("clusters")["cluster_id", "role"].iter_rows())
    return Column(book.text("h_role"), book.words([roles[i] for i in ids]))
