"""Contract 1.2, Which rows are rows: kinds made by rule from the declared lists, and what stays."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.demo.portfolio import all_plans, all_submissions
from pipeline.submissions.parse.words_for_nothing import NONE
from schemas.declaration import submission
from schemas.rows import row_words
from tests.making.frames import Grids
from tests.parse.making import USUAL, Answered, Done, examined, with_rows

WORDS = row_words()
NAMES = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").split("\n")
NAMES = [name for name in NAMES if name.strip()]
# Where totals stand: the sheet, the row of a label and a number, and how many rows there are.
TOTALS = {
    "Management": lambda label, number: [label, number],
    "Gremien": lambda label, number: [label, None, number],
    "Finanzierung": lambda label, number: [label, None, number],
    "Aktivitäten": lambda label, number: [None, label, None, number],
    "Nachweise": lambda label, number: [None, label, number],
}
SUMS = {"Management": 2.5, "Gremien": 7, "Finanzierung": 204_000}
Case = tuple[str, Grids, list[tuple[str, str, int]], int]


def last_row(sheet: str) -> int:
    return len(USUAL[sheet])


def total_cases() -> list[Case]:
    """(what, workbook, findings, rows of the sheet that stay) of totals by their words."""
    cases: list[Case] = []
    said = WORDS.totals
    for words, variant, forms in (
        (said.strong, "", ("{}", "{}:", "{} 2025", "{} aller Angaben")),
        (said.part, "part", ("{}", "{} eigene Mittel", "{}: befristet")),
        (said.weak, "", ("{}", "{} VZÄ", "{} 2025:", "Mitglieder {}", "{} (EUR)")),
    ):
        for at, word in enumerate(words):
            for number, (sheet, row) in enumerate(TOTALS.items()):
                form = forms[(at + number) % len(forms)]
                label = form.format(word)
                book = with_rows(sheet, row(label, 999))
                cases.append(
                    (
                        f"{sheet} {label}",
                        book,
                        [("total_row", variant, last_row(sheet) + 1)],
                        last_row(sheet),
                    )
                )
    return cases


def books_of(cases: list[Case]) -> list[Grids]:
    """The workbooks of the cases, and the usual one."""
    return [*(book for _, book, _, _ in cases), USUAL]


def check(cases: list[Case], seen: Done, sheet_of: Any = None) -> None:
    for number, (what, _, codes, _) in enumerate(cases):
        sheet = sheet_of or what.split()[0]
        found = [code for code in seen.codes(number) if code[0] != "inconsistent"]
        assert found == codes, what
        assert seen.rows(number, sheet) == seen.rows(len(cases), sheet), what


@examined
def test_totals_by_word() -> Answered:
    """In every sheet; whether the number is the sum is another matter (see crosschecks)."""
    cases = total_cases()
    check(cases, (yield books_of(cases)))


@examined
def test_totals_in_the_list_of_actors() -> Answered:
    words = [*WORDS.totals.strong, *WORDS.totals.weak]
    forms = ("{}", "{}:", "{} Mitglieder", "{} 2025", "{} der Unternehmen")
    labels = [forms[at % len(forms)].format(word) for at, word in enumerate(words)]
    row = last_row("Akteure") + 1
    cases: list[Case] = [
        (label, with_rows("Akteure", [label, *[None] * 5, 42]), [("total_row", "", row)], 0)
        for label in labels
    ]
    check(cases, (yield books_of(cases)), "Akteure")


@pytest.mark.parametrize("sheet", SUMS)
@examined
def test_a_name_that_begins_or_ends_with_a_weak_word_is_a_total_if_its_number_is_the_sum(
    sheet: str,
) -> Answered:
    whole, row = SUMS[sheet], TOTALS[sheet]
    seen = yield [with_rows(sheet, row("Gesamt laut Plan", n)) for n in (whole, whole + 1)]
    last = last_row(sheet) + 1
    assert ("total_row", "edge", last) in seen.codes(0)
    assert last not in seen.rows(0, sheet)
    assert last in seen.rows(1, sheet)


# Rows below the usual ones of Management (1, 0.5, 1), by their numbers, and what each is.
BY_NUMBER = [
    ([["", 2.5]], ["by_number"]),
    ([["", 2.51]], [None]),
    ([["", 2.4]], [None]),
    ([["Referent", 2.5]], [None]),
    ([[None, 2.5, None]], ["by_number"]),
    ([[None, "2,5"]], ["by_number"]),
    (
        [["Summe", 2.5], ["Referent", 1.0], ["Referentin", 1.0], [None, 2.0]],
        ["", None, None, "by_number"],
    ),
    ([["Summe", 2.5], ["Referent", 1.0], [None, 1.0]], ["", None, "equals_one"]),
    ([["Summe", 2.5], ["Summe", 2.0], [None, 4.5]], ["", "", "by_number"]),
    ([["Referent", "eine halbe"], [None, 2.5]], [None, "unreadable"]),
    ([[None, 2.5], ["Referent", 0.5], [None, 3.0]], ["by_number", None, "by_number"]),
]


@pytest.mark.parametrize(("rows", "verdicts"), BY_NUMBER)
@examined
def test_totals_by_number(rows: list[list[Any]], verdicts: list[str | None]) -> Answered:
    seen = yield [with_rows("Management", *rows)]
    said = {
        row: check
        for code, check, row in seen.codes(0)
        if code in ("total_row", "inconsistent") and check != "total_of_management"
    }
    first = last_row("Management") + 1
    assert [said.get(first + at) for at in range(len(rows))] == verdicts
    kept = [first + at for at, v in enumerate(verdicts) if v in (None, "equals_one", "unreadable")]
    assert seen.rows(0, "Management") == [2, 3, 4, *kept]


@examined
def test_of_money_the_year_and_the_status_are_aside() -> Answered:
    rows = {
        "of its year": [2025, None, 114_000, "Ist"],
        "of all": [None, None, 204_000, None],
        "a grant like the own funds": [2026, "Förderung Land", 204_000, "Plan"],
        "of another year": [2026, None, 114_000, "Plan"],
    }
    seen = yield [with_rows("Finanzierung", row) for row in rows.values()]
    said = [[check for code, check, _ in seen.codes(n) if code == "total_row"] for n in range(4)]
    assert said == [["by_number"], ["by_number"], [], []]


@examined
def test_managers_whose_posts_add_up_by_chance_are_no_totals() -> Answered:
    grid = [["Funktion", "VZÄ"], ["Leitung", 1.0], ["Technik", 1.0], ["Projekte", 2.0]]
    seen = yield [{**USUAL, "Management": grid}]
    assert seen.rows(0, "Management") == [2, 3, 4]
    assert seen.codes(0) == []


# ------------------------------------------------------------------------------- headers again
AGAIN = [
    ("Akteure", list(USUAL["Akteure"][0])),
    (
        "Akteure",
        [
            "Name",
            "Actor type",
            "Commitment",
            "Postcode",
            "City",
            "Country",
            "Employees",
            "Turnover EUR",
            "SME",
        ],
    ),
    ("Akteure", ["Text", None, None, None, None, "ISO-Code", "Anzahl", "EUR", "ja/nein"]),
    (
        "Akteure",
        [
            "(Pflichtfeld)",
            "Auswahl",
            "Auswahl",
            "optional",
            "optional",
            None,
            "Zahl",
            "€",
            "ja / nein",
        ],
    ),
    ("Akteure", [None, None, None, None, None, None, None, "EUR", None]),
    ("Management", ["Function", "FTE"]),
    ("Management", [None, "VZÄ"]),
    ("Finanzierung", ["Year", "Source", "Amount", "Status"]),
    ("Finanzierung", [None, None, "€", None]),
    ("Gremien", ["GREMIUM", "AKTEURSGRUPPE", "SITZE"]),
    ("Aktivitäten", ["Kind", "Title", "Times per year", "Participants"]),
    ("Nachweise", ["Art", "Titel *", "Beteiligte Akteure", "k. A."]),
]


@pytest.mark.parametrize("at", [2, 3, 99])
@examined
def test_headers_again_are_no_rows(at: int) -> Answered:
    books = [with_rows(sheet, row, at=min(at, last_row(sheet) + 1)) for sheet, row in AGAIN]
    seen = yield books
    for number, (sheet, row) in enumerate(AGAIN):
        place = min(at, last_row(sheet) + 1)
        assert seen.codes(number) == [("heading_row", "again", place)], row
        assert len(seen.rows(number, sheet)) == last_row(sheet) - 1


@examined
def test_rows_below_headers_in_another_order_are_read_by_them() -> Answered:
    below = [
        ["Bindung", "Akteurstyp", "Name", "Ort", "PLZ"],
        ["Kontakt", "Hochschule", "Delta", "Jena", "07743"],
    ]
    seen = yield [with_rows("Akteure", *below)]
    assert seen.codes(0) == [("heading_row", "again", 5)]
    assert [seen.column(0, "Akteure", f)[-1] for f in ("name", "actor_type", "postcode")] == [
        "Delta",
        "Hochschule",
        "07743",
    ]


@examined
def test_findings_below_headers_in_another_order_name_their_cells() -> Answered:
    below = [["Bindung", "Akteurstyp", "Name"], ["Kontakt", None, "Delta"], [7, "x", "Eta", "y"]]
    seen = yield [with_rows("Akteure", *below)]
    found = seen.found.filter(pl.col("code") != "heading_row").sort("row", "column")
    assert found.select("row", "column", "code").rows() == [
        (6, 2, "missing_value"),
        (7, 1, "bad_value"),
        (7, 2, "bad_value"),
    ]


@examined
def test_units_among_the_rows_hold_below_them() -> Answered:
    books = [
        with_rows("Finanzierung", [None, None, "T€", None], [2027, "Sponsoring", 7, "Plan"]),
        with_rows("Finanzierung", [None, None, "T€", None], at=2),
        with_rows("Finanzierung", ["Jahr", "Quelle", "Betrag (Mio. €)", "Status"], at=4),
    ]
    seen = yield books
    amounts = [seen.column(n, "Finanzierung", "amount_eur") for n in range(3)]
    assert amounts == [[84_000, 30_000, 90_000, None], [None] * 3, [84_000, 30_000, None]]
    for number in range(3):
        assert {code for code, _, _ in seen.codes(number)} == {"heading_row", "other_unit"}


# ------------------------------------------------------------------------------- alone in a row
def note_texts() -> list[str]:
    forms = (
        "{}: eigene Erhebung",
        "{} 30.09.2026",
        "{} am 30.09.2026",
        "{} von der Geschäftsstelle",
        "{}",
    )
    texts = [form.format(word) for word in WORDS.notes.first for form in forms]
    begun = [f"{word} 2026, Cluster e. V." for word in WORDS.notes.begins]
    return [
        *texts,
        *begun,
        "* Angabe geschätzt",
        "1) laut Satzung",
        "Dresden, den 30.09.2026",
        "Jena, 1. Oktober 2026",
        "Bautzen, im September 2026",
        "Jena, Okt. 2026",
        "¹ nach eigenen Angaben",
        "‡ vorläufig",
        "a) ohne Gäste",
        "# vorläufig",
        "→ weitere im Anhang",
        "- 2 -",
        "[1] laut Satzung",
        "rot = ausgetreten",
        "Summe aller Mitglieder: 30",
        "Gesamtanzahl Datensätze: 34",
        "Mitglieder gesamt: 38",
        "Total members: 38",
    ]


@pytest.mark.parametrize("column", [0, 4])
@examined
def test_notes_below_a_table(column: int) -> Answered:
    texts = note_texts()
    seen = yield [with_rows("Akteure", [], [*[None] * column, text]) for text in texts]
    for number, text in enumerate(texts):
        assert seen.codes(number) == [("note_row", "", 6)], text
        assert seen.rows(number, "Akteure") == [2, 3, 4]


def heading_texts() -> list[tuple[str, str, str]]:
    """(text, code, variant) of headings between rows."""
    said = WORDS.headings
    groups = [
        form.format(word)
        for at, word in enumerate(said.groups)
        if len(word) > 3
        for form in (
            ("{}",),
            ("{} und Partner",),
            ("Unsere {}:",),
            ("{} aus der Wirtschaft",),
            ("1. {}",),
        )[at % 5]
    ]
    gone = [
        ("{}", "{} Mitglieder", "{} Partner bis 2024", "{} Unternehmen:")[at % 4].format(word)
        for at, word in enumerate(said.no_members)
    ]
    return [
        *((text, "heading_row", "colon" if text.startswith("Unsere") else "") for text in groups),
        *((text[0].upper() + text[1:], "heading_meaning", "") for text in gone),
        ("B. Forschung und Lehre", "heading_row", ""),
        ("iii) Unternehmen", "heading_row", ""),
        ("c) Ehemalige Mitglieder", "heading_meaning", ""),
        ("Mitglieder ab 2027", "heading_meaning", ""),
        ("ab 01/2027", "heading_meaning", ""),
        ("Neu in der Region:", "heading_row", "colon"),
    ]


@pytest.mark.parametrize("place", [2, 4])
@examined
def test_headings_between_actors(place: int) -> Answered:
    texts = heading_texts()
    seen = yield [with_rows("Akteure", [text], at=place) for text, _, _ in texts]
    for number, (text, code, variant) in enumerate(texts):
        assert seen.codes(number) == [(code, variant, place)], text
        assert len(seen.rows(number, "Akteure")) == 3


@examined
def test_a_heading_that_speaks_of_no_members_names_the_rows_below() -> Answered:
    seen = yield [with_rows("Akteure", ["Interessenten"], at=3)]
    (detail,) = seen.found.filter(code="heading_meaning")["detail"]
    assert detail == "Zeilen 4 bis 5\x1erows 4 to 5"


NESTED = [
    (["Ehemalige Mitglieder", "Unternehmen"], "Zeilen 5 bis 6"),
    (["Ehemalige Mitglieder", "1. Partner", "Unternehmen:"], "Zeilen 6 bis 7"),
    (["Unternehmen", "Interessenten"], "Zeilen 5 bis 6"),
]


@pytest.mark.parametrize(("texts", "german"), NESTED)
@examined
def test_headings_below_one_another_have_the_same_rows(texts: list[str], german: str) -> Answered:
    seen = yield [with_rows("Akteure", *([text] for text in texts), at=3)]
    (detail,) = seen.found.filter(code="heading_meaning")["detail"]
    assert detail.split("\x1e")[0] == german
    assert len(seen.rows(0, "Akteure")) == 3


@examined
def test_a_heading_above_no_rows_names_none() -> Answered:
    total = ["Summe", *[None] * 5, 42]
    seen = yield [with_rows("Akteure", ["Ehemalige Mitglieder"], total, at=4)]
    assert seen.codes(0) == [("heading_meaning", "no_rows", 4), ("total_row", "", 5)]
    assert seen.rows(0, "Akteure") == [2, 3, 6]


@examined
def test_headings_of_bodies() -> Answered:
    texts = ["Wirtschaft", "Gremien", "Wissenschaft und Wirtschaft", "Beiräte", "Ausschüsse:"]
    seen = yield [with_rows("Gremien", [text], at=2) for text in texts]
    for number, text in enumerate(texts):
        assert [code for code, _, _ in seen.codes(number)] == ["heading_row"], text


@pytest.mark.parametrize("cells", [[0], ["nein"], [False], [None, "nein"]])
@examined
def test_with_any_other_cell_filled_a_text_is_a_row(cells: list[Any]) -> Answered:
    seen = yield [with_rows("Akteure", ["Ehemalige Mitglieder", *[None] * 6, *cells], at=2)]
    assert 2 in seen.rows(0, "Akteure")


# ------------------------------------------------------------------------------------- defaults
DEFAULTS = [
    ("Akteure", [[None, None, None, None, None, "DE", None, None, "nein"]] * 20, ""),
    ("Akteure", [[None, "bitte wählen", "bitte wählen"]] * 5, ""),
    ("Akteure", [[None, "Bitte auswählen", "Bitte auswählen", None, None, "DE"]] * 5, ""),
    ("Akteure", [[None, None, "Kontakt"]] * 5, ""),
    ("Akteure", [[None, None, None, None, None, None, 0, 0, False]] * 30, ""),
    ("Akteure", [["keine", "Unternehmen", None, "-", "k. A."]] * 2, ""),
    (
        "Akteure",
        [[None, "Unternehmen", "Mitgliedschaft"], [None, "Hochschule", "Kontakt"]],
        "different",
    ),
    ("Management", [[None, 0]] * 5, ""),
    ("Management", [["keine", None]], ""),
    ("Gremien", [[None, "Wirtschaft", 0], [None, "Wissenschaft", 0]], "different"),
    ("Finanzierung", [[2026, "Sponsoring", None, None]] * 4, ""),
    ("Finanzierung", [[None, "Sponsoring", 0, "Plan"]] * 4, ""),
    ("Aktivitäten", [["Service", None, None, None]] * 9, ""),
    ("Nachweise", [["Messe", None, None, "-"]] * 9, ""),
]


@pytest.mark.parametrize(("sheet", "rows", "variant"), DEFAULTS)
@examined
def test_rows_of_nothing_but_defaults(sheet: str, rows: list[list[Any]], variant: str) -> Answered:
    seen = yield [with_rows(sheet, *rows)]
    first = last_row(sheet) + 1
    assert seen.codes(0) == [("default_rows", variant, first)]
    assert seen.rows(0, sheet) == list(range(2, first))


ROWS_ALL_THE_SAME = [
    ("Management", ["k. A.", None]),
    ("Aktivitäten", ["Service", "folgt", None, None]),
    ("Nachweise", ["Messe", "k. A.", None, None]),
    ("Finanzierung", [2026, "Sponsoring", None, "Plan"]),
    ("Akteure", [None, "Unternehmen", "Mitgliedschaft", "01067"]),
    ("Akteure", ["Delta"]),
]


@pytest.mark.parametrize(("sheet", "row"), ROWS_ALL_THE_SAME)
@examined
def test_what_identifies_a_row_makes_it_one(sheet: str, row: list[Any]) -> Answered:
    seen = yield [with_rows(sheet, row)]
    assert last_row(sheet) + 1 in seen.rows(0, sheet)


@pytest.mark.parametrize("sheet", ["Aktivitäten", "Nachweise"])
@examined
def test_a_title_of_none_is_no_row(sheet: str) -> Answered:
    words = [
        *submission().words[NONE],
        "derzeit keine",
        "keine (noch nicht)",
        "kein Wettbewerber",
        "Keine Messen",
    ]
    seen = yield [with_rows(sheet, [USUAL[sheet][1][0], word, 3, 3]) for word in words]
    for number, word in enumerate(words):
        assert seen.codes(number) == [("no_answer", "no_row", last_row(sheet) + 1)], word
        assert seen.rows(number, sheet) == [2, 3]


# ----------------------------------------------------------------------------- what stays a row
def demo_names() -> list[str]:
    rows = [
        row for s in all_submissions(all_plans(6, ["2026-Q3"], 1)) for row in s.sheets["actors"]
    ]
    return list(dict.fromkeys(str(row["name"]) for row in rows if row.get("actor_type")))[:200]


EVERY_NAME = [*NAMES, *demo_names()]
# A word for no answer is no name, not even of a real firm.
NO_NAMES = {"Offen"}


@examined
def test_as_members_with_a_type_and_a_commitment_all_names_count() -> Answered:
    assert len(EVERY_NAME) >= 300
    grid = [USUAL["Akteure"][0]]
    rows = [
        [n, "Unternehmen", "Mitgliedschaft", None, None, None, 7]
        for n in EVERY_NAME
        if n not in NO_NAMES
    ]
    seen = yield [{**USUAL, "Akteure": [*grid, *rows]}]
    assert seen.rows(0, "Akteure") == list(range(2, len(rows) + 2))


@examined
def test_alone_in_a_row_no_name_is_lost_without_a_warning() -> Answered:
    """A name that is a word of the list, and nothing else, may be a heading."""
    names = [name for name in EVERY_NAME if name not in {*NO_NAMES, "Verband oder Netzwerk"}]
    middle = [with_rows("Akteure", [name], at=3) for name in names]
    end = [with_rows("Akteure", [name]) for name in names]
    seen = yield [*middle, *end]
    for number, name in enumerate(names):
        codes = {code for code, _, row in seen.codes(number) if row == 3}
        assert codes & {"missing_value", "heading_meaning"}, name
        codes = {code for code, _, row in seen.codes(len(names) + number) if row == 5}
        assert codes == {"missing_value"}, name


@examined
def test_titles_and_bodies_that_hold_words_of_totals_stay() -> Answered:
    titles = [
        "Ergebnis der Umfrage",
        "Stand und Ausblick",
        "Total digital",
        "Quelle: Innovation",
        "Gesamtkonzept",
        "Anzahl der Sensoren",
        "Offene Labore",
        "Hinweisgeber",
        "Summerschool",
        "Gesamtvorstand",
        "Ergebniskonferenz",
    ]
    books = [with_rows("Nachweise", ["Messe", title, 4, "x"]) for title in titles]
    books += [with_rows("Aktivitäten", ["Service", title, 4, 11]) for title in titles]
    books += [with_rows("Gremien", [title, "Wirtschaft", 4]) for title in titles]
    seen = yield books
    for number, title in enumerate(titles):
        for turn, (sheet, row) in enumerate((("Nachweise", 4), ("Aktivitäten", 4), ("Gremien", 5))):
            assert row in seen.rows(number + turn * len(titles), sheet), (sheet, title)
