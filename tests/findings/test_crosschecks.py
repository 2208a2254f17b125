"""Every cross check on small tables: where it fires and where it does not."""

from collections.abc import Generator, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.common.texts import in_language
from pipeline.submissions.choose import incomplete
from pipeline.submissions.crosschecks.crosschecks import CODE, RULES
from pipeline.submissions.crosschecks.declared import checks
from pipeline.submissions.examine import examine
from pipeline.submissions.office import Office, read_office
from pipeline.tables.findings import findings_table
from schemas.declaration import office, submission
from schemas.rows import row_words
from tests.making.frames import COMPANY, LAST_DAY, MASTER, Grids, grid_of, raw_cells, raw_cells_of
from tests.making.together import of_files, together

# An address that fits: Dresden.
DRESDEN = {"PLZ": "01067", "Ort": "Dresden"}
Found = list[tuple[str, str, str]]


def book(
    master: dict[str, Any] | None = None, tables: dict[str, list[dict[str, Any]]] | None = None
) -> Grids:
    """Return a submission with one actor, unless it has others."""
    form = [[label, value] for label, value in {**MASTER, **(master or {})}.items()]
    tables = {"Akteure": [COMPANY], **(tables or {})}
    return {"Stammdaten": form, **{name: grid_of(rows) for name, rows in tables.items()}}


def findings_all(asked: Sequence[Sequence[Grids]]) -> list[list[pl.DataFrame]]:
    """Return the findings of each submission of each test; all are examined at once."""
    books = [book for own in asked for book in own]
    found = examine(*raw_cells_of(books), load_settings(), LAST_DAY).findings
    each = (of_files(found, number, 1) for number in range(len(books)))
    return [[next(each) for _ in own] for own in asked]


examined = together(findings_all)
Answered = Generator[Sequence[Grids], list[pl.DataFrame], None]


def assert_fired(cases: Sequence[tuple[Any, ...]], found: Sequence[pl.DataFrame]) -> None:
    """Compare what fires with the last of each case: (check, field, detail), or nothing."""
    due = [[case[-1]] if case[-1] else [] for case in cases]
    by_case = [f"{number}: {case[:-1]}" for number, case in enumerate(cases)]
    fired = dict(zip(by_case, map(brief, found), strict=True))
    assert fired == dict(zip(by_case, due, strict=True))


def assert_checks(cases: Sequence[tuple[Any, ...]], found: Sequence[pl.DataFrame]) -> None:
    """Compare which checks fire with the last of each case: a check, or nothing."""
    due = [[case[-1]] if case[-1] else [] for case in cases]
    by_case = [f"{number}: {case[:-1]}" for number, case in enumerate(cases)]
    checked = [[check for check, _, _ in brief(own)] for own in found]
    assert dict(zip(by_case, checked, strict=True)) == dict(zip(by_case, due, strict=True))


def brief(found: pl.DataFrame) -> Found:
    """Return (check, field, detail) of what fires, in this order."""
    own = found.filter(pl.col("code") == CODE)
    return sorted(own.select("check", "field", pl.col("detail").fill_null("")).rows())


def actor(**cells: Any) -> dict[str, Any]:
    return {**COMPANY, **{key.replace("_", " "): value for key, value in cells.items()}}


@examined
def test_nothing_fires_where_nothing_contradicts() -> Answered:
    master = {
        **DRESDEN,
        "Bundesland": "Sachsen",
        "Breitengrad": 51.05,
        "Längengrad": 13.74,
        "Formale Gründung": date(2015, 1, 1),
        "Strategiedokument vom": date(2025, 1, 1),
        "Beratungsgespräch am": date(2016, 1, 1),
        "Antrag am": date(2016, 1, 1),
        "Finanzierung gesichert bis": date(2026, 1, 1),
    }
    rows = [actor(**DRESDEN, KMU="ja", Beschäftigte=20, Beitritt=date(2027, 1, 1))]
    (found,) = yield [book(master, {"Akteure": rows})]
    assert brief(found) == []


DAYS = [
    ("Stichtag", date(2026, 6, 30), ("as_of_before_period", "as_of", "01.07.2026")),
    ("Stichtag", date(2026, 7, 1), None),
    ("Formale Gründung", date(2026, 10, 1), ("founded_after_as_of", "founded", "30.09.2026")),
    ("Formale Gründung", date(2026, 9, 30), None),
    (
        "Strategiedokument vom",
        date(2026, 10, 1),
        ("strategy_after_as_of", "strategy_dated", "30.09.2026"),
    ),
    ("Strategiedokument vom", date(2026, 9, 30), None),
    (
        "Antrag am",
        date(2019, 12, 31),
        ("application_before_consultation", "application_on", "01.01.2020"),
    ),
    ("Antrag am", date(2020, 1, 1), None),
]


@examined
def test_days_of_the_master_data() -> Answered:
    known = {"Beratungsgespräch am": date(2020, 1, 1)}
    assert_fired(DAYS, (yield [book(known | {label: day}) for label, day, _ in DAYS]))


