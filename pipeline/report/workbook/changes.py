"""The sheet Veränderungen: what changed since the period before, and by which cause."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.common.texts import say
from pipeline.report.since import is_better, since_sentences
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.changes_medians import median_columns, put_array_formulas
from pipeline.report.workbook.cluster_columns import cause_word, named_columns
from pipeline.report.workbook.indicator_changes import put_indicator_changes
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import Book, decision_looks, new_sheet, status_looks
from pipeline.report.workbook.stack import Stack
from schemas.tables import CAUSES

UNKNOWN = "unknown"
BLOCKS = ["causes", "movers", "movements", "medians", "changes", "indicator_changes"]


def write_changes(book: Book, matrices: Sequence[Matrix]) -> None:
    """Write the sheet of a review with an earlier period.

    Printed are the blocks up to the changed verdicts: the changes of every figure are long.
    """
    since = book.review.since
    if since is None:
        return
    stack = Stack(
        book,
        new_sheet(book, "changes", book.text("about_sheet_changes")),
        BLOCKS,
        keys=(16.0, 18.5),
        intro=since_sentences(book.review, book.lang),
        parts={"period": since.period},
    )
    stack.add(cause_columns(book))
    put_movers(stack, matrices)
    stack.add(movement_columns(book))
    put_array_formulas(
        book, stack.sheet, stack.add(median_columns(book, stack.top), whole=True) + 1
    )
    put_verdicts(stack)
    put_indicator_changes(stack)
    stack.close(printed=BLOCKS.index("changes") + 1)


# -------------------------------------------------------------------------------------- the causes
def cause_columns(book: Book) -> list[Column]:
    """Return every cause with its meaning and how many verdicts it changed."""
    found = with_direction(book)
    causes: list[str | None] = [*CAUSES]
    if found["cause"].null_count():
        causes.append(None)
    names = [cause_word(book, c) for c in causes]
    of = {c: found.filter(pl.col("cause").eq_missing(pl.lit(c))) for c in causes}
    notes = [say("cause_note", c or UNKNOWN, book.lang) for c in causes]
    number = [of[c].height for c in causes]
    better = [int(of[c]["better"].sum()) for c in causes]
    word = book.text("c_better")
    worse = [n - b for n, b in zip(number, better, strict=True)]
    return [
        Column(book.text("h_c_cause"), names),
        Column(book.text("h_c_number"), number, "int", counted(book)),
        Column(word, better, "int", counted(book, word)),
        Column(book.text("c_worse"), worse, "int", counted(book, book.text("c_worse"))),
        Column(book.text("h_c_meaning"), notes),
    ]


def counted(book: Book, direction: str | None = None) -> Formula:
    """Return the formula that counts a cause's verdicts in the list below."""
    tests = book.ref("changes", "c_cause") + ",$A{row}"
    if direction:
        tests += f',{book.ref("changes", "c_direction")},"{direction}"'
    return lambda row: f"=COUNTIFS({tests.format(row=row)})"


def with_direction(book: Book) -> pl.DataFrame:
    """Return the table of changes with better: whether a status is nearer to fulfilled."""
    return book.table("changes").with_columns(better=is_better())


# -------------------------------------------------------------------------- the changed decisions
def put_movers(stack: Stack, matrices: Sequence[Matrix]) -> None:
    """Write the clusters whose decision, confirmed or not, changed."""
    book, moved = stack.book, stack.book.table("decision_changes")
    by_catalogue = {m.catalogue.id: m for m in matrices}
    columns = mover_columns(book, moved, by_catalogue, stack.top + 2)
    codes = ("c_then", "c_now", "c_confirmed_then", "c_confirmed_now")
    stack.add(columns, {book.text(f"h_{code}"): decision_looks(book.lang) for code in codes})


