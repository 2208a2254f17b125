"""The sheet Veränderungen: what changed since the period before, and by which cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.since import is_better, since_sentences
from pipeline.report.workbook.cells import Column, Formula, put
from pipeline.report.workbook.changes_medians import median_columns, put_array_formulas
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import (
    Book,
    colour,
    decision_looks,
    head_look,
    new_sheet,
    put_cells,
    status_looks,
)
from schemas.tables import CAUSES

# Several blocks share the columns: identifier, name, and their values.
WIDTHS = (31, 48, 14, 25, 25, 15, 15, 22, 34, 25, 25, 15)
START = 3
# long names of clusters must wrap, because the next cell is not empty
WRAPPED = "foreign_wrap"
UNKNOWN = "unknown"


@dataclass
class Page:
    """The sheet, filled from top to bottom; row: the next free one (from 0)."""

    book: Book
    sheet: Worksheet
    row: int = START

    def block(self, code: str, columns: Sequence[Column]) -> int:
        """Write a titled block of columns; return the row of its header."""
        put(self.sheet, self.row, 0, self.book.text(f"c_{code}"), self.book.looks["section"], "")
        top = self.row + 1
        fitted = [
            replace(c, width=w, kind=WRAPPED if c.kind == "foreign" else c.kind)
            for c, w in zip(columns, WIDTHS, strict=False)
        ]
        put_cells(self.book, self.sheet, fitted, top)
        for at, column in enumerate(columns):
            put(self.sheet, top, at, column.header, head_look(self.book, column), self.book.lang)
        self.row = top + len(columns[0].values) + 2
        return top


def write_changes(book: Book, matrices: Sequence[Matrix]) -> None:
    """Write the sheet, if there is an earlier period."""
    if book.review.since is None:
        return
    page = Page(book, new_sheet(book, "changes"))
    for at, width in enumerate(WIDTHS):
        page.sheet.set_column(at, at, width)
    for sentence in since_sentences(book.review, book.lang):
        put(page.sheet, page.row, 0, sentence, book.looks["about"], book.lang)
        page.row += 1
    page.row += 1
    page.block("causes", cause_columns(book))
    put_movers(page, matrices)
    page.block("movements", movement_columns(book))
    top = page.block("medians", median_columns(book))
    put_array_formulas(book, page.sheet, top + 1)
    put_verdicts(page)
    page.sheet.print_area(START, 0, page.row, len(WIDTHS) - 1)
    page.sheet.fit_to_pages(1, 0)


# -------------------------------------------------------------------------------------- the causes
def cause_word(book: Book, cause: str | None) -> str:
    """Return a cause as text."""
    return book.text("c_unknown") if cause is None else say("cause", cause, book.lang)


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
        Column(book.text("h_c_meaning"), notes, "wrap"),
        Column(book.text("h_c_number"), number, "int", counted(book)),
        Column(word, better, "int", counted(book, word)),
        Column(book.text("c_worse"), worse, "int", counted(book, book.text("c_worse"))),
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


# --------------------------------------------------------------------------------- changed
# decisions
def put_movers(page: Page, matrices: Sequence[Matrix]) -> None:
    """Write the clusters whose decision, confirmed or not, changed."""
    book, moved = page.book, page.book.table("decision_changes")
    by_catalogue = {m.catalogue.id: m for m in matrices}
    columns = mover_columns(book, moved, by_catalogue, page.row + 3)
    top = page.block("movers", columns)
    for at in (3, 4, 9, 10):
        where = (top + 1, at, top + max(moved.height, 1), at)
        colour(book, page.sheet, where, decision_looks(book.lang))


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

    roles = moved.select("cluster_id").join(
        book.table("clusters"), on="cluster_id", how="left", maintain_order="left"
    )
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
        Column(text("h_role"), book.words(roles["role"].to_list())),
    ]


def named_columns(book: Book, table: pl.DataFrame) -> list[Column]:
    """Return the clusters' ids and names."""
    names = dict(book.table("clusters")["cluster_id", "name"].iter_rows())
    ids = table["cluster_id"].to_list()
    return [
        Column(book.text("h_cluster_id"), ids),
        Column(book.text("h_name"), [names[i] for i in ids], "foreign"),
    ]


def decision_column(book: Book, moved: pl.DataFrame, header: str, name: str) -> Column:
    """Return a column of decisions as text."""
    return Column(book.text(f"h_{header}"), book.says("decision", moved[name].to_list()))


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
        Column(book.text("h_c_movement"), book.says("movement", found["movement"].to_list())),
        Column(book.text("h_state"), book.says("outcome", states)),
    ]


# ---------------------------------------------------------------------------------- the verdicts
def put_verdicts(page: Page) -> None:
    """Write the changed verdicts as a table to sort and filter; it is long, so it comes last."""
    book, columns = page.book, verdict_columns(page.book)
    height = max(len(columns[0].values), 1)
    top = page.block("verdicts", columns)
    heads = [{"header": c.header, "header_format": head_look(book, c)} for c in columns]
    style = {"name": book.text("table_changes"), "columns": heads, "style": "Table Style Light 1"}
    page.sheet.add_table(top, 0, top + height, len(columns) - 1, style)
    for at in (4, 5):
        where = (top + 1, at, top + height, at)
        colour(book, page.sheet, where, status_looks("status", book.lang))


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
        Column(text("h_c_then"), book.says("status", found["previous_status"].to_list())),
        Column(text("h_c_now"), book.says("status", found["status"].to_list())),
        Column(text("h_c_direction"), [directions[b] for b in found["better"]]),
        Column(text("h_c_cause"), [cause_word(book, c) for c in found["cause"]]),
        Column(text("h_c_title"), named),
    ]
