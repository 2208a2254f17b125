"""What findings say: what is wrong, what to do, what may have been meant."""

import re
from collections.abc import Generator, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.common.texts import LANGUAGES
from pipeline.submissions.examine import examine
from pipeline.submissions.field_messages import every_field, fields_frame
from pipeline.tables.findings import findings_table
from pipeline.tables.suggestions import nearest
from schemas.declaration import office, registers, submission
from schemas.words import word_key
from tests.making.frames import COMPANY, LAST_DAY, MASTER, Err, Grids, grid_of, raw_cells_of
from tests.making.together import together

Said = list[tuple[str, str, str]]
HOLES = re.compile(r"[{}]|\bNone\b")


def book(
    sheet: str = "Akteure",
    master: dict[str, Any] | None = None,
    grids: Grids | None = None,
    **cells: Any,
) -> Grids:
    """Return a workbook with one row of that sheet."""
    form = [[label, value] for label, value in {**MASTER, **(master or {})}.items()]
    rows = {"Akteure": [COMPANY], **({sheet: [cells]} if cells else {})}
    if cells and sheet == "Akteure":
        rows["Akteure"] = [{**COMPANY, **cells}]
    sheets = {"Stammdaten": form, **{name: grid_of(lines) for name, lines in rows.items()}}
    return {**sheets, **(grids or {})}


