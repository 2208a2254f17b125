"""Hand-worked cases for the reference model, and the promise that unknown stays unknown."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from . import figures as f
from .actors import BASE_COMMITMENTS, Actor, bound, groups, possible_rows, sme, standing_row
from .cells import BAD, EMPTY, Cluster, Portfolio, Rating, known
from .generate import scene
from .model import (
    BASE,
    CATALOGUES,
    Stats,
    effective_rating,
    evaluate,
    percentile_rank,
    quantile,
    review,
    size_band,
    status_of,
)
from .months import add_months, completed_months, completed_years

AS_OF = date(2026, 9, 30)
# So many portfolios by chance; more of them by make soak.
SEEDS = [*range(10), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(10, 40))]
YES, NO, MAYBE = True, False, None


def number(text: str) -> Fraction:
    """A fraction as the tables show it."""
    return Fraction(text)


def ends(figure: f.Figure) -> tuple[Any, Any]:
    """Both ends of the interval."""
    return figure.low, figure.high


def company(**cells: Any) -> dict[str, Any]:
    """A company's row."""
    return {"name": "A", "type": "Unternehmen", "commitment": "Mitgliedschaft"} | cells


def bound_actor(kind: str | None, is_bound: bool | None = True, **flags: Any) -> Actor:
    """An actor as the figures see it."""
    flags = {"sme": None, "near": None, "rnd": None} | flags
    return Actor(index=0, bound=is_bound, type=kind, distance=None, **flags)


def submission(**sheets: Any) -> Cluster:
    """A submission with little in it."""
    master = {"cluster_id": "DE-0001", "as_of": AS_OF} | sheets.pop("master", {})
    return Cluster(master, **sheets)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 2, 28), -12, date(2024, 2, 28)),
        (date(2026, 8, 31), -24, date(2024, 8, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_are_clamped(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("start", "end", "months", "years"),
    [
        (date(2023, 9, 30), AS_OF, 36, 3),
        (date(2023, 10, 1), AS_OF, 35, 2),
        (date(2024, 2, 29), date(2027, 2, 28), 36, 3),
        (date(2026, 1, 31), date(2026, 2, 28), 1, 0),
        (AS_OF, date(2026, 9, 29), -1, -1),
        (AS_OF, date(2024, 9, 30), -24, -2),
        (AS_OF, date(2024, 9, 29), -25, -3),
    ],
)
def test_completed_months_and_years(start: date, end: date, months: int, years: int) -> None:
    assert (completed_months(start, end), completed_years(start, end)) == (months, years)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, YES),
        ({"commitment": "Kontakt"}, NO),
        ({"commitment": BAD}, MAYBE),
        ({"commitment": EMPTY, "left": AS_OF}, NO),  # left on the day: no longer bound
        ({"left": date(2026, 10, 1)}, YES),
        ({"joined": AS_OF}, YES),
        ({"joined": date(2026, 10, 1)}, NO),
        ({"joined": BAD}, MAYBE),
        ({"left": BAD, "commitment": "Aktive Mitwirkung"}, NO),
    ],
)
def test_bound(cells: dict[str, Any], expected: bool | None) -> None:
    assert bound(company(**cells), AS_OF, BASE_COMMITMENTS) is expected


MILLION = 1_000_000
OVER = {"turnover": 50 * MILLION + 1, "balance": 43 * MILLION + 1}


@pytest.mark.parametrize(
    ("cells", "eu", "ifm"),
    [
        ({"employees": 249, "turnover": 50 * MILLION}, YES, YES),
        ({"employees": 249, "turnover": 50 * MILLION + 1}, MAYBE, NO),
        ({"employees": 249, "balance": 43 * MILLION}, YES, MAYBE),
        ({"employees": 250, "sme": True}, NO, YES),
        ({"employees": 250, "sme": False, "turnover": MILLION}, NO, YES),
        ({"employees": 500, "sme": True}, NO, NO),
        ({"sme": True} | OVER, NO, NO),
        ({"sme": True, "employees": BAD}, YES, YES),
        ({"sme": False, "employees": 10, "turnover": 1}, NO, NO),
        ({"employees": 10}, MAYBE, MAYBE),
        ({"type": "KMU", "sme": False}, YES, YES),
        ({"type": "Großunternehmen", "sme": True}, NO, NO),
        ({"type": "Hochschule", "employees": 10, "turnover": 1}, NO, NO),
        ({"type": BAD, "employees": 500}, MAYBE, MAYBE),
    ],
)
def test_sme(cells: dict[str, Any], eu: bool | None, ifm: bool | None) -> None:
    row = company(**cells)
    assert (sme(row, "eu"), sme(row, "ifm")) == (eu, ifm)


