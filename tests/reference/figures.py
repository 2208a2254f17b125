"""Every figure of the catalogues as an interval, by trying the ways to fill the unknown cells."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import ceil

from .actors import (
    ACTOR_TYPES,
    BASE_COMMITMENTS,
    Actor,
    Settings,
    agreed,
    certainly,
    counted_actors,
    groups,
    possible_rows,
    possibly,
    read_actors,
    standing_row,
)
from .cells import NONE, Cell, Cluster, Row, Rows, Tri, all_of, any_of, holds, known, same, value
from .months import add_months, completed_months, completed_years, within
from .places import position

OWN_SOURCES = {
    "Mitgliedsbeiträge",
    "Eigenbeteiligung",
    "Wirtschaftliche Einnahmen",
    "Sponsoring",
}
PUBLIC_SOURCES = {"Förderung EU", "Förderung Bund", "Förderung Land", "Förderung Kommune"}
GROUPS = {
    "Wirtschaft": {"Unternehmen"},
    "Wissenschaft": {"Hochschule", "FuE-Einrichtung", "Bildungseinrichtung"},
    "Öffentliche Hand": {"Öffentliche Einrichtung"},
    "Intermediäre": {"Finanzintermediär", "Beratung", "Verband oder Netzwerk", "Sonstige"},
}
BIG_GROUP = Fraction(1, 10)
VISIBILITY = ("Presse", "Plattform", "Messe", "Publikation")


@dataclass(frozen=True)
class Figure:
    """An interval: low None is unknown, high None with a known low has no upper limit.

    `amount` tells how the lever is computed, from the certain `part` of `whole`.
    `impossible` marks a ratio without a denominator, which no limit can hold.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    amount: str = "count"
    part: Fraction | None = None
    whole: Fraction | None = None
    impossible: bool = False


UNKNOWN = Figure()


@dataclass
class Figures:
    """All figures of one cluster, what is benchmarked, and the parts of the ratios."""

    actors: list[Actor]  # every row
    once: list[Actor]  # every actor
    metrics: dict[str, Figure] = field(default_factory=dict)
    indicators: dict[str, Fraction | None] = field(default_factory=dict)
    ratios: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    public_share: Fraction | None = None
    money: dict[str | None, tuple[Fraction | None, Fraction | None]] = field(default_factory=dict)
    joined_left: tuple[int, int] = (0, 0)


def count(low: int | Fraction, high: int | Fraction | None) -> Figure:
    """A number of things."""
    return Figure(Fraction(low), None if high is None else Fraction(high))


def exactly(number: int | Fraction, amount: str = "count") -> Figure:
    """A figure without doubt."""
    return Figure(Fraction(number), Fraction(number), amount)


def ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    """Part / whole; unknown if one is, or if the whole is nothing."""
    return None if part is None or not whole else part / whole


# ---- actors ----


def reachable(actors: Iterable[Actor], has: Callable[[Actor], Tri]) -> set[tuple[int, int]]:
    """Every (with the property, bound) that some way to fill the unknown cells leads to."""
    pairs = {(0, 0)}
    for actor in actors:
        steps = ways(actor.bound, has(actor))
        pairs = {(k + i, n + j) for k, n in pairs for i, j in steps}
    return pairs


def ways(is_bound: Tri, has: Tri) -> set[tuple[int, int]]:
    """What one actor can add to (with the property, bound)."""
    out = {(0, 0)} if is_bound is not True else set()
    if is_bound is not False:
        out |= {(1, 1)} if has is not False else set()
        out |= {(0, 1)} if has is not True else set()
    return out


def share(actors: list[Actor], has: Callable[[Actor], Tri]) -> Figure:
    """A share of the bound actors; unknown when none is certainly bound."""
    whole = sum(actor.bound is True for actor in actors)
    if whole == 0:
        return UNKNOWN
    shares = [Fraction(k, n) for k, n in reachable(actors, has)]
    part = certainly(actors, has)
    return Figure(min(shares), max(shares), "share", Fraction(part), Fraction(whole))


def number(actors: list[Actor], has: Callable[[Actor], Tri]) -> Figure:
    """How many bound actors have the property."""
    return count(certainly(actors, has), possibly(actors, has))