# A number in a cell for dates: the day that Excel shows for it.
TYPED_YEARS = [
    ({"Formale Gründung": date(1905, 7, 7)}, {}, "founded", "2015"),
    ({"Finanzierung gesichert bis": date(1905, 7, 21)}, {}, "funding_secured_until", "2029"),
    ({}, {"Akteure": [actor(Beitritt=date(1905, 5, 3))]}, "joined", "1950"),
    ({}, {"Akteure": [actor(Austritt=date(1905, 9, 30))]}, "left", "2100"),
    ({}, {"Management": [{"Funktion": "A", "Ende": date(1905, 7, 19)}]}, "until", "2027"),
    ({}, {"Aktivitäten": [{"Bezeichnung": "A", "Beginn": date(1905, 7, 17)}]}, "from", "2025"),
    ({}, {"Nachweise": [{"Titel": "Aus Glas", "Datum": date(1905, 7, 17)}]}, "date", "2025"),
    ({"Formale Gründung": date(1905, 5, 2)}, {}, None, None),
    ({"Formale Gründung": date(1905, 10, 1)}, {}, None, None),
    ({"Formale Gründung": date(2015, 7, 7)}, {}, None, None),
]


@examined
def test_a_year_in_a_cell_for_dates_is_told() -> Answered:
    found = yield [book(master, tables) for master, tables, *_ in TYPED_YEARS]
    years = [own.filter(pl.col("check").str.starts_with("year_as_day")) for own in found]
    told = [own.select("field", "detail").rows() for own in years]
    assert told == [[(field, year)] if field else [] for *_, field, year in TYPED_YEARS]


def test_without_a_period_no_stichtag_is_too_early() -> None:
    early = book({"Stichtag": date(2001, 1, 1)})
    assert brief(examine(*raw_cells(early), load_settings(), None).findings) == []


@examined
def test_an_early_stichtag_does_not_quarantine() -> Answered:
    (found,) = yield [book({"Stichtag": date(2026, 6, 30)})]
    assert brief(found)
    assert incomplete(submission(), found).is_empty()


ORDERS = [
    ("Akteure", actor(Beitritt=date(2020, 1, 2), Austritt=date(2020, 1, 1)), True),
    ("Akteure", actor(Beitritt=date(2020, 1, 1), Austritt=date(2020, 1, 1)), False),
    ("Akteure", actor(Austritt=date(2020, 1, 1)), False),
    ("Akteure", actor(Beitritt="unklar", Austritt=date(2020, 1, 1)), False),
    ("Management", {"VZÄ": 1, "Beginn": date(2020, 1, 2), "Ende": date(2020, 1, 1)}, True),
    ("Management", {"VZÄ": 1, "Beginn": date(2020, 1, 1), "Ende": date(2020, 1, 2)}, False),
    ("Nachweise", {"Art": "Messe", "Datum": date(2020, 2, 1), "Ende": date(2020, 1, 1)}, True),
    ("Nachweise", {"Art": "Messe", "Datum": date(2020, 1, 1), "Ende": date(2020, 1, 1)}, False),
]


@examined
def test_dates_in_the_wrong_order() -> Answered:
    names = {
        "Akteure": "left_before_joined",
        "Management": "staff_until_before_from",
        "Nachweise": "evidence_until_before_date",
    }
    cases = [(sheet, row, names[sheet] if fires else None) for sheet, row, fires in ORDERS]
    assert_checks(cases, (yield [book(tables={sheet: [row]}) for sheet, row, _ in ORDERS]))


BONDS = ("Mitgliedschaft", "Absichtserklärung", "Kontakt", None)
MEMBER, INTENT, CONTACT, NO_BOND = BONDS
RIVAL = {"Art": "Wettbewerber"}


def bound_by(*bonds: str | None) -> dict[str, list[dict[str, Any]]]:
    return {"Akteure": [actor(Name=f"Firma {n}", Bindung=b) for n, b in enumerate(bonds)]}


def rivals(*reaches: str | None) -> dict[str, list[dict[str, Any]]]:
    rows = [{**RIVAL, "Titel": f"Cluster {n}", "Reichweite": r} for n, r in enumerate(reaches)]
    return {"Nachweise": rows}


