"""The stage: which step of the admission process each applicant has reached (contract 2.7)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.exact import months_before
from pipeline.common.settings import AdmissionRules
from pipeline.submissions.office import APPLICANT

# A vote or decision that is still to be taken.
NOT_YET = "offen"


@dataclass(frozen=True)
class Step:
    """A step of the admission process.

    code: as in the table. day: the column of its date. word: the column of its vote or decision,
    None for steps that have only a date.
    """

    code: str
    day: str
    word: str | None = None

    @property
    def done(self) -> pl.Expr:
        """Whether the step was taken: it has a date, or its vote or decision is not open."""
        if self.word is None:
            return pl.col(self.day).is_not_null()
        return pl.col(self.word).is_not_null() & (pl.col(self.word) != NOT_YET)


# The process of the source ("Aufnahmeprozess"), in its order.
STEPS = (
    Step("consultation", "consultation_on"),
    Step("application", "application_on"),
    Step("interview", "interview_on"),
    Step("opinion", "assessed_on"),
    Step("vote", "vote_on", "vote"),
    Step("committee_vote", "committee_vote_on", "committee_vote"),
    Step("decision", "decided_on", "decided"),
)
OF_STEPS = [c for step in STEPS for c in (step.word, step.day) if c]
# All columns of the register that concern the admission process.
OF_REGISTER = [*OF_STEPS, "informed_on", "strategy_sent", "actor_list_sent"]
# The dates that clusters state, too.
STATED = ["consultation_on", "application_on"]


def admission_dates(register: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Return the dates and votes of the admission process of each cluster, by cluster_id.

    Columns: cluster_id, OF_REGISTER, strategy_dated, as_of, for every registered or reviewed
    cluster. A date in the register wins over the one that the cluster states. register: see
    schemas/office.toml. clusters: cluster_id, STATED, strategy_dated, as_of of the reviewed ones.
    """
    own = clusters.select(
        "cluster_id", "strategy_dated", "as_of", *(pl.col(c).alias(f"{c}_stated") for c in STATED)
    )
    known = register.select("cluster_id", *OF_REGISTER)
    both = known.join(own, on="cluster_id", how="full", coalesce=True)
    both = both.with_columns(pl.coalesce(c, f"{c}_stated") for c in STATED)
    return both.select("cluster_id", *OF_REGISTER, "strategy_dated", "as_of").sort("cluster_id")


def admission(
    dates: pl.DataFrame, results: pl.DataFrame, last_day: dt.date, rules: AdmissionRules
) -> pl.DataFrame:
    """Return the table admission: applicants, and clusters whose application is not decided.

    dates: see `admission_dates`. results: cluster_id, name, role of every cluster, and of the
    reviewed ones decision and soft_unrated (how many soft criteria no expert has rated). last_day:
    of the period; waiting times end on it.
    """
    table = dates.join(results, on="cluster_id", how="left")
    undecided = pl.col("application_on").is_not_null() & ~STEPS[-1].done
    table = table.filter((pl.col("role") == APPLICANT).fill_null(value=False) | undecided)
    latest = pl.max_horizontal(pl.when(s.done).then(n) for n, s in enumerate(STEPS, 1))
    codes = dict(enumerate(step.code for step in STEPS))
    next_step = latest.fill_null(0).replace_strict(codes, default=None, return_dtype=pl.String)
    taken = pl.max_horizontal(pl.when(s.done).then(s.day) for s in STEPS)
    table = table.with_columns(next_step=next_step)
    table = table.with_columns(since=pl.when(pl.col("next_step").is_not_null()).then(taken))
    days = (pl.lit(last_day) - pl.col("since")).dt.total_days()
    most = pl.col("next_step").replace_strict(
        waiting_days(rules), default=None, return_dtype=pl.Int64
    )
    table = table.with_columns(
        days=days, overdue=(days > most).fill_null(value=False), missing=missing(rules)
    )
    return table.sort("cluster_id")


def waiting_days(rules: AdmissionRules) -> Mapping[str, int]:
    """Return how many days a cluster may wait for each step; a consultation is never due."""
    return {
        "application": rules.application_days,
        "interview": rules.interview_days,
        "opinion": rules.opinion_days,
        "vote": rules.votes_days,
        "committee_vote": rules.votes_days,
        "decision": rules.decision_days,
    }


def missing(rules: AdmissionRules) -> pl.Expr:
    """Return a list of the items of the checklist (CHECKLIST) that are missing or unknown.

    A strategy document is current if its date lies within `strategy_months` before the application
    or before the Stichtag: a later document may be handed in for an earlier application.
    """
    consulted, applied = pl.col("consultation_on"), pl.col("application_on")
    dated = pl.col("strategy_dated")
    current = pl.any_horizontal(
        dated.is_between(months_before(day, rules.strategy_months), day).fill_null(value=False)
        for day in (applied, pl.col("as_of"))
    )
    there = {
        "consultation": consulted.is_not_null() & (consulted <= applied).fill_null(value=True),
        "strategy_document": current & pl.col("strategy_sent"),
        "actor_list": pl.col("actor_list_sent"),
    }
    lacks = (
        pl.when(~known.fill_null(value=False)).then(pl.lit(code)) for code, known in there.items()
    )
    return pl.concat_list(*lacks).list.drop_nulls()
