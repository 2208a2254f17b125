"""What the office has to do next: the first lines of its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.pages.views import Cell, names_of, page_of
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.todo import todo_lines


@dataclass(frozen=True)
class Todo:
    """One line: what to do, where it stands in full, the first clusters with links to their pages.

    entries: as short as they can be, with the full text as their title. more: how many more there
    are, or empty.
    """

    text: str
    anchor: str
    entries: Sequence[Cell]
    more: str


def todo(review: Review, words: Words) -> list[Todo]:
    """Return the lines; a cluster without a page is no link."""
    names = names_of(review)
    return [
        Todo(
            line.text,
            line.anchor,
            [
                Cell(e.short, page_of(e.cluster_id) if e.cluster_id in names else "", title=e.text)
                for e in line.entries
            ],
            line.more,
        )
        for line in todo_lines(review.todo, words.lang)
    ]