# what is stated, the check that looks at it and where it fires (None: it does not)
LOOKED_AT = [
    ({"Strategiedokument vom": date(2021, 9, 29)}, {}, "strategy_is_old"),
    ({"Strategiedokument vom": date(2021, 9, 30)}, {}, None),  # five years to the day
    ({}, bound_by(*[INTENT] * 5), "letters_of_intent_only"),
    ({}, bound_by(*[INTENT] * 5, CONTACT), "letters_of_intent_only"),  # it is not bound
    ({}, bound_by(*[INTENT] * 5, MEMBER), None),
    ({}, bound_by(*[INTENT] * 5, NO_BOND), None),
    ({}, bound_by(*[INTENT] * 4), None),
    ({}, rivals("national", "national", "national"), "competitors_all_national"),
    ({}, rivals("national", "national", "international"), None),
    ({}, rivals("national", "national", "national", None), None),
    ({}, rivals("national", "national"), None),
    ({}, {"Nachweise": [{**RIVAL, "Titel": "X."}]}, "title_is_short"),
    ({}, {"Nachweise": [{**RIVAL, "Titel": "AB"}]}, "title_is_short"),
    ({}, {"Nachweise": [{**RIVAL, "Titel": "ABC"}]}, None),
    ({}, {"Aktivitäten": [{"Art": "Service", "Bezeichnung": "Rat", "Teilnehmende": 0}]},
     "service_without_participants"),
    ({}, {"Aktivitäten": [{"Art": "Service", "Bezeichnung": "Rat", "Teilnehmende": 1}]}, None),
    ({}, {"Aktivitäten": [{"Art": "Service", "Bezeichnung": "Rat"}]}, None),
    ({}, {"Aktivitäten": [{"Art": "Clusterforum", "Bezeichnung": "Rat", "Teilnehmende": 0}]}, None),
]  # fmt: skip


@examined
def test_what_counts_and_should_be_looked_at() -> Answered:
    assert_checks(LOOKED_AT, (yield [book(master, tables) for master, tables, _ in LOOKED_AT]))


@pytest.mark.parametrize(
    ("listed", "stated", "fires"), [(20, 21, True), (20, 20, False), (19, 500, False)]
)
@examined
def test_more_actors_than_there_are(listed: int, stated: int, fires: bool) -> Answered:
    rows = [actor(Name=f"Nummer {n} GmbH") for n in range(listed)]
    projects = [{"Art": "Innovationsprojekt", "Titel": "Pumpe", "Beteiligte Akteure": stated}]
    stories = [{"Art": "Erfolgsgeschichte", "Titel": "Pumpe", "Beteiligte Akteure": stated}]
    tables = {"Akteure": rows, "Nachweise": projects + stories}
    (found,) = yield [book({"Akteure im Strategieprozess": stated}, tables)]
    both = [
        ("more_project_actors_than_actors", "actors_involved", str(listed)),
        ("more_strategy_actors_than_actors", "strategy_actors", str(listed)),
    ]
    assert brief(found) == (both if fires else [])


MONEY = [(2027, "Ist", True), (2026, "Ist", False), (2027, "Plan", False), (2027, None, False)]


@examined
def test_actual_money_of_the_future() -> Answered:
    rows = [
        {"Jahr": year, "Quelle": "Sponsoring", "Betrag EUR": 1, "Status": status}
        for year, status, _ in MONEY
    ]
    found = yield [book(tables={"Finanzierung": [row]}) for row in rows]
    assert [bool(brief(own)) for own in found] == [fires for _, _, fires in MONEY]


# Names of bound actors, and whether they say aside that they are no members.
ASIDE = [
    *((f"Alpha AG {aside}", True) for aside in (
        "(ausgetreten)", "(gekündigt zum 31.12.2025)", "- ausgetreten", "– Interessent", "[Gast]",
        "(ehem. Mitglied)", "(Mitgliedschaft ruht)", "(insolvent)", "(nicht mehr Mitglied)",
    )),
    *((name, False) for name in (
        "Alpha AG (ehemals Beta AG)", "Alpha AG (Dresden)", "Ehemalige der TU Dresden",
        "Alpha AG (vormals Gamma)", "Kontakte knüpfen e. V.", "Alpha-Gast AG", "Gäste - Nord GmbH",
        "Alpha AG (Fördermitglied)", "Ex-Press GmbH", "Alpha AG (Gast und Hof)",
    )),
]  # fmt: skip


@examined
def test_a_bound_actor_whose_name_says_that_it_is_no_member() -> Answered:
    cases = [(name, "no_member_by_name" if due else None) for name, due in ASIDE]
    cases += [("Alpha AG (ausgetreten)", None)]
    rows = [actor(Name=name) for name, _ in ASIDE]
    rows += [actor(Name="Alpha AG (ausgetreten)", Bindung="Kontakt")]
    assert_checks(cases, (yield [book({}, {"Akteure": [row]}) for row in rows]))


SMES = [
    ({"KMU": "ja", "Beschäftigte": 250}, ("sme_against_figures", "sme_stated", "250")),
    ({"KMU": "ja", "Beschäftigte": 249}, None),
    ({"KMU": "nein", "Beschäftigte": 10}, None),  # it knows of linked firms
    (
        {"Akteurstyp": "KMU", "Beschäftigte": 300},
        ("sme_against_figures", "actor_type", "300"),
    ),
    ({"Akteurstyp": "Großunternehmen", "KMU": "ja"}, ("sme_against_type", "sme_stated", "")),
    ({"Akteurstyp": "KMU", "KMU": "nein"}, ("sme_against_type", "sme_stated", "")),
    ({"Akteurstyp": "KMU", "KMU": "ja"}, None),
    ({"Akteurstyp": "Hochschule", "KMU": "ja"}, ("sme_of_no_company", "sme_stated", "")),
    ({"Akteurstyp": "Hochschule", "KMU": "nein"}, None),
    ({"Akteurstyp": None, "KMU": "ja"}, None),
]


