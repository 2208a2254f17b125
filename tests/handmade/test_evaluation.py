"""The criteria of go-cluster at their edges, with results worked out by hand.

All clusters are in one portfolio, which is reviewed once.  A case names the edits to the good
cluster, the criterion it looks at, the status due, and per condition the status, both ends of
the interval and the lever; ``ANY`` leaves open what does not matter.  Cases of which none
touches what another reads share a cluster.  The third quartile of actors per FTE is 2.0 by
construction: most clusters have 40 actors and 20 FTE.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from tests.sparing import REPORTS

from .build import (
    AS_OF,
    OFFICE,
    Cell,
    Edit,
    Row,
    Workbook,
    act,
    actors,
    add,
    as_of,
    at,
    away,
    cell,
    changed,
    drop,
    drop_column,
    fte,
    fund,
    master,
    only,
    project,
    proof,
    put,
    review,
    row_number,
    seats,
    sme,
    uni,
    without,
    write_inputs,
)

F, N, U = "fulfilled", "not_fulfilled", "undetermined"
ANY: Any = object()
INF: Any = None  # no upper limit
TODAY, TOMORROW, YESTERDAY = AS_OF, date(2026, 10, 1), date(2026, 9, 29)
LEAP_DAY = date(2024, 2, 29)
UNSURE: Row = {"Bindung": None}  # possibly bound
FAR: Row = at(54.0, 10.0)  # some 330 km north of the office
NOWHERE: Row = at(None, None)

Condition = tuple[str, Any, Any, Any]  # status, low, high, lever
BOOKS: dict[str, tuple[Edit, ...]] = {}


def book(key: str, *edits: Edit) -> str:
    assert key not in BOOKS, f"two clusters are called {key}"
    BOOKS[key] = edits
    return key


def id_of(key: str) -> str:
    """Of a cluster, or of the one a case is lodged in."""
    return f"DE-{list(BOOKS).index(LODGED.get(key, key)) + 1:04}"


@dataclass(frozen=True)
class Case:
    key: str
    criterion: str
    status: str
    conditions: tuple[Condition, ...]


def case(criterion: str, what: str, edits: list[Edit], status: str, *due: Condition) -> Case:
    key = f"{criterion}: {what}"
    lodge(key, criterion, edits)
    return Case(key, criterion, status, due)


READS: dict[str, set[str]] = {
    "1": {"Akteure"},
    "2.1": {"Akteure"},
    "2.2": {"Akteure"},
    "3": {"Akteure", "Breitengrad", "Längengrad", "PLZ"},
    "4.1": {"Formale Gründung"},
    "4.2": {"Akteure", "Management"},
    "5": {"Akteure", "Gremien"},
    "6.1": {"Akteure im Strategieprozess"},
    "6.2": {"Strategiedokument vom", "Revisionskonzept vorhanden"},
    "7.1": {"Finanzierung"},
    "7.2": {"Finanzierung gesichert bis", "Langfristige Perspektive"},
    "8": {"Aktivitäten", "Strategische Handlungsfelder"},
    "9.1": {"Aktivitäten"},
    "9.2": {"Aktivitäten"},
    "10.1": {"Nachweise"},
    "10.2": {"Nachweise"},
    "11": {"Nachweise", "Aktivitäten"},
    "12": {"Nachweise"},
    "13": {"Nachweise", "Aktivitäten", "Formularversion"},
}
LODGED: dict[str, str] = {}  # case -> the cluster it is in
TAKEN: dict[str, tuple[set[str], set[str]]] = {}  # of such a cluster, what is touched and read


def lodge(key: str, criterion: str, edits: list[Edit]) -> None:
    """Puts the case into the first cluster where no case touches what another one reads."""
    assert key not in LODGED, f"two cases are called {key}"
    reads = READS[criterion] | {"Stichtag"}
    touches = {part for edit in edits for part in edit.touches}
    free = (
        house
        for house, (touched, read) in TAKEN.items()
        if not touches & (touched | read) and not reads & touched
    )
    house = next(free, "")
    if not house:
        house = book(f"shared {len(TAKEN) + 1}")
        TAKEN[house] = (set(), set())
    BOOKS[house] += tuple(edits)
    TAKEN[house][0].update(touches)
    TAKEN[house][1].update(reads)
    LODGED[key] = house


def seen_on(day: date) -> list[Edit]:
    return [] if day == AS_OF else [as_of(day)]


def members(*rows: Any) -> Edit:
    return put("Akteure", *rows)


GOOD = book("good")


# --- 1 to 3: actors ---------------------------------------------------------------------------


YES_30: Condition = (F, 30, 30, None)
NO_29: Condition = (N, 29, 29, 1)
MAYBE_30: Condition = (U, 29, 30, 1)


TWIN: Row = {"Name": "Werkstatt Nord"}
TWIN_AGAIN: Row = {"Name": "  werkstatt   NORD "}
CONTACT: Row = {"Bindung": "Kontakt"}

ACTOR_COUNT = [
    case("1", "exactly 30", [members(sme(30))], F, YES_30),
    case("1", "29", [members(sme(29))], N, NO_29),
    case("1", "no actor", [members()], N, (N, 0, 0, 30)),
    case("1", "29 and 1 unsure", [members(sme(29), sme(1, UNSURE))], U, MAYBE_30),
    case("1", "29 and 1 of a bad date", [members(sme(29), sme(1, {"Beitritt": "?"}))], U,
         MAYBE_30),
    case("1", "28 and 1 unsure", [members(sme(28), sme(1, UNSURE))], N, (N, 28, 29, 2)),
    case("1", "30 and 2 unsure", [members(sme(30), sme(2, UNSURE))], F, (F, 30, 32, None)),
    case("1", "only unsure", [members(sme(40, UNSURE))], U, (U, 0, 40, 30)),
    case("1", "no column Beitritt", [members(sme(30)), drop_column("Akteure", "Beitritt")], F,
         YES_30),
    # The same actor twice counts once; the bound row wins over an earlier one.
    case("1", "listed twice", [members(sme(28), sme(1, TWIN), sme(1, TWIN_AGAIN))], N, NO_29),
    case("1", "same name, other postcode", [
        members(sme(28), sme(1, TWIN), sme(1, TWIN_AGAIN | {"PLZ": "99084"})),
    ], F, YES_30),
    case("1", "first contact, then bound", [
        members(sme(29), sme(1, TWIN | CONTACT), sme(1, TWIN_AGAIN)),
    ], F, YES_30),
    case("1", "first unsure, then bound", [
        members(sme(29), sme(1, TWIN | UNSURE), sme(1, TWIN_AGAIN)),
    ], F, YES_30),
    case("1", "first unsure, then contact", [
        members(sme(29), sme(1, TWIN | UNSURE), sme(1, TWIN_AGAIN | CONTACT)),
    ], U, MAYBE_30),
    # Filled with Mitgliedschaft, the second row would be bound and win: 30 is possible.
    case("1", "first contact, then unsure", [
        members(sme(29), sme(1, TWIN | CONTACT), sme(1, TWIN_AGAIN | UNSURE)),
    ], U, MAYBE_30),
]  # fmt: skip

HALF: Condition = (F, 0.5, 0.5, None)
SME_SHARE = [
    case("2.1", "exactly half", [members(sme(20), uni(20))], F, HALF),
    case("2.1", "19 of 39", [members(sme(19), uni(20))], N,
         (N, 19 / 39, 19 / 39, 1)),  # 20/40
    case("2.1", "no actor", [members()], U, (U, None, None, None)),
    case("2.1", "nobody certainly bound", [members(sme(40, UNSURE))], U, (U, None, None, None)),
    case("2.1", "19 and 1 unknown of 40", [
        members(sme(19), actors(1, "Unternehmen"), uni(20)),
    ], U, (U, 19 / 40, 20 / 40, 2)),
    case("2.1", "19 of 40", [members(sme(19), uni(21))], N,
         (N, 19 / 40, 19 / 40, 2)),  # (19 + 2) / (40 + 2) is half, one is not enough
    case("2.1", "19 and 1 of unknown type", [members(sme(19), sme(1, {"Akteurstyp": None}),
                                                     uni(20))], U, (U, 19 / 40, 20 / 40, 2)),
    # Possibly bound rows: the extremes of (k + i) / (n + j).
    case("2.1", "unsure SME", [members(sme(20), uni(20), sme(1, UNSURE))], F,
         (F, 20 / 40, 21 / 41, None)),
    case("2.1", "unsure university", [members(sme(20), uni(20), uni(1, UNSURE))], U,
         (U, 20 / 41, 20 / 40, None)),  # the certain 20 of 40 lack nothing
    case("2.1", "one unsure of each", [
        members(sme(20), uni(20), sme(1, UNSURE), uni(1, UNSURE)),
    ], U, (U, 20 / 41, 21 / 41, None)),
    # Low: nothing added, the unknown one no SME.  High: it is one, and the unsure one joins.
    case("2.1", "unknown SME, unsure SME", [
        members(sme(19), actors(1, "Unternehmen"), uni(20), sme(1, UNSURE)),
    ], U, (U, 19 / 40, 21 / 41, 2)),
    # The unsure one, if no SME, lowers; if an SME, raises.
    case("2.1", "unsure and unknown", [
        members(sme(19), uni(21), actors(1, "Unternehmen", UNSURE)),
    ], N, (N, 19 / 41, 20 / 41, 2)),
    # Of two bound listings the first counts: filled, the university would stand for the actor,
    # so that 19 SMEs are certain.
    case("2.1", "first listing an unsure university, second a bound SME", [
        members(sme(19), uni(20), uni(1, TWIN | UNSURE), sme(1, TWIN_AGAIN)),
    ], U, (U, 19 / 40, 20 / 40, 2)),
    # Known to be none: turnover and balance; 28 of 40 lose their employees.
    case("2.1", "no column Beschäftigte", [drop_column("Akteure", "Beschäftigte")], U,
         (U, 0, 28 / 40, 40)),
]  # fmt: skip

RND_SHARE = [
    case("2.2", "2 of 40", [members(sme(38), uni(2))], F, (F, 2, 2, None), (F, 0.05, 0.05, None)),
    # 2/41 is below, 3/42 above 5 %.
    case("2.2", "1 of 40", [members(sme(39), uni(1))], N,
         (F, 1, 1, None), (N, 1 / 40, 1 / 40, 2)),
    # 2/40 is exactly 5 %: one more is enough.
    case("2.2", "1 of 39", [members(sme(38), uni(1))], N,
         (F, 1, 1, None), (N, 1 / 39, 1 / 39, 1)),
    # 2/40 is exactly 5 %: two are enough.
    case("2.2", "none of 38", [members(sme(38))], N, (N, 0, 0, 1), (N, 0, 0, 2)),
    case("2.2", "research institutes", [members(sme(38), actors(2, "FuE-Einrichtung"))], F,
         (F, 2, 2, None), (F, 0.05, 0.05, None)),
    case("2.2", "schools are no R&D", [members(sme(36), actors(4, "Bildungseinrichtung"))], N,
         (N, 0, 0, 1), (N, 0, 0, 3)),  # 3/43 is enough, 2/42 is not
    case("2.2", "unknown type", [members(sme(38), uni(1), actors(1, None))], U,
         (F, 1, 2, None), (U, 1 / 40, 2 / 40, 2)),
    case("2.2", "only an unsure one", [members(sme(40), uni(1, UNSURE))], N,
         (U, 0, 1, 1), (N, 0, 1 / 41, 3)),
    case("2.2", "nobody certainly bound", [members(sme(39, UNSURE), uni(1, UNSURE))], U,
         (U, 0, 1, 1), (U, None, None, None)),
    case("2.2", "no actor", [members()], N, (N, 0, 0, 1), (U, None, None, None)),
]  # fmt: skip

SIXTY: Condition = (F, 0.6, 0.6, None)
SHORT: Condition = (N, 23 / 40, 23 / 40, 3)  # 26/43 > 0.6 > 25/42
UNCLEAR: Condition = (U, 23 / 40, 24 / 40, 3)


def reaching(what: str, place: Row, due: Condition, office: tuple[float, float] = OFFICE) -> Case:
    """23 actors at the office, one that decides, 16 far away."""
    edits = [
        master(Breitengrad=office[0], Längengrad=office[1]),
        members(sme(23, at(*office)), sme(1, at(*office) | place), sme(16, FAR)),
    ]
    return case("3", what, edits, due[0], due)


SOUTHERN, ALPINE = (40.0, 10.0), (47.5, 11.0)
ERFURT: Row = {"PLZ": "99084"}  # 72 km from the office
BERLIN: Row = {"PLZ": "10115"}  # 290 km
# (place, office, metres): the ellipsoid's distance; the sphere gives the other verdict.
SPLIT = {
    "150.1 km due east": (away(150_100, 90), OFFICE, 150_100),
    "150.1 km due west": (away(150_100, -90), OFFICE, 150_100),
    "149.9 km due south of 40°": (away(149_900, 180, SOUTHERN), SOUTHERN, 149_900),
    "149.99 km due south of 47.5°": (away(149_990, 180, ALPINE), ALPINE, 149_990),
}
NEAR_SHARE = [
    *(
        reaching(what, place, SIXTY if metres < 150_000 else SHORT, office)
        for what, (place, office, metres) in SPLIT.items()
    ),
    reaching("no place", NOWHERE, UNCLEAR),
    reaching("postcode within", NOWHERE | ERFURT, SIXTY),
    reaching("postcode beyond", NOWHERE | BERLIN, SHORT),
    case("3", "20 of 38", [members(sme(20), sme(18, FAR))], N,
         (N, 20 / 38, 20 / 38, 7)),  # 27/45 is exactly 60 %
    case("3", "unsure one far", [members(sme(24), sme(16, FAR), sme(1, FAR | UNSURE))], U,
         (U, 24 / 41, 24 / 40, None)),  # the certain 24 of 40 lack nothing
    case("3", "unsure one nowhere", [members(sme(23), sme(17, FAR), sme(1, NOWHERE | UNSURE))],
         N, (N, 23 / 41, 24 / 41, 3)),
    case("3", "office by postcode", [
        master(Breitengrad=None, Längengrad=None, PLZ="99084"),
        members(sme(24), sme(16, FAR)),
    ], F, SIXTY),
    case("3", "office unknown", [master(Breitengrad=None, Längengrad=None)], U,
         (U, None, None, None)),
    case("3", "half the office's position", [master(Breitengrad=None)], U,
         (U, None, None, None)),
    case("3", "no actor", [members()], U, (U, None, None, None)),
]  # fmt: skip


# One actor each, all in one cluster: what becomes of a row in the table of actors.


def size(employees: Cell, turnover: Cell, balance: Cell, said: Cell = None) -> Row:
    return {
        "Akteurstyp": "Unternehmen",
        "Beschäftigte": employees,
        "Umsatz EUR": turnover,
        "Bilanzsumme EUR": balance,
        "KMU": said,
    }


def of_type(kind: Cell, row: Row) -> Row:
    return row | {"Akteurstyp": kind}


MORE_50, MORE_43 = 50_000_000.01, 43_000_000.01
BLANK, SMALL_ONE = size(None, None, None), size(10, 1, 1)
SINGLES: dict[str, list[tuple[str, Row, bool | None]]] = {
    "bound": [
        ("membership", {"Bindung": "Mitgliedschaft"}, True),
        ("agreement", {"Bindung": "Kooperationsvereinbarung"}, True),
        ("letter of intent", {"Bindung": "Absichtserklärung"}, True),
        ("regular contribution", {"Bindung": "Regelmäßiger Beitrag"}, True),
        ("written otherwise", {"Bindung": " regelmaessiger  BEITRAG"}, True),
        ("active part is loose", {"Bindung": "Aktive Mitwirkung"}, False),
        ("contact", CONTACT, False),
        ("commitment empty", UNSURE, None),
        ("commitment unheard of", {"Bindung": "Sympathie"}, None),
        ("joined today", {"Beitritt": TODAY}, True),
        ("joined tomorrow", {"Beitritt": TOMORROW}, False),
        ("left today", {"Austritt": TODAY}, False),
        ("left tomorrow", {"Austritt": TOMORROW}, True),
        ("joined bad", {"Beitritt": "bald"}, None),
        ("left bad", {"Austritt": "irgendwann"}, None),
        ("left is a plain year", {"Austritt": 2019}, None),
        # Another cell rules the row out whatever the unknown one says.
        ("joined bad, left yesterday", {"Beitritt": "?", "Austritt": YESTERDAY}, False),
        ("joined bad, contact", {"Beitritt": "?", "Bindung": "Kontakt"}, False),
        ("commitment empty, joins tomorrow", UNSURE | {"Beitritt": TOMORROW}, False),
        ("commitment empty, left yesterday", UNSURE | {"Austritt": YESTERDAY}, False),
    ],
    "sme": [
        ("249 employees, 50 million", size(249, 50_000_000, 90_000_000), True),
        ("250 employees", size(250, 1_000_000, 1_000_000), False),
        ("turnover a cent more, balance 43 million", size(249, MORE_50, 43_000_000), True),
        ("both a cent more", size(249, MORE_50, MORE_43), False),
        ("turnover a cent more, balance empty", size(249, MORE_50, None), None),
        ("turnover empty, balance 43 million", size(249, None, 43_000_000), True),
        ("turnover empty, balance more", size(249, None, MORE_43), None),
        ("only employees", size(249, None, None), None),
        ("employees empty, small figures", size(None, 1, 1), None),
        ("employees empty, both too large", size(None, MORE_50, MORE_43), False),
        ("nothing known", BLANK, None),
        ("only its word: yes", BLANK | {"KMU": "ja"}, True),
        ("only its word: no", BLANK | {"KMU": "nein"}, False),
        ("small, but says no", SMALL_ONE | {"KMU": "nein"}, False),
        ("250, but says yes", size(250, 1, 1, "ja"), False),
        ("large figures, but says yes", size(10, MORE_50, MORE_43, "ja"), False),
        ("one large figure, says yes", size(10, MORE_50, None, "ja"), True),
        ("bad employees rule nothing out", size("viele", None, None, "ja"), True),
        ("half an employee is unknown", size(249.5, 1, 1), None),
        ("negative employees are unknown", size(-1, 1, 1), None),
        ("bad turnover", size(10, "hoch", None), None),
        ("bad turnover, small balance", size(10, "hoch", 1), True),
        ("unheard-of word", BLANK | {"KMU": "vielleicht"}, None),
        ("type KMU", of_type("KMU", BLANK), True),
        ("type KMU beats the column", of_type("KMU", BLANK | {"KMU": "nein"}), True),
        ("type KMU with 250", of_type("KMU", size(250, None, None)), False),
        ("type large", of_type("Großunternehmen", BLANK), False),
        ("type large beats the rest", of_type("grossunternehmen", size(10, 1, 1, "ja")), False),
        ("type unknown", of_type(None, SMALL_ONE), None),
        ("type unheard of", of_type("Manufaktur", SMALL_ONE), None),
        ("a small university", of_type("Hochschule", SMALL_ONE), False),
        ("an association that says yes",
         of_type("Verband oder Netzwerk", SMALL_ONE | {"KMU": "ja"}), False),
    ],
    "near": [
        ("149.9 km due east", away(149_900, 90), True),
        ("10 cm short of 150 km", away(149_999.9, 45), True),
        ("10 cm beyond 150 km", away(150_000.1, 45), False),
        ("no place", NOWHERE, None),
        ("postcode within", NOWHERE | ERFURT, True),
        ("postcode beyond", NOWHERE | BERLIN, False),
        ("postcode as a number", NOWHERE | {"PLZ": 1067}, False),  # Dresden, 260 km
        ("postcode as a number, country empty", NOWHERE | {"PLZ": 1067, "Land": None}, False),
        ("postcode with its country", NOWHERE | {"PLZ": "D-99084"}, True),
        ("postcode unheard of", NOWHERE | {"PLZ": "00000"}, None),
        ("a German postcode in Austria", NOWHERE | ERFURT | {"Land": "AT"}, None),
        ("Vienna", NOWHERE | {"PLZ": "1010", "Land": "Österreich"}, False),
        ("country unheard of", NOWHERE | ERFURT | {"Land": "Atlantis"}, None),
        ("coordinates win over the postcode", BERLIN, True),
        ("latitude missing, postcode serves", at(None, 10.0) | BERLIN, False),
        ("longitude out of range, postcode serves", at(51.0, 200) | BERLIN, False),
        ("latitude out of range, no postcode", at(91, 10.0), None),
    ],
}  # fmt: skip
SINGLES_ROWS = [row for part in SINGLES.values() for _, row, _ in part]
ONE_EACH = book("one actor each", members([sme(1, row)[0] for row in SINGLES_ROWS]))
SINGLES_DUE = [
    (line, column, what, due)
    for line, (column, what, due) in enumerate(
        ((column, what, due) for column, part in SINGLES.items() for what, _, due in part), 2
    )
]


# --- 4 to 7: management -----------------------------------------------------------------------


def founded(what: str, day: Cell, due: Condition, today: date = AS_OF) -> Case:
    return case("4.1", what, [*seen_on(today), master(Formale_Gründung=day)], due[0], due)


UNKNOWN: Condition = (U, None, None, None)
AGE = [
    founded("three years ago today", date(2023, 9, 30), (F, 3, 3, None)),
    founded("a day later", date(2023, 10, 1), (N, 2, 2, 1)),
    founded("four years less a day", date(2022, 10, 1), (F, 3, 3, None)),
    # 20 months are complete (on 15 September), 16 are missing.
    founded("last year", date(2025, 1, 15), (N, 1, 1, 16)),
    founded("today", TODAY, (N, 0, 0, 36)),
    # Minus one month is complete (1 September), 37 are missing.
    founded("tomorrow", TOMORROW, (N, -1, -1, 37)),
    # 29 February + 36 months is clamped to 28 February.
    founded("on a leap day", date(2020, 2, 29), (F, 3, 3, None), date(2023, 2, 28)),
    founded("on a leap day, a day less", date(2020, 2, 29), (N, 2, 2, 1), date(2023, 2, 27)),
    founded("seen on a leap day", date(2021, 2, 28), (F, 3, 3, None), LEAP_DAY),
    founded("seen on a leap day, a day less", date(2021, 3, 1), (N, 2, 2, 1), LEAP_DAY),
    founded("empty", None, UNKNOWN),
    founded("no date", "seit Langem", UNKNOWN),
    founded("a plain year", 2019, UNKNOWN),
    founded("as a text", "30.09.2023", (F, 3, 3, None)),
]


def staffed(what: str, rows: list[Row], due: Condition) -> Case:
    return case("4.2", what, [put("Management", rows)], due[0], due)


HALVED: Condition = (U, ANY, ANY, ANY)  # 10 known of an unknown total, so more than 2.0 or not
EMPTY_HANDED: Condition = (N, None, None, 20)  # 40 / 2.0 - 0
PER_FTE = [
    staffed("exactly the limit", [fte(20)], (F, 2, 2, None)),
    staffed("19.99", [fte(19.99)], (N, 40 / 19.99, 40 / 19.99, 0.01)),
    staffed("19.996 is rounded up", [fte(19.996)], (N, 40 / 19.996, 40 / 19.996, 0.01)),
    staffed("19.7 is not", [fte(10), fte(9.7)], (N, 40 / 19.7, 40 / 19.7, 0.3)),
    staffed("19 is not either", [fte(19)], (N, 40 / 19, 40 / 19, 1)),
    staffed("FTE 0", [fte(0)], EMPTY_HANDED),
    staffed("sheet empty", [], EMPTY_HANDED),
    staffed("ended today", [fte(20), fte(20, None, TODAY)], (F, 2, 2, None)),
    staffed("ended today, short", [fte(10), fte(10, None, TODAY)], (N, 4, 4, 10)),
    staffed("ends tomorrow", [fte(10), fte(10, None, TOMORROW)], (F, 2, 2, None)),
    staffed("begins today", [fte(10), fte(10, TODAY)], (F, 2, 2, None)),
    staffed("begins tomorrow", [fte(10), fte(10, TOMORROW)], (N, 4, 4, 10)),
    staffed("bad VZÄ", [fte(10), fte("eine halbe")], HALVED),
    staffed("empty VZÄ", [fte(10), fte(None)], HALVED),
    staffed("negative VZÄ", [fte(10), fte(-1)], HALVED),
    staffed("bad VZÄ in an ended row", [fte(20), fte("?", None, TODAY)], (F, 2, 2, None)),
    staffed("bad VZÄ in a coming row", [fte(20), fte("?", TOMORROW)], (F, 2, 2, None)),
    staffed("bad Beginn", [fte(10), fte(10, "bald")], HALVED),
    staffed("bad Beginn in an ended row", [fte(20), fte(10, "?", TODAY)], (F, 2, 2, None)),
    staffed("bad Ende", [fte(10), fte(10, None, "bald")], HALVED),
    staffed("Ende ?", [fte(10), fte(10, None, "?")], (F, 2, 2, None)),
    staffed("bad Ende in a coming row", [fte(20), fte(10, TOMORROW, "bald")], (F, 2, 2, None)),
    case("4.2", "no sheet", [drop("Management")], U, UNKNOWN),
    case("4.2", "no column VZÄ", [drop_column("Management", "VZÄ")], U, (U, ANY, ANY, ANY)),
    case("4.2", "one unsure actor", [add("Akteure", sme(1, UNSURE))], U, (U, 2, 41 / 20, None)),
    case("4.2", "no actor", [members()], F, (F, 0, 0, None)),
]

W, S, P, M = "Wirtschaft", "Wissenschaft", "Öffentliche Hand", "Intermediäre"
PUBLIC, SCHOOL = "Öffentliche Einrichtung", "Bildungseinrichtung"
TWO_BIG = members(sme(34), uni(6))


def board(what: str, edit: Edit, rows: list[Row], due: Condition) -> Case:
    return case("5", what, [edit, put("Gremien", rows)], due[0], due)


ALL_SEATED: Condition = (F, 1, 1, None)
BODIES = [
    board("both seated", TWO_BIG, [seats(W), seats(S)], ALL_SEATED),
    board("one of two", TWO_BIG, [seats(W, 9)], (N, 0.5, 0.5, 1)),
    board("no seats", TWO_BIG, [seats(W), seats(S, 0)], (N, 0.5, 0.5, 1)),
    board("a tenth is big", members(sme(30), uni(6), actors(4, PUBLIC)), [seats(W), seats(S)],
          (N, 2 / 3, 2 / 3, 1)),
    board("less is not", members(sme(31), uni(6), actors(3, PUBLIC)), [seats(W), seats(S)],
          ALL_SEATED),
    # The rest are intermediaries, four kinds of them together reach a tenth.
    board("the rest together", members(
        sme(30), uni(6), actors(1, "Finanzintermediär"), actors(1, "Beratung"),
        actors(1, "Verband oder Netzwerk"), actors(1, "Sonstige"),
    ), [seats(W), seats(S)], (N, 2 / 3, 2 / 3, 1)),
    board("schools are science", members(sme(36), actors(4, SCHOOL)), [seats(W)],
          (N, 0.5, 0.5, 1)),
    board("a seat for nobody big", TWO_BIG, [seats(W), seats(S), seats(P)], ALL_SEATED),
    # A row that may hold a seat for science.
    board("seats empty", TWO_BIG, [seats(W), seats(S, None)], (U, 0.5, 1, 1)),
    board("seats bad", TWO_BIG, [seats(W), seats(S, "einige")], (U, 0.5, 1, 1)),
    board("group empty", TWO_BIG, [seats(W), seats(None)], (U, 0.5, 1, 1)),
    board("group unheard of", TWO_BIG, [seats(W), seats("Kultur")], (U, 0.5, 1, 1)),
    board("group and seats empty", TWO_BIG, [seats(W), seats(None, None)], (U, 0.5, 1, 1)),
    board("group empty, no seats", TWO_BIG, [seats(W), seats(None, 0)], (N, 0.5, 0.5, 1)),
    # Two groups without a seat, and one row of unknown group can only seat one.
    board("one row seats one group", members(sme(30), uni(6), actors(4, PUBLIC)),
          [seats(W), seats(None)], (N, 1 / 3, 2 / 3, 2)),
    board("two rows seat two", members(sme(30), uni(6), actors(4, PUBLIC)),
          [seats(W), seats(None), seats(None)], (U, 1 / 3, 1, 2)),
    # 34 companies, 3 universities, 2 public, 1 unknown of 40: science has 3 or 4, so it is
    # possibly big; public bodies have 3 at most.
    *(
        board(f"unknown type, {what}",
              members(sme(34), uni(3), actors(2, PUBLIC), actors(1, None)), rows, due)
        for what, rows, due in [
            ("only business seated", [seats(W)], (U, 0.5, 1, 1)),
            ("both seated", [seats(W), seats(S)], ALL_SEATED),
            # The certainly big group lacks a seat: 1 - 1/2.
            ("only science seated", [seats(S)], (N, 0.5, 0.5, 1)),
        ]
    ),
    # Four unknown of 40 could make public bodies or intermediaries big: four possibly big.
    board("four unknown types", members(sme(30), uni(6), actors(4, None)), [seats(W), seats(S)],
          (U, 2 / 4, 1, ANY)),
    # Only the certainly bound count: 3 public bodies of 39, not 4 of 40.
    board("an unsure actor does not count",
          members(sme(30), uni(6), actors(3, PUBLIC), actors(1, PUBLIC, UNSURE)),
          [seats(W), seats(S)], ALL_SEATED),
    board("sheet empty", TWO_BIG, [], (N, 0, 0, 2)),
    case("5", "no sheet", [drop("Gremien")], U, UNKNOWN),
    case("5", "no actor", [members()], U, UNKNOWN),
]  # fmt: skip


def strategy(what: str, number: Cell, due: Condition) -> Case:
    return case("6.1", what, [master(Akteure_im_Strategieprozess=number)], due[0], due)


STRATEGY_ACTORS = [
    strategy("one", 1, (F, 1, 1, None)),
    strategy("none", 0, (N, 0, 0, 1)),
    strategy("empty", None, UNKNOWN),
    strategy("bad", "viele", UNKNOWN),
    strategy("a fraction", 1.5, UNKNOWN),
    strategy("negative", -1, UNKNOWN),
]


def revision(what: str, day: Cell, concept: Cell, first: str, second: str, status: str) -> Case:
    edit = master(Strategiedokument_vom=day, Revisionskonzept_vorhanden=concept)
    return case("6.2", what, [edit], status, (first, ANY, ANY, ANY), (second, ANY, ANY, ANY))


STRATEGY = [
    revision("today, yes", TODAY, "ja", F, F, F),
    revision("tomorrow", TOMORROW, "ja", N, F, N),
    revision("date empty", None, "ja", U, F, U),
    revision("date bad", "in Arbeit", "ja", U, F, U),
    revision("no concept", TODAY, "nein", F, N, N),
    revision("concept empty", TODAY, None, F, U, U),
    revision("concept bad", TODAY, "teilweise", F, U, U),
    revision("concept 1", TODAY, 1, F, F, F),
    revision("concept 0", TODAY, 0, F, N, N),
    revision("concept as a truth value", TODAY, True, F, F, F),
    # One condition not fulfilled decides, whatever the other would be.
    revision("tomorrow, concept empty", TOMORROW, None, N, U, N),
]

OWN, GRANT = "Mitgliedsbeiträge", "Förderung Land"


def money(what: str, rows: list[Row], due: Condition, today: date = AS_OF) -> Case:
    return case("7.1", what, [*seen_on(today), put("Finanzierung", rows)], due[0], due)


def ratio(own: int, total: int) -> float:
    """Of whole cents."""
    return float(Fraction(own, total))


THIRD_2025 = [fund(2025, OWN, 60_000), fund(2025, GRANT, 140_000)]  # 30 %
GOOD_2025: Condition = (F, 0.3, 0.3, None)
YEAR_END_ROWS = [fund(2024, GRANT, 100), fund(2025, OWN, 50), fund(2025, GRANT, 50)]
OWN_FUNDS = [
    money("exactly 20 % with cents", [
        fund(2025, OWN, 10_000.01), fund(2025, "Eigenbeteiligung", 10_000.01),
        fund(2025, GRANT, 80_000.08),
    ], (F, 0.2, 0.2, None)),
    # 0.7 + 0.1 falls short of 0.8 in floating point.
    money("exactly 20 % of cents", [
        fund(2025, OWN, 0.7), fund(2025, OWN, 0.1), fund(2025, GRANT, 3.2),
    ], (F, 0.2, 0.2, None)),
    # One cent more makes it 20,000.02 of 100,000.10.
    money("a cent less", [
        fund(2025, OWN, 10_000.01), fund(2025, "Eigenbeteiligung", 10_000.00),
        fund(2025, GRANT, 80_000.08),
    ], (N, ratio(2_000_001, 10_000_009), ratio(2_000_001, 10_000_009), 0.01)),
    money("a tenth", [fund(2025, OWN, 10_000), fund(2025, GRANT, 90_000)],
          (N, 0.1, 0.1, 12_500)),  # 22,500 of 112,500
    money("none of 100", [fund(2025, GRANT, 100)], (N, 0, 0, 25)),
    # A quarter of 100.01 is 25.0025, rounded up to the cent.
    money("none of 100.01", [fund(2025, GRANT, 100.01)], (N, 0, 0, 25.01)),
    *(
        money(f"own source {name}", [fund(2025, name, 20), fund(2025, GRANT, 80)],
              (F, 0.2, 0.2, None))
        for name in ("Eigenbeteiligung", "Wirtschaftliche Einnahmen", "Sponsoring")
    ),
    *(
        money(f"foreign source {name}", [fund(2025, OWN, 10), fund(2025, name, 90)],
              (N, 0.1, 0.1, 12.5))
        for name in ("Förderung EU", "Förderung Bund", "Förderung Kommune", "Sonstige")
    ),
    # Which year: the latest that ended on or before the day and has actual rows.
    money("this year has not ended", [*THIRD_2025, fund(2026, GRANT, 1_000_000)], GOOD_2025),
    money("an older year does not count", [*THIRD_2025, fund(2024, GRANT, 1_000_000)],
          GOOD_2025),
    money("plans do not count beside", [*THIRD_2025, fund(2025, GRANT, 9e6, "Plan"),
                                        fund(2026, GRANT, 9e6, "Plan")], GOOD_2025),
    money("years with a gap", [fund(2023, OWN, 30), fund(2023, GRANT, 70)], GOOD_2025),
    money("year ended today", YEAR_END_ROWS, (F, 0.5, 0.5, None), date(2025, 12, 31)),
    money("year ends tomorrow", YEAR_END_ROWS, (N, 0, 0, 25), date(2025, 12, 30)),
    money("only plans: the latest year", [
        fund(2026, GRANT, 100, "Plan"), fund(2027, OWN, 30, "Plan"),
        fund(2027, GRANT, 70, "Plan"),
    ], GOOD_2025),
    money("actual of this year only, so plans", [
        fund(2026, GRANT, 100), fund(2027, OWN, 30, "Plan"), fund(2027, GRANT, 70, "Plan"),
    ], GOOD_2025),
    money("actual of this year only, no plans", [fund(2026, OWN, 100)], UNKNOWN),
    # Unknown cells.
    money("amount bad", [*THIRD_2025, fund(2025, OWN, "viel")], UNKNOWN),
    money("amount empty", [*THIRD_2025, fund(2025, GRANT, None)], UNKNOWN),
    money("amount negative", [*THIRD_2025, fund(2025, GRANT, -5)], UNKNOWN),
    money("source empty", [*THIRD_2025, fund(2025, None, 1)], UNKNOWN),
    money("source unheard of", [*THIRD_2025, fund(2025, "Lotterie", 1)], UNKNOWN),
    money("amount bad in another year", [*THIRD_2025, fund(2024, OWN, "viel")], GOOD_2025),
    money("source bad in a plan", [*THIRD_2025, fund(2026, None, 5, "Plan")], GOOD_2025),
    money("a year empty anywhere", [*THIRD_2025, fund(None, OWN, 5)], UNKNOWN),
    money("a year bad in a plan", [*THIRD_2025, fund("bald", OWN, 5, "Plan")], UNKNOWN),
    money("a year out of range", [*THIRD_2025, fund(1066, OWN, 5)], UNKNOWN),
    money("a status empty anywhere", [*THIRD_2025, fund(2020, OWN, 5, None)], UNKNOWN),
    money("a status unheard of", [*THIRD_2025, fund(2026, OWN, 5, "Schätzung")], UNKNOWN),
    money("a share of nothing", [fund(2025, OWN, 0), fund(2025, GRANT, 0)], UNKNOWN),
    money("sheet empty", [], UNKNOWN),
    case("7.1", "no sheet", [drop("Finanzierung")], U, UNKNOWN),
]  # fmt: skip


def secured(what: str, day: Cell, due: Condition, today: date = AS_OF) -> Case:
    edits = [*seen_on(today), master(Finanzierung_gesichert_bis=day)]
    return case("7.2", what, edits, due[0], due)


def prospect(what: str, text: Cell, day: date, status: str, second: str) -> Case:
    edit = master(Langfristige_Perspektive=text, Finanzierung_gesichert_bis=day)
    return case("7.2", what, [edit], status, ANY, (second, ANY, ANY, ANY))


SECURED = [
    secured("24 months", date(2028, 9, 30), (F, 24, 24, None)),
    secured("a day less", date(2028, 9, 29), (N, 23, 23, 1)),
    secured("25 months less a day", date(2028, 10, 29), (F, 24, 24, None)),
    # 29 February + 24 months is clamped to 28 February.
    secured("from a leap day", date(2026, 2, 28), (F, 24, 24, None), LEAP_DAY),
    secured("from a leap day, a day less", date(2026, 2, 27), (N, 23, 23, 1), LEAP_DAY),
    # 31 August + 1 month is 30 September: complete.
    secured("one short month", date(2026, 9, 30), (N, 1, 1, 23), date(2026, 8, 31)),
    secured("today", TODAY, (N, 0, 0, 24)),
    # 30 August is minus one month and before yesterday.
    secured("until yesterday", YESTERDAY, (N, -1, -1, 25)),
    secured("empty", None, UNKNOWN),
    secured("bad", "unbefristet", UNKNOWN),
    prospect("prospect empty", None, date(2028, 9, 30), U, U),
    prospect("prospect keine", "keine", date(2028, 9, 30), N, N),
    prospect("prospect k. A.", "k. A.", date(2028, 9, 30), U, U),
    prospect("prospect nein", "Nein", date(2028, 9, 30), N, N),
    prospect("prospect not there", "nicht vorhanden", date(2028, 9, 30), N, N),
    prospect("prospect ?", "?", date(2028, 9, 30), U, U),
    prospect("prospect yet to be settled", "wird noch geklärt", date(2028, 9, 30), U, U),
    # A sentence is an answer, whatever words are in it.
    prospect(
        "prospect in a sentence",
        "Es gibt noch keine Zusage, wir tragen uns durch Beiträge.",
        date(2028, 9, 30),
        F,
        F,
    ),
    prospect("prospect nein, funds unknown", "nein", None, N, N),
    prospect("prospect empty, funds short", None, TODAY, N, U),
]


# --- 8 and 9: activities ----------------------------------------------------------------------

A, B = "Digitalisierung", "Fachkräfte"
OLD = date(2020, 1, 1)
SV, SUPPORT = "Service", "Innovationsunterstützung"


def services(what: str, rows: list[Row], status: str, covered: Condition, held: Condition) -> Case:
    return case("8", what, [put("Aktivitäten", rows)], status, covered, held)


def three_areas(what: str, row: Row, high: float, status: str) -> Case:
    """Three strategic fields, one with a service of its own, one open row."""
    edits = [
        master(Strategische_Handlungsfelder=f"{A}; {B}; Export"),
        put("Aktivitäten", [act(SV, 12, A), row]),
    ]
    return case("8", what, edits, status, (status, 1 / 3, high, 2), (F, ANY, ANY, None))


BOTH: Condition = (F, 1, 1, None)
SERVICES = [
    services("12 a year", [act(SV, 6, A), act(SV, 6, B)], F, BOTH, (F, 12, 12, None)),
    services("11 a year", [act(SV, 6, A), act(SV, 5, B)], N, BOTH, (N, 11, 11, 1)),
    services("once a year", [act(SV, 11, A), act(SV, 1, B)], F, BOTH, (F, 12, 12, None)),
    services("less than once a year", [act(SV, 12, A), act(SV, 0.5, B)], N,
             (N, 0.5, 0.5, 1), (F, 12.5, 12.5, None)),
    services("one field of two", [act(SV, 12, A)], N, (N, 0.5, 0.5, 1), (F, 12, 12, None)),
    services("names of fields alike", [act(SV, 6, " digitalisierung"), act(SV, 6, "FACHKRÄFTE")],
             F, BOTH, (F, 12, 12, None)),
    services("another field adds to the sum", [act(SV, 6, A), act(SV, 1, B), act(SV, 5, "Wald")],
             F, BOTH, (F, 12, 12, None)),
    services("other kinds do not count", [act(SV, 12, A), act("Arbeitsgruppe", 6, B)], N,
             (N, 0.5, 0.5, 1), (F, 12, 12, None)),
    # An unknown number of times has no upper limit.
    services("times empty", [act(SV, 6, A), act(SV, None, B)], U,
             (U, 0.5, 1, 1), (U, 6, INF, 6)),
    services("times bad, enough without", [act(SV, 12, A), act(SV, "oft", B)], U,
             (U, 0.5, 1, 1), (F, 12, INF, None)),
    services("times empty in a row too many", [act(SV, 6, A), act(SV, 6, B), act(SV, None, A)],
             F, BOTH, (F, 12, INF, None)),
    # A row of unknown kind may be a service.
    services("kind empty", [act(SV, 6, A), act(None, 6, B)], U, (U, 0.5, 1, 1), (U, 6, 12, 6)),
    services("kind empty, too little", [act(SV, 6, A), act("Ausflug", 5, B)], N,
             (U, 0.5, 1, 1), (N, 6, 11, 6)),
    services("kind and times empty", [act(SV, 6, A), act(None, None, B)], U,
             (U, 0.5, 1, 1), (U, 6, INF, 6)),
    services("kind empty, rare", [act(SV, 12, A), act(None, 0.5, B)], N,
             (N, 0.5, 0.5, 1), (F, 12, 12.5, None)),
    # A row without a field may name every field.
    three_areas("field empty may cover all", act(SV, 6), 1, U),
    three_areas("field empty, less than once", act(SV, 0.5), 1 / 3, N),
    services("field empty", [act(SV, 12, A), act(SV, 6)], U, (U, 0.5, 1, 1), (F, 18, 18, None)),
    services("two without field", [act(SV, 6), act(SV, 6)], U, (U, 0, 1, 2), (F, 12, 12, None)),
    # Only what has begun counts; a service without Beginn has.
    services("begins today", [act(SV, 6, A), act(SV, 6, B, TODAY)], F, BOTH, (F, 12, 12, None)),
    services("begins tomorrow", [act(SV, 6, A), act(SV, 6, B, TOMORROW)], N,
             (N, 0.5, 0.5, 1), (N, 6, 6, 6)),
    services("begin empty", [act(SV, 6, A), act(SV, 6, B, None)], F, BOTH, (F, 12, 12, None)),
    services("begin bad", [act(SV, 6, A), act(SV, 6, B, "bald")], U, (U, 0.5, 1, 1), (U, 6, 12, 6)),
    services("begin bad, too rare", [act(SV, 6, A), act(SV, 6, B), act(SV, 0.5, A, "bald")], F,
             BOTH, (F, 12, 12.5, None)),
    services("begin bad, times empty", [act(SV, 12, A), act(SV, None, B, "bald")], U,
             (U, 0.5, 1, 1), (F, 12, INF, None)),
    services("begins tomorrow, times empty", [act(SV, 12, A), act(SV, None, B, TOMORROW)], N,
             (N, 0.5, 0.5, 1), (F, 12, 12, None)),
    services("kind empty, begins tomorrow", [act(SV, 6, A), act(None, 6, B, TOMORROW)], N,
             (N, 0.5, 0.5, 1), (N, 6, 6, 6)),
    # Innovation support is a service.
    services("support covers a field", [act(SV, 6, A), act(SUPPORT, 6, B)], F, BOTH,
             (F, 12, 12, None)),
    services("support alone", [act(SUPPORT, 6, A), act(SUPPORT, 6, B)], F, BOTH,
             (F, 12, 12, None)),
    services("support begins tomorrow", [act(SV, 12, A), act(SUPPORT, 6, B, TOMORROW)], N,
             (N, 0.5, 0.5, 1), (F, 12, 12, None)),
    services("support in English", [act(SV, 6, A), act("Innovation support", 6, B)], F, BOTH,
             (F, 12, 12, None)),
    # A row may serve several fields.
    services("two fields in a row", [act(SV, 12, f"{A}; {B}")], F, BOTH, (F, 12, 12, None)),
    services("two fields after commas", [act(SV, 12, f"{A}, {B}")], F, BOTH, (F, 12, 12, None)),
    services("two fields, one not stated", [act(SV, 12, f"{A}; Wald")], N,
             (N, 0.5, 0.5, 1), (F, 12, 12, None)),
    services("two fields, too rare", [act(SV, 0.5, f"{A}; {B}"), act(SV, 12, A)], N,
             (N, 0.5, 0.5, 1), (F, 12.5, 12.5, None)),
    services("two fields begin tomorrow", [act(SV, 12, f"{A}; {B}", TOMORROW)], N,
             (N, 0, 0, 2), (N, 0, 0, 12)),
    services("all fields", [act(SV, 12, "alle Handlungsfelder")], F, BOTH, (F, 12, 12, None)),
    services("two fields, kind empty", [act(SV, 12, A), act(None, 6, f"{A}; {B}")], U,
             (U, 0.5, 1, 1), (F, 12, 18, None)),
    services("sheet empty", [], N, (N, 0, 0, 2), (N, 0, 0, 12)),
    case("8", "no sheet", [drop("Aktivitäten")], U, UNKNOWN, UNKNOWN),
    case("8", "no strategic fields", [master(Strategische_Handlungsfelder=None)], U,
         UNKNOWN, (F, 24, 24, None)),
]  # fmt: skip

GROUP, FORUM, INTERNAL = "Arbeitsgruppe", "Clusterforum", "Interne Kommunikation"


def activity(criterion: str, what: str, rows: list[Row], due: Condition, *more: Edit) -> Case:
    return case(criterion, what, [put("Aktivitäten", rows), *more], due[0], due)


ONE: Condition = (F, 1, 1, None)
NONE: Condition = (N, 0, 0, 1)
PERHAPS: Condition = (U, 0, 1, 1)
YEAR_AGO = date(2025, 9, 30)
GROUPS = [
    activity("9.1", "a year ago, twice", [act(GROUP, 2, None, YEAR_AGO)], ONE),
    activity("9.1", "a day less", [act(GROUP, 2, None, date(2025, 10, 1))], NONE),
    activity("9.1", "forum", [act(FORUM, 2, None, YEAR_AGO)], ONE),
    activity("9.1", "seen on a leap day", [act(GROUP, 2, None, date(2023, 2, 28))], ONE,
             as_of(LEAP_DAY)),
    activity("9.1", "seen on a leap day, a day less", [act(GROUP, 2, None, date(2023, 3, 1))],
             NONE, as_of(LEAP_DAY)),
    activity("9.1", "less than twice", [act(GROUP, 1.9)], NONE),
    activity("9.1", "times empty", [act(GROUP, None)], PERHAPS),
    activity("9.1", "begin empty", [act(GROUP, 2, None, None)], PERHAPS),
    activity("9.1", "begin bad", [act(GROUP, 2, None, "lange her")], PERHAPS),
    activity("9.1", "begin empty, too rare", [act(GROUP, 1, None, None)], NONE),
    activity("9.1", "times empty, too young", [act(GROUP, None, None, TODAY)], NONE),
    activity("9.1", "kind empty", [act(None, 2)], PERHAPS),
    # A yearly forum counts; a row of unknown kind may be one.
    activity("9.1", "forum once", [act(FORUM, 1, None, YEAR_AGO)], ONE),
    activity("9.1", "forum every other year", [act(FORUM, 0.5)], NONE),
    activity("9.1", "forum once, too young", [act(FORUM, 1, None, date(2025, 10, 1))], NONE),
    activity("9.1", "forum once, begin empty", [act(FORUM, 1, None, None)], PERHAPS),
    activity("9.1", "forum once, begin bad", [act(FORUM, 1, None, "früher")], PERHAPS),
    activity("9.1", "forum, times empty", [act(FORUM, None)], PERHAPS),
    activity("9.1", "forum every other year, begin empty", [act(FORUM, 0.5, None, None)], NONE),
    activity("9.1", "kind empty, once: a forum", [act(None, 1)], PERHAPS),
    activity("9.1", "group once, forum once", [act(GROUP, 1), act(FORUM, 1)], ONE),
    activity("9.1", "kind empty, too rare", [act(None, 0.99)], NONE),
    activity("9.1", "kind unheard of, too young", [act("Treff", 2, None, TODAY)], NONE),
    activity("9.1", "another kind", [act(SV, 12)], NONE),
    activity("9.1", "two of them", [act(GROUP, 2), act(FORUM, 2)], (F, 2, 2, None)),
    activity("9.1", "sheet empty", [], NONE),
    case("9.1", "no sheet", [drop("Aktivitäten")], U, UNKNOWN),
    # Rows are counted, not titles: both are called alike.
    activity("9.2", "two", [act(INTERNAL, 4), act(INTERNAL, 4)], (F, 2, 2, None)),
    activity("9.2", "one too rare", [act(INTERNAL, 4), act(INTERNAL, 3.99)], (N, 1, 1, 1)),
    activity("9.2", "one", [act(INTERNAL, 12)], (N, 1, 1, 1)),
    activity("9.2", "times empty", [act(INTERNAL, 4), act(INTERNAL, None)], (U, 1, 2, 1)),
    activity("9.2", "kind empty", [act(INTERNAL, 4), act(None, 4)], (U, 1, 2, 1)),
    activity("9.2", "begin empty", [act(INTERNAL, 4), act(INTERNAL, 4, None, None)],
             (F, 2, 2, None)),
    activity("9.2", "begins today", [act(INTERNAL, 4), act(INTERNAL, 4, None, TODAY)],
             (F, 2, 2, None)),
    activity("9.2", "begins tomorrow", [act(INTERNAL, 4), act(INTERNAL, 4, None, TOMORROW)],
             (N, 1, 1, 1)),
    activity("9.2", "both begin tomorrow", [act(INTERNAL, 4, None, TOMORROW)] * 2, (N, 0, 0, 2)),
    activity("9.2", "begin bad", [act(INTERNAL, 4), act(INTERNAL, 4, None, "bald")],
             (U, 1, 2, 1)),
    activity("9.2", "begin bad, too rare", [act(INTERNAL, 4), act(INTERNAL, 3, None, "bald")],
             (N, 1, 1, 1)),
    activity("9.2", "times empty, begins tomorrow",
             [act(INTERNAL, 4), act(INTERNAL, None, None, TOMORROW)], (N, 1, 1, 1)),
    activity("9.2", "kind empty, begins tomorrow",
             [act(INTERNAL, 4), act(None, 4, None, TOMORROW)], (N, 1, 1, 1)),
    activity("9.2", "sheet empty", [], (N, 0, 0, 2)),
    case("9.2", "no sheet", [drop("Aktivitäten")], U, UNKNOWN),
]  # fmt: skip


# --- 10 to 13: evidence -----------------------------------------------------------------------

RIVAL, MERIT, STORY = "Wettbewerber", "Alleinstellungsmerkmal", "Erfolgsgeschichte"


def evidence(criterion: str, what: str, rows: list[Row], due: Condition, *more: Edit) -> Case:
    return case(criterion, what, [put("Nachweise", rows), *more], due[0], due)


def rivals(*titles: Cell) -> list[Row]:
    return [proof(RIVAL, title) for title in titles]


VISIBILITY = [
    evidence("10.1", "three", rivals("Rhein", "Elbe", "Oder"), (F, 3, 3, None)),
    evidence("10.1", "two", rivals("Rhein", "Elbe"), (N, 2, 2, 1)),
    evidence("10.1", "alike but for case and space", rivals("Am Rhein", " am  RHEIN ", "Elbe"),
             (N, 2, 2, 1)),
    evidence("10.1", "one title empty", rivals("Rhein", "Elbe", None), (U, 2, 3, 1)),
    evidence("10.1", "one title k. A.", rivals("Rhein", "Elbe", "k. A."), (U, 2, 3, 1)),
    evidence("10.1", "two titles empty", rivals("Rhein", None, None), (U, 1, 3, 2)),
    evidence("10.1", "a title empty is not enough", rivals("Rhein", None), (N, 1, 2, 2)),
    evidence("10.1", "unknown kind", [*rivals("Rhein", "Elbe"), proof(None, "Oder")],
             (U, 2, 3, 1)),
    evidence("10.1", "unheard-of kind", [*rivals("Rhein", "Elbe"), proof("Gegner", "Oder")],
             (U, 2, 3, 1)),
    evidence("10.1", "unknown kind, known title",
             [*rivals("Rhein", "Elbe"), proof(None, "elbe")], (N, 2, 2, 1)),
    # The two unknown rows have one title.
    evidence("10.1", "unknown kind twice",
             [*rivals("Rhein", "Elbe"), proof(None, "Oder"), proof(None, "ODER")],
             (U, 2, 3, 1)),
    evidence("10.1", "dates do not matter",
             [proof(RIVAL, "Rhein", None), proof(RIVAL, "Elbe", "?"),
              proof(RIVAL, "Oder", date(1990, 1, 1))], (F, 3, 3, None)),
    evidence("10.1", "sheet empty", [], (N, 0, 0, 3)),
    case("10.1", "no sheet", [drop("Nachweise")], U, UNKNOWN),
    evidence("10.2", "one", [proof(MERIT, "Reinraum")], ONE),
    evidence("10.2", "title empty", [proof(MERIT, None)], PERHAPS),
    evidence("10.2", "title a dash", [proof(MERIT, "–")], PERHAPS),
    evidence("10.2", "kind empty", [proof(None, "Reinraum")], PERHAPS),
    evidence("10.2", "other kinds", rivals("Rhein"), NONE),
    case("10.2", "no sheet", [drop("Nachweise")], U, UNKNOWN),
]  # fmt: skip


def seen(
    what: str,
    rows: list[Row],
    status: str,
    pieces: Condition,
    kinds: Condition,
    outside: Condition = ONE,
    *more: Edit,
) -> Case:
    edits = [put("Nachweise", rows), *more]
    return case("11", what, edits, status, pieces, kinds, outside)


PRESS, FAIR, PLATFORM, PAPER = "Presse", "Messe", "Plattform", "Publikation"
TWO_PRESS = [proof(PRESS, "A"), proof(PRESS, "B")]
TWO_KINDS: Condition = (F, 2, 2, None)
THREE: Condition = (F, 3, 3, None)
WINDOW, BEFORE = date(2024, 9, 30), date(2024, 9, 29)


def outward(times: Cell, start: Cell = None) -> Edit:
    return put("Aktivitäten", act("Externe Kommunikation", times, None, start))


def profile(title: Cell, day: Cell, end: Cell = None) -> Row:
    return proof(PLATFORM, title, day) | {"Ende": end}


SEEN_ONCE_LESS = (N, 2, 2, 1), (N, 1, 1, 1)
SEEN_PERHAPS = (U, 2, 3, 1), (U, 1, 2, 1)


MENTIONS = [
    seen("three of two kinds", [*TWO_PRESS, proof(FAIR, "A")], F, THREE, TWO_KINDS),
    seen("one title in two kinds is two", [*TWO_PRESS, proof(FAIR, "b")], F, THREE, TWO_KINDS),
    seen("three of one kind", [*TWO_PRESS, proof(PRESS, "C")], N, THREE, (N, 1, 1, 1)),
    seen("three of three kinds", [proof(PRESS, "A"), proof(PLATFORM, "B"), proof(PAPER, "C")],
         F, THREE, THREE),
    seen("two", [proof(PRESS, "A"), proof(FAIR, "B")], N, (N, 2, 2, 1), TWO_KINDS),
    seen("24 months ago", [*TWO_PRESS, proof(FAIR, "C", WINDOW)], F, THREE, TWO_KINDS),
    seen("a day older", [*TWO_PRESS, proof(FAIR, "C", BEFORE)], N, (N, 2, 2, 1), (N, 1, 1, 1)),
    seen("today", [*TWO_PRESS, proof(FAIR, "C", TODAY)], F, THREE, TWO_KINDS),
    seen("tomorrow", [*TWO_PRESS, proof(FAIR, "C", TOMORROW)], N, (N, 2, 2, 1), (N, 1, 1, 1)),
    seen("date empty", [*TWO_PRESS, proof(FAIR, "C", None)], U, (U, 2, 3, 1), (U, 1, 2, 1)),
    seen("date bad", [*TWO_PRESS, proof(FAIR, "C", "Mai")], U, (U, 2, 3, 1), (U, 1, 2, 1)),
    seen("title empty", [*TWO_PRESS, proof(FAIR, None)], U, (U, 2, 3, 1), (U, 1, 2, 1)),
    seen("kind empty", [*TWO_PRESS, proof(None, "C")], U, (U, 2, 3, 1), (U, 1, 2, 1)),
    # It may be a fair of the same title, so a third piece.
    seen("kind empty, known title", [*TWO_PRESS, proof(None, "a")], U, (U, 2, 3, 1),
         (U, 1, 2, 1)),
    # It may be a profile that still stands.
    seen("kind empty, too old", [*TWO_PRESS, proof(None, "C", BEFORE)], U, (U, 2, 3, 1),
         (U, 1, 2, 1)),
    seen("two kinds empty", [*TWO_PRESS, proof(None, "C"), proof(None, "D")], U, (U, 2, 4, 1),
         (U, 1, 3, 1)),
    # A piece is certain if one of its rows is.
    seen("one title, once undated", [*TWO_PRESS, proof(FAIR, "C", None), proof(FAIR, "c")], F,
         THREE, TWO_KINDS),
    seen("other evidence", [*TWO_PRESS, proof(STORY, "C"), proof(RIVAL, "D")], N, (N, 2, 2, 1),
         (N, 1, 1, 1)),
    # A profile on a platform stands until it ends.
    seen("profile undated", [*TWO_PRESS, profile("C", None)], F, THREE, TWO_KINDS),
    seen("profile of old", [*TWO_PRESS, profile("C", OLD)], F, THREE, TWO_KINDS),
    seen("profile since today", [*TWO_PRESS, profile("C", TODAY)], F, THREE, TWO_KINDS),
    seen("profile from tomorrow", [*TWO_PRESS, profile("C", TOMORROW)], N, *SEEN_ONCE_LESS),
    seen("profile ended 24 months ago", [*TWO_PRESS, profile("C", OLD, WINDOW)], F, THREE,
         TWO_KINDS),
    seen("profile ended a day earlier", [*TWO_PRESS, profile("C", OLD, BEFORE)], N,
         *SEEN_ONCE_LESS),
    seen("profile undated, ended too early", [*TWO_PRESS, profile("C", None, BEFORE)], N,
         *SEEN_ONCE_LESS),
    seen("profile ends in future", [*TWO_PRESS, profile("C", None, date(2030, 1, 1))], F, THREE,
         TWO_KINDS),
    seen("profile dated badly", [*TWO_PRESS, profile("C", "seit Langem")], U, *SEEN_PERHAPS),
    seen("profile dated badly, ended too early", [*TWO_PRESS, profile("C", "bald", BEFORE)], N,
         *SEEN_ONCE_LESS),
    seen("profile with a bad end", [*TWO_PRESS, profile("C", OLD, "irgendwann")], U,
         *SEEN_PERHAPS),
    seen("profile without a title", [*TWO_PRESS, profile(None, None) | {"Verweis": "x"}], U,
         *SEEN_PERHAPS),
    seen("two profiles of one title", [proof(PRESS, "A"), profile("C", None), profile("c", OLD)],
         N, (N, 2, 2, 1), TWO_KINDS),
    # A row of unknown kind may be a profile, however old.
    seen("kind and date empty", [*TWO_PRESS, proof(None, "C", None)], U, *SEEN_PERHAPS),
    seen("kind empty, old, ended too early",
         [*TWO_PRESS, proof(None, "C", OLD) | {"Ende": BEFORE}], N, *SEEN_ONCE_LESS),
    seen("kind empty, recent, ended too early",
         [*TWO_PRESS, proof(None, "C") | {"Ende": BEFORE}], U, *SEEN_PERHAPS),
    seen("kind empty, old, bad end",
         [*TWO_PRESS, proof(None, "C", OLD) | {"Ende": "?!?x"}], U, *SEEN_PERHAPS),
    seen("kind empty, from tomorrow", [*TWO_PRESS, proof(None, "C", TOMORROW)], N,
         *SEEN_ONCE_LESS),
    seen("sheet empty", [], N, (N, 0, 0, 3), (N, 0, 0, 2)),
    case("11", "no sheet", [drop("Nachweise")], U, UNKNOWN, UNKNOWN, ONE),
    case("11", "outward once", [outward(1)], F, ANY, ANY, ONE),
    case("11", "outward too rare", [outward(0.99)], N, ANY, ANY, NONE),
    case("11", "outward unknown", [outward(None)], U, ANY, ANY, PERHAPS),
    case("11", "outward begins today", [outward(1, TODAY)], F, ANY, ANY, ONE),
    case("11", "outward begins tomorrow", [outward(1, TOMORROW)], N, ANY, ANY, NONE),
    case("11", "outward, begin bad", [outward(1, "bald")], U, ANY, ANY, PERHAPS),
    case("11", "outward too rare, begin bad", [outward(0.5, "bald")], N, ANY, ANY, NONE),
    case("11", "outward unknown, begins tomorrow", [outward(None, TOMORROW)], N, ANY, ANY, NONE),
    case("11", "outward by an unknown kind", [put("Aktivitäten", act(None, 1))], U, ANY, ANY,
         PERHAPS),
    case("11", "no activities sheet", [drop("Aktivitäten")], U, ANY, ANY, UNKNOWN),
]  # fmt: skip


def stories(what: str, third: list[Row], due: Condition, today: date = AS_OF) -> Case:
    """Two certain success stories and what is added."""
    certain = [proof(STORY, "A", today), proof(STORY, "B", today)]
    return evidence("12", what, [*certain, *third], due, *seen_on(today))


TWO: Condition = (N, 2, 2, 1)
THIRD_OPEN: Condition = (U, 2, 3, 1)
STORIES = [
    stories("three", [proof(STORY, "C")], THREE),
    stories("two", [], TWO),
    stories("24 months ago", [proof(STORY, "C", WINDOW)], THREE),
    stories("a day older", [proof(STORY, "C", BEFORE)], TWO),
    stories("tomorrow", [proof(STORY, "C", TOMORROW)], TWO),
    # 29 February - 24 months is 28 February.
    stories("seen on a leap day", [proof(STORY, "C", date(2022, 2, 28))], THREE, LEAP_DAY),
    stories("seen on a leap day, older", [proof(STORY, "C", date(2022, 2, 27))], TWO, LEAP_DAY),
    # 28 February - 24 months is 28 February 2024, not its end.
    stories("back to a leap year", [proof(STORY, "C", date(2024, 2, 28))], THREE,
            date(2026, 2, 28)),
    stories("back to a leap year, older", [proof(STORY, "C", date(2024, 2, 27))], TWO,
            date(2026, 2, 28)),
    stories("same title", [proof(STORY, " a ")], TWO),
    stories("undated", [proof(STORY, "C", None)], THIRD_OPEN),
    stories("undated twice, one title", [proof(STORY, "C", None), proof(STORY, "c", "?")],
            THIRD_OPEN),
    stories("undated, title of a certain one", [proof(STORY, "b", None)], TWO),
    stories("too old and undated, one title",
            [proof(STORY, "C", BEFORE), proof(STORY, "C", None)], THIRD_OPEN),
    stories("too old, title empty", [proof(STORY, None, BEFORE)], TWO),
    stories("kind empty, too old", [proof(None, "C", BEFORE)], TWO),
    stories("kind empty", [proof(None, "C")], THIRD_OPEN),
    stories("two undated", [proof(STORY, "C", None), proof(STORY, "D", None)], (U, 2, 4, 1)),
    case("12", "no sheet", [drop("Nachweise")], U, UNKNOWN),
    case("12", "sheet empty", [put("Nachweise")], N, (N, 0, 0, 3)),
    # All four are undated now.
    case("12", "no column Datum", [drop_column("Nachweise", "Datum")], U, (U, 0, 4, 3)),
]  # fmt: skip


def projects(what: str, rows: list[Row], due: Condition) -> Case:
    """The projects; an anchoring in the region stands beside them."""
    edit = put("Nachweise", rows, proof("Verankerung", "Stadt"))
    return case("13", what, [edit], due[0], due, ONE, ONE)


def anchored(what: str, rows: list[Row], status: str, due: Condition) -> Case:
    edit = put("Nachweise", project(WINDOW, None, 2), rows)
    return case("13", what, [edit], status, ONE, due, ONE)


def supported(what: str, rows: list[Row], due: Condition, version: Cell = 2) -> Case:
    """What supports the actors in the innovation process; projects and anchoring are as due."""
    edits = [put("Aktivitäten", rows), master(Formularversion=version)]
    return case("13", what, edits, due[0], ANY, ONE, due)


PROJECTS = [
    projects("running, two actors", [project(OLD, None, 2)], ONE),
    projects("one actor", [project(OLD, None, 1)], NONE),
    projects("actors empty", [project(OLD, None, None)], PERHAPS),
    projects("actors bad", [project(OLD, None, "mehrere")], PERHAPS),
    projects("begun today", [project(TODAY, None, 2)], ONE),
    projects("begins tomorrow", [project(TOMORROW, None, 2)], NONE),
    projects("begin empty", [project(None, None, 2)], PERHAPS),
    projects("begin bad, one actor", [project("?", None, 1)], NONE),
    projects("ended 24 months ago", [project(OLD, WINDOW, 2)], ONE),
    projects("ended a day earlier", [project(OLD, BEFORE, 2)], NONE),
    projects("end bad", [project(OLD, "bald", 2)], PERHAPS),
    projects("end open", [project(OLD, "offen", 2)], ONE),
    projects("end bad, one actor", [project(OLD, "bald", 1)], NONE),
    projects("begin empty, ended too early", [project(None, BEFORE, 2)], NONE),
    projects("title empty", [project(OLD, None, 2, None)], PERHAPS),
    projects("one title twice", [project(OLD, None, 2), project(OLD, None, 5)], ONE),
    projects("two titles", [project(OLD, None, 2), project(OLD, None, 5, "B")], (F, 2, 2, None)),
    # One row of the title is certain, so the title is.
    projects("one title, once without actors", [project(OLD, None, None), project(OLD, None, 2)],
             ONE),
    anchored("anchored", [proof("Verankerung", "Stadt", None)], F, ONE),
    anchored("anchoring without title", [proof("Verankerung", None)], U, PERHAPS),
    anchored("not anchored", [], N, NONE),
    case("13", "unknown kind", [
        put("Nachweise", project(OLD, None, 2) | {"Art": None}, proof("Verankerung", "Stadt")),
    ], U, PERHAPS, (F, 1, 2, None), ONE),
    case("13", "sheet empty", [put("Nachweise")], N, NONE, NONE, ONE),
    case("13", "no sheet", [drop("Nachweise")], U, UNKNOWN, UNKNOWN, ONE),
    supported("support once a year", [act(SUPPORT, 1)], ONE),
    supported("support too rare", [act(SUPPORT, 0.99)], NONE),
    supported("support begins today", [act(SUPPORT, 1, None, TODAY)], ONE),
    supported("support begins tomorrow", [act(SUPPORT, 1, None, TOMORROW)], NONE),
    supported("support, begin empty", [act(SUPPORT, 1, None, None)], ONE),
    supported("support, begin bad", [act(SUPPORT, 1, None, "bald")], PERHAPS),
    supported("support, times empty", [act(SUPPORT, None)], PERHAPS),
    supported("support, kind empty", [act(None, 1)], PERHAPS),
    supported("two offers of support", [act(SUPPORT, 1), act("Innovation support", 2)],
              (F, 2, 2, None)),
    supported("a service is no support", [act(SV, 12)], NONE),
    supported("no support", [], NONE),
    case("13", "no sheet of activities", [drop("Aktivitäten")], U, ANY, ONE, UNKNOWN),
    # The form of version 1 did not ask: nobody can miss it.
    supported("old form, support stated all the same", [act(SUPPORT, 1)], ONE, 1),
    supported("old form, no support", [], UNKNOWN, 1),
    supported("old form without a version", [act(SV, 12)], UNKNOWN, None),
    supported("old form, support perhaps", [act(SUPPORT, None)], UNKNOWN, None),
    supported("version cannot be read", [act(SV, 12)], UNKNOWN, "neu"),
    supported("version 3", [act(SV, 12)], NONE, 3),
]  # fmt: skip

CASES = [
    *ACTOR_COUNT, *SME_SHARE, *RND_SHARE, *NEAR_SHARE, *AGE, *PER_FTE, *BODIES,
    *STRATEGY_ACTORS, *STRATEGY, *OWN_FUNDS, *SECURED, *SERVICES, *GROUPS, *VISIBILITY,
    *MENTIONS, *STORIES, *PROJECTS,
]  # fmt: skip


# --- filling an unknown cell never leaves the interval ----------------------------------------


@dataclass(frozen=True)
class Filling:
    what: str
    unknown: str
    filled: tuple[str, ...]


def filling(what: str, edits: list[Edit], sheet: str, row: Row, column: str, *values: Cell
            ) -> Filling:  # fmt: skip
    """One row is added with its cell empty, and again with each value in it."""

    def variant(value: Cell) -> str:
        return book(f"fill {what}: {value!r}", *edits, add(sheet, row | {column: value}))

    return Filling(what, variant(None), tuple(variant(value) for value in values))


SMALL: list[Edit] = [members(sme(14), uni(14)), put("Aktivitäten", act(SV, 6, A))]
BARE: list[Edit] = [put("Nachweise", [proof(k, "A") for k in (RIVAL, PRESS, STORY)])]
FILLINGS = [
    filling("a commitment", SMALL, "Akteure", sme()[0] | FAR, "Bindung",
            "Mitgliedschaft", "Aktive Mitwirkung", "Kontakt"),
    filling("the commitment of a second listing", [*SMALL, add("Akteure", sme(1, TWIN | CONTACT))],
            "Akteure", sme(1, TWIN_AGAIN)[0], "Bindung", "Mitgliedschaft", "Kontakt"),
    filling("a type", SMALL, "Akteure", sme()[0], "Akteurstyp",
            "KMU", "Großunternehmen", "Unternehmen", "Hochschule", "Sonstige"),
    filling("employees", SMALL, "Akteure", sme()[0], "Beschäftigte", 0, 249, 250),
    filling("a turnover", SMALL, "Akteure", sme(1, {"Bilanzsumme EUR": 9e8})[0], "Umsatz EUR",
            0, 50_000_000, 50_000_001),
    filling("a postcode", SMALL, "Akteure", sme(1, NOWHERE)[0], "PLZ", "99084", "10115"),
    filling("a group", [TWO_BIG, put("Gremien", seats(W))], "Gremien", seats(None),
            "Akteursgruppe", W, S, P, M),
    filling("seats", [TWO_BIG, put("Gremien", seats(W))], "Gremien", seats(S), "Sitze", 0, 1),
    filling("an activity's kind", SMALL, "Aktivitäten", act(None, 6, B), "Art",
            SV, SUPPORT, GROUP, FORUM, INTERNAL, "Externe Kommunikation"),
    filling("an activity's times", SMALL, "Aktivitäten", act(SV, None, B),
            "Häufigkeit pro Jahr", 0, 1, 1000),
    filling("an activity's field", SMALL, "Aktivitäten", act(SV, 6), "Handlungsfeld",
            A, B, "Wald"),
    filling("a group's begin", SMALL, "Aktivitäten", act(GROUP, 2), "Beginn", OLD, TODAY),
    filling("a proof's kind", BARE, "Nachweise", proof(None, "A") | {"Beteiligte Akteure": 2},
            "Art", RIVAL, MERIT, PRESS, PLATFORM, FAIR, PAPER, STORY, "Innovationsprojekt",
            "Verankerung"),
    filling("a proof's title", BARE, "Nachweise", proof(STORY, None), "Titel", "A", "B"),
    filling("a proof's date", BARE, "Nachweise", proof(STORY, "B"), "Datum", WINDOW, BEFORE,
            TOMORROW),
    filling("a project's actors", BARE, "Nachweise", project(OLD, None, None),
            "Beteiligte Akteure", 0, 1, 2),
]  # fmt: skip


# --- ratings and decisions --------------------------------------------------------------------

BREAK: dict[str, Edit] = {
    "4.1": master(Formale_Gründung=date(2026, 1, 1)),
    "5": put("Gremien"),
    "6.1": master(Akteure_im_Strategieprozess=0),
    "6.2": master(Revisionskonzept_vorhanden="nein"),
    "7.2": master(Finanzierung_gesichert_bis=date(2026, 12, 31)),
    "9.1": without("Aktivitäten", GROUP),
    "9.2": without("Aktivitäten", INTERNAL),
    "10.2": without("Nachweise", MERIT),
    "11": without("Aktivitäten", "Externe Kommunikation"),
    "12": without("Nachweise", STORY),
    "13": without("Nachweise", "Verankerung"),
}
SEVEN = [BREAK[c] for c in ("6.1", "6.2", "9.1", "9.2", "10.2", "12", "13")]
SOFT_EIGHT = [BREAK[c] for c in ("5", "6.1", "6.2", "9.1", "9.2", "10.2", "11", "13")]
AGE_UNKNOWN = master(Formale_Gründung=None)
MONEY_UNKNOWN = master(Finanzierung_gesichert_bis=None)

RATED: list[tuple[str, Row]] = []  # in the order of the office's sheet
FLAGGED: list[tuple[int, str | None]] = []  # row and code of a finding that is due


def rate(
    key: str,
    criterion: Cell,
    verdict: str = "erfüllt",
    day: Cell = date(2026, 6, 1),
    *,
    reason: str | None = "In Augenschein genommen.",
    until: Cell = None,
    catalogue: str | None = None,
    flagged: bool = False,
    code: str | None = None,
) -> None:
    RATED.append((key, {
        "Katalog": catalogue, "Kriterium": criterion, "Bewertung": verdict,
        "Begründung": reason, "Gutachter": "G1", "Datum": day, "Gültig bis": until,
    }))  # fmt: skip
    if flagged:
        FLAGGED.append((len(RATED) + 1, code))


@dataclass(frozen=True)
class Rating:
    key: str
    criterion: str
    status: str
    computed: str
    basis: str
    against_hard: bool


RATINGS: list[Rating] = []


def rating(
    what: str,
    criterion: str,
    edits: list[Edit],
    given: list[dict[str, Any]],
    due: tuple[str, str, str, bool],
) -> None:
    key = book(f"rated: {what}", *edits)
    for one in given:
        rate(key, **({"criterion": criterion} | one))
    RATINGS.append(Rating(key, criterion, *due))


BAD_61 = [BREAK["6.1"]]
YES, NO, LATER = {"verdict": "erfüllt"}, {"verdict": "nicht erfüllt"}, {"verdict": "offen"}
MAY, JUNE = {"day": date(2026, 5, 1)}, {"day": date(2026, 6, 1)}
UNDATED = {"day": None}
KEPT = (N, N, "computed", False)
LIFTED = (F, N, "assessed", False)
rating("a soft one lifted", "6.1", BAD_61, [YES], LIFTED)
rating("a soft one lowered", "6.1", [], [NO], (N, F, "assessed", False))
rating("a soft one confirmed", "6.1", [], [YES], (F, F, "assessed", False))
rating("an undetermined one settled", "6.1", [master(Akteure_im_Strategieprozess=None)], [YES],
       (F, U, "assessed", False))  # fmt: skip
rating("open", "6.1", BAD_61, [LATER], KEPT)
rating("no reason", "6.1", BAD_61, [YES | {"reason": None, "flagged": True}], KEPT)
rating("reason k. A.", "6.1", BAD_61, [YES | {"reason": "k. A.", "flagged": True}], KEPT)
rating("valid until today", "6.1", BAD_61, [YES | {"until": TODAY}], LIFTED)
rating("expired yesterday", "6.1", BAD_61, [YES | {"until": YESTERDAY, "flagged": True}], KEPT)
rating("the newest of two", "6.1", BAD_61, [YES | MAY, NO | JUNE], (N, N, "assessed", False))
rating("the newest of two, listed first", "6.1", BAD_61, [YES | JUNE, NO | MAY], LIFTED)
rating("the newest is open", "6.1", BAD_61, [YES | MAY, LATER | JUNE], KEPT)
rating("the newest is expired", "6.1", BAD_61,
       [YES | MAY, YES | JUNE | {"until": YESTERDAY, "flagged": True}], KEPT)  # fmt: skip
rating("the newest has no reason", "6.1", BAD_61,
       [YES | JUNE | {"reason": None, "flagged": True}, YES | MAY], KEPT)  # fmt: skip
rating("undated is oldest", "6.1", BAD_61, [YES | {"day": date(2001, 1, 1)}, NO | UNDATED],
       LIFTED)  # fmt: skip
rating("undated alone counts", "6.1", BAD_61, [YES | UNDATED], LIFTED)
rating("one date: the later row", "6.1", BAD_61, [NO | JUNE, YES | JUNE], LIFTED)
rating("both undated: the later row", "6.1", BAD_61, [NO | UNDATED, YES | UNDATED], LIFTED)
rating("hard, lifted", "4.1", [BREAK["4.1"]], [YES], (F, N, "assessed", True))
rating("hard, lowered", "4.1", [], [NO], (N, F, "assessed", True))
rating("hard, confirmed", "4.1", [], [YES], (F, F, "assessed", False))
rating("hard, undetermined settled", "4.1", [AGE_UNKNOWN], [YES], (F, U, "assessed", True))
rating("hard, open", "4.1", [BREAK["4.1"]], [LATER], KEPT)
rating("hard, no reason", "4.1", [BREAK["4.1"]], [YES | {"reason": None, "flagged": True}], KEPT)
FEW_SMES = members(sme(10), uni(30))
rating("by the number 2.1", "2.1", [FEW_SMES], [{"criterion": 2.1}], (F, N, "assessed", True))
rating("by the number 1", "1", [members(sme(29))], [{"criterion": 1}], (F, N, "assessed", True))
rating("by a date", "2.1", [FEW_SMES],
       [{"criterion": date(2026, 1, 2), "flagged": True, "code": "bad_value"}], KEPT)  # fmt: skip
rating("of a criterion unheard of", "6.1", BAD_61, [{"criterion": "99", "flagged": True}], KEPT)
rating("by the catalogue's name", "6.1", BAD_61, [{"catalogue": "go-cluster"}], LIFTED)
rating("in another catalogue", "6.1", BAD_61, [{"catalogue": "zim-nemo", "flagged": True}], KEPT)
rate("DE-9999", "6.1", flagged=True)  # nobody sent or listed this cluster


@dataclass(frozen=True)
class Verdict:
    key: str
    hard: int
    soft: int
    assessed: int
    missed: int
    unsettled: int
    decision: str
    confirmed: str


VERDICTS: list[Verdict] = []


def verdict(
    what: str,
    edits: list[Edit],
    counts: tuple[int, int, int, int, int],
    decision: str,
    confirmed: str,
    given: dict[str, str] | None = None,
) -> None:
    """Counts: fulfilled hard, soft, by expert; not fulfilled; undetermined."""
    key = book(f"decision: {what}", *edits)
    for criterion, mark in (given or {}).items():
        rate(key, criterion, mark)
    VERDICTS.append(Verdict(key, *counts, decision, confirmed))


# 8 criteria are hard, 11 soft.  Confirmed: hard ones stand, the 11 unrated soft ones are open.
verdict("all of them", [], (8, 11, 0, 0, 0), "eligible", "open")
verdict("exactly 12", SEVEN, (7, 5, 0, 7, 0), "eligible", "open")
verdict("11", [*SEVEN, BREAK["4.1"]], (6, 5, 0, 8, 0), "not_eligible", "open")
verdict("11 and 1 open", [*SEVEN, AGE_UNKNOWN], (6, 5, 0, 7, 1), "open", "open")
verdict("10 and 1 open", [*SEVEN, AGE_UNKNOWN, BREAK["7.2"]], (5, 5, 0, 8, 1),
        "not_eligible", "open")  # fmt: skip
verdict("10 and 2 open", [*SEVEN, AGE_UNKNOWN, MONEY_UNKNOWN], (5, 5, 0, 7, 2), "open", "open")
verdict("8 soft missed", SOFT_EIGHT, (8, 3, 0, 8, 0), "not_eligible", "open")
# 8 hard and 4 confirmed soft ones are 12.
verdict("four confirmed", [], (8, 7, 4, 0, 0), "eligible", "eligible",
        dict.fromkeys(("2.2", "5", "6.1", "8"), "erfüllt"))  # fmt: skip
verdict("three confirmed", [], (8, 8, 3, 0, 0), "eligible", "open",
        dict.fromkeys(("2.2", "5", "6.1"), "erfüllt"))  # fmt: skip
# An open rating rates nothing: three confirmed are 11.
verdict("three confirmed, one open", [], (8, 8, 3, 0, 0), "eligible", "open",
        dict.fromkeys(("2.2", "5", "6.1"), "erfüllt") | {"8": "offen"})  # fmt: skip
# 3 soft ones are left to be settled: 8 + 3 is short of 12.
verdict("eight lowered", [], (8, 3, 0, 8, 0), "not_eligible", "not_eligible",
        dict.fromkeys(("5", "6.1", "6.2", "9.1", "9.2", "10.2", "11", "13"),
                      "nicht erfüllt"))  # fmt: skip
verdict("the twelfth by expert", [*SEVEN, BREAK["4.1"]], (6, 5, 1, 7, 0), "eligible", "open",
        {"4.1": "erfüllt"})  # fmt: skip
verdict("the twelfth lowered", SEVEN, (6, 5, 0, 8, 0), "not_eligible", "open",
        {"4.1": "nicht erfüllt"})  # fmt: skip

# Two other catalogues: (key, eccp-profile, zim-nemo).
OTHERS = [
    (GOOD, "eligible", "eligible"),
    (book("profile: 15", members(sme(14), uni(1))), "eligible", "eligible"),
    (book("profile: 14", members(sme(13), uni(1))), "not_eligible", "eligible"),
    (book("profile: 14 and one unsure", members(sme(13), uni(1), sme(1, UNSURE))), "open",
     "eligible"),
    (book("profile: half a post", put("Management", fte(0.5))), "eligible", "eligible"),
    (book("profile: less", put("Management", fte(0.49))), "not_eligible", "eligible"),
    (book("profile: post unknown", put("Management", fte("?"))), "open", "eligible"),
    (book("profile: one type", members(sme(40))), "not_eligible", "eligible"),
    (book("profile: one type and an unknown", members(sme(39), actors(1, None))), "open",
     "eligible"),
    (book("profile: one type and an unsure", members(sme(40), uni(1, UNSURE))), "open",
     "eligible"),
    (book("nemo: 6", members(sme(6), uni(30))), "eligible", "eligible"),
    (book("nemo: 5", members(sme(5), uni(30))), "eligible", "not_eligible"),
    (book("nemo: 5 and an unknown", members(sme(5), actors(1, "Unternehmen"), uni(30))),
     "eligible", "open"),
    (book("nemo: 5 and an unsure", members(sme(5), sme(1, UNSURE), uni(30))), "eligible",
     "open"),
]  # fmt: skip

# --- robustness: (key, the variants that turn the decision, into what) ------------------------

MID = size(300, 40_000_000, 30_000_000)  # an SME only after the IfM's definition
RICH = size(100, 60_000_000, 40_000_000)  # an SME only after the EU's, by its balance sheet
LOOSE: Row = {"Bindung": "Aktive Mitwirkung"}
STEADY = {  # 40 / 20 = 2.0 is within the stand-in limit; without it 4.2 is open
    "without_stand_in": "open"
}
TURNS: list[tuple[str, dict[str, str]]] = [
    (book("turn: nothing to lose"), {}),
    (book("turn: exactly 12", *SEVEN), STEADY),
    # 24 of 40 within 150 km, one of them at 147 km.
    (book("turn: 147 km", *SEVEN, members(
        sme(20), uni(3), sme(1, away(147_000, 90)), sme(16, FAR),
    )), STEADY | {"radius_145": "not_eligible"}),
    # 23 of 40 within 150 km, one more at 152 km: 11 fulfilled.  Without 4.2's stand-in 10 + 1.
    (book("turn: 152 km", *SEVEN, members(
        sme(20), uni(3), sme(1, away(152_000, 90)), sme(16, FAR),
    )), {"radius_155": "eligible"}),
    (book("turn: 300 employees", *SEVEN, members(sme(19), sme(1, MID), uni(20))),
     {"sme_ifm": "eligible"}),
    (book("turn: turnover of 60 million", *SEVEN, members(sme(19), sme(1, RICH), uni(20))),
     STEADY | {"sme_ifm": "not_eligible"}),
    (book("turn: 29 and a loose one", *SEVEN, members(sme(23), uni(6), sme(1, LOOSE))),
     {"loose_actors": "eligible"}),
]  # fmt: skip

# --- single clusters --------------------------------------------------------------------------

COUNTED = book("34 rows, 28 count", members(
    sme(20), uni(7), sme(1, TWIN), sme(1, TWIN_AGAIN), sme(3, CONTACT),
    sme(2, {"Austritt": date(2025, 12, 31)}),
))  # fmt: skip
DOUBLE = book("bad cells of a second listing", members(
    sme(39), sme(1, TWIN), sme(1, TWIN_AGAIN | {"Beschäftigte": "viele", "KMU": "evtl."}),
))  # fmt: skip
CONTRADICTION = book("KMU against the figures", members(sme(39), sme(1, size(250, 1, 1, "ja"))))
MISPLACED = book("coordinates against the postcode", members(sme(39), sme(1, BERLIN)))
PARTLY = book("figures shown are the certain ones", members(
    sme(20), actors(1, "Unternehmen"), uni(4), sme(15, FAR), sme(2, UNSURE), sme(3, LOOSE),
))  # fmt: skip
NO_SHEETS = book("only the two required sheets", *(
    drop(s) for s in ("Management", "Gremien", "Finanzierung", "Aktivitäten", "Nachweise")
))  # fmt: skip
NO_SOURCE = book("a source unknown", add("Finanzierung", fund(2025, None, 100_000)))
NO_AMOUNT = book("an amount unknown", add("Finanzierung", fund(2025, OWN, None)))
NO_TIMES = book("a service of unknown times", put(
    "Aktivitäten", act(SV, 3, A), act(SV, None, B), act(None, 5, A),
))  # fmt: skip
OLDER = book("181 days old", as_of(date(2026, 4, 2)))
FRESH = book("180 days old", as_of(date(2026, 4, 3)))
PROVEN: list[tuple[Row, str]] = [
    (proof(STORY, "A"), "yes"),
    (proof(STORY, "B", BEFORE), "no"),
    (proof(STORY, "C", None), "possible"),
    (proof(STORY, None), "possible"),
    (proof(None, "E"), "possible"),
    (project(OLD, None, 2, "F"), "yes"),
    (project(OLD, None, 1, "G"), "no"),
]
TRACED = book("rows behind the figures", put("Nachweise", [row for row, _ in PROVEN]))
UNDATED_SENT, NEVER_SENT, GONE = "DE-8001", "DE-8002", "DE-8003"


# --- the review -------------------------------------------------------------------------------

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("evaluation")
    books: dict[str, Workbook] = {id_of(key): changed(*edits) for key, edits in BOOKS.items()}
    books[UNDATED_SENT] = changed(master(Stichtag=None))
    ratings: list[Row] = [
        row | {"Cluster-ID": id_of(key) if key in BOOKS else key} for key, row in RATED
    ]
    register: list[Row] = [
        {"Cluster-ID": i, "Clustername": f"Cluster {i}", "Rolle": role,
         "Einreichung erwartet": expected}
        for i, role, expected in (
            (id_of(GOOD), "Mitglied", "ja"), (UNDATED_SENT, "Mitglied", "ja"),
            (NEVER_SENT, "Antrag", "ja"), (GONE, "Ausgeschieden", "nein"),
        )
    ]  # fmt: skip
    inputs = write_inputs(folder / "inputs", books, register, ratings)
    return review(inputs, folder / "outputs", spared=REPORTS)


@pytest.fixture(scope="module")
def conditions(tables: Tables) -> dict[tuple[str, str, int], dict[str, Any]]:
    found = tables["conditions"].filter(pl.col("catalogue") == "go-cluster")
    return {
        (row["cluster_id"], row["criterion_id"], row["condition"]): row
        for row in found.iter_rows(named=True)
    }


@pytest.fixture(scope="module")
def criteria(tables: Tables) -> dict[tuple[str, str], dict[str, Any]]:
    found = tables["criteria"].filter(pl.col("catalogue") == "go-cluster")
    return {(row["cluster_id"], row["criterion_id"]): row for row in found.iter_rows(named=True)}


def same(value: float | None, due: Any) -> bool:
    if due is ANY:
        return True
    if value is None or due is None:
        return value is due
    return math.isclose(value, due, rel_tol=1e-12, abs_tol=1e-9)


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.key)
def test_criterion(one: Case, criteria: Any, conditions: Any) -> None:
    cluster = id_of(one.key)
    found = criteria[cluster, one.criterion]
    rows = {
        number: conditions[cluster, one.criterion, number]
        for number, due in enumerate(one.conditions, 1)
        if due is not ANY
    }
    columns = ("status", "value_low", "value_high", "lever_amount")
    got = {number: tuple(row[c] for c in columns) for number, row in rows.items()}
    due = {number: one.conditions[number - 1] for number in rows}
    for number, (status, *values) in due.items():
        assert got[number][0] == status, (got, due)
        assert all(map(same, got[number][1:], values)), (got, due)
    assert (found["computed_status"], found["status"]) == (one.status, one.status)
    assert (found["basis"], found["against_hard"]) == ("computed", False)


@pytest.mark.parametrize(("line", "column", "what", "due"), SINGLES_DUE)
def test_actor(line: int, column: str, what: str, due: bool | None, tables: Tables) -> None:
    row = only(tables["actors"], cluster_id=id_of(ONE_EACH), row=line)
    assert row[column] is due, row[f"{column}_reason"]
    assert row[f"{column}_reason"]


@pytest.mark.parametrize("one", FILLINGS, ids=lambda one: one.what)
def test_filling_stays_inside(one: Filling, conditions: Any) -> None:
    """4.2's limit moves with the portfolio, 5 looks at the certainly bound only."""
    before = {k[1:]: row for k, row in conditions.items() if k[0] == id_of(one.unknown)}
    for key in one.filled:
        for (criterion, number), row in before.items():
            if criterion == "4.2" or (criterion == "5" and one.what.startswith(("a com", "the c"))):
                continue
            after = conditions[id_of(key), criterion, number]
            where = f"{criterion}/{number} with {key}"
            if row["value_low"] is None:
                continue
            assert after["value_low"] >= row["value_low"] - 1e-12, where
            if row["value_high"] is not None:
                assert after["value_high"] is not None, where
                assert after["value_high"] <= row["value_high"] + 1e-12, where
            if row["status"] != U:
                assert after["status"] == row["status"], where


