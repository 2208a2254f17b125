"""Contract 1.1, Brackets in headers: units, remarks, marks and numbers, made by rule."""

import pytest

from schemas.rows import row_words
from tests.making.frames import Grids
from tests.parse.making import USUAL, Answered, examined, with_headers

WORDS = row_words().headers
FORMS = (
    "{name} ({said})",
    "{name} [{said}]",
    "{name} in {said}",
    "{name}, {said}",
    "{name} / {said}",
    "{name} {said}",
)
# Headers with a unit: sheet, name as a key of `with_headers`, name, field.
PLACES = [
    ("Akteure", "Umsatz_EUR", "Umsatz", "turnover_eur"),
    ("Akteure", "Umsatz_EUR", "Umsatz EUR", "turnover_eur"),
    ("Akteure", "Beschäftigte", "Beschäftigte", "employees"),
    ("Management", "VZÄ", "VZÄ", "fte"),
    ("Management", "VZÄ", "FTE", "fte"),
    ("Finanzierung", "Betrag_EUR", "Betrag", "amount_eur"),
    ("Gremien", "Sitze", "Sitze", "seats"),
]
ALIEN = [
    (sheet, key, form.format(name=name, said=unit), field)
    for number, unit in enumerate((*WORDS.other_units, *WORDS.rates, "Mio. EUR", "EUR (in Tsd.)"))
    for sheet, key, name, field in PLACES[number % 3 :: 3]
    for form in FORMS[number % 2 :: 2]
]
OURS = [
    (sheet, key, form.format(name=name, said=said), field)
    for number, said in enumerate((*WORDS.our_units, *WORDS.harmless))
    for sheet, key, name, field in PLACES[number % 3 :: 3]
    for form in FORMS[:2]
]
OURS += [
    (sheet, key, form.format(name=name), field)
    for sheet, key, name, field in PLACES
    for form in (
        "{name}:",
        "{name} *",
        "{name}**",
        "{name}¹",
        "{name} 1)",
        "1. {name}",
        "2) {name}",
        "(3) {name}",
        "A3 {name}",
        "b) {name}",
        "{name} (z. B. 12)",
        " {name}\n(optional) ",
    )
]
OURS += [
    ("Akteure", "Beschäftigte", "Beschäf-\ntigte", "employees"),
    ("Akteure", "Beschäftigte", "Beschäf-\ntigte (Köpfe)", "employees"),
    ("Akteure", "Umsatz_EUR", "Um-\nsatz EUR", "turnover_eur"),
    ("Gremien", "Sitze", "2. Sit-\nze*", "seats"),
    ("Aktivitäten", "Häufigkeit_pro_Jahr", "Häufigkeit (pro Jahr)", "times_per_year"),
    ("Aktivitäten", "Häufigkeit_pro_Jahr", "Häufigkeit", "times_per_year"),
]
ALIEN += [("Aktivitäten", "Häufigkeit_pro_Jahr", "Häufigkeit (pro Monat)", "times_per_year")]
REMARKED = [
    (sheet, key, form.format(name=name), field)
    for sheet, key, name, field in PLACES
    for form in (
        "{name} (laut Bilanz)",
        "{name}, netto",
        "{name} 2025",
        "{name} gesamt",
        "{name} [Vorjahr]",
    )
]


def books_of(cases: list[tuple[str, str, str, str]]) -> list[Grids]:
    """The workbooks with the headers of the cases, and the usual one."""
    return [*(with_headers(sheet, **{key: said}) for sheet, key, said, _ in cases), USUAL]


@examined
def test_another_unit_makes_the_column_unknown() -> Answered:
    seen = yield books_of(ALIEN)
    for number, (sheet, _, said, field) in enumerate(ALIEN):
        assert seen.codes(number) == [("other_unit", "", 1)], said
        assert not any(seen.column(number, sheet, field)), said


@examined
def test_our_units_and_harmless_remarks_do_not_count() -> Answered:
    seen = yield books_of(OURS)
    for number, (sheet, _, said, field) in enumerate(OURS):
        assert seen.codes(number) == [], said
        assert seen.column(number, sheet, field) == seen.column(len(OURS), sheet, field), said


@examined
def test_any_other_remark_is_read_past_with_a_warning() -> Answered:
    seen = yield books_of(REMARKED)
    for number, (sheet, _, said, field) in enumerate(REMARKED):
        assert seen.codes(number) == [("header_remark", "", 1)], said
        assert seen.column(number, sheet, field) == seen.column(len(REMARKED), sheet, field), said


SHAREPOINT = {
    "Umsatz_EUR": "Umsatz_x0020_EUR",
    "Beschäftigte": "Besch_x00e4_ftigte",
    "Ort": "Ort_x003a_",
}


@examined
def test_headers_as_sharepoint_writes_them() -> Answered:
    seen = yield [with_headers("Akteure", **SHAREPOINT), USUAL]
    assert seen.codes(0) == []
    for field in ("turnover_eur", "employees", "city"):
        assert seen.column(0, "Akteure", field) == seen.column(1, "Akteure", field)


PERSONS = [
    form.format(word) for word in WORDS.persons for form in ("Name ({})", "Name/{}", "Name, {}")
]


@examined
def test_a_persons_name_is_never_our_name() -> Answered:
    seen = yield [with_headers("Akteure", Name=said) for said in PERSONS]
    for number, said in enumerate(PERSONS):
        codes = {code for code, _, _ in seen.codes(number)}
        assert codes == {"missing_column", "unknown_column"}, said


NOT_OURS = [
    "Name der Organisation",
    "Ort der Sitzung",
    "Landkreis",
    "Bindungsart",
    "PLZ Ort",
    "Orte",
    "KMU-Status",
    "Ort- und Zeit",
]


@pytest.mark.parametrize("said", NOT_OURS)
@examined
def test_further_words_after_a_blank_make_another_header(said: str) -> Answered:
    seen = yield [with_headers("Akteure", Ort=said)]
    assert [code for code, _, _ in seen.codes(0)] == ["unknown_column"]


# Columns of one meaning: headers, and which of them counts (from 0), with the codes.
SEVERAL = [
    (["Betrag (T€)", "Betrag EUR"], 1, ["unknown_column"]),
    (["Betrag netto", "Betrag"], 1, ["unknown_column"]),
    (["Betrag", "Betrag EUR"], 0, ["unknown_column"]),
    (["Betrag 2025", "Betrag 2026"], 0, ["header_remark", "unknown_column"]),
    (["Betrag [T€]", "Betrag (Mio.)"], None, ["other_unit", "unknown_column"]),
]


@examined
def test_of_several_columns_the_first_without_unit_or_remark_counts() -> Answered:
    books = [
        {
            "Finanzierung": [
                ["Jahr", "Quelle", *heads, "Status"],
                [2025, "Sponsoring", 10, 20, "Ist"],
            ]
        }
        for heads, _, _ in SEVERAL
    ]
    seen = yield books
    for number, (_, counts, codes) in enumerate(SEVERAL):
        assert seen.column(number, "Finanzierung", "amount_eur") == [
            None if counts is None else (10, 20)[counts]
        ]
        assert sorted(code for code, _, _ in seen.codes(number)) == codes
        again = [check for code, check, _ in seen.codes(number) if code == "unknown_column"]
        assert again == ["again"]