@examined
def test_sme() -> Answered:
    assert_fired(SMES, (yield [book(tables={"Akteure": [actor(**cells)]}) for cells, _ in SMES]))


SWAPPED = "actor_coordinates_swapped_in_country"
ADDRESSES = [
    ({"PLZ": "01067", "Ort": "München"}, "actor_city_off_postcode"),
    ({"PLZ": "01067", "Ort": "Muenchen, Schwabing"}, "actor_city_off_postcode"),
    ({"PLZ": "01067", "Ort": "Dresden-Altstadt"}, None),
    ({"PLZ": "60311", "Ort": "Frankfurt"}, None),
    ({"PLZ": "60311", "Ort": "Frankfurt a. M."}, None),
    ({"PLZ": "15230", "Ort": "Frankfurt/Oder"}, None),
    ({"PLZ": "01067", "Ort": "Frankfurt"}, "actor_city_off_postcode"),
    ({"PLZ": "50667", "Ort": "Koeln"}, None),
    ({"PLZ": "50667", "Ort": "KÖLN"}, None),
    ({"PLZ": "61348", "Ort": "Bad Homburg v. d. H."}, None),
    ({"PLZ": "53757", "Ort": "St. Augustin"}, None),
    ({"PLZ": "53757", "Ort": "Sankt Augustin"}, None),
    ({"PLZ": "06886", "Ort": "Wittenberg"}, None),
    ({"PLZ": "01067", "Ort": "Hintertupfingen"}, None),  # no place one knows of
    ({"PLZ": "63065", "Ort": "Frankfurt am Main"}, None),  # next to it: no clear contradiction
    ({"PLZ": "1010", "Ort": "München", "Land": "AT"}, None),
    ({"PLZ": None, "Ort": "München"}, None),
    (
        {"PLZ": "01067", "Breitengrad": 48.1, "Längengrad": 11.6},
        "actor_coordinates_off_postcode",
    ),
    ({"PLZ": "01067", "Breitengrad": 13.74, "Längengrad": 51.05}, "actor_coordinates_swapped"),
    ({"PLZ": "01067", "Breitengrad": 51.1, "Längengrad": 13.8}, None),
    ({"Land": "DE", "Breitengrad": 41.9, "Längengrad": 12.5}, "actor_coordinates_abroad"),
    ({"Land": None, "Breitengrad": 41.9, "Längengrad": 12.5}, None),
    *(
        ({"Land": land, "Breitengrad": north, "Längengrad": east}, SWAPPED)
        for land, north, east in (
            (None, 13.74, 51.05),
            ("DE", 9.99, 53.55),
            ("Deutschland", 6.96, 50.94),
            ("AT", 16.37, 48.21),
            ("CH", 8.54, 47.37),
            ("NL", 4.9, 52.37),
        )
    ),
    ({"PLZ": "00001", "Breitengrad": 13.74, "Längengrad": 51.05}, SWAPPED),
    ({"PLZ": "D-01067", "Breitengrad": 13.74, "Längengrad": 51.05}, "actor_coordinates_swapped"),
    ({"Land": "AT", "Breitengrad": 47.07, "Längengrad": 15.44}, None),
    ({"Land": "IT", "Breitengrad": 45.46, "Längengrad": 9.19}, None),
    ({"Land": "SE", "Breitengrad": 59.33, "Längengrad": 18.07}, None),
    ({"Land": "FR", "Breitengrad": -21.1, "Längengrad": 55.5}, None),
    ({"Land": "AT", "Breitengrad": 48.2, "Längengrad": 16.4}, None),
]


@examined
def test_addresses() -> Answered:
    books = [book(tables={"Akteure": [actor(**cells)]}) for cells, _ in ADDRESSES]
    assert_checks(ADDRESSES, (yield books))


OFFICES = [
    (
        {"PLZ": "01067", "Bundesland": "Bayern"},
        ("state_off_postcode", "federal_state", "Sachsen"),
    ),
    ({"PLZ": "01067", "Bundesland": "Sachsen"}, None),
    ({"PLZ": "14467", "Bundesland": "Berlin"}, None),  # Potsdam: across the border
    ({"PLZ": "01067"}, None),
    (
        {"Breitengrad": 48.1, "Längengrad": 11.6, "Bundesland": "Sachsen"},
        ("state_off_coordinates", "federal_state", "48.1"),
    ),
    ({"Breitengrad": 51.0, "Längengrad": 13.7, "Bundesland": "Sachsen"}, None),
    (
        {"Breitengrad": 13.7, "Längengrad": 51.0},
        ("office_coordinates_swapped_in_country", "latitude", "DE"),
    ),
    ({"PLZ": "01067", "Ort": "Hamburg"}, ("office_city_off_postcode", "postcode", "Dresden")),
]