def test_the_cases_split_the_shapes_of_the_earth() -> None:
    """Checks the cases themselves: a sphere of 6371 km judges each of them the other way."""
    for what, (place, office, metres) in SPLIT.items():
        lat1, lat2 = math.radians(office[0]), math.radians(float(str(place["Breitengrad"])))
        lon = math.radians(float(str(place["Längengrad"])) - office[1])
        haversine = (
            math.sin((lat2 - lat1) / 2) ** 2
            + math.cos(lat1) * math.cos(lat2) * math.sin(lon / 2) ** 2
        )
        sphere = 2 * 6_371_000 * math.asin(math.sqrt(haversine))
        assert (sphere <= 150_000) != (metres <= 150_000), what


@pytest.mark.parametrize("what", SPLIT)
def test_distance(what: str, tables: Tables) -> None:
    found = only(tables["actors"], cluster_id=id_of(f"3: {what}"), row=25)  # the 24th actor
    assert found["distance_km"] == pytest.approx(SPLIT[what][2] / 1000, abs=1e-4)
    assert found["near"] is (SPLIT[what][2] <= 150_000)


# --- how the catalogue is laid out ------------------------------------------------------------

HARD = {"1", "2.1", "3", "4.1", "7.1", "7.2", "10.1", "12"}
THRESHOLDS: dict[str, tuple[float | None, ...]] = {
    "1": (30,), "2.1": (0.5,), "2.2": (1, 0.05), "3": (0.6,), "4.1": (3,), "4.2": (2,),
    "5": (1,), "6.1": (1,), "6.2": (ANY, ANY), "7.1": (0.2,), "7.2": (24, ANY), "8": (1, 12),
    "9.1": (1,), "9.2": (2,), "10.1": (3,), "10.2": (1,), "11": (3, 2, 1), "12": (3,),
    "13": (1, 1, 1),
}  # fmt: skip


