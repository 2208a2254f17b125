"""The office's register: its clusters, and what is agreed with them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pipeline.demo.events import Rule
from pipeline.demo.grid import Grid, sheet_grid
from pipeline.demo.model import (
    Layout,
    Row,
    Value,
    add_months,
    criterion_number,
    random_day,
    vocabulary,
)
from pipeline.demo.profiles import CRITERIA, MET, MISSED, Plan
from pipeline.demo.reporting_day import Moment
from pipeline.demo.sheets import NO_ANSWER, master_data
from pipeline.evaluation.admission import NOT_YET
from pipeline.submissions.office import APPLICANT, DEPARTED, MEMBER
from schemas.declaration import office

MEMBERS = (MEMBER, DEPARTED)
ADMITTED, REJECTED = "Aufnahme", "Ablehnung"
PROGRAMME = date(2012, 10, 1)
# The register's own faults: words in a field left open, a rejection.
WORDY, REJECTED_ONE = Rule(60, 5), Rule(4, 3)
# Clusters with agreements, and how many days after the first period their terms end, in turn.
AGREED = Rule(3, 1)
TERMS = (-20, 60, 200)


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
    row |= dict.fromkeys(("vote", "committee_vote", "decided"), NOT_YET)
    return row | ({"vote": ADMITTED, "vote_on": vote} if steps > 2 else {})


def _contact(moment: Moment) -> Row:
    """Return contact, deadline and, of some clusters, the label."""
    rng, words = moment.rng("contact"), vocabulary()["office"]
    end = moment.plan.first_end
    label = rng.choice((None, None, *words["labels"]))
    return {
        "contact": rng.choice(words["contacts"]),
        "answer_by": end + timedelta(days=45),
        "esca_label": label,
        "label_until": label and add_months(end, rng.randint(2, 24)),
    }


def agreements_grid(plans: Sequence[Plan]) -> Grid:
    """Return what is agreed with some clusters.

    All of it is agreed before the end of the first period: one register serves every period.
    """
    rows = [row for plan in plans if AGREED.holds(plan) for row in _agreements(Moment(plan, 0))]
    return sheet_grid(office().sheet("agreements"), rows, Layout())


def _agreements(moment: Moment) -> Iterator[Row]:
    """Yield a cluster's agreements: on a criterion that it misses, and on one that it meets."""
    plan, rng = moment.plan, moment.rng("agreements")
    term = TERMS[plan.number // AGREED.every % len(TERMS)]
    for aim in (MISSED, MET):
        criteria = [criterion for criterion in CRITERIA if moment.aims[criterion] == aim]
        if criteria:
            yield {
                "cluster_id": plan.cluster_id,
                "catalogue": rng.choice((None, "go-cluster")),
                "criterion_id": criterion_number(rng.choice(criteria)),
                "agreement": rng.choice(vocabulary()["office"]["agreements"]),
                "agreed_on": plan.first_end - timedelta(days=rng.randint(60, 300)),
                "due": plan.first_end + timedelta(days=term),
            }