@examined
def test_the_office() -> Answered:
    assert_fired(OFFICES, (yield [book(cells) for cells, _ in OFFICES]))


@examined
def test_at_one_cell_the_first_check_is_said() -> Answered:
    off = {"PLZ": "01067", "Ort": "Hamburg", "Breitengrad": 53.55, "Längengrad": 10.0}
    (found,) = yield [book(tables={"Akteure": [actor(**off)]})]
    assert [check for check, _, _ in brief(found)] == ["actor_coordinates_off_postcode"]


# VZÄ of the rows, and in which of them (from 2) it may be per cent or hours.
POSTS: list[tuple[list[Any], list[int]]] = [
    ([100, 50, 100], [2, 3, 4]),
    ([40, 20, 40], [2, 3, 4]),
    (["38,5", "19,25"], [2, 3]),
    ([1.0, 0.5, 50], [4]),
    ([10], [2]),
    ([9.99], []),
    ([1.0, 0.5, 1.0], []),
    ([8, 5, 3], []),
    ([0, None, 1], []),
    (["1.000", "0,750"], []),
]


@examined
def test_posts_in_per_cent_or_hours() -> Answered:
    books = [
        book(tables={"Management": [{"Funktion": f"F {n}", "VZÄ": v} for n, v in enumerate(posts)]})
        for posts, _ in POSTS
    ]
    found = yield books
    for own, (posts, rows) in zip(found, POSTS, strict=True):
        assert sorted(own.filter(check="percent_or_hours", field="fte")["row"]) == rows, posts


NAMES = [
    ("Muster GmbH", "Muster AG", True),
    ("Muster Maschinenbau GmbH & Co. KG", "Maschinenbau Muster", True),
    ("Müller Werkzeugbau", "Mueller Werkzeugbau GmbH", True),
    ("Musterbau GmbH", "Muster Bau GmbH", True),
    ("Präzisionstechnik Muster", "Präzisionstechnk Muster", True),
    ("Netzwerk Muster e. V.", "Netzwerk Muster e.V.", True),
    ("Muster GmbH", "Muster Holding GmbH", False),
    ("Demo-Akteur 01-0001 GmbH", "Demo-Akteur 01-0002 GmbH", False),
    ("Universität A, Institut für Massivbau", "Universität A, Institut für Stahlbau", False),
    ("Institut I", "Institut II", False),
    ("Werk Nord", "Werk Ford", False),
    ("GmbH", "AG", False),
]


@examined
def test_possible_duplicates() -> Answered:
    both = [
        [actor(Name=first, PLZ="01067"), actor(Name=second, PLZ="01069")]
        for first, second, _ in NAMES
    ]
    expected = ("possible_duplicate", "name", "2")
    cases = [(first, second, expected if fires else None) for first, second, fires in NAMES]
    assert_fired(cases, (yield [book(tables={"Akteure": rows}) for rows in both]))


NEIGHBOURS = [
    ({"PLZ": "80331"}, False),  # another town
    ({"PLZ": None}, True),  # may be anywhere
    ({"PLZ": "01067"}, True),
    ({"PLZ": "01067", "Bindung": "Kontakt"}, False),  # does not count
    ({"PLZ": "01067", "Austritt": date(2020, 1, 1)}, False),
]


@examined
def test_possible_duplicates_count_and_are_neighbours() -> Answered:
    one = actor(Name="Muster GmbH", PLZ="01067")
    both = [[one, actor(Name="Muster AG", **cells)] for cells, _ in NEIGHBOURS]
    found = yield [book(tables={"Akteure": rows}) for rows in both]
    assert [bool(brief(own)) for own in found] == [fires for _, fires in NEIGHBOURS]


@examined
def test_of_three_alike_the_later_name_the_first() -> Answered:
    rows = [actor(Name=name, PLZ="01067") for name in ("Muster AG", "Muster KG", "Muster SE")]
    (found,) = yield [book(tables={"Akteure": rows})]
    assert [detail for _, _, detail in brief(found)] == ["2", "2"]


@examined
def test_what_is_listed_twice_is_not_said_again() -> Answered:
    rows = [actor(Name=name, PLZ="01067") for name in ("Muster AG", "muster  ag")]
    (found,) = yield [book(tables={"Akteure": rows})]
    assert brief(found) == []


def money(*lines: tuple[Any, Any]) -> dict[str, list[dict[str, Any]]]:
    rows = [{"Jahr": year, "Betrag EUR": amount} for year, amount in lines]
    return {"Finanzierung": [row | {"Quelle": "Sponsoring"} for row in rows]}


