"""What of a cluster's page is printed: two sheets are handed out, the rest stays on screen.

The heights are estimates for letters of 8 points, on the large side: a section that would only just
fit stays on screen, and the page says which one. Lengths are millimetres.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.report.pages.admission import Admission
from pipeline.report.pages.cohort_position import CohortPosition
from pipeline.report.pages.features import Feature
from pipeline.report.pages.steps import Steps
from pipeline.report.pages.verdict import ConditionView, CriterionView, Verdict
from pipeline.report.pages.views import Table
from pipeline.report.pages.words import Words

# Two sheets A4 within their margins, without what is lost where rows are kept together.
ROOM = 2 * 275 - 16
WIDTH, LINE, LETTER = 186.0, 3.45, 1.62
# The heads of the page and of a section with its margins; the title of a part; a row's padding.
HEAD, SECTION, PART, ROW = 32.0, 6.6, 4.6, 0.7
# Widths of parts of a row: a step, a criterion's title, a condition's title, limit and lever.
STEP, TITLE, CONDITION, LIMIT, LEVER = 84.0, 32.0, 42.0, 31.0, 39.0
# Columns of a table leave some of their width empty.
LOOSE = 1.5
CARD, CARDS = 57.0, 3
LETTERS_OF_INDICATOR = 36.0
ADMISSION = 26.0


@dataclass(frozen=True)
class PrintSelection:
    """What is not printed: names of sections; findings: how many are printed; note: says it all."""

    left_out: frozenset[str]
    findings: int
    note: str

    def css(self, section: str) -> str:
        """Return the class of a section that stays on screen, with a space before it."""
        return " screen" if section in self.left_out else ""


@dataclass(frozen=True)
class Sections:
    """The parts of a page that may stay on screen."""

    verdicts: Sequence[tuple[Verdict, Steps]]
    since: Sequence[str]
    changes: Table | None
    outlook: Sequence[str]
    admission: Admission | None
    agreements: Table | None
    money: Sequence[str]
    features: Sequence[Feature]
    findings: Table


def select_printed(
    sections: Sections, place: CohortPosition, place_text: str, words: Words
) -> PrintSelection:
    """Return what is printed of a page; place_text: the paragraph above the indicators."""
    room = ROOM - HEAD - 2 * SECTION
    room -= _verdicts(sections.verdicts, words) + _place(place, place_text)
    left_out = []
    for name, height in _optional(sections, words):
        if height and height > room:
            left_out.append(name)
        else:
            room -= height
    rows = sections.findings.rows
    # The text of a finding stands beside a narrow column, below the head of the table.
    printed = _fitting(rows, room - SECTION - 2 * LINE)
    notes = [words(f"paper_{name}") for name in left_out]
    if printed < len(rows):
        left = words.number(len(rows) - printed)
        notes.append(words("paper_findings", n=left, all=words.number(len(rows))))
    notes.append(words("paper_rows"))
    if place.rows and (place.many or place.has_trend):
        notes.append(words("paper_place"))
    return PrintSelection(frozenset(left_out), printed, words("paper_note", parts="; ".join(notes)))


def _optional(sections: Sections, words: Words) -> Iterator[tuple[str, float]]:
    """Yield the sections that may stay on screen and their heights, what matters most first."""
    yield "reasons", sum(_reason(c, words) for v, _ in sections.verdicts[:1] for c in v.unmet)
    yield "changes", _texts(sections.since) + _table(sections.changes)
    yield "outlook", _texts(sections.outlook) + LINE if sections.outlook else 0.0
    yield "agreements", _table(sections.agreements)
    yield "admission", _admission(sections.admission)
    yield "money", _texts(sections.money)
    yield "features", _cards(sections.features)


def _verdicts(verdicts: Sequence[tuple[Verdict, Steps]], words: Words) -> float:
    """Return the height of all verdicts; only the first one's criteria are printed."""
    whole = 0.0
    for at, (verdict, steps) in enumerate(verdicts):
        sentences = (verdict.decision_text, verdict.counts, verdict.others, verdict.pass_rule)
        whole += SECTION + 3 + _lines(" ".join((*sentences, verdict.confirmed))) * LINE
        if at:
            continue
        own = [step for _, found in steps.efforts for step in found]
        texts = [_lines(f"{step.criterion}: {step.text}", STEP) * LINE for step in own]
        # In two columns of about the same height.
        whole += 2 * PART + (sum(texts) + PART * len(steps.efforts)) / 2 + 2 * LINE
        whole += PART + sum(_unmet(view, words) for view in verdict.unmet)
        whole += PART + sum(_met(view, words) for view in verdict.met)
    return whole


def _unmet(view: CriterionView, words: Words) -> float:
    title = _lines(f"{view.id} {view.title}", TITLE)
    rows = sum(
        max(
            _lines(f"✓ {one.title}", CONDITION),
            _lines(_required(one, words), LIMIT + (0 if one.lever else LEVER)),
            _lines(one.lever, LEVER),
        )
        for one in view.conditions
    )
    contrary = _lines(view.contrary) if view.contrary else 0
    return (max(title, rows) + contrary) * LINE + 1.1


def _required(view: ConditionView, words: Words) -> str:
    text = words("required", what=view.required)
    return f"{text} ({view.limit})" if view.limit else text


def _reason(view: CriterionView, words: Words) -> float:
    return _lines(f"{words('reason')}: {view.reason}") * LINE if view.reason else 0.0


def _met(view: CriterionView, words: Words) -> float:
    conditions = [f"{k.title} {k.value} {_required(k, words)};" for k in view.conditions]
    return (
        _lines(" ".join((view.id, view.title, *conditions, view.contrary or view.basis))) * LINE
        + 0.3
    )


def _place(place: CohortPosition, text: str) -> float:
    rows = sum(_lines(row.title, LETTERS_OF_INDICATOR) * LINE + ROW for row in place.rows)
    return SECTION + _lines(text) * LINE + 2 * LINE + rows


def _table(table: Table | None) -> float:
    return SECTION + 2 * LINE + _rows(table.rows) if table else 0.0


def _rows(rows: Iterable[Sequence[object]]) -> float:
    return sum(_row(row) for row in rows)


def _row(row: Sequence[object]) -> float:
    texts = [c if isinstance(c, str) else str(getattr(c, "text", c)) for c in row]
    return math.ceil(LOOSE * LETTER * sum(map(len, texts)) / WIDTH) * LINE + ROW + 0.6


def _fitting(rows: Sequence[Sequence[object]], room: float) -> int:
    """Return how many of the first rows fit."""
    for at, row in enumerate(rows):
        room -= _row(row)
        if room < 0:
            return at
    return len(rows)


def _texts(texts: Sequence[str]) -> float:
    return SECTION + sum(_lines(text) * LINE + 0.6 for text in texts) if texts else 0.0


def _admission(found: Admission | None) -> float:
    return ADMISSION + _texts([c.text for c in found.checks]) if found else 0.0


def _cards(features: Sequence[Feature]) -> float:
    """Return the height of the features, three side by side."""
    heights = [
        PART + sum(_lines(text, CARD) for text in (one.title, *one.sentences)) * LINE
        for one in features
    ]
    rows = [heights[at : at + CARDS] for at in range(0, len(heights), CARDS)]
    return SECTION + sum(max(row) for row in rows) if rows else 0.0


def _lines(text: str, width: float = WIDTH) -> int:
    """Return how many lines a text takes."""
    return max(1, math.ceil(len(text) * LETTER / width))
