"""The sheet "Prüfprotokoll": what the file is, its outcome, every finding, every request."""

import math
from collections.abc import Mapping, Sequence

from pipeline.common.settings import FeedbackRules
from pipeline.common.texts import LANGUAGES, say
from pipeline.report.feedback.grid import Cell, Grid
from pipeline.report.feedback.places import link_to
from pipeline.report.feedback.subject import SEVERITIES, Both, Mark, Result, Subject

WIDTHS = (18.0, 21.0, 56.0, 56.0, 15.0, 20.0)
LINE, MOST_HEIGHT = 13.5, 400.0
NARROW = 30.0  # in narrow columns the line breaks leave much space unused
EMPTY = Cell("", "note")


class Words:
    """Our texts: the chosen language first, then the other one."""

    def __init__(self, lang: str) -> None:
        self.order = sorted(LANGUAGES, key=lambda one: one != lang)
        self.lang = lang

    def both(self, code: str, group: str = "feedback", **parts: object) -> str:
        """Return a text in both languages, or once if both are equal."""
        found = [say(group, code, one).format(**parts) for one in self.order]
        return " / ".join(dict.fromkeys(found))

    def lines(self, text: Both) -> str:
        """Return a sentence in both languages, each on its own line."""
        return "\n".join(dict.fromkeys(self.turned(text)))

    def turned(self, text: Both) -> list[str]:
        """Return a pair (German, English) with the chosen language first."""
        return [text[LANGUAGES.index(one)] for one in self.order]

    def pair(self, code: str, **parts: object) -> Both:
        """Return a text as (German, English)."""
        german, english = (say("feedback", code, one).format(**parts) for one in LANGUAGES)
        return german, english


def protocol(
    subject: Subject, result: Result, sheets: Mapping[str, str], lang: str, rules: FeedbackRules
) -> Grid:
    """Return the protocol of a submission.

    sheets: the sheets that links can lead to: name as in the findings -> name in the file.
    """
    words, grid = Words(lang), Grid(WIDTHS)
    add_head(grid, words, subject, result)
    add_findings(grid, words, subject, sheets, rules)
    if subject.asks:
        add_asks(grid, words, subject)
    return grid


# ------------------------------------------------------------------------------------------ head
def add_head(grid: Grid, words: Words, subject: Subject, result: Result) -> None:
    """Add what this file is, whose it is, its outcome, what counts, and whom to answer."""
    title = words.both("title")
    mark = f" · {words.both('draft')}" if subject.draft else ""
    grid.add(Cell(f"{title}{mark}", "title"), height=26.0)
    about = "about_alone" if result.alone else "about"
    grid.add(EMPTY, height=6.0)
    for label, text in [
        (words.both("what"), words.lines(words.pair(about))),
        (words.both("note"), _note(words, result)),
        (words.both("file"), subject.name),
        (words.both("cluster"), subject.cluster_id),
        (words.both("period"), subject.period),
        (words.both("as_of"), subject.as_of),
        (words.both("result"), _outcome(words, subject)),
        (words.both("reason"), words.lines(subject.reason)),
        (words.both("counted"), words.lines(subject.counted)),
        (words.both("found"), _counts(words, subject)),
        (words.both("answer"), words.lines(subject.answer)),
    ]:
        if text:
            add_fact(grid, label, text)
    grid.add(EMPTY)


def add_fact(grid: Grid, label: str, text: str) -> None:
    """Add a label and its text, across the whole width."""
    rest = sum(grid.widths[1:])
    height = height_of([(label, grid.widths[0] * 0.9), (text, rest)])
    blank = [Cell("", "fact")] * (grid.last_column - 2)
    cells = (Cell(label, "label"), Cell(text, "fact"), *blank)
    grid.add(*cells, height=height, merge=True)


def add_row(grid: Grid, *cells: Cell) -> int:
    """Add a row of the height its texts need; return its number."""
    texts = [(cell.text, width) for cell, width in zip(cells, grid.widths, strict=False)]
    return grid.add(*cells, height=height_of(texts))


