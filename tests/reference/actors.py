"""Section 2.2: who is bound, an SME, near, a research body, and who is listed twice."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .cells import BAD, Cell, Cluster, Row, Tri, all_of, holds, known, same, value
from .places import distance_km, position

BASE_COMMITMENTS = {
    "Mitgliedschaft",
    "Kooperationsvereinbarung",
    "Absichtserklärung",
    "Regelmäßiger Beitrag",
}
LOOSE = BASE_COMMITMENTS | {"Aktive Mitwirkung"}
STATED_BY_TYPE = {"KMU": True, "Großunternehmen": False}
RESEARCH = {"Hochschule", "FuE-Einrichtung"}
ACTOR_TYPES = (
    "Unternehmen",
    "Hochschule",
    "FuE-Einrichtung",
    "Bildungseinrichtung",
    "Finanzintermediär",
    "Beratung",
    "Öffentliche Einrichtung",
    "Verband oder Netzwerk",
    "Sonstige",
)
MILLION = 1_000_000


@dataclass(frozen=True)
class Settings:
    """What a robustness variant can change."""

    radius_km: int = 150
    sme_definition: str = "eu"
    loose: bool = False
    stand_in: bool = True

    def without_stand_in(self) -> "Settings":
        """The same without a limit for 4.2."""
        return replace(self, stand_in=False)


@dataclass(frozen=True)
class Actor:
    """What the figures need to know of one row of the actors' sheet."""

    index: int
    bound: Tri
    type: str | None
    sme: Tri
    near: Tri
    rnd: Tri
    distance: float | None
    duplicate: bool = False


def bound(row: Row, as_of: date, commitments: set[str]) -> Tri:
    """Whether the row is bound as of the day; None: possibly."""
    return all_of(
        holds(value(row, "commitment"), lambda word: word in commitments),
        holds(value(row, "joined"), lambda day: day <= as_of, if_empty=True),
        holds(value(row, "left"), lambda day: day > as_of, if_empty=True),
    )


def actor_type(cell: Cell) -> str | None:
    """The type, with the two that only say the size read as companies."""
    if not known(cell):
        return None
    return "Unternehmen" if cell in STATED_BY_TYPE else str(cell)


def stated_sme(row: Row) -> Tri:
    """The actor's own statement; the two types that say the size win over the column."""
    kind, stated = value(row, "type"), value(row, "sme")
    if known(kind) and kind in STATED_BY_TYPE:
        return STATED_BY_TYPE[kind]
    return stated if known(stated) else None


def sme(row: Row, definition: str) -> Tri:
    """Whether the actor is an SME by the known cells."""
    kind = actor_type(value(row, "type"))
    if kind is None:
        return None
    if kind != "Unternehmen":
        return False
    return sme_eu(row) if definition == "eu" else sme_ifm(row)


def sme_eu(row: Row) -> Tri:
    """EU 2003/361/EC."""
    stated = stated_sme(row)
    few = holds(value(row, "employees"), lambda n: n < 250)
    low_turnover = holds(value(row, "turnover"), lambda eur: eur <= 50 * MILLION)
    low_balance = holds(value(row, "balance"), lambda eur: eur <= 43 * MILLION)
    if few is False or (low_turnover is False and low_balance is False) or stated is False:
        return False
    if stated is True or (few is True and (low_turnover is True or low_balance is True)):
        return True
    return None


def sme_ifm(row: Row) -> Tri:
    """The definition of IfM Bonn: fewer than 500 employees, turnover of at most 50 million."""
    stated = stated_sme(row)
    few = holds(value(row, "employees"), lambda n: n < 500)
    between = holds(value(row, "employees"), lambda n: 250 <= n <= 499)
    low_turnover = holds(value(row, "turnover"), lambda eur: eur <= 50 * MILLION)
    if few is False or low_turnover is False or (stated is False and between is not True):
        return False
    if stated is True or (few is True and low_turnover is True):
        return True
    return None


def distance_from_office(cluster: Cluster, row: Row) -> float | None:
    """Kilometres between the actor and the office; None where one position is unknown."""
    here, there = position(cluster.master), position(row)
    return None if here is None or there is None else distance_km(here, there)


def groups(rows: list[dict[str, Cell]]) -> list[list[int]]:
    """The rows of each actor: same name up to case and white space, and same postcode."""
    found: dict[object, list[int]] = {}
    for index, row in enumerate(rows):
        name, postcode = value(row, "name"), value(row, "postcode")
        alone = not known(name) or postcode is BAD
        found.setdefault(index if alone else (same(name), postcode), []).append(index)
    return list(found.values())


def standing_row(group: list[int], bounds: Mapping[int, Tri]) -> int:
    """The first certainly bound row, else the first possibly bound one, else the first."""
    for wanted in (True, None):
        for index in group:
            if bounds[index] is wanted:
                return index
    return group[0]


def possible_rows(group: list[int], bounds: Mapping[int, Tri]) -> list[int]:
    """The rows that may be the first bound one, once it is known who is bound."""
    rows = []
    for index in group:
        if bounds[index] is not False:
            rows.append(index)
        if bounds[index] is True:
            break
    return rows


def agreed(values: Iterable[Any]) -> Any:
    """What all say; unknown where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def counted_actor(group: list[int], actors: list[Actor]) -> Actor:
    """An actor once; what depends on which of its rows is bound is unknown."""
    bounds = {index: actors[index].bound for index in group}
    shown = actors[next(index for index in group if not actors[index].duplicate)]
    rows = [actors[index] for index in possible_rows(group, bounds)] or [shown]
    return replace(
        shown,
        type=agreed(row.type for row in rows),
        sme=agreed(row.sme for row in rows),
        near=agreed(row.near for row in rows),
        rnd=agreed(row.rnd for row in rows),
    )


def read_actors(cluster: Cluster, settings: Settings) -> list[Actor]:
    """Every row of the actors' sheet, the repeated ones marked."""
    commitments = LOOSE if settings.loose else BASE_COMMITMENTS
    bounds = {
        index: bound(row, cluster.as_of, commitments) for index, row in enumerate(cluster.actors)
    }
    standing = {standing_row(group, bounds) for group in groups(cluster.actors)}
    found = []
    for index, row in enumerate(cluster.actors):
        kind = actor_type(value(row, "type"))
        distance = distance_from_office(cluster, row)
        actor = Actor(
            index=index,
            bound=bounds[index],
            type=kind,
            sme=sme(row, settings.sme_definition),
            near=None if distance is None else distance <= settings.radius_km,
            rnd=None if kind is None else kind in RESEARCH,
            distance=distance,
            duplicate=index not in standing,
        )
        found.append(actor)
    return found


def counted_actors(cluster: Cluster, actors: list[Actor]) -> list[Actor]:
    """Every actor once."""
    return [counted_actor(group, actors) for group in groups(cluster.actors)]


def certainly(actors: Iterable[Actor], has: Callable[[Actor], Tri]) -> int:
    """How many are certainly bound and certainly have the property."""
    return sum(actor.bound is True and has(actor) is True for actor in actors)


def possibly(actors: Iterable[Actor], has: Callable[[Actor], Tri]) -> int:
    """How many may be bound and may have the property."""
    return sum(actor.bound is not False and has(actor) is not False for actor in actors)
