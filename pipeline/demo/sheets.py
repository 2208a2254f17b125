"""The sheets about the cluster itself: master data, management, bodies and funding."""

from datetime import date, timedelta
from random import Random

from pipeline.demo.events import FALLS, LEFT_OPEN, SAYS_NO
from pipeline.demo.model import (
    Row,
    Value,
    add_months,
    random_day,
    spread_counts,
    vocabulary,
)
from pipeline.demo.profiles import MET, MISSED, UNKNOWN
from pipeline.demo.reporting_day import Moment
from schemas.declaration import registers

NO_ANSWER = "k. A."
# What some clusters write instead of a long-term prospect.
NO_PROSPECT = {SAYS_NO: "nein", LEFT_OPEN: "noch offen"}
OWN = {
    "Mitgliedsbeiträge": 50.0,
    "Eigenbeteiligung": 15.0,
    "Wirtschaftliche Einnahmen": 26.0,
    "Sponsoring": 9.0,
}
PUBLIC = {
    "Förderung Land": 58.0,
    "Förderung Bund": 18.0,
    "Förderung EU": 16.0,
    "Förderung Kommune": 8.0,
}
ACTUAL, PLANNED = "Ist", "Plan"
INDUSTRY = "Wirtschaft"
# Full-time equivalents in one row.
LARGEST_TEAM = 8.0


def master_data(moment: Moment) -> Row:
    """Return the values of the form Stammdaten."""
    return {
        **_identity(moment),
        **_address(moment),
        "excellence_measures": "; ".join(moment.plan.measures) or None,
        "action_fields": _open(moment, "8", "; ".join(moment.action_fields)),
        **_strategy(moment),
        **_prospect(moment),
        **_admission(moment),
    }


def _open(moment: Moment, criterion: str, value: Value) -> Value:
    return None if moment.aims[criterion] == UNKNOWN else value


def _identity(moment: Moment) -> Row:
    plan = moment.plan
    return {
        "cluster_id": plan.cluster_id,
        "cluster_name": plan.name,
        "as_of": moment.as_of,
        "version": None,
        "form_version": moment.form_version,
        "founded": _open(moment, "4.1", moment.founded),
        "legal_form": moment.rng("form").choice(vocabulary()["legal_forms"]),
        "federal_state": plan.state.de,
        "technology_field": plan.field.de,
    }


def _address(moment: Moment) -> Row:
    office = moment.office
    row: Row = {"postcode": office.postcode, "city": office.town}
    if moment.rng("degrees").random() < 0.6:
        row.update(latitude=office.latitude, longitude=office.longitude)
    return row


