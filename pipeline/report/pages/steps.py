"""What a cluster has to do: its requests and missing amounts, those of least effort first."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.pages.verdict import CriterionView, Verdict
from pipeline.report.pages.words import Words
from schemas.efforts import CELLS, OPINION, effort_of, efforts

UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Step:
    """What one criterion asks for; anchor: where the criterion stands on the page.

    written: the parts of the text in German, see `Words.marked`.
    """

    anchor: str
    criterion: str
    text: str
    written: Sequence[str] = ()


@dataclass(frozen=True)
class Steps:
    """How many criteria are missing, and the steps of each effort (title, steps)."""

    missing: str
    efforts: Sequence[tuple[str, Sequence[Step]]]


def steps(verdict: Verdict, lacking: int, mark: int, words: Words) -> Steps:
    """Return what is to be done under a catalogue.

    lacking: how many criteria are missing up to the mark, see `insights.lacking`.
    """
    found: dict[str, list[Step]] = {name: [] for name in efforts()}
    for view in verdict.unmet:
        effort, text = _step(view, words)
        found[effort].append(Step(view.anchor, f"{view.id} {view.title}", text, view.written))
    reached = "all_reached" if not verdict.unmet else "mark_reached"
    return Steps(
        missing=words.count("criteria_missing", lacking).format(mark=words.number(mark))
        if lacking
        else words(reached, mark=words.number(mark)),
        efforts=[(words.of(efforts()[name].title), own) for name, own in found.items() if own],
    )


def _step(view: CriterionView, words: Words) -> tuple[str, str]:
    """Return a criterion's effort and what is to be done; of several efforts the greatest."""
    if view.status == UNDETERMINED:
        return CELLS, view.request or words("still_open")
    if view.only_rated:
        return OPINION, words("only_rated")
    missing = [one for one in view.conditions if one.lever]
    if not missing:
        return list(efforts())[-1], words("step_hidden")
    order = list(efforts())
    effort = max((effort_of(one.lever_unit) for one in missing), key=order.index)
    # Of a criterion with several conditions the amount names one is meant.
    named = len(view.conditions) > 1
    amounts = [f"{one.title}: {one.lever}" if named else one.lever for one in missing]
    return effort, "; ".join(amounts)
