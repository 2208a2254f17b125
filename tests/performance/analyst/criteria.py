"""The 19 criteria of one cluster: every figure as (least, most), None where nothing is known."""

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterable
from typing import Any

from . import values as v
from .actors import GROUPS, Actor, bound_actors

Interval = tuple[float, float] | None
LIMIT = "4.2"
ENDLESS = float("inf")
OWN = {"Mitgliedsbeiträge", "Eigenbeteiligung", "Wirtschaftliche Einnahmen", "Sponsoring"}
VISIBLE = ("Presse", "Plattform", "Messe", "Publikation")


def statuses(cluster: dict, words: dict, centres: dict) -> dict[str, Any]:
    """Return the statuses of a cluster, and what the limit of 4.2 is made from."""
    as_of, master = cluster["as_of"], cluster["master"]
    lists = words["lists"]
    actors, office_known = bound_actors(cluster, lists, centres)
    fte = full_time(cluster["management"], as_of)
    count = (sum(a.bound is True for a in actors), sum(a.bound is not False for a in actors))
    per_fte = None if not fte else (count[0] / fte, count[1] / fte)
    activities, evidence = cluster["activities"], cluster["evidence"]
    if activities is not None:
        activities = [activity(row, lists) for row in activities]
    if evidence is not None:
        evidence = [proof(row, lists, as_of) for row in evidence]
    age, months = v.as_date(master.get("founded")), v.as_date(master.get("funding_secured_until"))
    conditions = {
        "1": [(count, 30)],
        "2.1": [(share(actors, lambda a: a.sme), 0.5)],
        "2.2": [(number(actors, lambda a: a.research), 1),
                (share(actors, lambda a: a.research), 0.05)],
        "3": [(share(actors, lambda a: a.near) if office_known else None, 0.6)],
        "4.1": [(one(completed(age, as_of) // 12) if v.known(age) else None, 3)],
        "5": [(seated(cluster["bodies"], actors, lists), 1)],
        "6.1": [(stated(v.as_number(master.get("strategy_actors"), whole=True)), 1)],
        "6.2": [(flag(v.as_date(master.get("strategy_dated")), lambda day: day <= as_of), 1),
                (flag(v.as_yes(master.get("revision_concept")), bool), 1)],
        "7.1": [(own_funds(cluster["funding"], as_of, lists), 0.2)],
        "7.2": [(one(completed(as_of, months)) if v.known(months) else None, 24),
                (flag(v.as_text(master.get("long_term_prospect")), bool), 1)],
        "8": [(served(v.as_text(master.get("action_fields")), activities), 1),
              (services(activities), 12)],
        "9.1": [(rows_that(activities, standing(as_of)), 1)],
        "9.2": [(rows_that(activities, held("Interne Kommunikation", 4)), 2)],
        "10.1": [(titles(evidence, ("Wettbewerber",), "always"), 3)],
        "10.2": [(titles(evidence, ("Alleinstellungsmerkmal",), "always"), 1)],
        "11": [(titles(evidence, VISIBLE, "recent"), 3),
               (kinds(evidence, VISIBLE), 2),
               (rows_that(activities, held("Externe Kommunikation", 1)), 1)],
        "12": [(titles(evidence, ("Erfolgsgeschichte",), "recent"), 3)],
        "13": [(titles(evidence, ("Innovationsprojekt",), "project"), 1),
               (titles(evidence, ("Verankerung",), "always"), 1)],
    }  # fmt: skip
    result = {name: all_of(status_of(f, t) for f, t in each) for name, each in conditions.items()}
    result[LIMIT] = "undetermined"
    ratio = count[0] / fte if fte else None
    if fte == 0:
        per_fte = (ENDLESS, ENDLESS)
    return {"statuses": result, "actors": count[0], "ratio": ratio, "per_fte": per_fte}


def status_of(figure: Interval, threshold: float | None, at_most: bool = False) -> str:
    """Return the status of one condition."""
    if figure is not None and figure[0] == ENDLESS:
        return "not_fulfilled"
    if figure is None or threshold is None:
        return "undetermined"
    low, high = figure
    if at_most:
        low, high, threshold = -high, -low, -threshold
    return (
        "fulfilled" if low >= threshold else "not_fulfilled" if high < threshold else "undetermined"
    )


def all_of(parts: Iterable[str]) -> str:
    """Return what several conditions amount to."""
    parts = list(parts)
    for status in ("not_fulfilled", "undetermined"):
        if status in parts:
            return status
    return "fulfilled"


def size_band(actors: float) -> int:
    """Return the number of the size band."""
    return sum(actors > end for end in (50, 100, 200, 500))


# --------------------------------------------------------------------------- days and single cells
def shifted(day: dt.date, months: int) -> dt.date:
    """Return the day so many months later, at the latest the month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def completed(start: dt.date, end: dt.date) -> int:
    """Return the completed months between two days."""
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    while shifted(start, months) > end:
        months -= 1
    return months


def one(figure: float) -> Interval:
    """Return a figure without doubt."""
    return figure, figure


def stated(cell: Any) -> Interval:
    """Return a stated number."""
    return one(cell) if v.known(cell) else None


def flag(cell: Any, test: Callable[[Any], bool]) -> Interval:
    """Return 1 or 0 for a cell that is known."""
    return one(int(test(cell))) if v.known(cell) else None


def holds(cell: Any, test: Callable[[Any], bool], if_empty: bool | None = None) -> bool | None:
    """Return whether a cell passes a test; None if nobody knows."""
    if cell is v.EMPTY and if_empty is not None:
        return if_empty
    return test(cell) if v.known(cell) else None


def both(*parts: bool | None) -> bool | None:
    """Return whether all hold."""
    return False if False in parts else None if None in parts else True


# ------------------------------------------------------------------------------------- the actors
def number(actors: list[Actor], has: Callable[[Actor], bool | None]) -> Interval:
    """Return how many bound actors have a property."""
    certain = sum(a.bound is True and has(a) is True for a in actors)
    return certain, sum(a.bound is not False and has(a) is not False for a in actors)


def share(actors: list[Actor], has: Callable[[Actor], bool | None]) -> Interval:
    """Return the share of the bound actors with a property, over all ways to fill the gaps."""
    certain = [has(a) for a in actors if a.bound is True]
    possible = [has(a) for a in actors if a.bound is None]
    if not certain:
        return None
    most = sum(p is not False for p in possible)
    low = certain.count(True) / (len(certain) + sum(p is not True for p in possible))
    high = (len(certain) - certain.count(False) + most) / (len(certain) + most)
    return low, high


def full_time(rows: list[dict] | None, as_of: dt.date) -> float | None:
    """Return the full-time equivalents on the day."""
    if rows is None:
        return None
    total = 0.0
    for row in rows:
        fte = v.as_number(row.get("fte"), decimal=True)
        begun = holds(v.as_date(row.get("from")), lambda day: day <= as_of, if_empty=True)
        lasts = holds(v.as_date(row.get("until")), lambda day: day > as_of, if_empty=True)
        there = both(begun, lasts)
        if there is None or (there and not v.known(fte)):
            return None
        total += fte if there else 0
    return round(total, 6)


def seated(rows: list[dict] | None, actors: list[Actor], lists: dict) -> Interval:
    """Return the share of the big groups that have a seat."""
    types = [a.type for a in actors if a.bound is True]
    if rows is None or not types:
        return None
    seats = [
        (v.as_word(row.get("group"), lists["actor_groups"]),
         holds(v.as_number(row.get("seats"), whole=True), lambda n: n >= 1))
        for row in rows
    ]  # fmt: skip
    certain = {g: sum(t in members for t in types) for g, members in GROUPS.items()}
    unknown = sum(not v.known(t) for t in types)
    big = [g for g in GROUPS if 10 * (certain[g] + unknown) >= len(types)]
    with_seat = [g for g in big if (g, True) in seats]
    without = [g for g in big if 10 * certain[g] >= len(types)
               and (g, True) not in seats and (g, None) not in seats]  # fmt: skip
    wild = sum(not v.known(g) and seat is not False for g, seat in seats)
    return len(with_seat) / len(big), 1 - max(0, len(without) - wild) / len(big)


def own_funds(rows: list[dict] | None, as_of: dt.date, lists: dict) -> Interval:
    """Return the share of the budget that comes from own sources."""
    if rows is None:
        return None
    read = [
        (v.as_number(row.get("year"), whole=True, low=1990),
         v.as_word(row.get("status"), lists["funding_statuses"]),
         v.as_word(row.get("source"), lists["funding_sources"]),
         v.as_number(row.get("amount_eur")))
        for row in rows
    ]  # fmt: skip
    if not all(v.known(year) and v.known(status) for year, status, _, _ in read):
        return None
    years = [y for y, s, _, _ in read if s == "Ist" and dt.date(int(y), 12, 31) <= as_of]
    kind = "Ist" if years else "Plan"
    years = years or [y for y, s, _, _ in read if s == "Plan"]
    used = [
        (source, amount) for y, s, source, amount in read if years and (y, s) == (max(years), kind)
    ]
    if not all(v.known(source) and v.known(amount) for source, amount in used):
        return None
    cents = [(source, round(100 * amount)) for source, amount in used]
    total = sum(amount for _, amount in cents)
    return one(sum(a for source, a in cents if source in OWN) / total) if total else None


# --------------------------------------------------------------------------------- the activities
def activity(row: dict, lists: dict) -> dict[str, Any]:
    """Return the cells of an activity."""
    return {
        "kind": v.as_word(row.get("kind"), lists["activity_kinds"]),
        "field": v.as_text(row.get("action_field")),
        "from": v.as_date(row.get("from")),
        "times": v.as_number(row.get("times_per_year"), decimal=True),
    }


def rows_that(rows: list[dict] | None, test: Callable[[dict], bool | None]) -> Interval:
    """Return how many rows pass a test."""
    if rows is None:
        return None
    passed = [test(row) for row in rows]
    return passed.count(True), passed.count(True) + passed.count(None)


def held(kind: str, times: float) -> Callable[[dict], bool | None]:
    """Return a test for activities of a kind held so often a year."""
    return lambda row: both(
        holds(row["kind"], lambda k: k == kind), holds(row["times"], lambda n: n >= times)
    )


def standing(as_of: dt.date) -> Callable[[dict], bool | None]:
    """Return the test of criterion 9.1."""
    begun = shifted(as_of, -12)
    return lambda row: both(
        holds(row["kind"], lambda k: k in ("Arbeitsgruppe", "Clusterforum")),
        holds(row["from"], lambda day: day <= begun),
        holds(row["times"], lambda n: n >= 2),
    )


def services(rows: list[dict] | None) -> Interval:
    """Return how often services are held a year."""
    if rows is None:
        return None
    low = sum(r["times"] for r in rows if r["kind"] == "Service" and v.known(r["times"]))
    maybe = [r for r in rows if r["kind"] == "Service" or not v.known(r["kind"])]
    endless = any(not v.known(r["times"]) for r in maybe)
    return low, ENDLESS if endless else sum(r["times"] for r in maybe)


def served(fields: Any, rows: list[dict] | None) -> Interval:
    """Return the share of the strategic fields with a service."""
    if rows is None or not v.known(fields):
        return None
    wanted = {v.key(part) for part in fields.split(";") if part.strip()}
    offered = [(held("Service", 1)(r), r["field"]) for r in rows]
    certain = {v.key(f) for sure, f in offered if sure and v.known(f)} & wanted
    possible = {v.key(f) for sure, f in offered if sure is not False and v.known(f)} & wanted
    wild = sum(sure is not False and not v.known(f) for sure, f in offered)
    return len(certain) / len(wanted), min(len(wanted), len(possible) + wild) / len(wanted)


# ----------------------------------------------------------------------------------- the evidence
def proof(row: dict, lists: dict, as_of: dt.date) -> dict[str, Any]:
    """Return the cells of a piece of evidence and what it may count as."""
    day, until = v.as_date(row.get("date")), v.as_date(row.get("until"))
    since = shifted(as_of, -24)
    title = v.as_text(row.get("title"))
    return {
        "kind": v.as_word(row.get("kind"), lists["evidence_kinds"]),
        "title": v.key(title) if v.known(title) else None,
        "always": True,
        "recent": holds(day, lambda d: since <= d <= as_of),
        "project": both(
            holds(v.as_number(row.get("actors_involved"), whole=True), lambda n: n >= 2),
            holds(day, lambda d: d <= as_of),
            holds(until, lambda d: d >= since, if_empty=True),
        ),
    }


def titles(rows: list[dict] | None, wanted: tuple[str, ...], test: str) -> Interval:
    """Return the distinct titles within some kinds."""
    if rows is None:
        return None
    left = [
        r for r in rows if r[test] is not False and (r["kind"] in wanted or not v.known(r["kind"]))
    ]
    certain = {
        (r["kind"], r["title"]) for r in left if r["title"] and r["kind"] in wanted and r[test]
    }
    possible = {(r["kind"], r["title"]) for r in left if r["title"] and r["kind"] in wanted}
    wild = sum(not r["title"] or not v.known(r["kind"]) for r in left)
    return len(certain), len(possible) + wild


def kinds(rows: list[dict] | None, wanted: tuple[str, ...]) -> Interval:
    """Return how many different kinds of recent evidence there are."""
    if rows is None:
        return None
    left = [r for r in rows if r["recent"] is not False]
    certain = {r["kind"] for r in left if r["kind"] in wanted and r["title"] and r["recent"]}
    possible = {r["kind"] for r in left if r["kind"] in wanted}
    wild = sum(not v.known(r["kind"]) for r in left)
    return len(certain), min(len(wanted), len(possible) + wild)