def mover_columns(
    book: Book, moved: pl.DataFrame, matrices: Mapping[str, Matrix], first: int
) -> list[Column]:
    """Return the columns; the present number of fulfilled criteria is looked up in the matrix.

    first: the number of the first row on the sheet.
    """
    catalogues = moved["catalogue"].to_list()
    then, now = moved["previous_fulfilled"].to_list(), moved["fulfilled"].to_list()

    def looked_up(row: int) -> str:
        matrix = matrices[catalogues[row - first]]
        found = f"MATCH($A{row},{matrix.ref('cluster_id')},0)"
        return f"=INDEX({matrix.ref('fulfilled')},{found})"

    roles = dict(book.table("clusters")["cluster_id", "role"].iter_rows())
    change = [b - a for a, b in zip(then, now, strict=True)]
    text = book.text
    return [
        *named_columns(book, moved),
        Column(text("h_catalogue"), catalogues),
        decision_column(book, moved, "c_then", "previous_decision"),
        decision_column(book, moved, "c_now", "decision"),
        Column(text("h_c_fulfilled_then"), then, "int"),
        Column(text("h_c_fulfilled_now"), now, "int", looked_up),
        Column(text("o_change"), change, "change", lambda row: f"=G{row}-F{row}"),
        Column(text("h_c_cause"), mover_causes(book, moved)),
        decision_column(book, moved, "c_confirmed_then", "previous_decision_confirmed"),
        decision_column(book, moved, "c_confirmed_now", "decision_confirmed"),
        Column(text("h_role"), book.words([roles.get(i) for i in moved["cluster_id"]])),
    ]


def decision_column(book: Book, moved: pl.DataFrame, header: str, name: str) -> Column:
    """Return a column of decisions as text."""
    return Column(book.text(f"h_{header}"), book.labels("decision", moved[name].to_list()))


def mover_causes(book: Book, moved: pl.DataFrame) -> list[str | None]:
    """Return each cause; empty if only the confirmed decision changed."""
    same = (moved["decision"] == moved["previous_decision"]).to_list()
    causes = moved["cause"].to_list()
    return [
        None if stays else cause_word(book, cause)
        for stays, cause in zip(same, causes, strict=True)
    ]


def movement_columns(book: Book) -> list[Column]:
    """Return the clusters that are reviewed in only one of both periods."""
    found = book.table("movements")
    states = [s or "not_expected" for s in found["state"]]
    return [
        Column(book.text("h_cluster_id"), found["cluster_id"].to_list()),
        Column(book.text("h_name"), found["name"].to_list(), "foreign"),
        Column(book.text("h_c_movement"), book.labels("movement", found["movement"].to_list())),
        Column(book.text("h_state"), book.labels("outcome", states)),
    ]


# ---------------------------------------------------------------------------------- the verdicts
def put_verdicts(stack: Stack) -> None:
    """Write the changed verdicts."""
    book = stack.book
    looks = status_looks("status", book.lang)
    stack.add(
        verdict_columns(book), {book.text(f"h_{code}"): looks for code in ("c_then", "c_now")}
    )


def verdict_columns(book: Book) -> list[Column]:
    """Return every criterion whose status changed, both statuses, and the cause."""
    found, text = with_direction(book), book.text
    directions = {True: text("c_better"), False: text("c_worse")}
    titles = {(c.id, k.id): k.title[book.lang] for c in book.review.catalogues for k in c.criteria}
    named = [titles[pair] for pair in found["catalogue", "criterion_id"].iter_rows()]
    return [
        *named_columns(book, found),
        Column(text("h_catalogue"), found["catalogue"].to_list()),
        Column(text("h_criterion"), found["criterion_id"].to_list()),
        Column(text("h_c_then"), book.labels("status", found["previous_status"].to_list())),
        Column(text("h_c_now"), book.labels("status", found["status"].to_list())),
        Column(text("h_c_direction"), [directions[b] for b in found["better"]]),
        Column(text("h_c_cause"), [cause_word(book, c) for c in found["cause"]]),
        Column(text("h_c_title"), named),
    ]