def different_types(actors: list[Actor]) -> Figure:
    """Different actor types among the bound; an unknown type can be one more."""
    certain = {actor.type for actor in actors if actor.bound is True and actor.type}
    possible = {actor.type for actor in actors if actor.bound is not False and actor.type}
    unknown = sum(actor.bound is not False and actor.type is None for actor in actors)
    return count(len(certain), min(len(ACTOR_TYPES), len(possible) + unknown))


def actor_figures(cluster: Cluster, figures: Figures) -> None:
    """Criteria 1 to 3 and their relatives."""
    once = figures.once
    office = position(cluster.master)
    figures.metrics |= {
        "actors": number(once, lambda actor: True),
        "sme_count": number(once, lambda actor: actor.sme),
        "sme_share": share(once, lambda actor: actor.sme),
        "rnd_count": number(once, lambda actor: actor.rnd),
        "rnd_share": share(once, lambda actor: actor.rnd),
        "near_share": UNKNOWN if office is None else share(once, lambda actor: actor.near),
        "actor_types": different_types(once),
    }
    for name in ("sme_share", "rnd_share", "near_share"):
        show_ratio(figures, name, figures.metrics[name].part, figures.metrics[name].whole)


def show_ratio(figures: Figures, name: str, part: Fraction | None, whole: Fraction | None) -> None:
    """A benchmarked ratio with its parts, null where it is a share of nothing."""
    figures.indicators[name] = ratio(part, whole)
    if part is not None and whole:
        figures.ratios[name] = (part, whole)


def movements(cluster: Cluster, actors: list[Actor]) -> tuple[int, int]:
    """How many certainly joined and are bound, and how many left, within twelve months."""
    as_of, joined, left = cluster.as_of, 0, 0

    def lately(index: int, field: str) -> Tri:
        return holds(
            value(cluster.actors[index], field), lambda day: within(day, as_of, 12), if_empty=False
        )

    for group in groups(cluster.actors):
        bounds = {index: actors[index].bound for index in group}
        chosen = standing_row(group, bounds)
        row = cluster.actors[chosen]
        rows = possible_rows(group, bounds)
        if bounds[chosen] is True:
            joined += agreed(lately(index, "joined") for index in rows) is True
        was = all_of(
            holds(value(row, "commitment"), lambda word: word in BASE_COMMITMENTS),
            holds(value(row, "joined"), lambda day: day <= as_of, if_empty=True),
            lately(chosen, "left"),
        )
        left += was is True
    return joined, left


def loose_actors(cluster: Cluster) -> int:
    """Actors certainly bound by the loose count, each counted once."""
    loose = read_actors(cluster, Settings(loose=True))
    return certainly(counted_actors(cluster, loose), lambda actor: True)


# ---- management ----


def full_time_equivalents(rows: Rows | None, as_of: date) -> Fraction | None:
    """The sum of the posts held as of the day; unknown with any unknown cell that matters."""
    if rows is None:
        return None
    total = Fraction(0)
    for row in rows:
        held = all_of(
            holds(value(row, "from"), lambda day: day <= as_of, if_empty=True),
            holds(value(row, "until"), lambda day: day > as_of, if_empty=True),
        )
        if held is None or (held and not known(value(row, "fte"))):
            return None
        total += Fraction(row["fte"]) if held else 0
    return total


def management_figures(cluster: Cluster, figures: Figures) -> None:
    """Criterion 4.2 and the FTE."""
    actors = figures.metrics["actors"]
    fte = full_time_equivalents(cluster.management, cluster.as_of)
    figures.metrics["fte"] = UNKNOWN if fte is None else exactly(fte)
    figures.metrics["actors_per_fte"] = per_fte(actors, fte)
    figures.indicators["fte"] = fte
    show_ratio(figures, "actors_per_fte", actors.low, fte)


def per_fte(actors: Figure, fte: Fraction | None) -> Figure:
    """Bound actors per full-time equivalent."""
    if fte is None or actors.low is None or actors.high is None:
        return Figure(amount="per_fte")
    if fte == 0:
        return Figure(amount="per_fte", part=actors.low, whole=fte, impossible=True)
    return Figure(actors.low / fte, actors.high / fte, "per_fte", actors.low, fte)


# ---- bodies ----