def test_the_catalogue(criteria: Any, conditions: Any) -> None:
    """4.2's limit is the third quartile: most of the clusters have 40 actors and 20 FTE."""
    good = id_of(GOOD)
    kinds = {criterion: row["kind"] for (c, criterion), row in criteria.items() if c == good}
    assert kinds == {c: "hard" if c in HARD else "soft" for c in THRESHOLDS}
    numbers = {(criterion, n) for c, criterion, n in conditions if c == good}
    assert numbers == {(c, n) for c, due in THRESHOLDS.items() for n in range(1, len(due) + 1)}
    for criterion, limits in THRESHOLDS.items():
        for number, limit in enumerate(limits, 1):
            assert same(conditions[good, criterion, number]["threshold"], limit), criterion
    assert conditions[good, "4.2", 1]["limit_source"]


def test_every_criterion_is_the_and_of_its_conditions(criteria: Any, conditions: Any) -> None:
    below: dict[tuple[str, str], list[str]] = {}
    for (cluster, criterion, _), row in conditions.items():
        below.setdefault((cluster, criterion), []).append(row["status"])
    assert below.keys() == criteria.keys()
    for key, row in criteria.items():
        worst = next((s for s in (N, U) if s in below[key]), F)
        assert row["computed_status"] == worst, key


