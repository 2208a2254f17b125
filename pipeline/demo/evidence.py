"""What a cluster does, and the evidence for it."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pipeline.demo.events import (
    NO_SUPPORT,
    SHARED_SERVICE,
    STANDING_PROFILE,
    STARTS_INSIDE,
    STARTS_OUTSIDE,
    SUPPORT_ALONE,
)
from pipeline.demo.model import Row, add_months, period_end, random_day, vocabulary
from pipeline.demo.profiles import MET, MISSED, UNKNOWN
from pipeline.demo.reporting_day import Moment

SERVICE, GROUP, FORUM = "Service", "Arbeitsgruppe", "Clusterforum"
SUPPORT = "Innovationsunterstützung"
INTERNAL, EXTERNAL = "Interne Kommunikation", "Externe Kommunikation"
COMPETITOR, UNIQUE = "Wettbewerber", "Alleinstellungsmerkmal"
STORY, PROJECT, ROOTS = "Erfolgsgeschichte", "Innovationsprojekt", "Verankerung"
PLATFORM = "Plattform"
VISIBLE = ("Presse", PLATFORM, "Messe", "Publikation")
REACHES = ("national", "international")
# Evidence older than this is no longer listed. Below: months between two of a kind, by aim.
LISTED_MONTHS = 42
STORY_MONTHS = {MET: (4.0, 7.0), MISSED: (12.5, 16.0), UNKNOWN: (4.0, 7.0)}


def activities(moment: Moment) -> list[Row]:
    """Return services, working groups and communication."""
    support = list(_support(moment))
    services = _services(moment, with_support=bool(support))
    rows = [*services, *support, *_groups(moment), *_communication(moment)]
    rng = moment.rng("participants")
    for row in rows:
        row["participants"] = rng.randint(6, 90) if rng.random() < 0.7 else None
    return rows


def _activity(kind: str, title: str, begun: date, times: float | None) -> Row:
    row: Row = {"kind": kind, "title": title, "action_field": None, "from": begun}
    return row | {"times_per_year": times}


def _since(moment: Moment, rng: Random) -> date:
    """Return when an activity began: a year ago at least, if the cluster is old enough."""
    latest = add_months(moment.plan.first_end, -14)
    return random_day(rng, max(moment.founded, add_months(latest, -60)), latest)


def _later(moment: Moment) -> date:
    """Return a day after every period, on which something is planned to begin."""
    return period_end(moment.plan.periods[-1]) + timedelta(days=61)


def _services(moment: Moment, *, with_support: bool) -> Iterator[Row]:
    """Yield the services; of a cluster that is to fail one field has none or only a planned one.

    In some clusters a field is served by services of another field or by innovation support only.
    """
    rng, missed = moment.rng("services"), moment.aims["8"] == MISSED
    first, second, *_ = moment.action_fields
    skipped = first if missed else None
    if not missed and SUPPORT_ALONE.holds(moment.plan) and with_support:
        skipped = moment.action_fields[-1]
    shared = SHARED_SERVICE.holds(moment.plan) and not missed
    skipped = first if shared else skipped
    named = {second: f"{second}; {first}"} if shared else {}
    planned = moment.rng("planned").random() < 0.5
    for action_field in moment.action_fields:
        titles = vocabulary()["services"][action_field]
        chosen = rng.sample(titles, rng.randint(1, len(titles)))
        begun, times = _since(moment, rng), rng.choice((4, 4, 6, 6, 12, 12, 24))
        for title in chosen if action_field != skipped else ():
            often = 2 if missed else times
            row = _activity(SERVICE, title, begun, often)
            yield row | {"action_field": named.get(action_field, action_field)}
        if action_field == skipped and planned and missed:
            row = _activity(SERVICE, chosen[0], _later(moment), times)
            yield row | {"action_field": action_field}


def _support(moment: Moment) -> Iterator[Row]:
    """Yield innovation support, where the form asks for it; some clusters have none."""
    rng, aim = moment.rng("support"), moment.aims["13"]
    if moment.form_version is None or aim == MISSED and rng.random() < 0.5:
        return
    if NO_SUPPORT.holds(moment.plan):
        return
    # Services serve this field as well, but for the clusters of SUPPORT_ALONE.
    action_field = moment.action_fields[-1]
    for title in rng.sample(vocabulary()["activities"][SUPPORT], rng.randint(1, 2)):
        often = rng.choice((1, 2, 4, 6))
        row = _activity(SUPPORT, title, _since(moment, rng), often)
        yield row | {"action_field": action_field}


def _groups(moment: Moment) -> Iterator[Row]:
    """Yield working groups and a forum; some clusters have lasting work in a yearly forum only."""
    rng, aim = moment.rng("groups"), moment.aims["9.1"]
    forum_only = moment.rng("forum").random() < 0.25
    for title in rng.sample(vocabulary()["activities"][GROUP], rng.randint(1, 4)):
        begun, times = _since(moment, rng), rng.choice((2, 3, 4, 6))
        met = 1 if forum_only else times
        yield _activity(GROUP, title, begun, {MET: met, MISSED: 1, UNKNOWN: None}[aim])
    forum = rng.choice(vocabulary()["activities"][FORUM])
    often = {MET: 1.0, MISSED: 0.5, UNKNOWN: None}[aim]
    yield _activity(FORUM, forum, _since(moment, rng), often)


def _communication(moment: Moment) -> Iterator[Row]:
    rng, inside, outside = moment.rng("talk"), moment.aims["9.2"], moment.aims["11"]
    for number, title in enumerate(vocabulary()["activities"][INTERNAL]):
        often, seldom = rng.choice((4, 6, 12)), rng.choice((1, 2))
        begun = _since(moment, rng)
        if number and STARTS_INSIDE.holds(moment.plan):
            yield _activity(INTERNAL, title, _later(moment), often)
        elif number < 1 or inside == MET:
            yield _activity(INTERNAL, title, begun, often)
        elif number < 2:
            yield _activity(INTERNAL, title, begun, seldom if inside == MISSED else None)
    for title in vocabulary()["activities"][EXTERNAL][: 1 if outside == MISSED else 3]:
        begun, often = _since(moment, rng), rng.choice((1, 4, 12))
        begun = _later(moment) if STARTS_OUTSIDE.holds(moment.plan) else begun
        yield _activity(EXTERNAL, title, begun, often)


def evidence(moment: Moment) -> list[Row]:
    """Return competitors, unique points, visibility, success stories, projects and roots."""
    return [
        *_named(moment, COMPETITOR, "10.1", (1, 2), (3, 6)),
        *_named(moment, UNIQUE, "10.2", (0, 0), (1, 3)),
        *_visibility(moment),
        *_stories(moment),
        *_projects(moment),
        *_roots(moment),
    ]


def _item(moment: Moment, kind: str, number: int, day: date | None) -> Row:
    title = vocabulary()["evidence"][kind].format(n=f"{moment.plan.number:02d}-{number:02d}")
    return {"kind": kind, "title": title, "date": day}


def _named(
    moment: Moment, kind: str, criterion: str, few: tuple[int, int], many: tuple[int, int]
) -> Iterator[Row]:
    """Yield entries that only need a title; of an open criterion one has a reference instead."""
    rng, aim = moment.rng(kind), moment.aims[criterion]
    low, high = rng.randint(*few), rng.randint(*many)
    for number in range(1, (high if aim == MET else low) + 1):
        reach = rng.choice(REACHES) if kind == COMPETITOR else None
        yield _item(moment, kind, number, None) | {"reach": reach}
    if aim == UNKNOWN:
        for number in range(low, many[0]):
            reference = f"https://example.org/demo/{moment.plan.number}/{number + 1}"
            yield _item(moment, kind, number + 1, None) | {"title": None, "reference": reference}


def _days(moment: Moment, kind: str, months: tuple[float, float]) -> list[date]:
    """Return the days up to as_of on which entries of a kind occurred, the oldest first."""
    rng = moment.rng(f"days/{kind}")
    oldest = add_months(moment.plan.first_end, -LISTED_MONTHS)
    day = oldest + timedelta(days=rng.randint(0, 100))
    days: list[date] = []
    while day <= moment.as_of:
        if day >= moment.founded:
            days.append(day)
        day += timedelta(days=round(rng.uniform(*months) * 30.4))
    return days


def _visibility(moment: Moment) -> Iterator[Row]:
    """Yield the visible events; a cluster that is to fail appears in only one kind of medium."""
    if STANDING_PROFILE.holds(moment.plan):
        yield from _press_and_profile(moment)
        return
    aim, standing = moment.aims["11"], moment.rng("standing").random() < 0.4
    for kind in VISIBLE if aim != MISSED else VISIBLE[:1]:
        rng = moment.rng(kind)
        for number, day in enumerate(_days(moment, kind, (5.0, 14.0)), start=1):
            reference = f"https://example.org/demo/{moment.plan.number}/{kind.lower()}/{number}"
            row = _item(moment, kind, number, day if aim != UNKNOWN else None)
            if kind == PLATFORM and standing:  # one profile, as long as it is there
                row["date"] = None
            yield row | {"reach": rng.choice(REACHES), "reference": reference}
            if kind == PLATFORM and standing:
                break


def _press_and_profile(moment: Moment) -> Iterator[Row]:
    """Yield two articles of the last two years, and a profile that is as old as the cluster."""
    press, profile = VISIBLE[:2]
    days = [(press, day) for day in _days(moment, press, (5.0, 11.0))[-2:]]
    for number, (kind, day) in enumerate([*days, (profile, moment.founded)], start=1):
        yield _item(moment, kind, number, day) | {"reach": REACHES[0]}


def _stories(moment: Moment) -> Iterator[Row]:
    rng, aim = moment.rng("stories"), moment.aims["12"]
    for number, day in enumerate(_days(moment, STORY, STORY_MONTHS[aim]), start=1):
        row = _item(moment, STORY, number, day if aim != UNKNOWN else None)
        yield row | {"actors_involved": rng.randint(2, 9)}


def _projects(moment: Moment) -> Iterator[Row]:
    rng, aim = moment.rng("projects"), moment.aims["13"]
    for number, day in enumerate(_days(moment, PROJECT, (4.0, 11.0)), start=1):
        until = add_months(day, rng.choice((18, 24, 36)))
        actors = {MET: rng.randint(2, 12), MISSED: 1, UNKNOWN: None}[aim]
        row = _item(moment, PROJECT, number, day)
        yield row | {"until": until if rng.random() < 0.8 else None, "actors_involved": actors}


def _roots(moment: Moment) -> Iterator[Row]:
    rng = moment.rng("roots")
    count = rng.randint(1, 3)
    for number in range(1, count + 1 if moment.aims["13"] != MISSED else 1):
        yield _item(moment, ROOTS, number, random_day(rng, moment.founded, moment.plan.first_end))