def test_the_bound_row_of_a_repeated_actor_stays() -> None:
    names = ["Alpha GmbH", "alpha  GMBH", "Alpha GmbH", "Beta", "Alpha GmbH"]
    rows = [{"name": name, "postcode": "10115"} for name in names]
    rows[2]["postcode"] = "80331"
    found = groups(rows)
    assert found == [[0, 1, 4], [2], [3]]
    assert standing_row(found[0], {0: NO, 1: YES, 4: YES}) == 1


@pytest.mark.parametrize(
    ("bounds", "standing", "possible"),
    [
        ((NO, YES, YES), 1, [1]),
        ((MAYBE, YES, MAYBE), 1, [0, 1]),
        ((NO, MAYBE, MAYBE), 1, [1, 2]),
        ((NO, NO, NO), 0, []),
    ],
)
def test_who_is_bound_decides_the_row(bounds: Any, standing: int, possible: list[int]) -> None:
    named = dict(enumerate(bounds))
    assert standing_row([0, 1, 2], named) == standing
    assert possible_rows([0, 1, 2], named) == possible


def test_what_depends_on_the_bound_row_is_unknown() -> None:
    first = company(type="Hochschule", commitment=BAD)
    made = submission(actors=[first, company(sme=True)])
    metrics = f.compute(made, BASE).metrics
    assert ends(metrics["actors"]) == (1, 1)
    assert ends(metrics["sme_count"]) == (0, 1)
    assert ends(metrics["rnd_count"]) == (0, 1)


def test_a_share_tries_every_way() -> None:
    # two with and one without the property are bound; the fourth's property is unknown,
    # the fifth may be bound and has it, the sixth may be bound and has it not
    flags = [(YES, YES), (YES, YES), (YES, NO), (YES, MAYBE), (MAYBE, YES), (MAYBE, NO)]
    actors = [bound_actor("Unternehmen", b, sme=has) for b, has in flags]
    figure = f.share(actors, lambda actor: actor.sme)
    assert ends(figure) == (number("2/5"), number("4/5"))
    assert f.lever(figure, number("0.6")) == 1  # from the certain 2 of 4: 3 of 5


@pytest.mark.parametrize("has", [YES, NO, MAYBE])
def test_a_share_of_nobody_is_unknown(has: bool | None) -> None:
    actors = [bound_actor("Unternehmen", None, sme=has)]
    assert f.share(actors, lambda actor: actor.sme) == f.UNKNOWN


@pytest.mark.parametrize(
    ("rows", "low", "high"),
    [
        ([], "0", "0"),
        ([{"group": "Wirtschaft", "seats": 1}], "1/3", "1/3"),
        ([{"group": "Wirtschaft", "seats": BAD}], "0", "1/3"),
        ([{"group": "Wirtschaft", "seats": 0}], "0", "0"),
        ([{"group": "Öffentliche Hand", "seats": 1}], "0", "0"),
        ([{"group": BAD, "seats": 4}], "0", "1/3"),
        ([{"group": BAD, "seats": 0}], "0", "0"),
        ([{"group": BAD, "seats": 4}, {"group": EMPTY, "seats": EMPTY}], "0", "2/3"),
    ],
)
def test_seated_groups(rows: Any, low: str, high: str) -> None:
    # three groups reach a tenth of the ten actors
    actors = [bound_actor(kind) for kind in [*["Unternehmen"] * 8, "Hochschule", "Sonstige"]]
    figure = f.seated_groups(rows, actors)
    assert ends(figure) == (number(low), number(high))


def test_an_unknown_type_makes_groups_possibly_big() -> None:
    actors = [bound_actor(kind) for kind in [*["Unternehmen"] * 9, None]]
    figure = f.seated_groups([{"group": "Wirtschaft", "seats": 1}], actors)
    assert ends(figure) == (number("1/4"), 1)


def grant(year: Any, source: Any, amount: Any, status: Any = "Ist") -> dict[str, Any]:
    """A row of the funding sheet."""
    return {"year": year, "source": source, "amount": amount, "status": status}


OWN, STATE = "Sponsoring", "Förderung Land"


