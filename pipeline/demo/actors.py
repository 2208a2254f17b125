"""The actors of a cluster: who they are, where they are, how they are bound, how they change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import compress
from random import Random

from pipeline.demo import companies, places
from pipeline.demo.composition import composition, kinds
from pipeline.demo.model import Row, random_day, vocabulary
from pipeline.demo.places import Area, Place
from pipeline.demo.profiles import MISSED, UNKNOWN, Aims, Plan

BOUND = {
    "Mitgliedschaft": 0.78,
    "Kooperationsvereinbarung": 0.11,
    "Absichtserklärung": 0.07,
    "Regelmäßiger Beitrag": 0.04,
}
UNBOUND = ("Aktive Mitwirkung", "Kontakt")
MEMBER = "Mitgliedschaft"
# How many actors the clusters share, of which kinds, and which part of a cluster they are.
SHARED, SHARED_PART, SHARED_NEAREST = 90, 0.03, 24
SHARED_KINDS = {"sme": 55, "large": 15, "university": 12, "institute": 12, "public": 6}
LEAVING, JOINING, STRUCK_OFF = 0.012, 0.018, 0.6


@dataclass
class Members:
    """A cluster's list of actors; for each row its kind and whether it is near."""

    plan: Plan
    area: Area
    rows: list[Row] = field(default_factory=list)
    marks: list[tuple[str, bool]] = field(default_factory=list)
    listed: int = 0

    def add(self, rng: Random, kind: str, near: bool, commitment: str) -> Row:
        """Append an actor of that kind."""
        self.listed += 1
        identity = f"{self.plan.number:02d}-{self.listed:04d}"
        row: Row = {"name": _name(rng, kind, identity), "actor_type": kinds()[kind]["type"]}
        row.update(commitment=commitment, joined=None, left=None)
        row.update(_address(rng, self.area, near))
        row.update(companies.figures(rng, kind))
        stage = rng.choice(vocabulary()["stages"])
        row["value_chain_stage"] = stage if rng.random() < 0.6 else None
        self.rows.append(row)
        self.marks.append((kind, near))
        return row


def _name(rng: Random, kind: str, identity: str) -> str:
    return str(rng.choice(kinds()[kind]["names"])).format(id=identity)


def _address(rng: Random, area: Area, near: bool) -> Row:
    """Return the address; some actors state their own coordinates, a few no postcode."""
    if not near and rng.random() < 0.03:
        words = vocabulary()
        country, town = rng.choice(words["distant_countries"]), rng.choice(words["foreign_towns"])
        return {"postcode": str(rng.randint(10000, 99999)), "city": town, "country": country}
    place = area.draw(rng, near)
    country = place.country if place.country != "DE" else None
    row: Row = {"postcode": place.postcode, "city": place.town, "country": country}
    if rng.random() < 0.05:
        row["latitude"] = round(place.latitude + rng.uniform(-0.02, 0.02), 5)
        row["longitude"] = round(place.longitude + rng.uniform(-0.02, 0.02), 5)
    elif rng.random() < 0.006:
        row["postcode"] = None
    return row


def first_members(plan: Plan, aims: Aims, area: Area, founded: date, as_of: date) -> Members:
    """Return the actors of the first quarter."""
    rng = plan.rng("actors")
    members = Members(plan, area)
    _add_bound(members, rng, aims)
    _share(members, rng)
    _add_unbound(members, rng)
    for row in members.rows:
        _date(row, rng, founded, as_of)
    return members


def _add_bound(members: Members, rng: Random, aims: Aims) -> None:
    size = members.plan.size
    drawn = [kind for kind, n in composition(rng, size, aims).items() for _ in range(n)]
    rng.shuffle(drawn)
    near = round(size * _near_share(rng, aims["3"]))
    flags = [True] * near + [False] * (size - near)
    rng.shuffle(flags)
    commitments = rng.choices(list(BOUND), list(BOUND.values()), k=size)
    for kind, is_near, commitment in zip(drawn, flags, commitments, strict=True):
        _leave_open(members.add(rng, kind, is_near, commitment), rng, aims)