def test_what_is_missing_is_said(criteria: Any, conditions: Any) -> None:
    for key, row in criteria.items():
        assert all((row["reason_de"], row["reason_en"])), key
        if row["status"] == U:
            assert all((row["request_de"], row["request_en"])), key
    for (cluster, criterion, number), row in conditions.items():
        if row["status"] == N and row["value_low"] is not None and criterion != "6.2":
            assert row["lever_amount"] > 0, (cluster, criterion, number)
            assert row["lever_unit"], (cluster, criterion, number)


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("8: one field of two", "ohne Service: Fachkräfte"),
        ("8: begins tomorrow", "ohne Service: Fachkräfte"),
        ("8: sheet empty", "ohne Service: Digitalisierung, Fachkräfte"),
        ("8: 12 a year", None),
    ],
)
def test_what_is_missing_is_named(key: str, named: str | None, criteria: Any) -> None:
    reason = criteria[id_of(key), "8"]["reason_de"]
    said = reason.partition("ohne Service")[1:]
    assert "".join(said).startswith(named) if named else said[0] == "", reason


def test_groups_without_a_seat_are_named(criteria: Any, conditions: Any) -> None:
    """As many as the lever counts, and only where there is one."""
    seen = 0
    for (cluster, criterion), row in criteria.items():
        if criterion != "5":
            continue
        lever = conditions[cluster, "5", 1]["lever_amount"]
        _, said, rest = row["reason_de"].partition("ohne Sitz: ")
        assert bool(said) == bool(lever), row["reason_de"]
        if said:
            seen += 1
            assert len(rest.split(")")[0].split(", ")) == lever, row["reason_de"]
            assert "without a seat: " in row["reason_en"]
    assert seen > 3


