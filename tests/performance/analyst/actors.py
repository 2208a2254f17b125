"""The actors of one cluster: who is bound, small, near; each of them once."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from . import values as v

BOUND = {"Mitgliedschaft", "Kooperationsvereinbarung", "Absichtserklärung", "Regelmäßiger Beitrag"}
RESEARCH = {"Hochschule", "FuE-Einrichtung"}
GROUPS = {
    "Wirtschaft": {"Unternehmen"},
    "Wissenschaft": {"Hochschule", "FuE-Einrichtung", "Bildungseinrichtung"},
    "Öffentliche Hand": {"Öffentliche Einrichtung"},
    "Intermediäre": {"Finanzintermediär", "Beratung", "Verband oder Netzwerk", "Sonstige"},
}
RADIUS_KM = 150


@dataclass
class Actor:
    """What counts of an actor; None where nobody knows."""

    bound: bool | None
    type: Any
    sme: bool | None
    research: bool | None
    near: bool | None


def bound_actors(cluster: dict, lists: dict, centres: dict) -> tuple[list[Actor], bool]:
    """Return every actor once, and whether the office's place is known."""
    office = position(cluster["master"], centres, "DE")
    chosen: dict[Any, Actor] = {}
    for number, row in enumerate(cluster["actors"]):
        actor = read(row, cluster["as_of"], office, lists, centres)
        name = v.as_text(row.get("name"))
        country = country_of(row, lists)
        same = (
            (v.key(name), v.as_postcode(row.get("postcode"), country)) if v.known(name) else number
        )
        if same not in chosen or (rank(actor) > rank(chosen[same])):
            chosen[same] = actor
    return list(chosen.values()), office is not None


def rank(actor: Actor) -> int:
    """Return how much a row speaks for being the one that counts."""
    return {True: 2, None: 1, False: 0}[actor.bound]


def read(row: dict, as_of: dt.date, office: Any, lists: dict, centres: dict) -> Actor:
    """Return one row's actor."""
    written = v.raw(row.get("actor_type"))
    kind = v.as_word(written, lists["actor_types"])
    by_type = lists["sme_types"].get(v.key(written)) if v.known(kind) else None
    research = kind in RESEARCH if v.known(kind) else None
    here = position(row, centres, country_of(row, lists))
    near = None if office is None or here is None else distance(office, here) <= RADIUS_KM
    return Actor(is_bound(row, as_of, lists), kind, is_sme(row, kind, by_type), research, near)


def is_bound(row: dict, as_of: dt.date, lists: dict) -> bool | None:
    """Return whether an actor is bound on the day."""
    commitment = v.as_word(row.get("commitment"), lists["commitments"])
    joined, left = v.as_date(row.get("joined")), v.as_date(row.get("left"))
    parts = [
        commitment in BOUND if v.known(commitment) else None,
        True if joined is v.EMPTY else joined <= as_of if v.known(joined) else None,
        True if left is v.EMPTY else left > as_of if v.known(left) else None,
    ]
    return False if False in parts else None if None in parts else True


def is_sme(row: dict, kind: Any, by_type: bool | None) -> bool | None:
    """Return whether an actor is a small or medium enterprise (2003/361/EC)."""
    if v.known(kind) and kind != "Unternehmen":
        return False
    own = by_type if by_type is not None else v.as_yes(row.get("sme_stated"))
    people = v.as_number(row.get("employees"), whole=True)
    turnover, balance = (v.as_number(row.get(f)) for f in ("turnover_eur", "balance_sheet_eur"))

    def test(cell: Any, limit: float) -> bool | None:
        return cell > limit if v.known(cell) else None

    rich, heavy = test(turnover, 50e6), test(balance, 43e6)
    if (v.known(people) and people >= 250) or (rich and heavy) or own is False:
        return False
    if not v.known(kind):
        return None
    if own is True or (v.known(people) and (rich is False or heavy is False)):
        return True
    return None


def country_of(row: dict, lists: dict) -> Any:
    """Return the country's code; empty is DE."""
    country = v.as_word(row.get("country"), lists["countries"])
    return "DE" if country is v.EMPTY else country


def position(row: dict, centres: dict, country: Any) -> tuple[float, float] | None:
    """Return where an actor is: its own coordinates, else its postcode's centre."""
    latitude = v.as_number(row.get("latitude"), decimal=True, low=-90, high=90)
    longitude = v.as_number(row.get("longitude"), decimal=True, low=-180, high=180)
    if v.known(latitude) and v.known(longitude):
        return latitude, longitude
    return centres.get((country, v.as_postcode(row.get("postcode"), country)))


def distance(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the kilometres between two points on a sphere."""
    a, b = math.radians(here[0]), math.radians(there[0])
    across = math.sin(math.radians(there[1] - here[1]) / 2) ** 2
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * across
    return 2 * 6371.0088 * math.asin(math.sqrt(half))