def _near_share(rng: Random, aim: str) -> float:
    if aim == MISSED:
        return rng.uniform(0.4, 0.57)
    return min(0.97, max(0.65, rng.gauss(0.82, 0.08)))


def _leave_open(row: Row, rng: Random, aims: Aims) -> None:
    if aims["2.1"] == UNKNOWN:
        companies.blank(rng, row)
    if aims["3"] == UNKNOWN and rng.random() < 0.4:
        row.update(postcode=None, latitude=None, longitude=None)
    if aims["2.2"] == UNKNOWN and "sme_stated" not in row:
        row["actor_type"] = None


def _add_unbound(members: Members, rng: Random) -> None:
    """Append contacts, loosely active and former members."""
    for _ in range(round(2 + 0.006 * members.plan.size)):
        kind = "sme" if rng.random() < 0.7 else "other"
        members.add(rng, kind, rng.random() < 0.7, rng.choice(UNBOUND))
    for _ in range(rng.randint(0, 1) + members.plan.size // 200):
        members.add(rng, "sme", True, MEMBER)["left"] = date.max


def _date(row: Row, rng: Random, founded: date, as_of: date) -> None:
    """Fill in when an actor joined and, unless it must be unknown, when it left."""
    joined = random_day(rng, founded, as_of)
    row["joined"] = joined if rng.random() < 0.85 else None
    if row["left"] == date.max:
        row["left"] = random_day(rng, joined, as_of)


@cache
def _shared(seed: int) -> tuple[list[str], list[Place], list[Row]]:
    """Return the actors that several clusters have in common: kinds, places and identities."""
    rng = Random(f"{seed}/shared")
    drawn = rng.choices(list(SHARED_KINDS), list(SHARED_KINDS.values()), k=SHARED)
    spots = [places.random_town(rng) for _ in drawn]
    rows = [_identity(rng, n, *pair) for n, pair in enumerate(zip(drawn, spots, strict=True), 1)]
    return drawn, spots, rows


def _identity(rng: Random, number: int, kind: str, place: Place) -> Row:
    row: Row = {"name": _name(rng, kind, f"V{number:03d}"), "postcode": place.postcode}
    row.update(city=place.town, country=None, latitude=None, longitude=None)
    return row | companies.figures(rng, kind)


def _share(members: Members, rng: Random) -> None:
    """Replace a small part of the near actors by ones that other clusters list too."""
    drawn, spots, rows = _shared(members.plan.seed)
    close = places.nearest(members.area.office, spots, SHARED_NEAREST)
    number = min(len(close), max(1, round(SHARED_PART * members.plan.size)))
    free = [index for index, (_, near) in enumerate(members.marks) if near]
    for index in sorted(rng.sample(close, number)):
        own = next((i for i in free if members.marks[i][0] == drawn[index]), None)
        if own is not None:
            members.rows[own].update(rows[index])
            free.remove(own)


def advance(members: Members, rng: Random, start: date, end: date) -> None:
    """Simulate a quarter: some actors leave, some join, some grow."""
    for row in members.rows:
        if row["left"] is None and rng.random() < LEAVING:
            row["left"] = random_day(rng, start + timedelta(days=1), end)
        companies.grow(rng, row)
    for kind, near in _newcomers(members, rng):
        members.add(rng, kind, near, MEMBER)["joined"] = random_day(rng, start, end)
    _strike_off(members, rng, start)


def _strike_off(members: Members, rng: Random, start: date) -> None:
    """Remove some of those who left in the quarter from the list."""
    stays = [not _just_left(row, start) or rng.random() > STRUCK_OFF for row in members.rows]
    members.rows = list(compress(members.rows, stays))
    members.marks = list(compress(members.marks, stays))


def _just_left(row: Row, start: date) -> bool:
    left = row["left"]
    return isinstance(left, date) and left > start


def _newcomers(members: Members, rng: Random) -> Iterable[tuple[str, bool]]:
    """Return kind and nearness of the new actors, distributed like the present ones."""
    count = round(members.plan.size * JOINING * rng.uniform(0.4, 1.7))
    return rng.choices(members.marks, k=count)
