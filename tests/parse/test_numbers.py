"""Contract 1.2, numbers in texts: the other texts of a column decide what one of them means."""

from typing import Any

import pytest

from tests.making.frames import Grids
from tests.making.together import of_files
from tests.parse.making import USUAL, Answered, examined

# In one way only: with a point, or with a comma, before the decimals.
BY_POINT = [
    "84,000.00",
    "1,234,567",
    "12.5",
    "0.250",
    "1234.567",
    "1'234.50",
    "1 234.5",
    "84,000.-",
]
BY_COMMA = [
    "1.234,50",
    "1.234.567",
    "12,5",
    "0,250",
    "1234,567",
    "1\u2019234,50",
    "1 234,5",
    "84.000,-",
]
# What says nothing of it.
SILENT = ["84000", "1 234", "1'234", "€ 5", "keine", "1.2.3", "5,-6", 30_000, 0.5]
FIELDS = [
    ("Finanzierung", "Betrag EUR", "amount_eur"),
    ("Akteure", "Beschäftigte", "employees"),
    ("Akteure", "Umsatz EUR", "turnover_eur"),
    ("Gremien", "Sitze", "seats"),
    ("Nachweise", "Beteiligte Akteure", "actors_involved"),
    ("Aktivitäten", "Teilnehmende", "participants"),
]
DECIMALS = [("Management", "VZÄ", "fte"), ("Aktivitäten", "Häufigkeit pro Jahr", "times_per_year")]


def with_column(sheet: str, header: str, *values: Any) -> Grids:
    """The usual workbook with values in the first rows of a column."""
    grid = [list(line) for line in USUAL[sheet]]
    place = grid[0].index(header)
    for line, value in zip(grid[1:], values, strict=False):
        line[place] = value
    return {**USUAL, sheet: grid}


Case = tuple[str, str, str, Any, Any, float | None, str | None]
DECIDED: list[Case] = [
    (*place, text, other, value, code)
    for other, agrees, differs in (
        *((other, "84,000", "84.000") for other in BY_POINT),
        *((other, "84.000", "84,000") for other in BY_COMMA),
    )
    for text, value, code in ((agrees, 84_000, None), (differs, None, "bad_type"))
    for place in FIELDS
]
UNDECIDED: list[Case] = [
    (*place, text, other, 84_000, "ambiguous_number")
    for place in FIELDS
    for text in ("84,000", "84.000", "84,000 €", "+84.000", "'84,000")
    for other in SILENT
]
# In degrees, VZÄ and times per year nothing is thousands.
PLAIN: list[Case] = [
    (*place, text, other, 1.0, None)
    for place in DECIMALS
    for text in ("1,000", "1.000")
    for other in ("12,5", "12.5", "1", 2)
]


@pytest.mark.parametrize("cases", [DECIDED, UNDECIDED, PLAIN], ids=["decided", "open", "decimals"])
@examined
def test_other_texts_of_the_column_decide(cases: list[Case]) -> Answered:
    seen = yield [
        with_column(sheet, head, text, other) for sheet, head, _, text, other, *_ in cases
    ]
    for number, (sheet, _, field, text, other, value, code) in enumerate(cases):
        case = (sheet, field, text, other)
        assert seen.column(number, sheet, field)[0] == value, case
        said = [c for c, _, row in seen.codes(number) if row == 2 and c != "inconsistent"]
        assert said == ([code] if code else []), case


@examined
def test_where_a_column_says_both_a_doubt_stays_a_doubt() -> Answered:
    grid = [*USUAL["Finanzierung"], [2026, "Sponsoring", "12,5", "Plan"]]
    grid[1:3] = [[2025, "Sponsoring", "84,000", "Ist"], [2025, "Sponsoring", "1,234.5", "Ist"]]
    seen = yield [{**USUAL, "Finanzierung": grid}]
    assert seen.codes(0) == [("ambiguous_number", "", 2)]
    assert seen.column(0, "Finanzierung", "amount_eur")[:2] == [84_000, 1234.5]


@examined
def test_another_column_another_sheet_and_another_file_decide_nothing() -> Answered:
    english = with_column("Akteure", "Beschäftigte", 12, "1,234.0")
    grid = [list(line) for line in english["Akteure"]]
    grid[2][grid[0].index("Umsatz EUR")] = "84.000"
    one = {**english, "Akteure": grid}
    two = with_column("Akteure", "Beschäftigte", 12, "1.234")
    seen = yield [one, two]
    assert [c for c, *_ in seen.codes(0)] == [c for c, *_ in seen.codes(1)] == ["ambiguous_number"]
    assert seen.column(1, "Akteure", "employees")[1] == 1234


@examined
def test_a_row_of_totals_decides_nothing() -> Answered:
    grid = [*USUAL["Finanzierung"], ["Summe", None, "84,000.00", None]]
    grid[1] = [2025, "Sponsoring", "84.000", "Ist"]
    seen = yield [{**USUAL, "Finanzierung": grid}]
    assert "ambiguous_number" in [code for code, _, _ in seen.codes(0)]


UNSEEN = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufe00\ufe0f\ufeff\U000e0100"
)


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"{ord(sign):x}")
@examined
def test_what_cannot_be_seen_changes_nothing(sign: str) -> Answered:
    """In headers, words, numbers, dates, postcodes and names; at every place of a text."""

    def strewn(cell: Any) -> Any:
        return sign.join(f" {cell} ") if isinstance(cell, str) else cell

    book = {name: [[strewn(c) for c in line] for line in grid] for name, grid in USUAL.items()}
    odd = {f"{sign}{name[:3]}{sign}{name[3:]}": grid for name, grid in book.items()}
    seen = yield [odd, USUAL]
    assert seen.codes(0) == seen.codes(1)
    for key in ("actors", "management", "bodies", "funding", "activities", "evidence"):
        table = seen.examined.valid.tables[key]
        assert of_files(table, 0, 1).equals(of_files(table, 1, 1)), key
