"""Kinds of what people add, by rule: words of the declared lists x sheets x places; and what stays.

The kinds of rows by themselves are in `test_rows`, words for nothing by themselves in
`test_nothing`, headers in `test_headers`.
"""

from typing import Any

import pytest

from schemas.declaration import Field, registers, submission
from schemas.rows import row_words
from tests.making.frames import Grids
from tests.parse.making import USUAL, Answered, examined, with_rows
from tests.parse.test_rows import EVERY_NAME, NO_NAMES, last_row, note_texts

WORDS, SAID = submission().words, row_words()
SHEETS = {s.name["de"]: s for s in submission().sheets if s.layout == "table"}


def grid(sheet: str, *rows: dict[str, Any]) -> Grids:
    """The usual workbook with a sheet of all columns and these rows, by their headers."""
    heads = [f.name["de"] for f in SHEETS[sheet].fields]
    return {**USUAL, sheet: [heads, *([row.get(head) for head in heads] for row in rows)]}


def usual_row(sheet: str) -> dict[str, Any]:
    return dict(zip(USUAL[sheet][0], USUAL[sheet][1], strict=True))


# ------------------------------------------------------------------------------- units beside
UNITS = [u for u in (*SAID.headers.other_units, "Tausend Euro", "Tsd. EUR") if not u[0].isdigit()]
AROUND = ["Alle Beträge in {}", "({})", "Einheit: {}", "Übersicht 2025, {}", "Angaben: {}"]
WITH_UNITS = [
    form.format(unit) for at, unit in enumerate(UNITS) for form in (AROUND[at % 5], AROUND[-at % 4])
]
STAY_BESIDE = [
    *("Alle Beträge in EUR", "Beträge in Euro", "Angaben in VZÄ", "Stand: 30.09.2026", "1.000"),
    *("Tage der Industrie", "Quote und Qualität", "Cluster Woche Nord", "Anteilseigner"),
    *("Seite 1 von 3", "Cluster: Nord", "in der Region", "Monatsbericht", "2.500 EUR", "Prozente"),
]


@pytest.mark.parametrize("sheet", ["Finanzierung", "Management", "Nachweise"])
@examined
def test_another_unit_beside_a_table_is_told_where_it_stands(sheet: str) -> Answered:
    below = [[None, None, text] for text in WITH_UNITS]
    seen = yield [
        {**USUAL, sheet: [WITH_UNITS, *USUAL[sheet]]},
        {**USUAL, sheet: [STAY_BESIDE, *USUAL[sheet]]},
        with_rows(sheet, [], *below),
    ]
    told = seen.found.filter(check="beside_table").sort("row", "column")
    above = told.filter(file=0)
    assert above["column"].to_list() == list(range(1, len(WITH_UNITS) + 1))
    assert above["row"].unique().to_list() == [1]
    assert told.filter(file=1)["value"].to_list() == []
    rows = {row for code, _, row in seen.codes(2) if code in ("header_remark", "other_unit")}
    assert rows == {last_row(sheet) + 2 + at for at in range(len(below))}
    for number in range(2):
        assert seen.rows(number, sheet) == list(range(3, last_row(sheet) + 2))


# -------------------------------------------------------------------------- alone in its row
@pytest.mark.parametrize("sheet", USUAL)
@examined
def test_notes_below_every_table(sheet: str) -> Answered:
    texts, width = note_texts(), len(USUAL[sheet][0])
    notes = [[*[None] * (at % width), text] for at, text in enumerate(texts)]
    seen = yield [with_rows(sheet, [], *notes)]
    first = last_row(sheet) + 2
    codes = [code for code in seen.codes(0) if code[1] != "beside_table"]
    assert codes == [("note_row", "", first + at) for at in range(len(texts))]
    assert seen.rows(0, sheet) == list(range(2, last_row(sheet) + 1))


NAMED = {"Management": 0, "Aktivitäten": 1, "Nachweise": 1}
HEADINGS = [
    *(form.format(word) for word in SAID.headings.no_members for form in
      ("{}", "{} Mitglieder", "{}:", "{} bis 2025")),
    *(word for word in SAID.headings.groups if word not in WORDS["no_answer"]),
    *("bis 2025", "Geplante Projekte", "Messen 2025", "Wettbewerber", "Innovationsprojekte:"),
    *("Wir bestätigen die Angaben", "Geschäftsstelle", "Fußnote 2025", "Ist 2025", "II. Presse"),
]  # fmt: skip


@pytest.mark.parametrize("sheet", NAMED)
@examined
def test_on_other_sheets_a_text_alone_is_a_row_and_told(sheet: str) -> Answered:
    """Only Akteure and Gremien have headings; what counts though nothing is known is told."""
    lone = [[*[None] * NAMED[sheet], text] for text in HEADINGS]
    full = [[*row, *{"Management": [1.0], "Aktivitäten": [2, 3]}.get(sheet, [2])] for row in lone]
    seen = yield [with_rows(sheet, *lone, at=3), with_rows(sheet, *full, at=3)]
    told = {row for code, check, row in seen.codes(0) if check == "lone_row"}
    assert [text for at, text in enumerate(HEADINGS, 3) if at not in told] == []
    for number in range(2):
        assert len(seen.rows(number, sheet)) == last_row(sheet) - 1 + len(HEADINGS)
    assert not {code for code, _, _ in seen.codes(1)} & {"heading_row", "heading_meaning"}
    assert "lone_row" not in {check for _, check, _ in seen.codes(1)}


