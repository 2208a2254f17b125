"""The sheet "Prüfprotokoll": what the file is, its outcome, every finding, every request.

The first sheet shows everything on one screen. A list that is too long for it stands on a second
sheet, and the first one says how much is there.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.common.settings import FeedbackRules
from pipeline.common.texts import LANGUAGES, say
from pipeline.report.feedback.addresses import link_to
from pipeline.report.feedback.grid import Cell, Grid
from pipeline.report.feedback.subject import SEVERITIES, Both, Mark, Result, Subject

WIDTHS = (18.0, 21.0, 66.0, 46.0, 20.0)
LINE, MOST_HEIGHT = 13.5, 400.0
NARROW = 30.0  # in narrow columns the line breaks leave much space unused
SCREEN = 560.0  # points that a usual screen shows below Excel's menus
EMPTY = Cell("", "note")
# Which of the lists of findings and requests stand on the first sheet: what fits is taken first.
PLANS = ((True, True), (True, False), (False, True), (False, False))


class Words:
    """Our texts in the language of the submission."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, code: str, **parts: object) -> str:
        """Return a text of the copy."""
        return say("feedback", code, self.lang).format(**parts)

    def code(self, group: str, code: str) -> str:
        """Return the text of a code of another group."""
        return say(group, code, self.lang)

    def of(self, text: Both) -> str:
        """Return the form of a text in the language of the copy."""
        return text[LANGUAGES.index(self.lang)]


def protocol(
    subject: Subject,
    result: Result,
    sheets: Mapping[str, str],
    rules: FeedbackRules,
    second: str = "",
) -> Sequence[Grid]:
    """Return the protocol of a submission, and the sheet of its long lists if there are any.

    sheets: the sheets that links can lead to: name as in the findings -> name in the file. second:
    the name of the second sheet.
    """
    words = Words(subject.lang)
    head, findings, asks = (Grid(WIDTHS) for _ in range(3))
    add_head(head, words, subject, result)
    add_findings(findings, words, subject, sheets, rules)
    add_asks(asks, words, subject)
    for plan in PLANS:
        first = Grid(WIDTHS)
        first.extend(head)
        for is_here, whole, add_short in (
            (plan[0], findings, add_counts),
            (plan[1], asks, add_asked),
        ):
            if is_here:
                first.extend(whole)
            elif whole.rows:
                add_short(first, words, subject, second)
        if first.height <= SCREEN:
            break
    moved = [grid for is_here, grid in zip(plan, (findings, asks), strict=True) if not is_here]
    if not any(grid.rows for grid in moved):
        return [first]
    rest = Grid(WIDTHS)
    rest.add(Cell(marked_title(words, words("second"), subject), "title"), height=26.0)
    for grid in moved:
        rest.extend(grid)
    return [first, rest]


# ------------------------------------------------------------------------------------------ head
def add_head(grid: Grid, words: Words, subject: Subject, result: Result) -> None:
    """Add what this file is, whose it is, its outcome, what counts, and whom to answer."""
    grid.add(Cell(marked_title(words, words("title"), subject), "title"), height=26.0)
    about = "about_alone" if result.alone else "about"
    grid.add(EMPTY, height=6.0)
    for label, text in [
        ("what", words(about)),
        ("note", _note(words, result)),
        ("file", subject.name),
        ("cluster", subject.cluster_id),
        ("period", subject.period),
        ("as_of", subject.as_of),
        ("result", words.code("outcome", subject.outcome) if subject.outcome else ""),
        ("reason", words.of(subject.reason)),
        ("counted", words.of(subject.counted)),
        ("found", _counts(words, subject)),
        ("answer", words.of(subject.answer)),
    ]:
        if text:
            add_fact(grid, words(label), text)


def marked_title(words: Words, title: str, subject: Subject) -> str:
    """Return the title of a sheet with the mark of a draft."""
    return f"{title} · {words('draft')}" if subject.draft else title


def add_fact(grid: Grid, label: str, text: str, link: str = "") -> None:
    """Add a label and its text, across the whole width."""
    rest = sum(grid.widths[1:])
    height = height_of([(label, grid.widths[0] * 0.9), (text, rest)])
    blank = [Cell("", "fact")] * (grid.last_column - 2)
    cells = (Cell(label, "label"), Cell(text, "link" if link else "fact", link), *blank)
    grid.add(*cells, height=height, merge=True)