# --- tests of ratings and decisions -----------------------------------------------------------


@pytest.mark.parametrize("one", RATINGS, ids=lambda one: one.key)
def test_rating(one: Rating, criteria: Any) -> None:
    row = criteria[id_of(one.key), one.criterion]
    found = (row["status"], row["computed_status"], row["basis"], row["against_hard"])
    assert found == (one.status, one.computed, one.basis, one.against_hard)


def test_bad_ratings_are_findings(tables: Tables) -> None:
    """The first row of the office's sheet is its header."""
    findings = tables["findings"].filter(pl.col("source_file").str.contains("assessments"))
    found = {row_number(row["cell"]): row["code"] for row in findings.iter_rows(named=True)}
    assert set(found) == {row for row, _ in FLAGGED}
    for row, code in FLAGGED:
        assert code is None or found[row] == code


def test_a_reason_is_not_translated(criteria: Any) -> None:
    row = criteria[id_of("rated: a soft one lifted"), "6.1"]
    assert "In Augenschein genommen." in row["reason_de"]
    assert "In Augenschein genommen." in row["reason_en"]


@pytest.mark.parametrize("one", VERDICTS, ids=lambda one: one.key)
def test_decision(one: Verdict, tables: Tables) -> None:
    cluster = id_of(one.key)
    row = only(tables["decisions"], catalogue="go-cluster", cluster_id=cluster)
    columns = ["fulfilled_hard", "fulfilled_soft", "fulfilled_assessed", "not_fulfilled",
               "undetermined", "decision", "decision_confirmed"]  # fmt: skip
    due = (one.hard, one.soft, one.assessed, one.missed, one.unsettled, one.decision,
           one.confirmed)  # fmt: skip
    assert tuple(row[c] for c in columns) == due
    assert row["fulfilled"] == one.hard + one.soft + one.assessed
    shown = only(tables["clusters"], cluster_id=cluster)
    for column in ("fulfilled", "not_fulfilled", "undetermined", "decision"):
        assert shown[column] == row[column]


