"""The experts' file: their ratings, and the assignments with their due dates."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from pipeline.demo.events import Fate, Rule
from pipeline.demo.grid import Grid, sheet_grid
from pipeline.demo.model import (
    Layout,
    Row,
    Value,
    add_months,
    criterion_number,
    period_end,
    vocabulary,
)
from pipeline.demo.profiles import MET, MISSED, UNKNOWN, Plan
from pipeline.demo.reporting_day import Moment
from schemas.declaration import office

SOFT = ("2.2", "4.2", "5", "6.1", "6.2", "8", "9.1", "9.2", "10.2", "11", "13")
FULFILLED, NOT_FULFILLED, OPEN = "erfüllt", "nicht erfüllt", "offen"
# Who is rated, and the special cases among the ratings.
RATED, UNDECIDED, WITHOUT_REASON = Rule(3, 2), Rule(60, 2), Rule(60, 5)
EXPIRED, AGAINST_HARD = Rule(60, 6), Rule(60, 10)
# Clusters whose soft criteria are all rated, so that the decision is confirmed.
THOROUGH = (Rule(24, 1), Rule(60, 10))
# The cluster that two experts rate differently, and the criterion.
DIFFERENT, DISPUTED = Rule(90, 6), "10.2"
# Clusters of which one expert owes an opinion on a criterion, and one on all soft criteria.
AWAITED, WHOLLY_AWAITED = Rule(3, 0), Rule(24, 1)
# How many days after the end of its period an opinion is due, in turn.
TERMS = (30, -20)
VERDICTS = {MET: FULFILLED, MISSED: NOT_FULFILLED, UNKNOWN: OPEN}
HARD = "12"


def assessments_grid(plans: Sequence[Plan], index: int) -> Grid:
    """Return the ratings up to a period, of the clusters that report in it."""
    rows: list[Row] = []
    for plan in plans:
        if not Fate(plan, index, len(plans)).absent:
            for step in range(index + 1):
                rows += _ratings(Moment(plan, step))
    return sheet_grid(office().sheet("assessments"), rows, Layout())


def _ratings(moment: Moment) -> Iterator[Row]:
    """Yield one period's ratings of a cluster."""
    plan, rng = moment.plan, moment.plan.rng("ratings", moment.index)
    if RATED.holds(plan):
        verdict = FULFILLED if rng.random() < 0.75 else NOT_FULFILLED
        yield _rating(moment, rng.choice(SOFT), verdict)
    if moment.index == 0:
        yield from _special_ratings(moment)
        if any(rule.holds(plan) for rule in THOROUGH):
            yield from (_rating(moment, c, VERDICTS[moment.aims[c]]) for c in SOFT)
        if DIFFERENT.holds(plan):
            yield from _two_opinions(moment)


def _special_ratings(moment: Moment) -> Iterator[Row]:
    """Yield other entries of an office's list: undecided, unreasoned, lapsed, against a figure."""
    plan = moment.plan
    if UNDECIDED.holds(plan):
        yield _rating(moment, "13", OPEN)
    if WITHOUT_REASON.holds(plan):
        yield _rating(moment, "8", FULFILLED) | {"reason": None}
    if EXPIRED.holds(plan):
        old = add_months(moment.plan.first_end, -30)
        yield _rating(moment, "5", FULFILLED) | {
            "rated_on": old,
            "valid_until": add_months(old, 24),
        }
    if AGAINST_HARD.holds(plan):
        yield _rating(moment, HARD, FULFILLED)


def _two_opinions(moment: Moment) -> Iterator[Row]:
    """Yield the ratings of two experts who differ; the newer one says what the figures say."""
    missed = moment.aims[DISPUTED] == MISSED
    verdicts = (FULFILLED, NOT_FULFILLED) if missed else (NOT_FULFILLED, FULFILLED)
    signs = vocabulary()["assessments"]["signs"]
    for verdict, sign, days in zip(verdicts, signs, (40, 15), strict=False):
        rated = moment.plan.first_end - timedelta(days=days)
        own = {"assessor": sign, "rated_on": rated, "valid_until": None}
        yield _rating(moment, DISPUTED, verdict) | own


def _rating(moment: Moment, criterion: str, verdict: str) -> Row:
    """Return one rating."""
    rng, words = moment.plan.rng("rating", moment.index, criterion), vocabulary()["assessments"]
    rated = moment.plan.first_end + timedelta(days=91 * moment.index - rng.randint(10, 70))
    return {
        "catalogue": rng.choice((None, "go-cluster")),
        "cluster_id": moment.plan.cluster_id,
        "criterion_id": criterion_number(criterion),
        "rating": verdict,
        "reason": rng.choice(words["reasons" if verdict != NOT_FULFILLED else "doubts"]),
        "assessor": rng.choice(words["signs"]),
        "rated_on": rated,
        "valid_until": add_months(rated, 24) if rng.random() < 0.7 else None,
    }


def assignments_grid(plans: Sequence[Plan], index: int) -> Grid:
    """Return what was assigned to experts up to a period, of the clusters that report in it."""
    rows = [
        row
        for plan in plans
        if not Fate(plan, index, len(plans)).absent
        for row in _assigned(plan, index)
    ]
    return sheet_grid(office().sheet("assignments"), rows, Layout())


def _assigned(plan: Plan, index: int) -> Iterator[Row]:
    """Yield a cluster's assignments, each once, with its first term."""
    seen = set()
    for step in range(index + 1):
        for row in _assignments(Moment(plan, step)):
            key = row["criterion_id"], row["assessor"]
            if key not in seen:
                yield row
            seen.add(key)


def _assignments(moment: Moment) -> Iterator[Row]:
    """Yield one period's assignments: those of every rating, and some without a rating yet."""
    plan, rng = moment.plan, moment.plan.rng("assignments", moment.index)
    sign = rng.choice(vocabulary()["assessments"]["signs"])
    if WHOLLY_AWAITED.holds(plan) and moment.index == 0:
        yield _assignment(moment, None, sign)
    if AWAITED.holds(plan):
        yield _assignment(moment, criterion_number(rng.choice(SOFT)), sign)
    if RATED.holds(plan):
        row = next(_ratings(moment))
        yield _assignment(moment, row["criterion_id"], row["assessor"])


def _assignment(moment: Moment, criterion: Value, sign: Value) -> Row:
    """Return one assignment; without a criterion it is of all soft ones."""
    plan = moment.plan
    term = TERMS[plan.number // AWAITED.every % len(TERMS)]
    return {
        "catalogue": None,
        "cluster_id": plan.cluster_id,
        "criterion_id": criterion,
        "assessor": sign,
        "due": period_end(plan.periods[moment.index]) + timedelta(days=term),
    }