def of_each(books: Sequence[Grids]) -> list[Said]:
    """Return the findings of each of many workbooks, which are examined at once."""
    examined = examine(*raw_cells_of(books), load_settings(), LAST_DAY)
    names = [f"{number:03}.xlsx" for number in range(len(books))]
    files = pl.DataFrame({"file": range(len(books)), "source_file": names})
    files = files.with_columns(pl.col("file").cast(pl.UInt32), cluster_id=pl.lit("DE-0001"))
    nobody = {"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32, "row_cluster": pl.String}
    table = findings_table(
        examined.findings,
        examined.parsed.cells,
        files,
        pl.DataFrame(schema=nobody),
        [submission()],
        load("go-cluster"),
    )
    texts = table.select("source_file", "code", "message_de", "message_en").rows()
    assert not [t for _, _, *both in texts for t in both if HOLES.search(t)]
    shown = [t for t in texts if "Das Blatt fehlt" not in t[2] or "Meinten" in t[2]]
    return [[(t[1], t[2], t[3]) for t in shown if t[0] == name] for name in names]


examined = together(of_each)
Answered = Generator[Grids, Said, None]


@examined
def test_the_form_of_a_message() -> Answered:
    ((_, german, english),) = yield book(Beschäftigte="viele")
    assert german == (
        "Akteure!D2: „viele“ ist keine ganze Zahl. "
        "Bitte die Zahl der Beschäftigten eintragen oder die Zelle leer lassen."
    )
    assert english == (
        "Akteure!D2: “viele” is no whole number. "
        "Please enter the number of employees or leave the cell empty."
    )


@examined
def test_what_is_required_may_not_stay_empty() -> Answered:
    ((_, german, english),) = yield book(Akteurstyp="Start-up")
    assert "leer" not in german
    assert "empty" not in english
    assert "Hochschule" in german
    assert "University" in english


DATES = [
    ("31.11.2025", "Diesen Tag gibt es nicht", "There is no such day"),
    ("12.31.2025", "(31.12.2025?)", "(31.12.2025?)"),
    (2025, "(etwa 01.01.2025)", "(for instance 01.01.2025)"),
    ("2025", "Ein Jahr allein", "A year alone"),
    (45657, "als Datum formatieren", "format the cell as a date"),
    ("Q3/2025", "Ein Quartal ist kein Tag", "A quarter is no day"),
    ("2025-Q3", "Ein Quartal ist kein Tag", "A quarter is no day"),
    ("3. Quartal 2025", "Ein Quartal ist kein Tag", "A quarter is no day"),
    ("03/2025", "(etwa 01.03.2025)", "(for instance 01.03.2025)"),
    ("3/2025", "(etwa 01.03.2025)", "(for instance 01.03.2025)"),
    ("12.2025", "(etwa 01.12.2025)", "(for instance 01.12.2025)"),
    ("März 2025", "Monat als Zahl", "month as a number"),
    ("1. März 2025", "Monat als Zahl", "month as a number"),
    ("1.3.24", "mit vier Ziffern", "with four digits"),
    ("2025/03/01", "mit Punkten", "with points"),
    ("2019-2021", "ein Zeitraum", "a period"),
    ("laufend", "kein Ende hat", "no end"),
    ("ca. 2019", "einen bestimmten Tag", "a definite day"),
    ("unbekannt", "leer lassen", "leave empty"),
    ("irgendwann", "den Tag des Beitritts", "the day the actor joined"),
]


@pytest.mark.parametrize(("typed", "german", "english"), DATES)
@examined
def test_dates(typed: str | int, german: str, english: str) -> Answered:
    ((code, *texts),) = yield book(Beitritt=typed)
    assert code == "bad_date"
    assert german in texts[0]
    assert english in texts[1]


@examined
def test_a_stichtag_after_the_period() -> Answered:
    ((code, german, english),) = yield book(master={"Stichtag": date(2026, 10, 1)})
    assert code == "bad_date"
    assert "nach dem letzten Tag" in german
    assert "after the last day" in english


@examined
def test_a_stichtag_that_is_no_day_is_said_to_be_none() -> Answered:
    ((_, german, _),) = yield book(master={"Stichtag": "31.11.2026"})
    assert "Diesen Tag gibt es nicht" in german


NUMBERS = [
    ("Akteure", "Beschäftigte", "ca. 50", "nur die Zahl eintragen (50 ohne Zusatz)"),
    ("Akteure", "Beschäftigte", ">100", "nur die Zahl eintragen (100 ohne Zusatz)"),
    ("Akteure", "Beschäftigte", "50 MA", "nur die Zahl eintragen (50 ohne Zusatz)"),
    ("Akteure", "Beschäftigte", "50-100", "statt 50 bis 100"),
    ("Akteure", "Beschäftigte", "50 bis 100", "statt 50 bis 100"),
    ("Akteure", "Beschäftigte", "12,5 %", "Prozente gehören nicht hierher"),
    ("Akteure", "Beschäftigte", "k. A.", "Was nicht bekannt ist"),
    ("Akteure", "Beschäftigte", date(2026, 5, 1), "Excel hat daraus ein Datum gemacht"),
    ("Akteure", "Umsatz EUR", "100 T€", "die Zahl ausschreiben"),
    ("Akteure", "Umsatz EUR", "1,2 Mio.", "die Zahl ausschreiben"),
    ("Akteure", "Umsatz EUR", "100 USD", "andere Währung oder Einheit"),
    ("Akteure", "Umsatz EUR", "$ 1,000", "andere Währung oder Einheit"),
    ("Akteure", "Umsatz EUR", "1.000 CHF", "andere Währung oder Einheit"),
    ("Akteure", "Umsatz EUR", "=SUM(A1:A3)", "eine Formel als Text"),
    ("Akteure", "Umsatz EUR", "viel", "den Umsatz in Euro"),
    ("Management", "VZÄ", "20 h", "20 von 40 Wochenstunden sind 0,5"),
    ("Management", "VZÄ", "19,5 Std./Woche", "20 von 40 Wochenstunden sind 0,5"),
    ("Management", "VZÄ", "50 %", "50 % sind 0,5"),
    ("Management", "VZÄ", "halbtags", "eine halbe 0,5"),
    ("Aktivitäten", "Häufigkeit pro Jahr", "nach Bedarf", "monatlich 12"),
    ("Aktivitäten", "Häufigkeit pro Jahr", "4x", "(etwa 4)"),
]


@pytest.mark.parametrize(("sheet", "head", "typed", "german"), NUMBERS)
@examined
def test_numbers(sheet: str, head: str, typed: str | date, german: str) -> Answered:
    ((code, text, _),) = yield book(sheet, **{head: typed})
    assert code == "bad_type"
    assert german in text


NEAR = [
    ("Akteurstyp", "Hochschle", "Meinten Sie „Hochschule“?", "Did you mean “University”?"),
    ("Akteurstyp", "Universty", "Meinten Sie „Hochschule“?", "Did you mean “University”?"),
    ("Akteurstyp", "Forschungseinrichtungen", "„FuE-Einrichtung“?", "“R&D institution”?"),
    ("Bindung", "Mitglied", "Meinten Sie „Mitgliedschaft“?", "Did you mean “Membership”?"),
    ("Bindung", "Mitgliedshaft", "Meinten Sie „Mitgliedschaft“?", "Did you mean “Membership”?"),
    ("Akteurstyp", "Unternehmen (Zulieferer)", "„Unternehmen“?", "“Company”?"),
    ("Bindung", "Mitgliedschaft [seit 2017]", "„Mitgliedschaft“?", "“Membership”?"),
    ("Land", "Östereich", "Meinten Sie „Österreich“?", "Did you mean “Austria”?"),
]


@pytest.mark.parametrize(("head", "typed", "german", "english"), NEAR)
@examined
def test_near_misses(head: str, typed: str, german: str, english: str) -> Answered:
    ((_, *texts),) = yield book(**{head: typed})
    assert texts[0].endswith(german)
    assert texts[1].endswith(english)


FAR = [
    ("Akteurstyp", "Start-up"),
    ("Bindung", "Fördermitglied"),
    ("Bindung", "keine Mitgliedschaft (mehr)"),
    ("Land", "Demoland"),
    ("Land", "Dex"),
    ("KMU", "unbekannt"),
]


@pytest.mark.parametrize(("head", "typed"), FAR)
@examined
def test_nothing_is_suggested_that_is_not_near(head: str, typed: str) -> Answered:
    ((_, german, english),) = yield book(**{head: typed})
    assert "Meinten" not in german
    assert "mean" not in english


@examined
def test_an_unknown_postcode_beside_coordinates() -> Answered:
    ((code, german, english),) = yield book(PLZ="99999", Breitengrad=51.0, Längengrad=13.7)
    assert code == "unknown_postcode"
    assert "Gerechnet wird mit Breiten- und Längengrad" in german
    assert "Latitude and longitude are used" in english


@examined
def test_items_of_lists() -> Answered:
    ((_, german, _),) = yield book(
        master={"Exzellenzmaßnahmen": "go-cluster; Spitzencluster-Wetbewerb"}
    )
    assert "„Spitzencluster-Wetbewerb“" in german
    assert german.endswith("Meinten Sie „Spitzencluster-Wettbewerb“?")


@examined
def test_headers() -> Answered:
    rows = [{"Name": "A", "Akteurtyp": "Unternehmen", "Bindung": "Kontakt", "Bemerkung": 1}]
    found = yield book(grids={"Akteure": grid_of(rows)})
    by_code: dict[str, list[str]] = {}
    for code, german, _ in found:
        by_code.setdefault(code, []).append(german)
    assert by_code["missing_column"][0].endswith("Meinten Sie mit „Akteurtyp“ diese Spalte?")
    meant = [text for text in by_code["unknown_column"] if text.endswith("„Akteurstyp“?")]
    assert len(meant) == 1
    assert len(by_code["unknown_column"]) == 2  # of a remark nothing is suggested


@examined
def test_labels() -> Answered:
    ((_, german, english),) = yield book(master={"Technologiefelt": "IKT"})
    assert german.endswith("Meinten Sie „Technologiefeld“?")
    assert english.endswith("Did you mean “Technology field”?")


@examined
def test_a_column_that_is_there_is_not_suggested() -> Answered:
    ((_, german, _),) = yield book(Beschäftigte=5, Beschäftigter="x")
    assert "Meinten" not in german


@examined
def test_sheets() -> Answered:
    ((code, german, english),) = yield book(grids={"Nachweis": [["Art"]], "Notizen": [["x"]]})
    assert code == "missing_sheet"
    assert "Meinten Sie mit „Nachweis“ dieses Blatt?" in german
    assert "Did you mean this sheet by “Nachweis”?" in english


@pytest.mark.parametrize(
    ("text", "number"),
    [("alpha", 0), ("alhpa", 0), ("bet", None), ("beta", 1), ("betagamm", 1), ("alphi", None)],
)
def test_nearest(text: str, number: int | None) -> None:
    names = [("alpha", 0), ("alphj", 2), ("beta", 1), ("betagamma", 1)]
    assert nearest([text], names) == [number]
    assert nearest([], names) == []


@examined
def test_what_strangers_type_is_shown_in_part() -> Answered:
    ((_, german, _),) = yield book(Beschäftigte="x" * 500 + "{place}")
    assert "x" * 121 not in german


@examined
def test_what_strangers_type_is_never_filled_in_again() -> Answered:
    ((_, german, _),) = yield book(Beschäftigte="(place)")
    assert "(place)" in german


# --------------------------------------------------------------------------------- declarations
def test_every_field_says_something() -> None:
    every = [(sheet, field.key) for sheet, field in every_field([submission(), office()])]
    frame = fields_frame([submission(), office()], every)
    for lang in LANGUAGES:
        texts = frame.select(f"wrong_{lang}", f"remedy_{lang}", f"remedy_limits_{lang}").rows()
        assert all(text and not HOLES.search(text) for row in texts for text in row)


def test_no_two_words_of_a_list_are_taken_for_each_other() -> None:
    for name, entries in registers().items():
        names = [(key, at) for at, e in enumerate(entries) for key in sorted(e.keys)]
        for at, entry in enumerate(entries):
            assert nearest([word_key(entry.de)], names) in ([at], [None]), (name, entry.de)


def test_what_is_wrong_at_one_place_is_said_in_its_order() -> None:
    wrong = [f"Unsinn {letter}" for letter in "fbdace"]
    items = {"Exzellenzmaßnahmen": "; ".join(wrong)}
    for found in of_each([book(master=items)] * 40):
        assert [german.split("„")[1][:8] for _, german, _ in found] == wrong


# What is written, in which column; what the German message says, and what none may say.
HELP = [
    ("Akteure", {"Ort": Err("#VALUE!")}, "verknüpfter Datentyp oder ein Bild in der Zelle"),
    ("Akteure", {"Name": Err("#VALUE!")}, "bitte den Wert als Text eintippen"),
    ("Akteure", {"Ort": Err("#REF!")}, "bitte die Formel berichtigen"),
    ("Akteure", {"Beitritt": "30.9.2026."}, "ohne Satzzeichen am Ende schreiben (30.9.2026)"),
    ("Akteure", {"Bindung": "\u041c\u0456tgliedschaft"}, "Buchstaben einer anderen Schrift"),
    ("Akteure", {"Land": "Schlaraffenland"}, "ist kein bekanntes Land"),
    ("Akteure", {"Land": "Deutschalnd"}, "Meinten Sie „Deutschland“?"),
    ("Akteure", {"Beschäftigte": 1e15}, "„1000000000000000“ liegt außerhalb der Grenzen"),
    ("Akteure", {"Beschäftigte": 2.5000000000000004}, "„2.5“"),
    ("Finanzierung", {"Jahr": 2025, "Betrag EUR": "84,000"}, "als Tausenderzahl gelesen: 84000."),
    ("Finanzierung", {"Jahr": 2025, "Betrag EUR": "1.234 €"}, "als Tausenderzahl gelesen: 1234."),
    ("Management", {"Funktion": "Leitung", "VZÄ": 100}, "als 100 volle Stellen gelesen"),
    (
        "Akteure",
        {"Breitengrad": 13.74, "Längengrad": 51.05},
        "Bei „Breitengrad“ steht mit 13.74 offenbar die Länge, bei „Längengrad“ mit 51.05 die",
    ),
    (
        "Akteure",
        {"PLZ": "01067", "Breitengrad": 13.74, "Längengrad": 51.05},
        "(Breitengrad / Längengrad: 13.74 / 51.05)",
    ),
]


@pytest.mark.parametrize(("sheet", "cells", "text"), HELP, ids=lambda case: str(case)[:40])
@examined
def test_what_helps(sheet: str, cells: dict[str, Any], text: str) -> Answered:
    found = yield book(sheet, **cells)
    assert any(text in german for _, german, _ in found), found
    assert not any("1000000000000000.0" in m for _, *both in found for m in both)


OF_STICHTAG = [
    ("2026-09-30T22:00:00.000Z", "Mit dieser Uhrzeit und Zeitzone ist es in Deutschland"),
    ("2026-10-01 08:00", "liegt nach dem letzten Tag des Berichtsquartals"),
    ("01.10.2026", "liegt nach dem letzten Tag des Berichtsquartals"),
    ("30.9.26", "das Jahr mit vier Ziffern"),
    ("30. 09. 26", "das Jahr mit vier Ziffern"),
]


@pytest.mark.parametrize(("written", "text"), OF_STICHTAG)
@examined
def test_a_stichtag_after_the_quarter(written: str, text: str) -> Answered:
    ((code, german, _),) = yield book(master={"Stichtag": written})
    assert (code, text in german) == ("bad_date", True), german


IDENTIFIERS = [
    *(f"DE{dash}0042" for dash in "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"),
    *("de-0042", "De \u2013 0042", "\u00a0DE-0042\u200b", "D\u00adE-0042", "\uff24E-0042"),
]


def test_a_cluster_id_with_any_dash_in_any_case() -> None:
    examined = examine(
        *raw_cells_of([book(master={"Cluster-ID": text}) for text in IDENTIFIERS]),
        load_settings(),
        LAST_DAY,
    )
    assert set(examined.master["cluster_id"]) == {"DE-0042"}


@pytest.mark.parametrize("written", ["DE 0042", "DE_0042", "DE-42", "DEU-0042", "DE-OO42", "0042"])
@examined
def test_another_cluster_id_is_named_with_its_form(written: str) -> Answered:
    ((code, german, _),) = yield book(master={"Cluster-ID": written})
    assert code == "bad_value"
    assert "in der Form DE-0042" in german