@pytest.mark.parametrize(
    ("rows", "total", "own"),
    [
        ([], None, None),
        ([grant(2025, OWN, 20), grant(2025, STATE, 80), grant(2026, OWN, 1)], "100", "20"),
        ([grant(2026, OWN, 5), grant(2027, OWN, 7, "Plan")], "7", "7"),
        ([grant(2026, OWN, 5)], None, None),  # the year has not ended, and nothing is planned
        ([grant(2025, BAD, 20), grant(2025, STATE, 80)], "100", None),
        ([grant(2025, OWN, EMPTY), grant(2025, STATE, 80)], None, None),
        ([grant(2024, OWN, EMPTY), grant(2025, STATE, 80)], "80", "0"),
        ([grant(2025, OWN, 20), grant(EMPTY, STATE, 80)], None, None),
        (None, None, None),
    ],
)
def test_funding(rows: Any, total: str | None, own: str | None) -> None:
    used = f.funding_rows(rows, AS_OF)
    assert f.budget(used) == (None if total is None else number(total))
    assert f.money_from(used, f.OWN_SOURCES) == (None if own is None else number(own))


def test_the_year_ends_on_its_last_day() -> None:
    rows = [grant(2025, OWN, 20), grant(2024, OWN, 10)]
    assert f.budget(f.funding_rows(rows, date(2025, 12, 31))) == 20
    assert f.budget(f.funding_rows(rows, date(2025, 12, 30))) == 10


def test_own_funds_are_missing_to_the_cent() -> None:
    # x with (1999.99 + x) / (10000 + x) >= 0.2 is at least 0.01 / 0.8 = 0.0125
    figure = f.Figure(number("0.19"), number("0.19"), "own", number("1999.99"), Fraction(10000))
    assert f.lever(figure, number("0.2")) == number("0.02")


def proof(kind: Any, title: Any, day: Any = AS_OF, **cells: Any) -> dict[str, Any]:
    """A row of the evidence sheet."""
    return {"kind": kind, "title": title, "day": day} | cells


@pytest.mark.parametrize(
    ("rows", "items", "kinds"),
    [
        ([proof("Presse", "A"), proof("Presse", " a ")], (1, 1), (1, 1)),
        ([proof("Presse", "A"), proof("Messe", "A")], (2, 2), (2, 2)),
        ([proof("Presse", "A", date(2024, 9, 30))], (1, 1), (1, 1)),
        ([proof("Presse", "A", date(2024, 9, 29))], (0, 0), (0, 0)),
        ([proof("Presse", "A", date(2026, 10, 1))], (0, 0), (0, 0)),
        ([proof("Presse", "A", BAD), proof("Presse", "A")], (1, 1), (1, 1)),
        ([proof("Presse", EMPTY), proof("Presse", "A")], (1, 2), (1, 1)),
        ([proof(BAD, "A"), proof("Presse", "A")], (1, 2), (1, 2)),
        ([proof(BAD, "A")] * 5, (0, 4), (0, 4)),
        ([proof("Wettbewerber", BAD)], (0, 0), (0, 0)),
    ],
)
def test_visibility(rows: Any, items: tuple[int, int], kinds: tuple[int, int]) -> None:
    metrics = f.compute(submission(evidence=rows), BASE).metrics
    found = metrics["visibility_items"], metrics["visibility_kinds"]
    assert [ends(figure) for figure in found] == [items, kinds]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, (1, 1)),
        ({"until": date(2024, 9, 30)}, (1, 1)),
        ({"until": date(2024, 9, 29)}, (0, 0)),
        ({"until": BAD}, (0, 1)),
        ({"actors": 1}, (0, 0)),
        ({"actors": EMPTY}, (0, 1)),
        ({"day": date(2026, 10, 1)}, (0, 0)),
        ({"day": EMPTY}, (0, 1)),
    ],
)
def test_innovation_projects(cells: dict[str, Any], expected: tuple[int, int]) -> None:
    row = proof("Innovationsprojekt", "P", date(2020, 1, 1), actors=2) | cells
    figure = f.compute(submission(evidence=[row]), BASE).metrics["innovation_projects"]
    assert ends(figure) == expected