# --------------------------------------------------------------------------------- sums
SUMS = {
    "Management": (lambda label, number: [label, number], 2.5),
    "Gremien": (lambda label, number: [label, None, number], 7),
    "Finanzierung": (lambda label, number: [None, label, number], 204_000),
}
LABELS = ["Summe", "Gesamt", "insgesamt", "Total 2025", "∑"]
NO_LABELS = ["Summer School", "Ergebnisraum", "unsere Gesamtschule", "Stand heute", "Totalum"]


@pytest.mark.parametrize("sheet", SUMS)
@examined
def test_sums_above_below_and_named_in_another_column(sheet: str) -> Answered:
    row, whole = SUMS[sheet]
    last = last_row(sheet) + 1
    aside = [*USUAL[sheet][0], None, "Vermerk"]

    def with_label(number: float, text: str) -> Grids:
        cells = row(None, number)
        cells += [None] * (len(aside) - 1 - len(cells))
        return {**USUAL, sheet: [aside, *USUAL[sheet][1:], [*cells, text]]}

    seen = yield [
        *(with_label(whole, label) for label in LABELS),
        *(with_label(whole + 1, label) for label in LABELS),
        *(with_label(whole + 1, text) for text in NO_LABELS),
        with_rows(sheet, row(None, whole), at=2),
        with_rows(sheet, row(None, whole)),
    ]
    for at, label in enumerate(LABELS):
        assert ("total_row", "by_number", last) in seen.codes(at), label
        assert ("inconsistent", "named_elsewhere", last) in seen.codes(at + 5), label
        assert last in seen.rows(at + 5, sheet), label
        assert last in seen.rows(at + 10, sheet), NO_LABELS[at]
        assert "named_elsewhere" not in {c for _, c, _ in seen.codes(at + 10)}, NO_LABELS[at]
    assert ("inconsistent", "sums_below", 2) in seen.codes(15)
    assert ("total_row", "by_number", last) in seen.codes(16)


STATES = [e.de for e in registers()["federal_states"]]


@examined
def test_sums_of_a_state_are_totals() -> Answered:
    labels = [
        ("Summe {}", "Gesamt {}", "{} gesamt", "Zwischensumme {}:", "Anzahl {}")[at % 5].format(
            state
        )
        for at, state in enumerate(STATES)
    ]
    rows = [[label, *[None] * 5, 41] for label in labels]
    seen = yield [with_rows("Akteure", row) for row in rows]
    row = last_row("Akteure") + 1
    for number, label in enumerate(labels):
        assert [code for code in seen.codes(number) if code[0] == "total_row"] == [
            ("total_row", "", row)
        ], label
        assert row not in seen.rows(number, "Akteure")


# Headers beside the usual ones, and whether they are a second table, which is not read.
BESIDE = {
    "Akteure": [(["Name", "Akteurstyp"], True), (["PLZ", "Ort"], False), (["Umsatz"], False)],
    "Management": [(["Funktion", "VZÄ"], True), (["VZÄ"], False), (["Vertretung", "VZÄ"], False)],
    "Gremien": [(["Gremium", "Akteursgruppe", "Sitze"], True), (["Sitze"], False)],
    "Finanzierung": [(["Jahr", "Quelle", "Betrag"], True), (["Betrag", "Status"], False)],
    "Nachweise": [(["Art", "Titel"], True), (["Titel"], False)],
}


@examined
def test_a_second_table_beside_the_first_is_told() -> Answered:
    cases = [(s, heads, due, text) for s, own in BESIDE.items() for heads, due in own
             for text in ("x", None)]  # fmt: skip
    books = [
        {**USUAL, sheet: [[*USUAL[sheet][0], None, *heads], [*USUAL[sheet][1], None, text, text],
                          *USUAL[sheet][2:]]}
        for sheet, heads, _, text in cases
    ]  # fmt: skip
    seen = yield books
    for number, (sheet, heads, due, text) in enumerate(cases):
        told = ("inconsistent", "second_table", 1) in seen.codes(number)
        assert told == (due and text is not None), (sheet, heads, text)
        assert seen.rows(number, sheet) == list(range(2, last_row(sheet) + 1))


# --------------------------------------------------------------------------- zeros and ends
ZEROS = [0, False, "0", "0,00", "0.0", "-0", "0,-", "0,00 €", "€ 0", "EUR 0"]
LIST_WORDS = {
    "Akteure": ("KMU", "nein"),
    "Management": ("VZÄ", 0),
    "Gremien": ("Akteursgruppe", "Wirtschaft"),
    "Finanzierung": ("Quelle", "Sponsoring"),
    "Aktivitäten": ("Art", "Service"),
    "Nachweise": ("Art", "Messe"),
}


