"""Contract 1.2 cell by cell: what is typed in Excel, the finding it gets, and what it counts as.

Every case is one cell. To read them all in one run, the k-th case of every slot goes into the
k-th workbook of the slot's group; a slot's effect is one that no other slot of its group touches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, zip_longest
from typing import Any

import pytest

from tests.making.workbooks import Cell, Raw, Rich, Styled, error, formula, submission

from .published import Files, Published, publish

Effect = Callable[[Published, str, int], Any]

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"
EMPTY_TEXT = formula("")
"""A formula whose stored value is the empty text."""


@dataclass(frozen=True)
class Slot:
    """A place for cases: a column, a row of its own or the usual row, and what shows the value."""

    group: str
    sheet: str
    column: str
    effect: Effect
    row: tuple[tuple[str, Cell], ...] = ()
    at: int = 2


def indicator(name: str) -> Effect:
    return lambda run, cluster_id, row: run.cluster(cluster_id)[name]


def actor(column: str) -> Effect:
    return lambda run, cluster_id, row: run.actor(cluster_id, row)[column]


def status(criterion_id: str, condition: int) -> Effect:
    return lambda run, cluster_id, row: run.condition(cluster_id, criterion_id, condition)["status"]


def low(criterion_id: str) -> Effect:
    return lambda run, cluster_id, row: run.condition(cluster_id, criterion_id)["value_low"]


def actors_slot(column: str, effect: Effect, **row: Cell) -> Slot:
    """A row of its own in Akteure; without other cells it is a bound company of its own name."""
    usual: dict[str, Cell] = {
        "Name": f"Fall {column}",
        "Akteurstyp": "Unternehmen",
        "Bindung": "Mitgliedschaft",
    }
    return Slot("a", "Akteure", column, effect, tuple((usual | row).items()))


# A small firm whose turnover alone leaves open whether it is an SME: the balance sheet is too big.
SMALL: dict[str, Cell] = {"Beschäftigte": 10, "Bilanzsumme EUR": 44_000_000}

SLOTS = {
    "Betrag": Slot("a", "Finanzierung", "Betrag EUR", indicator("budget_eur")),
    "VZÄ": Slot("a", "Management", "VZÄ", indicator("fte")),
    "Häufigkeit": Slot("a", "Aktivitäten", "Häufigkeit pro Jahr", indicator("services_per_year")),
    "Strategie": Slot("a", "Stammdaten", "Akteure im Strategieprozess", low("6.1")),
    "Gründung": Slot("a", "Stammdaten", "Formale Gründung", indicator("age_years")),
    "Gesichert": Slot("a", "Stammdaten", "Finanzierung gesichert bis", indicator("secured_months")),
    "Revision": Slot("a", "Stammdaten", "Revisionskonzept vorhanden", status("6.2", 2)),
    "Perspektive": Slot("a", "Stammdaten", "Langfristige Perspektive", status("7.2", 2)),
    "Titel": Slot("a", "Nachweise", "Titel", indicator("success_stories")),
    "Datum": Slot("b", "Nachweise", "Datum", indicator("success_stories")),
    "Art": Slot("c", "Nachweise", "Art", indicator("success_stories")),
    "Quelle": Slot("b", "Finanzierung", "Quelle", indicator("own_funds_share")),
    "Jahr": Slot("c", "Finanzierung", "Jahr", indicator("own_funds_share")),
    "Status": Slot("d", "Finanzierung", "Status", indicator("own_funds_share")),
    "Breitengrad": actors_slot("Breitengrad", actor("latitude"), Längengrad=13.74),
    "Längengrad": actors_slot("Längengrad", actor("longitude"), Breitengrad=51.05),
    "Beschäftigte": actors_slot("Beschäftigte", actor("sme"), **{"Umsatz EUR": 1_000_000}),
    "Umsatz": actors_slot("Umsatz EUR", actor("sme"), **SMALL),
    "KMU": actors_slot("KMU", actor("sme")),
    "Bindung": actors_slot("Bindung", actor("bound")),
    "Beitritt": actors_slot("Beitritt", actor("bound")),
    "Austritt": actors_slot("Austritt", actor("bound")),
    "Name": actors_slot("Name", actor("name"), Beitritt=date(2020, 1, 1)),
}


@dataclass(frozen=True)
class Case:
    """`code` None: no finding at the cell. `effect` Ellipsis: not looked at."""

    slot: str
    typed: Cell
    code: str | None
    effect: Any


def case(slot: str, typed: Cell, effect: Any, code: str | None = None) -> Case:
    return Case(slot, typed, code, effect)


ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")

# ---- number columns -------------------------------------------------------------------------

NUMBERS = [
    # the cell's own type decides first
    case("Betrag", 1234.5, 1234.5),
    case("Betrag", 1.234, 1.234),
    case("Betrag", 0, 0),
    case("Betrag", Styled(1234.5, '#,##0.00 "€/Jahr"'), 1234.5),  # a unit, not a date's d or y
    case("Betrag", Styled(0.5, "0%"), 0.5),
    case("Betrag", Rich("12,5"), 12.5),
    # groups of three: one group is ambiguous, several are not
    case("Betrag", "1.234", 1234, "ambiguous_number"),
    case("Betrag", "999.999", 999_999, "ambiguous_number"),
    case("Betrag", "12.500", 12_500, "ambiguous_number"),
    case("Betrag", "50.000.000", 50_000_000),
    case("Betrag", "1.234.567", 1_234_567),
    case("Betrag", "0.250", 0.25),  # begins with 0: no groups
    case("Betrag", "1234.567", 1234.567),  # four digits first: no groups
    case("Betrag", "12.5", 12.5),
    case("Betrag", "1.2345", 1.2345),
    # commas
    case("Betrag", "12,5", 12.5),
    case("Betrag", "1,234", 1234, "ambiguous_number"),
    case("Betrag", "84,000", 84_000, "ambiguous_number"),
    case("Betrag", "999,999 €", 999_999, "ambiguous_number"),
    case("Betrag", "1,234,567", 1_234_567),
    case("Betrag", "84,000.00", 84_000),
    case("Betrag", "1,234,567.89", 1_234_567.89),
    case("Betrag", "0,250", 0.25),  # begins with 0: no groups
    case("Betrag", "1234,567", 1234.567),  # four digits first: no groups
    case("Betrag", "1,2345", 1.2345),
    case("Betrag", "1.234,5", 1234.5),
    case("Betrag", "1.234.567,89", 1_234_567.89),
    case("Betrag", "1234,50", 1234.5),
    # any space
    case("Betrag", "1 234,5", 1234.5),
    case("Betrag", f"1{NBSP}234,5", 1234.5),
    case("Betrag", f"1{NARROW}234,5", 1234.5),
    case("Betrag", f"1{THIN}234,5", 1234.5),
    case("Betrag", f"1{NARROW}234{NARROW}567,89", 1_234_567.89),
    case("Betrag", "50 000", 50_000),
    # any apostrophe
    case("Betrag", "1'234.50", 1234.5),
    case("Betrag", "1\u2019234.50", 1234.5),
    case("Betrag", "1\u02bc234\u02bc567,89", 1_234_567.89),
    case("Betrag", "84\u00b4000", 84_000),
    case("Betrag", "84`000", 84_000),
    # no cents
    case("Betrag", "84.000,-", 84_000),
    case("Betrag", "84.000,--", 84_000),
    case("Betrag", "84.000,\u2013 €", 84_000),
    case("Betrag", "84,000.-", 84_000),
    case("Betrag", "84'000.--", 84_000),
    case("Betrag", "84000,- EUR", 84_000),
    case("Betrag", "84.000,", None, "bad_type"),
    case("Betrag", "84.000-", None, "bad_type"),
    # 15 digits are what Excel shows
    case("Betrag", 83_999.99999999999, 84_000),
    case("Betrag", 0.1 + 0.2, 0.3),
    case("Betrag", " 100 ", 100),
    # a plus sign, €, EUR are dropped
    case("Betrag", "+12,5", 12.5),
    case("Betrag", "12,5 €", 12.5),
    case("Betrag", f"12,5{NBSP}€", 12.5),
    case("Betrag", "€ 12,5", 12.5),
    case("Betrag", "12,5€", 12.5),
    case("Betrag", "12,5 EUR", 12.5),
    case("Betrag", "EUR 1.234,50", 1234.5),
    case("Betrag", "1.234 €", 1234, "ambiguous_number"),
    case("Betrag", "+1.234", 1234, "ambiguous_number"),
    case("Betrag", "'1234", 1234),
    case("Betrag", "'12,50 €", 12.5),
    case("Betrag", "\u2019€ 12,50", 12.5),
    case("Betrag", "\u200e84.000,50\u2069", 84_000.5),  # what cannot be seen does not count
    case("Betrag", "84\u00ad000\ufe0f", 84_000),
    # unreadable
    case("Betrag", "0" * 70 + "x", None, "bad_type"),
    case("Betrag", "9" * 70, None, "out_of_range"),
    case("Betrag", "abc", None, "bad_type"),
    case("Betrag", "ca. 100", None, "bad_type"),
    case("Betrag", "100 bis 200", None, "bad_type"),
    case("Betrag", "12,5 %", None, "bad_type"),
    case("Betrag", "k. A.", None, "bad_type"),  # empty in text columns only
    case("Betrag", "-", None, "bad_type"),
    case("Betrag", "€", None, "bad_type"),
    case("Betrag", "1,2,3", None, "bad_type"),
    case("Betrag", "1.23.456", None, "bad_type"),
    case("Betrag", "1.234.5", None, "bad_type"),
    case("Betrag", "nan", None, "bad_type"),
    case("Betrag", "inf", None, "bad_type"),
    case("Betrag", "1_000", None, "bad_type"),
    case("Betrag", True, None, "bad_type"),
    case("Betrag", False, None, "bad_type"),
    case("Betrag", date(2025, 1, 1), None, "bad_type"),
    case("Betrag", datetime(2025, 1, 1, 12, 30), None, "bad_type"),
    *(case("Betrag", error(text), None, "bad_type") for text in ERRORS),
    # sign
    case("Betrag", -5, None, "out_of_range"),
    case("Betrag", "-5", None, "out_of_range"),
    case("Betrag", "-1.234,5", None, "out_of_range"),
    # empty: no `!`, no finding, but unknown
    case("Betrag", None, None),
    case("Betrag", "   ", None),
    # formulas
    case("Betrag", formula(1234.5), 1234.5),
    case("Betrag", formula("1.234"), 1234, "ambiguous_number"),
    case("Betrag", formula("abc"), None, "bad_type"),
    case("Betrag", formula(None), None, "formula_without_value"),
    case("Betrag", Raw("", "<f>1+1</f><v></v>"), None, "formula_without_value"),
    case("Betrag", EMPTY_TEXT, None),
    case("Betrag", Raw('t="e"', "<f>1/0</f><v>#DIV/0!</v>"), None, "bad_type"),
    # VZÄ: a single point is the decimal point
    case("VZÄ", 2.5, 2.5),
    case("VZÄ", "1.234", 1.234),
    case("VZÄ", "2.500", 2.5),
    case("VZÄ", "0.750", 0.75),
    case("VZÄ", "2,5", 2.5),
    case("VZÄ", "1,250", 1.25),
    case("VZÄ", "1,000", 1),
    case("VZÄ", "0.1\u200b25", 0.125),
    case("VZÄ", "1.234,5", 1234.5, "inconsistent"),  # ten or more: hours, percent?
    # Two points are no decimal points.
    case("VZÄ", "1.234.567", 1_234_567, "inconsistent"),
    case("VZÄ", "1,5 VZÄ", None, "bad_type"),
    case("VZÄ", -1, None, "out_of_range"),
    case("VZÄ", "-0,5", None, "out_of_range"),
    case("VZÄ", error(), None, "bad_type"),
    case("VZÄ", True, None, "bad_type"),
    case("VZÄ", formula(None), None, "formula_without_value"),
    case("VZÄ", Raw("", '<f t="array" ref="B2">1+1</f>'), None, "formula_without_value"),
    case("VZÄ", formula(0.75), 0.75),
    case("VZÄ", None, None),
    # times per year: also here; the sum of the known times of no known row is 0
    case("Häufigkeit", 1.234, 1.234),
    case("Häufigkeit", "1.500", 1.5),
    case("Häufigkeit", "12", 12),
    case("Häufigkeit", "12,000", 12),
    case("Häufigkeit", "0,5", 0.5),
    case("Häufigkeit", "monatlich", 12),
    case("Häufigkeit", "2 x pro Monat", 24),
    case("Häufigkeit", "laufend", 52),
    case("Häufigkeit", "nach Bedarf", 0, "bad_type"),
    case("Häufigkeit", "12x", 0, "bad_type"),
    case("Häufigkeit", date(2026, 1, 12), 0, "bad_type"),  # Excel's reading of 12.1.
    case("Häufigkeit", -1, 0, "out_of_range"),
    case("Häufigkeit", error(), 0, "bad_type"),
    case("Häufigkeit", None, 0),
    # degrees: also here, and limits; if one is bad or missing both are unknown
    case("Breitengrad", 51.05, 51.05),
    case("Breitengrad", "51.050", 51.05),
    case("Breitengrad", "51,05", 51.05),
    case("Breitengrad", "51,050", 51.05),
    case("Breitengrad", 90, 90),
    case("Breitengrad", -90, -90),
    case("Breitengrad", -12.5, -12.5),
    case("Breitengrad", 90.001, None, "out_of_range"),
    case("Breitengrad", -91, None, "out_of_range"),
    case("Breitengrad", "51.050.404", None, "out_of_range"),  # 51 million degrees
    case("Breitengrad", "51° 3'", None, "bad_type"),
    case("Breitengrad", True, None, "bad_type"),
    case("Breitengrad", error(), None, "bad_type"),
    case("Breitengrad", formula(None), None, "formula_without_value"),
    case("Breitengrad", None, None),
    case("Längengrad", 13.74, 13.74),
    case("Längengrad", "13.740", 13.74),
    case("Längengrad", 180, 180),
    case("Längengrad", -180, -180),
    case("Längengrad", 180.5, None, "out_of_range"),
    case("Längengrad", "-181", None, "out_of_range"),
    case("Längengrad", "O 13,74", None, "bad_type"),
    case("Längengrad", None, None),
]

# ---- whole-number columns -------------------------------------------------------------------

WHOLE_NUMBERS = [
    case("Strategie", 12, 12),
    case("Strategie", 12.0, 12),
    case("Strategie", 0, 0),
    case("Strategie", "12", 12),
    case("Strategie", "12,0", 12),
    case("Strategie", "1.200", 1200, "ambiguous_number"),
    case("Strategie", "1.234,0", 1234),
    case("Strategie", "1,200", 1200, "ambiguous_number"),
    case("Strategie", "1,200.0", 1200),
    case("Strategie", 11.999999999999998, 12),  # Excel shows 12
    case("Strategie", 11.9999999999, None, "bad_value"),
    case("Strategie", 12.5, None, "bad_value"),
    case("Strategie", "12,5", None, "bad_value"),
    case("Strategie", "0.250", None, "bad_value"),  # a quarter, not 250
    case("Strategie", -1, None, "out_of_range"),
    case("Strategie", "-1", None, "out_of_range"),
    case("Strategie", -2.5, None, "bad_value"),  # both codes fit: the fraction is named first
    case("Strategie", "zwölf", None, "bad_type"),
    case("Strategie", True, None, "bad_type"),
    case("Strategie", date(2026, 1, 12), None, "bad_type"),
    case("Strategie", error(), None, "bad_type"),
    case("Strategie", formula(None), None, "formula_without_value"),
    case("Strategie", formula(12), 12),
    case("Strategie", EMPTY_TEXT, None),
    case("Strategie", None, None),
    # 250 employees make a company no SME
    case("Beschäftigte", 249, True),
    case("Beschäftigte", 250, False),
    case("Beschäftigte", "250", False),
    case("Beschäftigte", "1.000", False, "ambiguous_number"),
    case("Beschäftigte", "249,0", True),
    case("Beschäftigte", "2,5", None, "bad_value"),
    case("Beschäftigte", "viele", None, "bad_type"),
    case("Beschäftigte", "> 250", None, "bad_type"),
    case("Beschäftigte", -1, None, "out_of_range"),
    case("Beschäftigte", error("#N/A"), None, "bad_type"),
    case("Beschäftigte", formula(None), None, "formula_without_value"),
    case("Beschäftigte", formula(300), False),
    case("Beschäftigte", None, None),
    # 50 million is the turnover's limit
    case("Umsatz", "50.000.000", True),
    case("Umsatz", "50.000.001", False),
    case("Umsatz", "50.000.000,01", False),
    case("Umsatz", "50 000 001 EUR", False),
    case("Umsatz", "60.000", True, "ambiguous_number"),
    case("Umsatz", "60,000", True, "ambiguous_number"),
    case("Umsatz", "60,000,000", False),
    case("Umsatz", "60 Mio.", None, "bad_type"),
    case("Umsatz", -1, None, "out_of_range"),
    case("Umsatz", None, None),
    # a year; the only row of Ist is the members' fees, so the share is 1 or unknown
    case("Jahr", 2025, 1),
    case("Jahr", "2025", 1),
    case("Jahr", 1990, 1),
    case("Jahr", "2.025", 1, "ambiguous_number"),
    case("Jahr", "2,025", 1, "ambiguous_number"),
    case("Jahr", 2024.9999999999998, 1),
    case("Jahr", 1989, None, "out_of_range"),
    case("Jahr", 2101, None, "out_of_range"),
    case("Jahr", 2025.5, None, "bad_value"),
    case("Jahr", "2024/25", None, "bad_type"),
    case("Jahr", date(2025, 1, 1), None, "bad_type"),
    case("Jahr", None, None),
]

# ---- dates ----------------------------------------------------------------------------------

# As of 30.09.2026: joined on this day or before is bound, later is not; unknown stays open.
# "1.10.2026" is bound, and "10.1.2026" not, only for who takes the month for the day.
UNENDING = ("laufend", "unbefristet", "offen", "bis auf Weiteres", "-", "keiner", "nein", 0, False)

DATES = [
    case("Beitritt", date(2026, 9, 30), True),
    case("Beitritt", datetime(2026, 9, 30, 23, 59), True),  # the time of day does not count
    case("Beitritt", date(2026, 10, 1), False),
    case("Beitritt", "30.09.2026", True),
    case("Beitritt", "01.10.2026", False),
    case("Beitritt", "1.10.2026", False),
    case("Beitritt", "10.1.2026", True),
    case("Beitritt", "2026-09-30", True),
    case("Beitritt", "2026-10-01", False),
    case("Beitritt", "29.02.2024", True),
    case("Beitritt", " 31.12.2025 ", True),
    case("Beitritt", Styled(46_296, "mmm yy"), False),  # 46296 is 1.10.2026
    case("Beitritt", Styled(46_295, "[$-407]d. mmmm yyyy"), True),
    case("Beitritt", Raw('t="d"', "<v>2026-10-01</v>", as_date=True), False),  # ISO date cell
    # as of the day in Berlin; without a zone its own day
    case("Beitritt", "2026-09-30T21:59:59.000Z", True),
    case("Beitritt", "2026-09-30T22:00:00.000Z", False),
    case("Beitritt", "2026-09-30T22:00:00", True),
    case("Beitritt", "2026-09-30 22:00", True),
    case("Beitritt", "2026-09-30 22:00 +0200", True),
    case("Beitritt", "2026-09-30T22:00:00+00:00", False),
    case("Beitritt", "2026-09-30T18:00:00-04:00", False),
    case("Beitritt", "2026-10-01T00:30:00+0300", True),
    case("Beitritt", "2026-10-01T00:30+02", False),
    case("Beitritt", "2026-09-30 22:00 UTC", False),
    case("Beitritt", "30.09.2026 22:00 UTC", False),
    case("Beitritt", "30.09.2026, 23:59 Uhr", True),
    case("Beitritt", "30.09.2026 23:59:59", True),
    case("Beitritt", "\u200e30.09.\u200b2026", True),
    case("Beitritt", "30.09.2026 10:00-12:00", None, "bad_date"),  # from ten to twelve
    case("Beitritt", "2026-09-30T22:00:00+19:00", None, "bad_date"),
    case("Beitritt", "2026-09-30T25:00Z", None, "bad_date"),
    case("Beitritt", "30.09.2026.", None, "bad_date"),
    case("Beitritt", None, True),
    case("Beitritt", 2019, None, "bad_date"),
    case("Beitritt", 46_000, None, "bad_date"),
    case("Beitritt", "2019", None, "bad_date"),
    case("Beitritt", "31.02.2025", None, "bad_date"),
    case("Beitritt", "29.02.2025", None, "bad_date"),
    case("Beitritt", "2025-02-30", None, "bad_date"),
    case("Beitritt", "32.01.2025", None, "bad_date"),
    case("Beitritt", "01.13.2025", None, "bad_date"),
    case("Beitritt", "00.01.2025", None, "bad_date"),
    case("Beitritt", "12/31/2025", None, "bad_date"),
    case("Beitritt", "31.12.25", None, "bad_date"),  # which century?
    case("Beitritt", "Dezember 2025", None, "bad_date"),
    case("Beitritt", "seit Gründung", None, "bad_date"),
    case("Beitritt", "k. A.", None, "bad_date"),
    case("Beitritt", True, None, "bad_date"),
    case("Beitritt", Styled(3_000_000, "dd.mm.yyyy"), None, "bad_date"),  # after the year 9999
    case("Beitritt", Styled(-5, "dd.mm.yyyy"), None, "bad_date"),
    case("Beitritt", Styled(0.5, "hh:mm"), None, "bad_date"),  # a time of no day
    *(case("Beitritt", error(text), None, "bad_type") for text in ERRORS),
    case("Beitritt", formula(46_296, as_date=True), False),
    case("Beitritt", formula(46_296), None, "bad_date"),  # the stored value is a plain number
    case("Beitritt", formula("01.10.2026"), False),
    case("Beitritt", formula(None), None, "formula_without_value"),
    case("Beitritt", formula(None, as_date=True), None, "formula_without_value"),
    case("Beitritt", EMPTY_TEXT, True),
    # left on the day itself is no longer bound
    case("Austritt", date(2026, 9, 30), False),
    case("Austritt", date(2026, 10, 1), True),
    case("Austritt", "1.10.2026", True),
    case("Austritt", "10.1.2026", False),
    case("Austritt", 2027, None, "bad_date"),
    case("Austritt", "nie", None, "bad_date"),
    *(case("Austritt", text, True, "no_answer") for text in UNENDING),
    *(case("Austritt", text, None, "bad_date") for text in ("k. A.", "unbekannt", "folgt")),
    case("Austritt", error(), None, "bad_type"),
    case("Austritt", None, True),
    # completed years on 30.09.2026
    case("Gründung", date(2023, 9, 30), 3),
    case("Gründung", date(2023, 10, 1), 2),
    case("Gründung", "1.10.2023", 2),
    case("Gründung", "2023-09-30", 3),
    case("Gründung", 2015, None, "bad_date"),
    case("Gründung", "2015", None, "bad_date"),
    case("Gründung", "31.06.2015", None, "bad_date"),
    case("Gründung", False, None, "bad_date"),
    case("Gründung", error(), None, "bad_type"),
    case("Gründung", formula(None), None, "formula_without_value"),
    case("Gründung", None, None),
    # completed months from 30.09.2026
    case("Gesichert", date(2028, 9, 30), 24),
    case("Gesichert", "29.9.2028", 23),
    case("Gesichert", "1.12.2028", 26),  # 12 January 2028 would be 15
    case("Gesichert", "unbefristet", None, "bad_date"),
    case("Gesichert", 2028, None, "bad_date"),
    # within the last 24 months: from 30.09.2024
    case("Datum", "30.9.2024", 1),
    case("Datum", "29.09.2024", 0),
    case("Datum", 2026, 0, "bad_date"),
    case("Datum", "Q1/2026", 0, "bad_date"),
    case("Datum", None, 0),
]

# ---- yes/no ---------------------------------------------------------------------------------

YES = ("ja", "Ja", "JA", " ja ", "yes", "Yes", "x", "X", "wahr", "WAHR", "true", "TRUE", True, 1)
NO = ("nein", "Nein", "NEIN", "no", "falsch", "FALSCH", "false", "FALSE", False, 0)
NEITHER = ("vielleicht", "teilweise", "j", "ja, teils", "-", 2, -1, 0.5, date(2025, 1, 1))

YES_NO = [
    *(case("KMU", typed, True) for typed in YES),
    *(case("KMU", typed, False) for typed in NO),
    *(case("KMU", typed, None, "bad_value") for typed in NEITHER),
    case("KMU", 1.0, True),
    case("KMU", Raw('t="b"', "<f>1=1</f><v>1</v>"), True),
    case("KMU", formula("nein"), False),
    case("KMU", formula(1), True),
    case("KMU", formula(None), None, "formula_without_value"),
    case("KMU", EMPTY_TEXT, None),
    case("KMU", None, None),
    case("KMU", error(), None, "bad_type"),
    case("Revision", "ja", "fulfilled"),
    case("Revision", True, "fulfilled"),
    case("Revision", 1, "fulfilled"),
    case("Revision", "nein", "not_fulfilled"),
    case("Revision", 0, "not_fulfilled"),
    case("Revision", "in Arbeit", "undetermined", "bad_value"),
    case("Revision", error(), "undetermined", "bad_type"),
    case("Revision", None, "undetermined"),
]

# ---- list columns ---------------------------------------------------------------------------

LISTS = [
    case("Bindung", "Mitgliedschaft", True),
    case("Bindung", "MITGLIEDSCHAFT", True),
    case("Bindung", "  mitgliedschaft ", True),
    case("Bindung", f"{NBSP}Mitgliedschaft{NBSP}", True),
    case("Bindung", Rich("Mitgliedschaft"), True),
    case("Bindung", "Kooperationsvereinbarung", True),
    case("Bindung", "Absichtserklärung", True),
    case("Bindung", "Absichtserklaerung", True),
    case("Bindung", "ABSICHTSERKLÄRUNG", True),
    case("Bindung", "Regelmäßiger Beitrag", True),
    case("Bindung", "Regelmäßiger  Beitrag", True),
    case("Bindung", "Regelmäßiger\nBeitrag", True),
    case("Bindung", "REGELMAESSIGER BEITRAG", True),
    case("Bindung", "REGELMÄSSIGER BEITRAG", True),
    case("Bindung", "Aktive Mitwirkung", False),
    case("Bindung", "Kontakt", False),
    case("Bindung", "Mitgliedschaft;", True),
    case("Bindung", "Mitgliedschaft.", True),
    case("Bindung", "Kooperationsvereinbarung , ", True),
    case("Bindung", "\u2066Mit\u00adglied\u200bschaft\ufe0f", True),
    case("Bindung", "\uff2ditgliedschaft", True),  # compared after NFKC
    case("Bindung", "Regelma\u0308\u00dfiger Beitrag", True),
    case("Bindung", "Mitgliedschaft!", None, "bad_value"),
    case("Bindung", formula("Mitgliedschaft"), True),
    case("Bindung", "Partner", None, "bad_value"),
    case("Bindung", "Mitglied", None, "bad_value"),
    case("Bindung", 1, None, "bad_value"),
    case("Bindung", True, None, "bad_value"),
    case("Bindung", date(2025, 1, 1), None, "bad_value"),
    case("Bindung", error(), None, "bad_type"),
    # `!`: an empty cell is a finding, but there is only one error at a cell
    case("Bindung", None, None, "missing_value"),
    case("Bindung", "  ", None, "missing_value"),
    case("Bindung", EMPTY_TEXT, None, "missing_value"),
    case("Bindung", formula(None), None, "formula_without_value"),
    # own funds are all or nothing of the only row
    case("Quelle", "Mitgliedsbeiträge", 1),
    case("Quelle", "MITGLIEDSBEITRAEGE", 1),
    case("Quelle", "Wirtschaftliche  Einnahmen", 1),
    case("Quelle", "Förderung EU", 0),
    case("Quelle", "foerderung eu", 0),
    case("Quelle", "Sonstige", 0),
    case("Quelle", "Spenden", None, "bad_value"),
    case("Quelle", None, None),
    case("Status", "Ist", 1),
    case("Status", "IST", 1),
    case("Status", "Actual", 1),
    case("Status", "Plan", 1),  # without an Ist row the Plan rows serve
    case("Status", "Soll", None, "bad_value"),
    case("Status", None, None),
    case("Art", "Erfolgsgeschichte", 1),
    case("Art", "ERFOLGSGESCHICHTE ", 1),
    case("Art", "Presse", 0),
    case("Art", "Erfolg", 0, "bad_value"),
    case("Art", error(), 0, "bad_type"),
    case("Art", None, 0),
]

# ---- text columns ---------------------------------------------------------------------------

NO_ANSWER = (
    "k. A.",
    "k.A.",
    "n. a.",
    "-",
    "–",
    "./.",
    "?",
    "unbekannt",
    "noch offen",
    "k.A., folgt",
)
NONE = (
    "keine",
    "nein",
    "nicht vorhanden",
    "entfällt",
    "derzeit keine",
    "keine (noch nicht)",
    0,
    "0",
    False,
)
PLACEHOLDERS = (*NO_ANSWER, *NONE)

TEXTS = [
    case("Name", "Alpha & Söhne <GmbH>", "Alpha & Söhne <GmbH>"),
    case("Name", 4711, "4711"),
    case("Name", 4711.0, "4711"),
    case("Name", 12_345_678_901, "12345678901"),
    case("Name", formula("Eta GmbH"), "Eta GmbH"),
    case("Name", formula(4711), "4711"),
    case("Name", date(2024, 3, 1), ...),
    *(case("Name", text, ..., "missing_value") for text in PLACEHOLDERS),
    case("Name", None, ..., "missing_value"),
    case("Name", "  ", ..., "missing_value"),
    case("Name", EMPTY_TEXT, ..., "missing_value"),
    case("Name", formula(None), ..., "formula_without_value"),
    case("Name", error(), ..., "bad_type"),
    case("Name", error("#NAME?"), ..., "bad_type"),
    case("Perspektive", "Eigene Mittel ab 2028", "fulfilled"),
    case("Perspektive", 2030, "fulfilled"),
    case("Perspektive", date(2030, 1, 1), "fulfilled"),
    case("Perspektive", "-- siehe Anlage zu den Beiträgen", "fulfilled"),
    case("Perspektive", "Keine Förderung, ab 2028 tragen Beiträge", "fulfilled"),
    *(case("Perspektive", text, "undetermined", "no_answer") for text in NO_ANSWER),
    *(case("Perspektive", text, "not_fulfilled") for text in NONE),
    case("Perspektive", " - ", "undetermined", "no_answer"),
    case("Perspektive", EMPTY_TEXT, "undetermined"),
    case("Perspektive", formula(None), "undetermined", "formula_without_value"),
    case("Perspektive", error(), "undetermined", "bad_type"),
    case("Perspektive", None, "undetermined"),
    # a story without a title is only a possible one
    case("Titel", "Neues Verfahren", 1),
    case("Titel", 4711, 1),
    case("Titel", date(2025, 5, 1), 1),
    *(case("Titel", text, 0, "no_answer") for text in PLACEHOLDERS),
    case("Titel", "keine Erfolgsgeschichten", 0, "no_answer"),
    case("Titel", "Keine Angst vor KI", 1),
    case("Titel", "Offen für Neues", 1),
    case("Titel", None, 0),
    case("Titel", EMPTY_TEXT, 0),
    case("Titel", error(), 0, "bad_type"),
    case("Titel", formula(None), 0, "formula_without_value"),
]

# ---- columns whose findings alone are looked at ---------------------------------------------


def column(sheet: str, header: str, typed: Cell, code: str | None = None, row: int = 2) -> Case:
    """A case whose slot is simply a cell of the usual submission."""
    SLOTS[f"{sheet}.{header}"] = Slot("e", sheet, header, indicator("actors"), at=row)
    return Case(f"{sheet}.{header}", typed, code, ...)


COLUMNS = [
    column("Stammdaten", "Clustername", None),
    column("Stammdaten", "Clustername", "keine"),
    column("Stammdaten", "Clustername", 2030),
    column("Stammdaten", "Clustername", error(), "bad_type"),
    column("Stammdaten", "Version", None),
    column("Stammdaten", "Version", "2"),
    column("Stammdaten", "Version", 2.0),
    column("Stammdaten", "Version", 0, "out_of_range"),
    column("Stammdaten", "Version", 1.5, "bad_value"),
    column("Stammdaten", "Version", "zwei", "bad_type"),
    column("Stammdaten", "Rechtsform", "k. A."),
    column("Stammdaten", "Bundesland", "SACHSEN"),
    column("Stammdaten", "Bundesland", "Sachsen;"),
    column("Stammdaten", "Technologiefeld", "Mikro\u2011, Nano\u2010 & optische Technologien,"),
    column("Stammdaten", "Technologiefeld", "Energie + Umwelt"),
    column("Stammdaten", "Revisionskonzept vorhanden", "ja."),
    column("Stammdaten", "Bundesland", "Baden-Wuerttemberg", "inconsistent"),  # PLZ in Sachsen
    column("Stammdaten", "Bundesland", "Tirol", "bad_value"),
    column("Stammdaten", "Bundesland", 14, "bad_value"),
    column("Stammdaten", "Bundesland", error(), "bad_type"),
    column("Stammdaten", "Bundesland", None),
    column("Stammdaten", "Technologiefeld", "Mikro-, Nano- und optische Technologien"),
    column("Stammdaten", "Technologiefeld", "Raumfahrt", "bad_value"),
    column("Stammdaten", "Technologiefeld", None),
    column("Stammdaten", "PLZ", 1067),
    column("Stammdaten", "PLZ", "D-01067"),
    column("Stammdaten", "Breitengrad", "51.050"),
    column("Stammdaten", "Breitengrad", 91, "out_of_range"),
    column("Stammdaten", "Breitengrad", "Nord", "bad_type"),
    column("Stammdaten", "Längengrad", -181, "out_of_range"),
    column("Stammdaten", "Längengrad", None),
    column("Stammdaten", "Exzellenzmaßnahmen", "Unternehmen Region; Zwanzig20; ZIM-NEMO"),
    column(
        "Stammdaten", "Exzellenzmaßnahmen", "go-cluster; Exzellenzinitiative", "unknown_measure"
    ),
    column("Stammdaten", "Exzellenzmaßnahmen", "go-cluster, InnoRegio"),
    column("Stammdaten", "Exzellenzmaßnahmen", "keine"),
    column("Stammdaten", "Exzellenzmaßnahmen", error(), "bad_type"),
    column("Stammdaten", "Exzellenzmaßnahmen", None),
    column("Stammdaten", "Strategische Handlungsfelder", "Transfer | Nachwuchs"),
    column("Stammdaten", "Strategische Handlungsfelder", error(), "bad_type"),
    column("Stammdaten", "Strategiedokument vom", 2025, "bad_date"),
    column("Stammdaten", "Strategiedokument vom", "15.1.2025"),
    column("Stammdaten", "Beratungsgespräch am", "im Frühjahr", "bad_date"),
    column("Stammdaten", "Beratungsgespräch am", "1.2.2016"),
    column("Stammdaten", "Antrag am", 2016, "bad_date"),
    column("Stammdaten", "Antrag am", error("#VALUE!"), "bad_type"),
    column("Akteure", "Akteurstyp", None, "missing_value"),
    column("Akteure", "Akteurstyp", "Start-up", "bad_value"),
    column("Akteure", "Akteurstyp", 3, "bad_value"),
    column("Akteure", "Akteurstyp", error(), "bad_type"),
    column("Akteure", "Bilanzsumme EUR", "unbekannt", "bad_type"),
    column("Akteure", "Bilanzsumme EUR", -1, "out_of_range"),
    column("Akteure", "Land", "Absurdistan", "bad_value", row=5),  # a row without a postcode
    column("Akteure", "Land", error(), "bad_type", row=5),
    column("Akteure", "PLZ", error(), "bad_type"),
    column("Akteure", "PLZ", "00000", "unknown_postcode"),
    column("Akteure", "Ort", 4711),
    column("Akteure", "Wertschöpfungsstufe", "k. A."),
    column("Akteure", "Wertschöpfungsstufe", error(), "bad_type"),
    column("Management", "Funktion", "n. a.", "no_answer"),
    column("Management", "Funktion", "keine"),
    column("Management", "Beginn", 2016, "bad_date"),
    column("Management", "Ende", "offen", "no_answer"),
    column("Management", "Ende", "unklar", "bad_date"),
    column("Gremien", "Gremium", 1),
    column("Gremien", "Akteursgruppe", "Oeffentliche  Hand"),
    column("Gremien", "Akteursgruppe", "Politik", "bad_value"),
    column("Gremien", "Sitze", "3,0"),
    column("Gremien", "Sitze", 1.5, "bad_value"),
    column("Gremien", "Sitze", -1, "out_of_range"),
    column("Gremien", "Sitze", "drei", "bad_type"),
    column("Gremien", "Sitze", None),
    column("Aktivitäten", "Art", "Stammtisch", "bad_value"),
    column("Aktivitäten", "Art", "interne kommunikation"),
    column("Aktivitäten", "Bezeichnung", "-", "no_answer"),
    column("Aktivitäten", "Handlungsfeld", None),
    column("Aktivitäten", "Beginn", "2020", "bad_date"),
    column("Aktivitäten", "Teilnehmende", "1.200", "ambiguous_number"),
    column("Aktivitäten", "Teilnehmende", 12.5, "bad_value"),
    column("Aktivitäten", "Teilnehmende", True, "bad_type"),
    column("Nachweise", "Ende", "31.11.2026", "bad_date", row=3),
    column("Nachweise", "Beteiligte Akteure", "2,5", "bad_value", row=3),
    column("Nachweise", "Beteiligte Akteure", date(2026, 5, 2), "bad_type", row=3),
    column("Nachweise", "Beteiligte Akteure", -2, "out_of_range", row=3),
    column("Nachweise", "Reichweite", "International"),
    column("Nachweise", "Reichweite", "regional", "bad_value"),
    column("Nachweise", "Verweis", 4711),
    column("Nachweise", "Verweis", error(), "bad_type"),
]

CASES = NUMBERS + WHOLE_NUMBERS + DATES + YES_NO + LISTS + TEXTS + COLUMNS

# ---- one portfolio for all ------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    cluster_id: str
    sheet: str
    cell: str
    row: int


def portfolio() -> tuple[Files, dict[int, Place]]:
    """The workbooks, and the address of each case (by its number)."""
    by_slot = {
        slot: [number for number, one in enumerate(CASES) if one.slot == slot] for slot in SLOTS
    }
    files: Files = {}
    places: dict[int, Place] = {}
    groups = groupby(sorted(SLOTS, key=lambda slot: SLOTS[slot].group), lambda s: SLOTS[s].group)
    for _, slots in groups:
        for numbers in zip_longest(*(by_slot[slot] for slot in slots)):
            cluster_id = f"DE-{len(files) + 1:04}"
            book = submission(cluster_id)
            del book.sheets["Management"][2:]  # the case's row alone counts
            del book.sheets["Finanzierung"][2:]
            for number in numbers:
                if number is None:
                    continue
                slot = SLOTS[CASES[number].slot]
                row = book.add(slot.sheet, dict(slot.row)) if slot.row else slot.at
                book.set(slot.sheet, slot.column, CASES[number].typed, row)
                cell = book.where(slot.sheet, slot.column, row)
                places[number] = Place(cluster_id, slot.sheet, cell, row)
            files[f"{cluster_id}.xlsx"] = book
    return files, places


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> tuple[Published, dict[int, Place]]:
    files, places = portfolio()
    return publish(tmp_path_factory.mktemp("cells"), files), places


def name_of(number: int) -> str:
    one = CASES[number]
    typed = f"{one.typed.attributes}{one.typed.inner}" if isinstance(one.typed, Raw) else one.typed
    return f"{number}-{one.slot}-{typed!r}"


every_case = pytest.mark.parametrize("number", range(len(CASES)), ids=name_of)


@every_case
def test_finding(review: tuple[Published, dict[int, Place]], number: int) -> None:
    run, places = review
    place, code = places[number], CASES[number].code
    found = run.codes(f"{place.cluster_id}.xlsx", place.sheet, place.cell)
    assert found == ([code] if code else [])


@every_case
def test_effect(review: tuple[Published, dict[int, Place]], number: int) -> None:
    run, places = review
    place, expected = places[number], CASES[number].effect
    if expected is ...:
        return
    seen = SLOTS[CASES[number].slot].effect(run, place.cluster_id, place.row)
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        # sums of money are kept in whole cents
        expected = pytest.approx(expected, abs=0.0051 if CASES[number].slot == "Betrag" else 1e-9)
    assert seen == expected


def test_no_other_findings(review: tuple[Published, dict[int, Place]]) -> None:
    """Nothing else in these workbooks deserves a finding."""
    run, places = review
    expected = {
        (f"{place.cluster_id}.xlsx", place.sheet, place.cell, CASES[number].code)
        for number, place in places.items()
        if CASES[number].code
    }
    found = run.table("findings").select("source_file", "sheet", "cell", "code").rows()
    assert set(found) - expected == set()


def test_a_bad_cell_keeps_row_and_workbook(review: tuple[Published, dict[int, Place]]) -> None:
    run, places = review
    assert set(run.table("submissions")["outcome"]) == {"reviewed"}
    actors = set(run.table("actors").select("cluster_id", "row").rows())
    rows = {(p.cluster_id, p.row) for p in places.values() if p.sheet == "Akteure"}
    assert rows - actors == set()


SEVERITY = {
    "missing_value": "error",
    "unknown_measure": "warning",
    "no_answer": "info",
    "bad_type": "error",
    "bad_value": "error",
    "bad_date": "error",
    "out_of_range": "error",
    "formula_without_value": "error",
    "ambiguous_number": "warning",
    "unknown_postcode": "warning",
    "inconsistent": "warning",
}


def test_severity_messages_and_value(review: tuple[Published, dict[int, Place]]) -> None:
    run, places = review
    for row in run.table("findings").to_dicts():
        assert row["severity"] == SEVERITY[row["code"]], row
        assert row["message_de"], row
        assert row["message_en"], row
    for number, place in places.items():
        one = CASES[number]
        if one.code not in (None, "missing_value") and isinstance(one.typed, str):
            found = run.row(
                "findings", cluster_id=place.cluster_id, cell=place.cell, sheet=place.sheet
            )
            assert found["value"].strip() == one.typed.strip()


@pytest.mark.parametrize(
    ("slot", "criterion"),
    [
        ("Betrag", "7.1"),
        ("VZÄ", "4.2"),
        ("Häufigkeit", "8"),
        ("Strategie", "6.1"),
        ("Gründung", "4.1"),
        ("Gesichert", "7.2"),
        ("Revision", "6.2"),
        ("Beschäftigte", "2.1"),
        ("Breitengrad", "3"),
        ("Bindung", "1"),
        ("Titel", "12"),
    ],
)
def test_criteria_a_finding_can_affect(
    review: tuple[Published, dict[int, Place]], slot: str, criterion: str
) -> None:
    run, places = review
    number = next(n for n, one in enumerate(CASES) if one.slot == slot and one.code)
    place = places[number]
    found = run.row("findings", cluster_id=place.cluster_id, sheet=place.sheet, cell=place.cell)
    assert criterion in found["criterion_ids"]


def test_text_of_a_date(review: tuple[Published, dict[int, Place]]) -> None:
    run, places = review
    number = next(n for n, one in enumerate(CASES) if one == case("Name", date(2024, 3, 1), ...))
    name = run.actor(places[number].cluster_id, places[number].row)["name"]
    assert name in ("2024-03-01", "01.03.2024", "1.3.2024")