def seated_groups(rows: Rows | None, actors: list[Actor]) -> Figure:
    """Criterion 5, over the certainly bound actors."""
    bound_types = [actor.type for actor in actors if actor.bound is True]
    if rows is None or not bound_types:
        return UNKNOWN
    unknown = bound_types.count(None)
    certain = {g: sum(kind in kinds for kind in bound_types) for g, kinds in GROUPS.items()}
    needed = BIG_GROUP * len(bound_types)
    surely_big = {group for group in GROUPS if certain[group] >= needed}
    maybe_big = {group for group in GROUPS if certain[group] + unknown >= needed}
    seated = {group for group in maybe_big if own_seat(rows, group) is True}
    lacking = {group for group in surely_big if own_seat(rows, group) is False}
    empty = max(0, len(lacking) - wild_seats(rows))
    low, high = Fraction(len(seated), len(maybe_big)), 1 - Fraction(empty, len(maybe_big))
    return Figure(low, high, "covered", Fraction(len(seated)), Fraction(len(maybe_big)))


def own_seat(rows: Rows, group: str) -> Tri:
    """Whether a row that names the group has a seat; None: possibly."""
    seats = [seat(row) for row in rows if value(row, "group") == group]
    return True if True in seats else None if None in seats else False


def wild_seats(rows: Rows) -> int:
    """How many rows of an unknown group may have a seat; each can seat one group."""
    return sum(not known(value(row, "group")) and seat(row) is not False for row in rows)


def seat(row: Row) -> Tri:
    """Whether the row has at least one seat."""
    return holds(value(row, "seats"), lambda seats: seats >= 1)


# ---- funding ----


def funding_rows(rows: Rows | None, as_of: date) -> Rows | None:
    """The Ist rows of the latest finished year that has any, else the latest Plan rows."""
    if rows is None:
        return None
    if not all(known(value(row, "year")) and known(value(row, "status")) for row in rows):
        return None
    for status, last in (("Ist", as_of), ("Plan", date.max)):
        years = [
            r["year"] for r in rows if r["status"] == status and date(r["year"], 12, 31) <= last
        ]
        if years:
            return [r for r in rows if r["status"] == status and r["year"] == max(years)]
    return []


def budget(rows: Rows | None) -> Fraction | None:
    """The sum of the amounts; unknown with any unknown amount, and where no row counts."""
    if not rows or not all(known(value(row, "amount")) for row in rows):
        return None
    return sum((Fraction(row["amount"]) for row in rows), Fraction(0))


def money_from(rows: Rows | None, sources: set[str]) -> Fraction | None:
    """What comes from some sources; unknown with any unknown amount or source."""
    if rows is None or not all(known(value(row, "source")) for row in rows):
        return None
    if budget(rows) is None:
        return None
    return sum((Fraction(r["amount"]) for r in rows if r["source"] in sources), Fraction(0))


def by_source(
    rows: Rows | None, total: Fraction | None
) -> dict[str | None, tuple[Fraction | None, Fraction | None]]:
    """Amount and share of every source; unknown sources together as None."""
    found: dict[str | None, list[Cell]] = {}
    for row in rows or []:
        source = value(row, "source")
        found.setdefault(str(source) if known(source) else None, []).append(value(row, "amount"))
    told = {}
    for source, amounts in found.items():
        amount = sum(map(Fraction, amounts)) if all(map(known, amounts)) else None
        whole = None if None in found else total
        told[source] = (amount, ratio(amount, whole))
    return told


def funding_figures(cluster: Cluster, figures: Figures) -> None:
    """Criterion 7.1 and the budget."""
    used = funding_rows(cluster.funding, cluster.as_of)
    total, own = budget(used), money_from(used, OWN_SOURCES)
    figures.public_share = ratio(money_from(used, PUBLIC_SOURCES), total)
    figures.money = by_source(used, total)
    of_total = ratio(own, total)
    figures.metrics["own_funds_share"] = Figure(of_total, of_total, "own", own, total)
    show_ratio(figures, "own_funds_share", own, total)
    figures.indicators["budget_eur"] = total
    show_ratio(figures, "budget_per_actor", total, figures.metrics["actors"].low)
    show_ratio(figures, "budget_per_fte", total, figures.indicators["fte"])


# ---- activities ----