def height_of(texts: Sequence[tuple[str, float]]) -> float:
    """Return the height of a row for its texts, each with the width of its column."""
    lines = (
        sum(
            max(1, math.ceil(len(line) / width / (1.1 if width > NARROW else 0.85)))
            for line in text.split("\n")
        )
        for text, width in texts
    )
    return min(LINE * max(lines) + 3, MOST_HEIGHT)


def _note(words: Words, result: Result) -> str:
    if result.alone:
        return words.lines(words.pair(f"alone_{result.alone}"))
    if not result.left:
        return ""
    german, english = (
        say("feedback", "left", one).format(
            what=", ".join(say("feedback", f"left_{code}", one) for code in result.left)
        )
        for one in LANGUAGES
    )
    return words.lines((german, english))


def _outcome(words: Words, subject: Subject) -> str:
    return words.both(subject.outcome, "outcome") if subject.outcome else ""


def _counts(words: Words, subject: Subject) -> str:
    counts = subject.counts()
    if not counts:
        return words.both("nothing")
    numbers = {code: counts[code] for code in SEVERITIES}
    return words.lines(words.pair("counts", **numbers))


# -------------------------------------------------------------------------------------- findings
def add_findings(
    grid: Grid, words: Words, subject: Subject, sheets: Mapping[str, str], rules: FeedbackRules
) -> None:
    """List the findings, the most severe first, each with a link to its cell."""
    if not subject.marks:
        return
    first, second = words.order
    heads = ["severity", "place"]
    languages = [f"finding_{first}", f"finding_{second}"]
    cells = [Cell(words.both(code), "head") for code in heads]
    cells += [Cell(say("feedback", code, first), "head") for code in languages]
    cells += [Cell(words.both(code), "head") for code in ("criteria", "value")]
    grid.head = add_row(grid, *cells)
    ordered = sorted(subject.marks, key=lambda mark: SEVERITIES.index(mark.severity))
    for mark in ordered[: rules.protocol_rows]:
        add_row(grid, *finding_cells(words, mark, sheets, rules.longest_value))
    more = len(ordered) - rules.protocol_rows
    if more > 0:
        text = words.lines(words.pair("more", n=more))
        add_row(grid, *[Cell("", "text")] * 2, Cell(text, "text"), *[Cell("", "text")] * 3)
    grid.add(EMPTY)


def finding_cells(
    words: Words, mark: Mark, sheets: Mapping[str, str], longest: int
) -> Sequence[Cell]:
    """Return the cells of one finding's row."""
    place = "!".join(part for part in (mark.sheet, mark.cell) if part)
    link = link_to(sheets[mark.sheet], mark.cell) if mark.sheet in sheets else ""
    messages = words.turned(mark.message)
    value = mark.value if len(mark.value) <= longest else mark.value[:longest] + "…"
    return (
        Cell(words.both(mark.severity, "severity"), mark.severity),
        Cell(place or words.both("whole_file"), "link" if link else "text", link),
        Cell(messages[0], "text"),
        Cell(messages[1], "soft"),
        Cell(mark.criteria or "–", "text"),
        Cell(value, "text"),
    )


# -------------------------------------------------------------------------------------- requests
def add_asks(grid: Grid, words: Words, subject: Subject) -> None:
    """List the few cells that would settle what is undetermined."""
    grid.add(EMPTY)
    grid.add(Cell(words.both("asked"), "section"), height=20.0)
    add_fact(grid, words.both("what"), words.lines(words.pair("about_asked")))
    first, second = words.order
    heads = [words.both("criterion"), say("feedback", "subject", first)]
    heads += [say("feedback", f"request_{one}", first) for one in (first, second)]
    add_row(grid, *[Cell(text, "head") for text in heads])
    for ask in subject.asks:
        requests = words.turned(ask.request)
        title = words.turned(ask.title)[0]
        add_row(
            grid,
            Cell(ask.criterion, "text"),
            Cell(title, "text"),
            Cell(requests[0], "text"),
            Cell(requests[1], "soft"),
        )