def service(name: Any, times: Any, kind: Any = "Service") -> dict[str, Any]:
    """A row of the activities sheet."""
    field = (name,) if isinstance(name, str) else name
    return {"kind": kind, "field": field, "times": times, "from": date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("rows", "fields", "times"),
    [
        ([], ("0", "0"), ("0", "0")),
        ([service("alpha", 12), service("Beta", 1)], ("1", "1"), ("13", "13")),
        ([service("Alpha", Decimal("0.5"))], ("0", "0"), ("0.5", "0.5")),
        ([service("Alpha", EMPTY)], ("0", "1/2"), ("0", None)),
        ([service(BAD, 1)], ("0", "1"), ("1", "1")),
        ([service(EMPTY, 1), service("Beta", 1)], ("1/2", "1"), ("2", "2")),
        ([service(("Alpha", "beta"), 1)], ("1", "1"), ("1", "1")),
        ([service(("Alpha", "Gamma"), 1)], ("1/2", "1/2"), ("1", "1")),
        ([service(("Alpha", "Beta"), EMPTY)], ("0", "1"), ("0", None)),
        ([service(("alle",), 2)], ("1", "1"), ("2", "2")),
        ([service((), 2)], ("0", "0"), ("2", "2")),
        ([service("Alpha", 3, BAD)], ("0", "1/2"), ("0", "3")),
        ([service("Gamma", 3)], ("0", "0"), ("3", "3")),
    ],
)
def test_services(rows: Any, fields: tuple[str, str], times: tuple[str, str | None]) -> None:
    made = submission(activities=rows, master={"action_fields": ("Alpha", "Beta")})
    metrics = f.compute(made, BASE).metrics
    served, yearly = metrics["served_fields"], metrics["services_per_year"]
    assert ends(served) == tuple(map(number, fields))
    assert ends(yearly) == tuple(None if t is None else number(t) for t in times)


@pytest.mark.parametrize(
    ("row", "fte"),
    [
        ({"fte": 1}, 1),
        ({"fte": 1, "until": AS_OF}, 0),
        ({"fte": 1, "from": date(2026, 10, 1)}, 0),
        ({"fte": BAD}, None),
        ({"fte": BAD, "until": AS_OF}, 0),
        ({"fte": 1, "from": BAD}, None),
        ({"fte": 1, "from": BAD, "until": AS_OF}, 0),
    ],
)
def test_full_time_equivalents(row: Any, fte: int | None) -> None:
    assert f.full_time_equivalents([row], AS_OF) == fte


def test_no_management_holds_no_limit() -> None:
    figure = f.per_fte(f.count(10, 12), Fraction(0))
    assert ends(figure) == (None, None)
    assert status_of(figure, "<=", None) == "not_fulfilled"
    assert f.lever(figure, number("4")) == number("2.5")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (3, 3, "fulfilled"),
        (2, 2, "not_fulfilled"),
        (2, 3, "undetermined"),
        (2, None, "undetermined"),
        (3, None, "fulfilled"),
        (None, None, "undetermined"),
    ],
)
def test_status(low: int | None, high: int | None, expected: str) -> None:
    figure = f.UNKNOWN if low is None else f.count(low, high)
    assert status_of(figure, ">=", Fraction(3)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("fulfilled", "R", EMPTY, EMPTY)], "fulfilled"),
        ([("fulfilled", EMPTY, EMPTY, EMPTY)], None),
        ([("open", "R", EMPTY, EMPTY)], None),
        ([("fulfilled", "R", EMPTY, AS_OF)], "fulfilled"),
        ([("fulfilled", "R", EMPTY, date(2026, 9, 29))], None),
        # the newest counts, even where it replaces nothing; of one date the later row
        ([("open", "R", date(2026, 2, 1), EMPTY), ("fulfilled", "R", EMPTY, EMPTY)], None),
        ([("open", "R", EMPTY, EMPTY), ("fulfilled", "R", EMPTY, EMPTY)], "fulfilled"),
    ],
)
def test_ratings(rows: Any, expected: str | None) -> None:
    ratings = [Rating("DE-0001", "2.2", *row) for row in rows]
    target = ("go-cluster", "DE-0001", "2.2")
    assert effective_rating(ratings, submission(), target) == expected


def test_quartiles_and_ranks() -> None:
    values = [Fraction(v) for v in (10, 2, 4, 4, 20, 30)]
    assert quantile(values, Fraction(1, 4)) == 4
    assert quantile(values, Fraction(3, 4)) == number("17.5")
    assert percentile_rank(Fraction(4), values) == number("100/3")


@pytest.mark.parametrize(("actors", "band"), [(0, "0–50"), (50, "0–50"), (501, "über 500")])
def test_size_bands(actors: int, band: str) -> None:
    assert size_band(Fraction(actors)) == band


def test_a_cohort_below_five_is_suppressed() -> None:
    clusters = [submission(master={"cluster_id": f"DE-000{i}"}) for i in range(4)]
    stats = review(Portfolio(clusters)).stats["actors", "portfolio", "all"]
    assert stats == Stats(n=4, suppressed=True)