def kind_is(row: Row, *kinds: str) -> Tri:
    """Whether the row is of one of the kinds."""
    return holds(value(row, "kind"), lambda kind: kind in kinds)


def begun(row: Row, as_of: date) -> Tri:
    """Whether the activity has begun; one without a day has."""
    return holds(value(row, "from"), lambda day: day <= as_of, if_empty=True)


def is_service(row: Row) -> Tri:
    """Whether the row is a service; support of innovation is one."""
    return kind_is(row, "Service", "Innovationsunterstützung")


def times_at_least(row: Row, times: int) -> Tri:
    """Whether the activity is held at least so often a year."""
    return holds(value(row, "times"), lambda number: number >= times)


def rows_that(rows: Rows | None, test: Callable[[Row], Tri]) -> Figure:
    """How many rows pass the test."""
    if rows is None:
        return UNKNOWN
    verdicts = [test(row) for row in rows]
    return count(verdicts.count(True), verdicts.count(True) + verdicts.count(None))


def services_per_year(rows: Rows | None, as_of: date) -> Figure:
    """The sum of the times per year of the services; no upper limit with an unknown term."""
    if rows is None:
        return UNKNOWN
    low, high = Fraction(0), Fraction(0)
    endless = False
    for row in rows:
        service, times = all_of(is_service(row), begun(row, as_of)), value(row, "times")
        if service is False:
            continue
        endless = endless or not known(times)
        low += Fraction(times) if service and known(times) else 0
        high += Fraction(times) if known(times) else 0
    return count(low, None if endless else high)


def served_fields(cluster: Cluster) -> Figure:
    """Criterion 8: the share of the strategic fields that a yearly service covers."""
    fields, rows = cluster.cell("action_fields"), cluster.activities
    if fields == ():
        return Figure(Fraction(0), Fraction(0), "covered", Fraction(0), Fraction(0))
    if rows is None or not known(fields):
        return UNKNOWN
    wanted = {same(name) for name in fields}
    serving = [(row, serves(row, cluster.as_of)) for row in rows]
    services = [row for row, verdict in serving if verdict is not False]
    certain = {n for row, verdict in serving if verdict for n in named_fields(row, wanted)}
    possible = {name for row in services for name in named_fields(row, wanted)}
    wild = any(not known(value(row, "field")) for row in services)
    low, high = len(certain), len(wanted if wild else possible)
    whole = Fraction(len(wanted))
    return Figure(low / whole, high / whole, "covered", Fraction(low), whole)


def named_fields(row: Row, wanted: set[str]) -> set[str]:
    """The strategic fields that a row names; a word for all of them names each."""
    named = value(row, "field")
    keys = {same(name) for name in named} if known(named) else set()
    return wanted if "alle" in keys else keys & wanted


def serves(row: Row, as_of: date) -> Tri:
    """Whether the row is a service that has begun and is held at least once a year."""
    return all_of(is_service(row), begun(row, as_of), times_at_least(row, 1))


def lasting(row: Row, as_of: date) -> Tri:
    """Whether the row is a working structure of criterion 9.1.

    Of unknown kind it may be a group held twice or a forum held once a year.
    """
    ways = [
        all_of(kind_is(row, kind), times_at_least(row, times))
        for kind, times in (("Arbeitsgruppe", 2), ("Clusterforum", 1))
    ]
    old = holds(value(row, "from"), lambda day: day <= add_months(as_of, -12))
    return all_of(old, any_of(*ways))


def innovation_support(cluster: Cluster) -> Figure:
    """The third condition of 13; unknown where the old form did not ask and nothing is certain."""
    as_of = cluster.as_of

    def support(row: Row) -> Tri:
        kind = kind_is(row, "Innovationsunterstützung")
        return all_of(kind, begun(row, as_of), times_at_least(row, 1))

    found = rows_that(cluster.activities, support)
    version = cluster.cell("form_version")
    asked = known(version) and version >= 2
    return found if asked or found.low else UNKNOWN


