"""The office's own files: the register of clusters and the experts' ratings."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pipeline.demo.events import Fate, Rule
from pipeline.demo.grid import Grid, sheet_grid
from pipeline.demo.model import Layout, Row, Value, add_months, random_day, vocabulary
from pipeline.demo.moment import Moment
from pipeline.demo.profiles import MET, MISSED, UNKNOWN, Plan
from pipeline.demo.sheets import NO_ANSWER, master_data
from schemas.declaration import office

SOFT = ("2.2", "4.2", "5", "6.1", "6.2", "8", "9.1", "9.2", "10.2", "11", "13")
DEPARTED = "Ausgeschieden"
MEMBERS = ("Mitglied", DEPARTED)
APPLICANT = "Antrag"
ADMITTED, REJECTED, PENDING = "Aufnahme", "Ablehnung", "offen"
FULFILLED, NOT_FULFILLED, OPEN = "erfüllt", "nicht erfüllt", "offen"
# Who is rated, and the special cases among the ratings.
RATED, UNDECIDED, WITHOUT_REASON = Rule(3, 2), Rule(60, 2), Rule(60, 5)
EXPIRED, AGAINST_HARD = Rule(60, 6), Rule(60, 10)
# Clusters whose soft criteria are all rated, so that the decision is confirmed.
THOROUGH = (Rule(24, 1), Rule(60, 10))
VERDICTS = {MET: FULFILLED, MISSED: NOT_FULFILLED, UNKNOWN: OPEN}
HARD = "12"
PROGRAMME = date(2012, 10, 1)
# The register's own faults: words in a field left open, a rejection.
WORDY, REJECTED_ONE = Rule(60, 5), Rule(4, 3)


def register_grid(plans: Sequence[Plan]) -> Grid:
    """Return the register: every cluster that has not departed is expected to report."""
    rows = [_register_row(Moment(plan, 0)) for plan in plans]
    return sheet_grid(office().sheet("register"), rows, Layout())


def _register_row(moment: Moment) -> Row:
    plan, rng = moment.plan, moment.rng("register")
    confirmed = "; ".join(plan.measures) if rng.random() < 0.6 else None
    return {
        "cluster_id": plan.cluster_id,
        "cluster_name": plan.name,
        "role": plan.role,
        "expected": plan.role != DEPARTED,
        "excellence_measures": confirmed or None,
        **_admission(moment),
    }


def _admission(moment: Moment) -> Row:
    """Return the steps of admission that the cluster has passed, and what the office needs."""
    own = master_data(moment)
    row: Row = {key: own[key] for key in ("consultation_on", "application_on")}
    role, rng = moment.plan.role, moment.rng("votes")
    end = moment.plan.first_end
    if role in MEMBERS:
        last = add_months(end, -12)
        vote = random_day(rng, min(max(PROGRAMME, add_months(moment.founded, 12)), last), last)
        row |= _dates_before(vote) | _votes(ADMITTED, vote, vote, vote)
        row |= {"member_since": vote, "informed_on": vote + timedelta(days=14)}
        row |= {"strategy_sent": True, "actor_list_sent": True}
    elif role == APPLICANT:
        row |= _application(moment, row["application_on"], end)
    if WORDY.holds(moment.plan):
        row["member_since"] = NO_ANSWER
    return row | _contact(moment)


def _dates_before(vote: date) -> Row:
    """Return consultation, application, interview and assessment before a vote."""
    keys = ("consultation_on", "application_on", "interview_on", "assessed_on")
    return {k: vote - timedelta(days=d) for k, d in zip(keys, (200, 150, 90, 40), strict=True)}


def _votes(word: str, vote: date, committee: date, decision: date) -> Row:
    """Return both votes and the decision, which say the same."""
    votes: Row = {
        "vote": word,
        "vote_on": vote,
        "committee_vote": word,
        "committee_vote_on": committee,
    }
    return {**votes, "decided": word, "decided_on": decision}


def _application(moment: Moment, applied: Value, end: date) -> Row:
    """Return how far an applicant has come: some wait for the interview, one was rejected."""
    assert isinstance(applied, date)
    rng = moment.rng("application")
    interview, opinion, vote, committee, decision = (
        applied + (end - applied) * part / 6 for part in range(1, 6)
    )
    row: Row = {"strategy_sent": rng.random() < 0.8, "actor_list_sent": rng.random() < 0.8}
    rejected, steps = REJECTED_ONE.holds(moment.plan), rng.randrange(4)
    if steps or rejected:
        row["interview_on"] = interview
    if steps > 1 or rejected:
        row["assessed_on"] = opinion
    if rejected:
        return row | _votes(REJECTED, vote, committee, decision) | {"informed_on": end}
    row |= dict.fromkeys(("vote", "committee_vote", "decided"), PENDING)
    return row | ({"vote": ADMITTED, "vote_on": vote} if steps > 2 else {})


def _contact(moment: Moment) -> Row:
    """Return whom to answer until when, and the label of some."""
    rng, words = moment.rng("contact"), vocabulary()["office"]
    end = moment.plan.first_end
    label = rng.choice((None, None, *words["labels"]))
    return {
        "contact": rng.choice(words["contacts"]),
        "answer_by": end + timedelta(days=45),
        "esca_label": label,
        "label_until": label and add_months(end, rng.randint(2, 24)),
    }


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


def _rating(moment: Moment, criterion: str, verdict: str) -> Row:
    """Return one rating; a criterion without sub-criteria is a number, as Excel has it."""
    rng, words = moment.plan.rng("rating", moment.index, criterion), vocabulary()["assessments"]
    rated = moment.plan.first_end + timedelta(days=91 * moment.index - rng.randint(10, 70))
    number: Value = criterion if "." in criterion else int(criterion)
    return {
        "catalogue": rng.choice((None, "go-cluster")),
        "cluster_id": moment.plan.cluster_id,
        "criterion_id": number,
        "rating": verdict,
        "reason": rng.choice(words["reasons" if verdict != NOT_FULFILLED else "doubts"]),
        "assessor": rng.choice(words["signs"]),
        "rated_on": rated,
        "valid_until": add_months(rated, 24) if rng.random() < 0.7 else None,
    }