# ---- unknown stays unknown ----

ANY_DAY = (
    date(2020, 1, 1),
    date(2024, 9, 30),
    date(2025, 8, 1),
    date(2026, 6, 1),
    date(2027, 1, 1),
)
FILLINGS: dict[str, dict[str, tuple[Any, ...]]] = {
    "management": {"fte": (0, Decimal("0.5"), 3)},
    "bodies": {"group": tuple(f.GROUPS), "seats": (0, 1, 3)},
    "funding": {
        "year": (2024, 2025, 2027),
        "source": (OWN, STATE),
        "amount": (0, 500, 100000),
        "status": ("Ist", "Plan"),
    },
    "activities": {
        "kind": (
            *("Service", "Arbeitsgruppe", "Clusterforum", "Innovationsunterstützung"),
            *("Interne Kommunikation", "Externe Kommunikation"),
        ),
        "field": (("Digitalisierung",), ("Start-ups", "anderes"), ("alle",), ()),
        "times": (0, 1, 2, 4, 50),
    },
    "evidence": {
        "kind": ("Presse", "Plattform", "Wettbewerber", "Erfolgsgeschichte", "Innovationsprojekt"),
        "title": ("Beleg 1", "beleg  2", "Ganz neu", "Auch neu"),
        "actors": (0, 2),
    },
}
TYPES = {"type": ("Unternehmen", "KMU", "Hochschule", "Öffentliche Einrichtung", "Sonstige")}
COMMITMENT = {"commitment": ("Mitgliedschaft", "Kontakt", "Aktive Mitwirkung")}


def fill(rng: Random, made: Cluster, table: str, columns: dict[str, tuple[Any, ...]]) -> None:
    """Fill unknown cells of some columns; an empty date that means something stays."""
    for row in getattr(made, table) or []:
        for column, choices in columns.items():
            if not known(row.get(column, EMPTY)) and rng.random() < 0.6:
                row[column] = rng.choice(choices)


def fill_dates(rng: Random, made: Cluster, table: str) -> None:
    """Replace unusable dates of rows where an empty one means something."""
    for row in getattr(made, table) or []:
        for column in ("joined", "left", "from", "until", "day"):
            if row.get(column) is BAD:
                row[column] = rng.choice((*ANY_DAY, EMPTY))


def filled(made: Cluster, rng: Random, who_is_bound: bool) -> Cluster:
    """A copy with unknown cells filled: either those that decide who is bound, or the others."""
    copy = deepcopy(made)
    if who_is_bound:
        fill(rng, copy, "actors", COMMITMENT)
        fill_dates(rng, copy, "actors")
        return copy
    fill(rng, copy, "actors", TYPES)
    for table, columns in FILLINGS.items():
        fill(rng, copy, table, columns)
    fill_dates(rng, copy, "management")
    fill_dates(rng, copy, "activities")
    fill_dates(rng, copy, "evidence")
    return copy


def stays_inside(before: f.Figure, after: f.Figure) -> bool:
    """Whether an interval lies within the one given before."""
    if before.low is None:
        return True
    if after.low is None or after.low < before.low:
        return False
    return before.high is None or (after.high is not None and after.high <= before.high)


@pytest.mark.parametrize("who_is_bound", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_filling_never_leaves_the_interval(seed: int, who_is_bound: bool) -> None:
    rng = Random(seed)
    for made in scene(seed).portfolio.clusters:
        before = f.compute(made, BASE).metrics
        after = f.compute(filled(made, rng, who_is_bound), BASE).metrics
        for metric, figure in before.items():
            # 5 looks at the certainly bound only, and its low end is a share of all possibly big
            if metric != "seated_groups":
                assert stays_inside(figure, after[metric]), (made.cluster_id, metric)


@pytest.mark.parametrize("seed", SEEDS)
def test_filling_never_turns_a_status(seed: int) -> None:
    rng = Random(seed)
    portfolio = scene(seed).portfolio
    later = Portfolio([filled(c, rng, who_is_bound=False) for c in portfolio.clusters])
    settings = BASE.without_stand_in()
    before = evaluate(Portfolio(portfolio.clusters), settings).criteria
    after = evaluate(later, settings).criteria
    for key, result in before.items():
        if result.status != "undetermined":
            assert after[key].status == result.status, key


def test_the_catalogue_has_nineteen_criteria() -> None:
    assert len({criterion.criterion_id for criterion in CATALOGUES["go-cluster"]}) == 19