def activity_figures(cluster: Cluster, figures: Figures) -> None:
    """Criteria 8 and 9, and the third conditions of 11 and 13."""
    rows, as_of = cluster.activities, cluster.as_of

    def channel(kind: str, times: int) -> Figure:
        return rows_that(
            rows,
            lambda row: all_of(kind_is(row, kind), begun(row, as_of), times_at_least(row, times)),
        )

    figures.metrics |= {
        "served_fields": served_fields(cluster),
        "services_per_year": services_per_year(rows, as_of),
        "standing_groups": rows_that(rows, lambda row: lasting(row, as_of)),
        "internal_channels": channel("Interne Kommunikation", 4),
        "external_channels": channel("Externe Kommunikation", 1),
        "innovation_support": innovation_support(cluster),
    }
    figures.indicators["services_per_year"] = figures.metrics["services_per_year"].low


# ---- evidence ----


def distinct_titles(
    rows: Rows | None, kinds: tuple[str, ...], test: Callable[[Row], Tri]
) -> Figure:
    """Distinct titles within the kinds, of the rows that pass the test.

    An unknown title can be a new one. A known title of unknown kind adds one only if it does not
    stand in each of the kinds already.
    """
    if rows is None:
        return UNKNOWN
    left = [row for row in rows if all_of(kind_is(row, *kinds), test(row)) is not False]
    named = [row for row in left if known(value(row, "title"))]
    certain = {
        (row["kind"], same(row["title"]))
        for row in named
        if all_of(kind_is(row, *kinds), test(row)) is True
    }
    high = len(left) - len(named)
    for title in {same(row["title"]) for row in named}:
        cells = [value(row, "kind") for row in named if same(row["title"]) == title]
        here = {kind for kind in cells if known(kind)}
        high += min(len(kinds), len(here) + sum(not known(kind) for kind in cells))
    return count(len(certain), high)


def distinct_kinds(rows: Rows | None, kinds: tuple[str, ...], test: Callable[[Row], Tri]) -> Figure:
    """Different kinds among the rows that pass the test; an unknown kind can be one more."""
    if rows is None:
        return UNKNOWN
    left = [row for row in rows if all_of(kind_is(row, *kinds), test(row)) is not False]
    possible = {row["kind"] for row in left if known(value(row, "kind"))}
    certain = {
        row["kind"]
        for row in left
        if known(value(row, "kind")) and known(value(row, "title")) and test(row)
    }
    wild = sum(not known(value(row, "kind")) for row in left)
    return count(len(certain), min(len(kinds), len(possible) + wild))


def evidence_figures(cluster: Cluster, figures: Figures) -> None:
    """Criteria 10 to 13."""
    rows, as_of = cluster.evidence, cluster.as_of

    def any_time(row: Row) -> Tri:
        return True

    def recent(row: Row) -> Tri:
        return holds(value(row, "day"), lambda day: within(day, as_of, 24))

    def profile(row: Row) -> Tri:
        return all_of(
            holds(value(row, "day"), lambda day: day <= as_of, if_empty=True),
            holds(value(row, "until"), lambda day: day >= add_months(as_of, -24), if_empty=True),
        )

    def visible(row: Row) -> Tri:
        kind = value(row, "kind")
        if known(kind):
            return profile(row) if kind == "Plattform" else recent(row)
        return any_of(profile(row), recent(row))

    def project(row: Row) -> Tri:
        return all_of(
            holds(value(row, "actors"), lambda actors: actors >= 2),
            holds(value(row, "day"), lambda day: day <= as_of),
            holds(value(row, "until"), lambda day: day >= add_months(as_of, -24), if_empty=True),
        )

    figures.metrics |= {
        "competitors": distinct_titles(rows, ("Wettbewerber",), any_time),
        "unique_features": distinct_titles(rows, ("Alleinstellungsmerkmal",), any_time),
        "visibility_items": distinct_titles(rows, VISIBILITY, visible),
        "visibility_kinds": distinct_kinds(rows, VISIBILITY, visible),
        "success_stories": distinct_titles(rows, ("Erfolgsgeschichte",), recent),
        "innovation_projects": distinct_titles(rows, ("Innovationsprojekt",), project),
        "anchoring": distinct_titles(rows, ("Verankerung",), any_time),
    }
    for name in ("success_stories", "innovation_projects"):
        figures.indicators[name] = figures.metrics[name].low


# ---- master data ----


def flag(verdict: Tri) -> Figure:
    """A yes or no as 1 or 0."""
    return UNKNOWN if verdict is None else exactly(int(verdict))