TOTALS = [
    ([(2024, 100), (2025, 200), ("Summe", 300)], []),
    ([(2024, 100), (2025, 200), ("Summe", 400)], ["300"]),
    ([(2024, 100.004), ("Summe", 100)], []),  # rounded
    ([(2024, 100), ("Zwischensumme", 100), (2025, 50), ("Zwischensumme", 50)], []),
    ([(2024, 100), ("Zwischensumme", 100), (2025, 50), ("Gesamt", 150)], []),
    ([(2024, 100), ("Zwischensumme", 100), (2025, 50), ("Gesamt", 149)], ["150"]),
    ([(2024, 100), (2025, 50), ("Summe 2025", 50)], []),  # of some rows only
    ([(2024, "ca. 80"), (2025, 50), ("Summe", 999)], []),  # unknown
    ([(2024, 100), ("Summe", None)], []),
    ([("Summe", 300), (2024, 100)], []),  # nothing above
    ([(2024, 100), (2025, 50), (2025, 20), ("Summe", 70)], []),  # of one year
    ([(2024, 100), (2025, 50), (2025, 20), ("Summe", 90)], ["170"]),
    *(([(2024, 100), (2025, 50), (word, 75)], []) for word in row_words().totals.not_added),
]


@examined
def test_totals() -> Answered:
    found = yield [book(tables=money(*lines)) for lines, _ in TOTALS]
    assert list(map(brief, found)) == [
        [("total_of_funding", "amount_eur", detail) for detail in details] for _, details in TOTALS
    ]


@examined
def test_a_total_stands_at_its_own_cell() -> Answered:
    (found,) = yield [book(tables=money((2024, 100), ("Summe", 400)))]
    at = found.filter(pl.col("code") == CODE).select("sheet", "row", "column", "value").row(0)
    assert at == ("Finanzierung", 3, 2, "400")


SMALL = ("amounts_in_thousands", "amount_eur", "3")
# The amounts, the FTE, and what fires.
IN_THOUSANDS = [
    ([84, 30, 90], [1.0], SMALL),
    ([4999.99, 0.5, 4999], [0.5, 0.5], SMALL),
    ([84, None, 30, 0, 90], [2.5], SMALL),  # neither an empty cell nor 0 is an amount
    ([84, 30, 90], [0.75], None),
    ([84, 30, 90], [], None),
    ([84, 30, 90], ["ca. 1"], None),
    ([84, 30], [1.0], None),
    ([84, 30, 0], [1.0], None),
    ([84, 30, 90, 5000], [1.0], None),
    ([84, 30, 90, "ca. 80"], [1.0], None),  # may be any amount
    ([84_000, 30_000, 90_000], [1.0], None),
]


@examined
def test_amounts_that_are_probably_in_thousands() -> Answered:
    books = []
    for amounts, posts, _ in IN_THOUSANDS:
        staff = [{"Funktion": f"Stelle {number}", "VZÄ": fte} for number, fte in enumerate(posts)]
        lines = [(2000 + year, amount) for year, amount in enumerate(amounts)]
        books.append(
            book(tables={**money(*lines), "Management": staff} if staff else money(*lines))
        )
    assert_fired(IN_THOUSANDS, (yield books))


FIRMS = [
    ({"Beschäftigte": 10, "Umsatz EUR": 900}, ("turnover_in_thousands", "turnover_eur", "10")),
    ({"Beschäftigte": 50, "Umsatz EUR": 9_999}, ("turnover_in_thousands", "turnover_eur", "50")),
    (
        {"Beschäftigte": 12, "Umsatz EUR": 900_000, "Bilanzsumme EUR": 900},
        ("balance_sheet_in_thousands", "balance_sheet_eur", "12"),
    ),
    ({"Beschäftigte": 9, "Umsatz EUR": 900}, None),
    ({"Beschäftigte": 10, "Umsatz EUR": 10_000}, None),
    ({"Beschäftigte": 10, "Umsatz EUR": 0}, None),
    ({"Beschäftigte": 10}, None),
    ({"Umsatz EUR": 900}, None),
    ({"Beschäftigte": 10, "Umsatz EUR": 900, "Akteurstyp": "Hochschule"}, None),
]


@examined
def test_companies_whose_figures_are_probably_in_thousands() -> Answered:
    assert_fired(FIRMS, (yield [book(tables={"Akteure": [COMPANY | cells]}) for cells, _ in FIRMS]))


# ------------------------------------------------------------------------------- the register
# A way to admission without a contradiction: every step a day after the one before.
WAY: dict[str, Any] = {
    "Rolle": "Mitglied",
    "Mitglied seit": date(2026, 9, 8),
    "Beratungsgespräch am": date(2026, 9, 1),
    "Antrag am": date(2026, 9, 2),
    "Aufnahmegespräch am": date(2026, 9, 3),
    "Gutachten am": date(2026, 9, 4),
    "Votum": "Aufnahme",
    "Votum am": date(2026, 9, 5),
    "Votum Programmbegleitkreis": "Aufnahme",
    "Votum Programmbegleitkreis am": date(2026, 9, 6),
    "Entscheidung": "Aufnahme",
    "Entscheidung am": date(2026, 9, 7),
    "Mitgeteilt am": date(2026, 9, 8),
    "Frist": date(2027, 9, 8),
    "ESCA-Label": "Gold",
    "Label gültig bis": date(2028, 9, 8),
}
COMMITTEE, ITS_DATE = "Votum Programmbegleitkreis", "Votum Programmbegleitkreis am"
# From the day on that an applicant waits for the votes.
OPEN = dict.fromkeys(
    ("Mitglied seit", COMMITTEE, ITS_DATE, "Entscheidung", "Entscheidung am", "Mitgeteilt am")
) | {"Rolle": "Antrag", "Votum": "offen", "Votum am": None}
NO_OPINION = OPEN | {"Gutachten am": None}