@pytest.mark.parametrize(("key", "profile", "nemo"), OTHERS)
def test_other_catalogues(key: str, profile: str, nemo: str, tables: Tables) -> None:
    decisions = tables["decisions"]
    found = [
        only(decisions, catalogue=name, cluster_id=id_of(key))["decision"]
        for name in ("eccp-profile", "zim-nemo")
    ]
    assert found == [profile, nemo]


def test_decisions_count_the_criteria(tables: Tables) -> None:
    """Every catalogue: disjoint counts, and the pass rule (12 of 19, or all)."""
    keys = ["catalogue", "cluster_id"]
    counted = {
        (row["catalogue"], row["cluster_id"]): row
        for row in tables["decisions"].iter_rows(named=True)
    }
    groups: Iterator[Any] = iter(tables["criteria"].group_by(keys))
    for key, group in groups:
        row, statuses = counted.pop(key), group["status"].to_list()
        assert [row[s] for s in (F, N, U)] == [statuses.count(s) for s in (F, N, U)], key
        needed = 12 if key[0] == "go-cluster" else len(statuses)
        sure, possible = row[F], row[F] + row[U]
        due = "not_eligible" if possible < needed else "open" if sure < needed else "eligible"
        assert row["decision"] == due, key
    assert not counted


@pytest.mark.parametrize(("key", "turned"), TURNS)
def test_robustness(key: str, turned: dict[str, str], tables: Tables) -> None:
    decided = only(tables["decisions"], catalogue="go-cluster", cluster_id=id_of(key))["decision"]
    mine = (pl.col("catalogue") == "go-cluster") & (pl.col("cluster_id") == id_of(key))
    found = {
        row["variant"]: (row["decision"], row["changed"])
        for row in tables["robustness"].filter(mine).iter_rows(named=True)
    }
    variants = ("radius_145", "radius_155", "sme_ifm", "loose_actors", "without_stand_in")
    assert {v: found[v] for v in variants} == {
        v: (turned.get(v, decided), v in turned) for v in variants
    }


