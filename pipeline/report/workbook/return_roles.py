"""The block Rücklauf nach Rolle: of each role who reported, and who is below the pass mark."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipeline.common.texts import say
from pipeline.evaluation.evaluate import ELIGIBLE, NOT_ELIGIBLE, OPEN
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.stack import Stack
from pipeline.tables.headlines import role_places, role_word
from pipeline.tables.unread import CANNOT_BE_READ

# Whether a submission is there: open where a file is, but cannot be used.
SENT = {"yes": ("reviewed",), "open": ("quarantined", CANNOT_BE_READ), "no": ("missing",)}
# Whether a cluster is below the pass mark.
BELOW = {"yes": NOT_ELIGIBLE, "open": OPEN, "no": ELIGIBLE}


def below_words(book: Book) -> dict[str, str]:
    """Return for each decision the text of whether a cluster is below the pass mark."""
    return {decision: answer(book, code) for code, decision in BELOW.items()}


def answer(book: Book, code: str) -> str:
    """Return yes, open or no as text."""
    return say("decision", OPEN, book.lang) if code == "open" else book.text(code)


def put_by_role(stack: Stack, table: pl.DataFrame) -> None:
    """Write the block; table: the block Rücklauf, over which its numbers are formulas."""
    stack.add(list(role_columns(stack.book, table)))


def role_columns(book: Book, table: pl.DataFrame) -> Iterator[Column]:
    """Yield the columns, a row for each role in the order of the register."""
    text, places = book.text, role_places()
    roles = table.select("role").unique().sort(places)["role"].to_list()
    counts = Counts(book, table, roles)
    yield Column(text("h_role"), [role_word(role, book.lang) for role in roles])
    yield counts.column(text("h_clusters"), pl.lit(value=True), {})
    yield counts.column(text("h_expected"), pl.col("expected"), {"expected": [text("yes")]})
    for code, states in SENT.items():
        header = text("h_sent", answer=answer(book, code))
        words = [say("outcome", state, book.lang) for state in states]
        yield counts.column(header, pl.col("shown_state").is_in(states), {"state": words})
    yield counts.column(text("h_outdated"), pl.col("outdated"), {"outdated": [text("yes")]})
    for code, decision in BELOW.items():
        header = text("h_below_is", answer=answer(book, code))
        words = [answer(book, code)]
        yield counts.column(header, pl.col("decision") == decision, {"below": words})


class Counts:
    """The numbers of clusters of each role, and their formulas."""

    def __init__(self, book: Book, table: pl.DataFrame, roles: Sequence[str | None]) -> None:
        """Keep the table of the block Rücklauf and the roles in the order of the rows."""
        self.book, self.table, self.roles = book, table, roles

    def column(self, header: str, test: pl.Expr, words: Mapping[str, Sequence[str]]) -> Column:
        """Return a column; words: of a column of the block Rücklauf, each of which counts."""
        found = dict(self.table.filter(test).group_by("role").len().iter_rows())
        return Column(header, [found.get(r, 0) for r in self.roles], "int", self.formula(words))

    def formula(self, words: Mapping[str, Sequence[str]]) -> Formula:
        """Return the formula that counts the rows of a role with one of the words."""
        roles, own = self.book.ref("coverage", "role"), role_word(None, self.book.lang)
        tests = [
            f',{self.book.ref("coverage", code)},"{word}"'
            for code, every in words.items()
            for word in every
        ] or [""]

        def formula(row: int) -> str:
            role = f'IF($A{row}="{own}","",$A{row})'
            return "=" + "+".join(f"COUNTIFS({roles},{role}{test})" for test in tests)

        return formula