def day(number: int) -> date:
    """A day of September 2026, which is the last month of the period."""
    return date(2026, 9, number)


def registered_all(asked: Sequence[dict[str, Any]]) -> list[pl.DataFrame]:
    """Return the findings about each row of a register that has them all."""
    rows = [{"Cluster-ID": f"DE-{number:04}", **row} for number, row in enumerate(asked, 1)]
    grids = {"Register": grid_of(rows)}
    found = read_office({"register": 0}, *raw_cells(grids), LAST_DAY).findings
    return [found.filter(row=number) for number in range(2, len(asked) + 2)]


registered = together(registered_all)


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({}, []),
        (OPEN, []),
        (NO_OPINION, []),
        # equal days contradict nothing
        (OPEN | {"Antrag am": day(3), "Gutachten am": day(3)}, []),
        # a step before one that comes first: the one furthest off is named
        (
            NO_OPINION | {"Beratungsgespräch am": day(3)},
            [
                (
                    "register_application_before_consultation",
                    "Antrag am",
                    "03.09.2026",
                    "„Beratungsgespräch am“",
                )
            ],
        ),
        (
            NO_OPINION | {"Antrag am": day(5)},
            [("interview_too_early", "Aufnahmegespräch am", "05.09.2026", "„Antrag am“")],
        ),
        (
            OPEN | {"Gutachten am": day(2)},
            [("opinion_too_early", "Gutachten am", "03.09.2026", "„Aufnahmegespräch am“")],
        ),
        (
            {"Gutachten am": day(6)},
            [("opinion_after_vote", "Gutachten am", "05.09.2026", "„Votum am“")],
        ),
        (
            {"Gutachten am": day(8), "Votum am": day(9)},
            [
                ("decision_too_early", "Entscheidung am", "09.09.2026", "„Votum am“"),
                ("informed_too_early", "Mitgeteilt am", "09.09.2026", "„Votum am“"),
                ("opinion_after_vote", "Gutachten am", "06.09.2026", f"„{ITS_DATE}“"),
            ],
        ),
        (
            {"Gutachten am": "unklar", "Votum am": day(2)},
            [("vote_too_early", "Votum am", "03.09.2026", "„Aufnahmegespräch am“")],
        ),
        (
            {"Gutachten am": "unklar", ITS_DATE: day(1)},
            [("committee_vote_too_early", ITS_DATE, "03.09.2026", "„Aufnahmegespräch am“")],
        ),
        (
            {"Mitgeteilt am": day(6)},
            [("informed_too_early", "Mitgeteilt am", "07.09.2026", "„Entscheidung am“")],
        ),
        # a day without a result
        (OPEN | {"Votum am": day(5)}, [("dated_vote_is_open", "Votum am", "", "„Votum“")]),
        (
            OPEN | {"Votum": None, "Votum am": day(5)},
            [("dated_vote_is_open", "Votum am", "", "„Votum“")],
        ),
        (
            OPEN | {ITS_DATE: day(5)},
            [("dated_committee_vote_is_open", ITS_DATE, "", f"„{COMMITTEE}“")],
        ),
        (
            OPEN | {"Entscheidung am": day(5)},
            [("dated_decision_is_open", "Entscheidung am", "", "„Entscheidung“")],
        ),
        (
            OPEN | {"Mitgeteilt am": day(5)},
            [("informed_without_decision", "Mitgeteilt am", "", "„Entscheidung“")],
        ),
        # a step whose earlier ones are missing
        (
            NO_OPINION | {"Antrag am": None, "Rolle": "Beobachtung"},
            [("interview_without_application", "Aufnahmegespräch am", "", "„Antrag am“")],
        ),
        (NO_OPINION | {"Antrag am": "unklar"}, []),
        (
            OPEN | {"Aufnahmegespräch am": None},
            [("opinion_without_interview", "Gutachten am", "", "„Aufnahmegespräch am“")],
        ),
        (
            NO_OPINION | {"Aufnahmegespräch am": None, "Votum": "Ablehnung"},
            [("vote_without_steps", "Votum", "", "„Aufnahmegespräch am“, „Gutachten am“")],
        ),
        (
            OPEN | {COMMITTEE: "Aufnahme"},
            [("committee_vote_without_steps", COMMITTEE, "", "„Votum“")],
        ),
        (
            OPEN | {"Entscheidung": "Ablehnung"},
            [("decision_without_steps", "Entscheidung", "", f"„Votum“, „{COMMITTEE}“")],
        ),
        # roles
        ({"Rolle": "Antrag"}, [("applicant_admitted", "Rolle", "Aufnahme", "")]),
        ({"Votum": "Ablehnung"}, [("rejected_member", "Rolle", "Ablehnung", "")]),
        ({"Entscheidung": "Ablehnung"}, [("member_not_admitted", "Rolle", "Ablehnung", "")]),
        ({"Rolle": "Antrag", "Entscheidung": "Ablehnung"}, []),
        (
            NO_OPINION | {"Antrag am": None, "Aufnahmegespräch am": None},
            [("applicant_without_application", "Rolle", "", "„Antrag am“")],
        ),
        # after the last day of the period
        ({"Mitglied seit": day(30)}, []),
        (
            {"Mitglied seit": date(2026, 10, 1)},
            [("member_in_future", "Mitglied seit", "30.09.2026", "")],
        ),
        (
            {"Entscheidung am": date(2026, 10, 1), "Mitgeteilt am": date(2026, 10, 2)},
            [
                ("register_date_after_period", "Entscheidung am", "30.09.2026", ""),
                ("register_date_after_period", "Mitgeteilt am", "30.09.2026", ""),
            ],
        ),
    ],
)
@registered
def test_register(
    changes: dict[str, Any], fires: list[tuple[str, str, str, str]]
) -> Generator[dict[str, Any], pl.DataFrame, None]:
    found = yield WAY | changes
    names = {field.key: field.name["de"] for field in office().sheet("register").fields}
    said = [
        (r["check"], names[r["field"]], r["detail"] or "", in_language(r["other"] or "", "de"))
        for r in found.filter(pl.col("code") == CODE).iter_rows(named=True)
    ]
    assert sorted(said) == sorted(fires)