def empties(field: Field) -> list[Any]:
    """What fills no cell of the field."""
    if field.type in ("number", "integer"):
        return ZEROS
    if field.goes_on:
        return [*WORDS["goes_on"], *WORDS["none"], "-", "---", 0]
    return [*WORDS["none"], *WORDS["no_answer"], "-", "…"] if field.type == "text" else []


@pytest.mark.parametrize("name", USUAL)
@examined
def test_zeros_open_ends_and_words_for_nothing_fill_no_row(name: str) -> Answered:
    sheet, usual = SHEETS[name], usual_row(name)
    head, value = LIST_WORDS[name]
    cells = [
        {head: value, field.name["de"]: empty}
        for field in sheet.fields
        if field.key in sheet.identifying and field.key != sheet.title
        for empty in empties(field)
    ]
    other = {"Name": None, "Titel": None, "Bezeichnung": None}
    rows = [each for at, row in enumerate(cells) for each in (usual | named(usual, other, at), row)]
    seen = yield [grid(name, *rows, usual)]
    assert len(cells) >= 10
    left_out = [row for code, _, row in seen.codes(0) if code == "default_rows"]
    assert left_out == [3 + 2 * at for at in range(len(cells))]
    assert seen.rows(0, name) == [2 + 2 * at for at in range(len(cells) + 1)]


def named(usual: dict[str, Any], other: dict[str, Any], at: int) -> dict[str, Any]:
    """Another name for a row, so that none is twice."""
    return {head: f"{usual[head]} {at}" for head in other if head in usual}


# ------------------------------------------------------- words for nothing in every column
NOTHING = [*WORDS["no_answer"], *WORDS["none"], "---", "./.", "…", "?", "derzeit keine"]
TEXT_COLUMNS = [
    (name, field)
    for name, sheet in SHEETS.items()
    for field in sheet.fields
    if field.type == "text" and field.key not in ("name", sheet.title)
]


@pytest.mark.parametrize(("name", "field"), TEXT_COLUMNS, ids=lambda v: getattr(v, "key", v))
@examined
def test_a_word_for_nothing_in_any_column_of_texts_is_an_empty_cell(
    name: str, field: Field
) -> Answered:
    usual, head = usual_row(name), field.name["de"]
    other = {"Name": None, "Titel": None, "Bezeichnung": None}
    rows = [usual | named(usual, other, at) | {head: word} for at, word in enumerate(NOTHING)]
    seen = yield [grid(name, *rows)]
    assert seen.codes(0) == []
    assert seen.column(0, name, field.key) == [None] * len(NOTHING)


@examined
def test_a_word_for_nothing_as_a_name_is_a_missing_name() -> Answered:
    cells = {"Akteurstyp": "Hochschule", "Bindung": "Kontakt"}
    rows = [{"Name": word, "PLZ": f"{at + 1067:05}", **cells} for at, word in enumerate(NOTHING)]
    seen = yield [grid("Akteure", *rows)]
    told = [row for code, _, row in seen.codes(0) if code == "missing_value"]
    assert told == list(range(2, len(NOTHING) + 2))


# ------------------------------------------------------------------------------- what stays
@examined
def test_names_of_firms_and_bodies_are_functions_bodies_and_titles() -> Answered:
    """Some hundred names, many with words of totals, notes, headings: all are rows, untold."""
    names = [name for name in EVERY_NAME if name not in NO_NAMES]
    rows = {
        "Management": [[name, 0.01 * (at + 7)] for at, name in enumerate(names)],
        "Gremien": [[name, "Wirtschaft", at + 1] for at, name in enumerate(names)],
        "Aktivitäten": [["Service", name, 2, at + 3] for at, name in enumerate(names)],
        "Nachweise": [["Messe", name, at + 3, None] for at, name in enumerate(names)],
    }
    seen = yield [{**USUAL, sheet: [USUAL[sheet][0], *lines]} for sheet, lines in rows.items()]
    strong = [w.casefold() for w in (*SAID.totals.strong, *SAID.totals.part)]
    for number, (sheet, lines) in enumerate(rows.items()):
        gone = set(range(2, len(lines) + 2)) - set(seen.rows(number, sheet))
        left_out = {names[row - 2] for row in gone}
        # A strong word at the beginning is a total, whatever follows (contract 1.2, rule 2).
        assert {n for n in left_out if n.split()[0].casefold() not in strong} <= PLAIN, sheet
        assert {row for code, _, row in seen.codes(number) if code == "total_row"} >= gone


# Made of nothing but words of totals, of lists and of groups: as a label of a number a total.
PLAIN = {
    "Anzahl Service",
    "Durchschnitt e. V.",
    "TOTAL",
    "Total",
    "Ergebnis Kontakt",
    "Ergebnis & Partner",
}
