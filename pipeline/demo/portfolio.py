"""The portfolio as a whole: every cluster's submissions, the office's files, and writing them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.demo import evidence, sheets
from pipeline.demo.actors import Members, advance, first_members
from pipeline.demo.events import Fate
from pipeline.demo.everyday import write_freely, written_freely
from pipeline.demo.faults import add_faults, older_version
from pipeline.demo.grid import workbook_grids
from pipeline.demo.habits import layout
from pipeline.demo.measures import with_measures
from pipeline.demo.model import Sheets, Submission
from pipeline.demo.office import agreements_grid, register_grid
from pipeline.demo.places import around
from pipeline.demo.profiles import Plan
from pipeline.demo.ratings import assessments_grid, assignments_grid
from pipeline.demo.reporting_day import Moment
from pipeline.demo.writing import workbook_bytes

KEPT_OF_BROKEN = 0.6


def write_portfolio(
    folder: Path,
    clusters: int = 12,
    periods: Sequence[str] = ("2026-Q2", "2026-Q3"),
    seed: int = 1,
    habits: bool = False,
) -> None:
    """Write a made-up portfolio in the layout of `inputs/`; the same call gives the same bytes.

    Args:
        folder: where to write; files of the same names are replaced.
        clusters: how many clusters the portfolio has.
        periods: the quarters, such as "2026-Q3".
        seed: another seed gives another portfolio.
        habits: whether some clusters write as people really do.
    """
    plans = all_plans(clusters, periods, seed)
    for submission in all_submissions(plans, habits=habits):
        target = folder / submission.period / "submissions"
        _write(target / submission.file_name, _bytes(submission))
    for index, period in enumerate(sorted(periods)):
        experts = assessments_grid(plans, index), assignments_grid(plans, index)
        _write(folder / period / "assessments.xlsx", workbook_bytes(experts, experts[0].name))
    register = register_grid(plans), agreements_grid(plans)
    _write(folder / "register.xlsx", workbook_bytes(register, register[0].name))


def all_plans(clusters: int, periods: Sequence[str], seed: int) -> list[Plan]:
    """Return the plans of all clusters."""
    numbers = range(1, clusters + 1)
    return list(with_measures(Plan(seed, number, tuple(sorted(periods))) for number in numbers))


def all_submissions(
    plans: Sequence[Plan], faults: bool = True, habits: bool = False
) -> Iterator[Submission]:
    """Yield every submission, cluster by cluster; without faults cells hold the intended values."""
    for plan in plans:
        yield from _submissions_of(plan, len(plans), faults, habits)


def _submissions_of(plan: Plan, clusters: int, faults: bool, habits: bool) -> Iterator[Submission]:
    first = Moment(plan, 0)
    members = first_members(plan, first.aims, around(first.office), first.founded, first.as_of)
    for index in range(len(plan.periods)):
        moment, fate = Moment(plan, index), Fate(plan, index, clusters)
        if index:
            _pass_quarter(members, moment)
        if not fate.absent:
            yield from _reported(moment, fate, _filled_in(moment, members), faults, habits)


def _pass_quarter(members: Members, moment: Moment) -> None:
    before = Moment(moment.plan, moment.index - 1).as_of
    if before < moment.as_of:
        advance(members, moment.plan.rng("advance", moment.index), before, moment.as_of)


def _filled_in(moment: Moment, members: Members) -> Sheets:
    """Return the sheets with the intended values, without faults."""
    return {
        "master_data": [sheets.master_data(moment)],
        "actors": [dict(row) for row in members.rows],
        "management": sheets.management(moment),
        "bodies": sheets.bodies(moment),
        "funding": sheets.funding(moment),
        "activities": evidence.activities(moment),
        "evidence": evidence.evidence(moment),
    }


def _reported(
    moment: Moment, fate: Fate, filled: Sheets, faults: bool, habits: bool
) -> Iterator[Submission]:
    """Yield what the cluster sends: one workbook, or two if it corrected the first."""
    plan, style = moment.plan, layout(moment, fate)
    if faults:
        add_faults(filled, plan, moment.index)
    if habits:
        write_freely(filled, plan, moment.index)
        style = written_freely(style, plan)
    make = partial(Submission, plan.cluster_id, plan.periods[moment.index])
    sent = make(plan.file_name, filled, style, fate.broken)
    if fate.corrected and faults:
        filled["master_data"][0]["version"] = 2
        yield replace(sent, sheets=older_version(filled, plan))
        sent = replace(sent, file_name=plan.file_name.replace(".xlsx", "_Version-2.xlsx"))
    yield sent


def _bytes(submission: Submission) -> bytes:
    grids = workbook_grids(submission.sheets, submission.layout)
    content = workbook_bytes(grids, f"{submission.cluster_id} {submission.period}")
    return content[: round(len(content) * KEPT_OF_BROKEN)] if submission.broken else content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