def whole_number(cell: Cell) -> Figure:
    """A number as stated."""
    return exactly(Fraction(cell)) if known(cell) else UNKNOWN


def master_figures(cluster: Cluster, figures: Figures) -> None:
    """Criteria 4.1, 6 and 7.2."""
    as_of = cluster.as_of
    founded, secured = cluster.cell("founded"), cluster.cell("secured_until")
    age, months = UNKNOWN, UNKNOWN
    if known(founded):
        years = Fraction(completed_years(founded, as_of))
        age = Figure(years, years, "years", Fraction(completed_months(founded, as_of)))
    if known(secured):
        months = exactly(completed_months(as_of, secured))
    figures.metrics |= {
        "age_years": age,
        "strategy_actors": whole_number(cluster.cell("strategy_actors")),
        "strategy_dated": flag(holds(cluster.cell("strategy_date"), lambda day: day <= as_of)),
        "revision_concept": flag(holds(cluster.cell("revision"), bool)),
        "secured_months": months,
        "prospect": flag(holds(cluster.cell("prospect"), lambda text: text != NONE)),
    }
    figures.indicators |= {"age_years": age.low, "secured_months": months.low}


def compute(cluster: Cluster, settings: Settings) -> Figures:
    """All figures of a cluster."""
    actors = read_actors(cluster, settings)
    figures = Figures(actors, counted_actors(cluster, actors))
    actor_figures(cluster, figures)
    management_figures(cluster, figures)
    figures.metrics["seated_groups"] = seated_groups(cluster.bodies, figures.once)
    funding_figures(cluster, figures)
    activity_figures(cluster, figures)
    evidence_figures(cluster, figures)
    master_figures(cluster, figures)
    figures.indicators["actors"] = figures.metrics["actors"].low
    figures.joined_left = movements(cluster, actors)
    figures.indicators["actors_loose"] = Fraction(loose_actors(cluster))
    return figures


# ---- levers ----


def lever(figure: Figure, threshold: Fraction | None) -> Fraction | None:
    """What is missing by the certain count; None where that is unknown or nothing is."""
    if threshold is None or (figure.low is None and not figure.impossible):
        return None
    missing = MISSING[figure.amount](figure, threshold)
    return missing if missing is not None and missing > 0 else None


def parts(figure: Figure) -> tuple[Fraction, Fraction]:
    """The certain part and whole of a figure that has them."""
    assert figure.part is not None
    assert figure.whole is not None
    return figure.part, figure.whole


def missing_count(figure: Figure, threshold: Fraction) -> Fraction:
    """The missing number, of things or of months."""
    assert figure.low is not None
    return threshold - figure.low


def missing_members(figure: Figure, threshold: Fraction) -> Fraction | None:
    """The smallest k with (part + k) / (whole + k) >= threshold, by trying."""
    part, whole = parts(figure)
    k = 0
    while (part + k) / (whole + k) < threshold:
        if threshold >= 1:
            return None
        k += 1
    return Fraction(k)


def missing_covered(figure: Figure, threshold: Fraction) -> Fraction | None:
    """How many more groups or fields must be covered; of none nothing can be said."""
    part, whole = parts(figure)
    return Fraction(ceil(threshold * whole)) - part or None


def missing_age(figure: Figure, threshold: Fraction) -> Fraction:
    """The months until the years are completed."""
    assert figure.part is not None
    return 12 * threshold - figure.part


def missing_fte(figure: Figure, limit: Fraction) -> Fraction | None:
    """Full-time equivalents to add, rounded up to 0.01."""
    part, whole = parts(figure)
    return Fraction(ceil(100 * (part / limit - whole)), 100) if limit else None


def missing_own_funds(figure: Figure, threshold: Fraction) -> Fraction:
    """Own funds to add, in EUR, rounded up to the cent."""
    part, whole = parts(figure)
    return Fraction(ceil(100 * (threshold * whole - part) / (1 - threshold)), 100)


MISSING: dict[str, Callable[[Figure, Fraction], Fraction | None]] = {
    "count": missing_count,
    "share": missing_members,
    "covered": missing_covered,
    "years": missing_age,
    "per_fte": missing_fte,
    "own": missing_own_funds,
}