def _strategy(moment: Moment) -> Row:
    rng, aims = moment.rng("strategy"), moment.aims
    actors: Value = rng.randint(4, max(5, min(60, moment.plan.size // 2)))
    blank = rng.choice((None, NO_ANSWER))
    first = moment.plan.first_end - timedelta(days=rng.randint(420, 1800))
    return {
        "strategy_dated": None if aims["6.2"] == UNKNOWN else max(first, moment.founded),
        "revision_concept": aims["6.2"] != MISSED,
        "strategy_actors": {MET: actors, MISSED: 0, UNKNOWN: blank}[aims["6.1"]],
    }


def _prospect(moment: Moment) -> Row:
    rng, aim, start = moment.rng("prospect"), moment.aims["7.2"], moment.plan.first_end
    months = rng.randint(5, 18) if aim == MISSED else rng.randint(28, 62)
    # Some are secured for two years and a few weeks: by the next quarter less than two years are
    # left.
    months = 25 if aim == MET and rng.random() < 0.08 else months
    months = 28 if aim == MET and FALLS.holds(moment.plan) else months
    until = add_months(start.replace(day=1), months) - timedelta(days=1)
    prospect = rng.choice(vocabulary()["prospects"])
    for rule, words in NO_PROSPECT.items():
        prospect = words if rule.holds(moment.plan) else prospect
    return {
        "funding_secured_until": None if aim == UNKNOWN else until,
        "long_term_prospect": NO_ANSWER if aim == UNKNOWN else prospect,
    }


def _admission(moment: Moment) -> Row:
    """Return the cluster's own part of the admission process."""
    rng = moment.rng("admission")
    if moment.plan.role == "Beobachtung":
        return {"consultation_on": None, "application_on": None}
    last = moment.plan.first_end - timedelta(days=100)
    talk = random_day(rng, min(last, add_months(moment.founded, 3)), last)
    return {"consultation_on": talk, "application_on": talk + timedelta(days=rng.randint(20, 90))}


def management(moment: Moment) -> list[Row]:
    """Return the staff; changes in the quarters since the first are included in the rows."""
    rng, roles = moment.rng("staff"), vocabulary()["roles"]
    start = min(moment.founded, add_months(moment.plan.first_end, -6))
    rows = [
        {"role": roles[min(n, len(roles) - 1)], "fte": part, "from": start, "until": None}
        for n, part in enumerate(_parts(moment.fte))
    ]
    for row in rows[1:]:
        row["from"] = random_day(rng, start, add_months(moment.plan.first_end, -4))
    if rng.random() < 0.4:
        rows.append(_former(rng, start, moment))
    _change_staff(moment, rows)
    if moment.aims["4.2"] == UNKNOWN:
        rows[-1].update(fte=NO_ANSWER, until=None)
    return [part for row in rows for part in _teams(row)]


def _teams(row: Row) -> list[Row]:
    """Split a large team into several, as forms are filled in."""
    fte = row["fte"]
    if not isinstance(fte, float) or fte <= LARGEST_TEAM:
        return [row]
    more = int(fte // LARGEST_TEAM)
    rest = round(fte - more * LARGEST_TEAM, 2)
    parts = [LARGEST_TEAM] * more + ([rest] if rest else [])
    return [{**row, "fte": part} for part in parts]


def _parts(fte: float) -> list[float]:
    """Split full-time equivalents into posts: full ones, a fraction, finally a team."""
    full = min(int(fte), 8)
    return [1.0] * full + ([fte - full] if fte > full else [])


def _former(rng: Random, start: date, moment: Moment) -> Row:
    until = random_day(rng, start, add_months(moment.plan.first_end, -3))
    return {"role": "Projektmanagement", "fte": 0.5, "from": start, "until": until}


def _change_staff(moment: Moment, rows: list[Row]) -> None:
    for rng, day in moment.steps("staff"):
        chance = rng.random()
        if chance < 0.25:
            part = rng.choice((0.25, 0.5, 0.5, 1.0))
            rows.append({"role": "Projektmanagement", "fte": part, "from": day, "until": None})
        elif chance < 0.4 and len(rows) > 1:
            rows[1]["until"] = rows[1]["until"] or day


def bodies(moment: Moment) -> list[Row]:
    """Return the seats by body and group; a cluster that is to fail has no industry in one."""
    rng, aim = moment.rng("bodies"), moment.aims["5"]
    board, council = vocabulary()["bodies"][:2]
    groups = [entry.de for entry in registers()["actor_groups"]]
    rows: list[Row] = []
    for body in (board, council):
        for group in groups:
            seats = rng.randint(1, 5)
            if body == council or group in groups[:2] or rng.random() < 0.5:
                rows.append({"body": body, "group": group, "seats": seats})
    for row in rows:
        if row["group"] == INDUSTRY and aim == MISSED:
            row["seats"] = 0
        if aim == UNKNOWN:
            row["seats"] = None
    return rows


def funding(moment: Moment) -> list[Row]:
    """Return the management's past and planned income, by year and source."""
    rng, aim = moment.rng("funding"), moment.aims["7.1"]
    share = rng.uniform(0.06, 0.16) if aim == MISSED else rng.uniform(0.24, 0.75)
    budget = moment.fte * rng.uniform(85_000, 150_000)
    last = moment.as_of.year - 1
    years = [(y, ACTUAL if y <= last else PLANNED) for y in (last - 1, last, last + 1)]
    rows: list[Row] = []
    for year, status in years:
        amounts = _year(moment.rng(f"funding/{year}"), budget, share)
        if year >= moment.founded.year:
            rows += [
                {"year": year, "source": source, "amount_eur": amount, "status": status}
                for source, amount in amounts.items()
            ]
    if aim == UNKNOWN:
        for row in rows[:: len(OWN) + len(PUBLIC)]:
            row["amount_eur"] = None
    return rows


def _year(rng: Random, budget: float, share: float) -> dict[str, float]:
    """Return one year's amounts by source, in multiples of ten euros."""
    total = round(budget * rng.uniform(0.93, 1.07) / 10)
    own = round(total * share * rng.uniform(0.97, 1.03))
    parts = spread_counts(own, _jitter(rng, OWN)) | spread_counts(total - own, _jitter(rng, PUBLIC))
    return {source: amount * 10 for source, amount in parts.items()}


def _jitter(rng: Random, weights: dict[str, float]) -> dict[str, float]:
    return {source: weight * rng.uniform(0.7, 1.3) for source, weight in weights.items()}