def add_section(grid: Grid, title: str) -> None:
    """Add the title of a list, after a gap."""
    grid.add(EMPTY, height=8.0)
    grid.add(Cell(title, "section"), height=20.0)


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
        return words(f"alone_{result.alone}")
    what = ", ".join(words(f"left_{code}") for code in result.left)
    return words("left", what=what) if what else ""


def _counts(words: Words, subject: Subject) -> str:
    counts = subject.counts()
    return words("counts", **{c: counts[c] for c in SEVERITIES}) if counts else words("nothing")


# -------------------------------------------------------------------------------------- findings
def add_findings(
    grid: Grid, words: Words, subject: Subject, sheets: Mapping[str, str], rules: FeedbackRules
) -> None:
    """List the findings, the most severe first, each with a link to its cell."""
    if not subject.marks:
        return
    add_section(grid, words("found"))
    heads = ("severity", "place", "finding", "criteria", "value")
    grid.head = add_row(grid, *(Cell(words(code), "head") for code in heads))
    ordered = sorted(subject.marks, key=lambda mark: SEVERITIES.index(mark.severity))
    for mark in ordered[: rules.protocol_rows]:
        add_row(grid, *finding_cells(words, mark, sheets, rules.longest_value))
    more = len(ordered) - rules.protocol_rows
    if more > 0:
        text = Cell(words("more", n=more), "text")
        add_row(grid, *[Cell("", "text")] * 2, text, *[Cell("", "text")] * 2)


def finding_cells(
    words: Words, mark: Mark, sheets: Mapping[str, str], longest: int
) -> Sequence[Cell]:
    """Return the cells of one finding's row."""
    place = "!".join(part for part in (mark.sheet, mark.cell) if part)
    link = link_to(sheets[mark.sheet], mark.cell) if mark.sheet in sheets else ""
    value = mark.value if len(mark.value) <= longest else mark.value[:longest] + "…"
    return (
        Cell(words.code("severity", mark.severity), mark.severity),
        Cell(place or words("whole_file"), "link" if link else "text", link),
        Cell(words.of(mark.message), "text"),
        Cell(words.of(mark.criteria) or "–", "text"),
        Cell(value, "text"),
    )


def add_counts(grid: Grid, words: Words, subject: Subject, second: str) -> None:
    """Say of every sheet of the file how many findings it has; the list is on the second sheet."""
    add_section(grid, words("found_by_sheet"))
    add_fact(grid, words("list"), words("on_second", name=second), link_to(second, ""))
    counts: dict[str, Counter[str]] = {}
    for mark in subject.marks:
        counts.setdefault(mark.sheet, Counter())[mark.severity] += 1
    for sheet, own in sorted(counts.items(), key=lambda item: (-item[1]["error"], item[0])):
        numbers = (f"{words(f'number_{code}')}: {own[code]}" for code in SEVERITIES if own[code])
        add_fact(grid, sheet or words("whole_file"), " · ".join(numbers))


# -------------------------------------------------------------------------------------- requests
def add_asks(grid: Grid, words: Words, subject: Subject) -> None:
    """List the few cells that would settle what is undetermined."""
    if not subject.asks:
        return
    add_section(grid, words("asked"))
    add_fact(grid, words("what"), words("about_asked"))
    heads = [words(code) for code in ("criterion", "subject", "request")]
    add_row(grid, *[Cell(text, "head") for text in heads])
    for ask in subject.asks:
        texts = (ask.criterion, words.of(ask.title), words.of(ask.request))
        add_row(grid, *[Cell(text, "text") for text in texts])


def add_asked(grid: Grid, words: Words, subject: Subject, second: str) -> None:
    """Name the undetermined criteria; what settles them is on the second sheet."""
    add_section(grid, words("asked"))
    named = [f"{ask.criterion} {words.of(ask.title)}" for ask in subject.asks]
    add_fact(grid, words("criteria"), ", ".join(named))
    add_fact(grid, words("list"), words("on_second", name=second), link_to(second, ""))