def test_the_registers_contradictions_name_their_cells_in_both_languages() -> None:
    row = OPEN | {"Aufnahmegespräch am": None, "Mitglied seit": date(2026, 10, 1)}
    done = office_of(WAY | row)
    file = pl.DataFrame({"file": [0], "source_file": ["register.xlsx"], "cluster_id": [None]})
    file = file.cast({"file": pl.UInt32, "cluster_id": pl.String})
    found = [done.findings, done.parsed.cells, file, done.clusters_of_rows()]
    table = findings_table(*found, [office()], load("go-cluster"))
    assert table.select("cluster_id", "cell", "message_de", "message_en").rows() == [
        (
            "DE-0001",
            "C2",
            "Register!C2: „Mitglied seit“ 01.10.2026 liegt nach dem letzten Tag des "
            "Berichtsquartals (30.09.2026). Bitte Datum und Rolle prüfen.",
            "Register!C2: “Member since” 01.10.2026 is after the last day of the quarter under "
            "review (30.09.2026). Please check date and role.",
        ),
        (
            "DE-0001",
            "G2",
            "Register!G2: Das Gutachten am 04.09.2026 ist eingetragen, aber es fehlt: "
            "„Aufnahmegespräch am“. Bitte ergänzen oder das Datum prüfen.",
            "Register!G2: the opinion on 04.09.2026 is entered, but this is missing: "
            "“Interview on”. Please add it, or check the date.",
        ),
    ]


def in_register(row: dict[str, Any], last_day: date | None = LAST_DAY) -> pl.DataFrame:
    """Return the findings about a register of one row."""
    return office_of(row, last_day).findings


def office_of(row: dict[str, Any], last_day: date | None = LAST_DAY) -> Office:
    """Return what is read of a register of one row."""
    grids = {"Register": grid_of([{"Cluster-ID": "DE-0001", **row}])}
    return read_office({"register": 0}, *raw_cells(grids), last_day)


def test_without_a_period_no_date_of_the_register_is_too_late() -> None:
    assert in_register(WAY | {"Mitgeteilt am": date(2999, 1, 1)}, None).is_empty()


def test_bad_cells_of_the_register_are_findings() -> None:
    bad = {"Entscheidung": "vertagt", "Akteursliste eingereicht": "teils", "ESCA-Label": "Platin"}
    found = in_register({"Rolle": "Beobachtung", "Label gültig bis": "Herbst", **bad})
    assert sorted(found.select("field", "code").iter_rows()) == [
        ("actor_list_sent", "bad_value"),
        ("decided", "bad_value"),
        ("esca_label", "bad_value"),
        ("label_until", "bad_date"),
    ]


# ------------------------------------------------------------------------------- the declaration
def test_every_rule_is_declared_and_every_declared_rule_is_there() -> None:
    assert {check.rule for check in checks()} == set(RULES)


def test_the_checks_run_on_nothing() -> None:
    empty = raw_cells({})
    assert examine(*empty, load_settings(), LAST_DAY).findings.is_empty()
    assert read_office({}, *empty).findings.is_empty()