# --- tests of single clusters -----------------------------------------------------------------


def test_34_rows_of_which_28_count(tables: Tables) -> None:
    rows = tables["actors"].filter(pl.col("cluster_id") == id_of(COUNTED)).sort("row")
    assert rows["row"].to_list() == list(range(2, 36))
    assert rows["bound"].to_list() == [True] * 28 + [False] * 6
    reasons = rows["bound_reason"].to_list()
    twice, contacts, left = reasons[28:29], reasons[29:32], reasons[32:]
    assert [len(set(group)) for group in (twice, contacts, left)] == [1, 1, 1]
    assert len({twice[0], contacts[0], left[0]} - set(reasons[:28])) == 3
    assert len(set(rows["actor_key"].to_list()[27:29])) == 1  # one actor, listed twice
    assert only(tables["clusters"], cluster_id=id_of(COUNTED))["actors"] == 28


def test_the_bound_listing_wins(tables: Tables) -> None:
    rows = tables["actors"].filter(pl.col("cluster_id") == id_of("1: first contact, then bound"))
    assert rows.sort("row")["bound"].to_list()[-2:] == [False, True]


def findings_at(tables: Tables, key: str, address: str) -> set[str]:
    here = (pl.col("cluster_id") == id_of(key)) & (pl.col("cell") == address)
    return set(tables["findings"].filter(here)["code"].to_list())


def test_bad_cells_of_a_second_listing_are_findings(tables: Tables) -> None:
    assert findings_at(tables, DOUBLE, cell("Akteure", 40, "Beschäftigte")) == {"bad_type"}
    assert findings_at(tables, DOUBLE, cell("Akteure", 40, "KMU")) == {"bad_value"}
    mine = tables["findings"].filter(pl.col("cluster_id") == id_of(DOUBLE))
    twice = mine.filter(pl.col("code") == "duplicate_row")
    assert [row_number(a) for a in twice["cell"]] == [42]
    assert only(tables["clusters"], cluster_id=id_of(DOUBLE))["sme_share"] == 1


def test_contradictions_are_findings(tables: Tables) -> None:
    assert findings_at(tables, CONTRADICTION, cell("Akteure", 39, "KMU")) == {"inconsistent"}
    assert findings_at(tables, MISPLACED, cell("Akteure", 39, "PLZ")) == {"inconsistent"}


def test_indicators_of_the_good_cluster(tables: Tables) -> None:
    row = only(tables["clusters"], cluster_id=id_of(GOOD))
    due = {
        "actors": 40, "actors_loose": 40, "fte": 20, "actors_per_fte": 2,
        "sme_share": 28 / 40, "rnd_share": 6 / 40, "near_share": 1,
        "age_years": 11,  # since 1 June 2015
        "own_funds_share": 0.3,
        "secured_months": 39,  # 30 December 2029; 30 January would be later
        "services_per_year": 24, "success_stories": 4, "innovation_projects": 2,
        "budget_eur": 200_000, "budget_per_actor": 5_000, "budget_per_fte": 10_000,
    }  # fmt: skip
    assert {name: row[name] for name in due} == pytest.approx(due)
    assert row["size_band"] == "0–50"
    assert (row["as_of"], row["decision"]) == (AS_OF, "eligible")


@pytest.mark.parametrize(
    ("key", "due"),
    [
        # Certain: 20 + 15 of 40 are SMEs; 25 of 40 are near; three loose ones stand beside.
        (PARTLY, {"actors": 40, "actors_loose": 43, "sme_share": 35 / 40, "rnd_share": 4 / 40,
                  "near_share": 25 / 40, "actors_per_fte": 2, "budget_per_actor": 5_000}),
        (NO_SHEETS, dict.fromkeys(
            ("fte", "actors_per_fte", "own_funds_share", "services_per_year", "success_stories",
             "innovation_projects", "budget_eur", "budget_per_actor", "budget_per_fte"),
        ) | {"actors": 40}),
        (NO_SOURCE, {"budget_eur": 300_000, "own_funds_share": None, "budget_per_actor": 7_500}),
        (NO_AMOUNT, {"budget_eur": None, "own_funds_share": None, "budget_per_fte": None}),
        (NO_TIMES, {"services_per_year": 3}),
        ("4.2: FTE 0", {"fte": 0, "actors_per_fte": None, "budget_per_fte": None}),
        ("4.2: bad VZÄ", {"fte": None, "actors_per_fte": None, "budget_per_fte": None}),
        ("2.1: no actor", {"actors": 0, "sme_share": None, "near_share": None}),
        ("4.1: four years less a day", {"age_years": 3}),
        ("4.1: empty", {"age_years": None}),
        ("7.2: 25 months less a day", {"secured_months": 24}),
        ("7.2: until yesterday", {"secured_months": -1}),
        ("12: undated", {"success_stories": 2}),
        ("13: begin empty", {"innovation_projects": 0}),
        ("8: sheet empty", {"services_per_year": 0}),
    ],
)  # fmt: skip
def test_indicators(key: str, due: dict[str, float | None], tables: Tables) -> None:
    row = only(tables["clusters"], cluster_id=id_of(key))
    for name, value in due.items():
        assert same(row[name], value), (name, row[name], value)


def test_rows_behind_the_figures(tables: Tables) -> None:
    """The best any figure makes of a row of the evidence sheet."""
    mine = tables["rows"].filter(
        (pl.col("cluster_id") == id_of(TRACED))
        & pl.col("sheet").str.to_lowercase().is_in(["nachweise", "evidence"])
    )
    best = {
        row: max(group["counted"], key=("no", "possible", "yes").index)
        for (row,), group in mine.group_by("row")
    }
    assert best == {row: due for row, (_, due) in enumerate(PROVEN, 2)}
    assert mine["reason_code"].null_count() == 0
    assert not tables["rows"]["sheet"].str.to_lowercase().is_in(["akteure", "actors"]).any()


def test_a_row_of_unknown_source_counts_in_the_budget(tables: Tables) -> None:
    """The third row: its amount is in budget_eur, whether it is own money is open."""
    for metric, due in (("budget_eur", "yes"), ("own_funds_share", "possible")):
        row = only(tables["rows"], cluster_id=id_of(NO_SOURCE), metric=metric, row=4)
        assert row["counted"] == due, metric


@pytest.mark.parametrize(
    ("cluster", "state", "expected", "age", "outdated"),
    [
        (id_of(GOOD), "reviewed", True, 0, False),
        (id_of(FRESH), "reviewed", False, 180, False),
        (id_of(OLDER), "reviewed", False, 181, True),
        (UNDATED_SENT, "quarantined", True, ANY, ANY),
        (NEVER_SENT, "missing", True, None, ANY),
        (GONE, "missing", False, None, ANY),
    ],
)
def test_coverage(
    cluster: str, state: str, expected: bool, age: Any, outdated: Any, tables: Tables
) -> None:
    row = only(tables["coverage"], cluster_id=cluster)
    assert row["state"] == state
    assert bool(row["expected"]) is expected
    assert same(row["age_days"], age)
    assert outdated is ANY or row["outdated"] is outdated


def test_coverage_is_complete(tables: Tables) -> None:
    listed = {UNDATED_SENT, NEVER_SENT, GONE}
    assert set(tables["coverage"]["cluster_id"]) == {id_of(key) for key in BOOKS} | listed
    assert set(tables["clusters"]["cluster_id"]) == {id_of(key) for key in BOOKS}
    roles = {row["cluster_id"]: row["role"] for row in tables["coverage"].iter_rows(named=True)}
    assert roles[id_of(GOOD)] == roles[UNDATED_SENT]
    assert len({roles[id_of(GOOD)], roles[NEVER_SENT], roles[GONE], None}) == 4
    outcome = only(tables["submissions"], cluster_id=UNDATED_SENT)
    assert (outcome["outcome"], outcome["code"]) == ("quarantined", "missing_value")
