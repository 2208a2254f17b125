"""What letters say, and how a Word template is filled: the fields, slips, the same bytes."""

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from docx import Document

from pipeline.common.catalogue import load
from pipeline.common.texts import LANGUAGES
from pipeline.history.model import EarlierPeriod
from pipeline.publication.release.confirm import refuse_without_office
from pipeline.publication.release.content import Item, agreed, closings, decision
from pipeline.publication.release.cover import FIELDS, LISTS, TEMPLATE, check_letter
from pipeline.publication.release.letter import LONGEST, listed, reply, request_text
from pipeline.publication.release.word import check_template, letter, opened
from pipeline.report.answers import Answer
from schemas.checked import HERE
from schemas.slips import DeclarationError
from tests.declared import OFFICE, changed_in
from tests.making.frames import LAST_DAY, beside, published, reviewed

DAY = dt.date(2026, 10, 20)
NO_OFFICE = changed_in(OFFICE, name="", address=(), mail="", answer_days=0)


# ---- the template ----
def template(path: Path, *paragraphs: Sequence[str]) -> Path:
    """A document of these paragraphs, each of the pieces in which Word may have parted it."""
    document = Document()
    for pieces in paragraphs:
        paragraph = document.add_paragraph()
        for piece in pieces:
            paragraph.add_run(piece).bold = piece.isupper()
    document.save(str(path))
    return path


def lines(path: Path) -> list[str]:
    return [paragraph.text for paragraph in Document(str(path)).paragraphs]


def filled(path: Path, **values: Any) -> list[str]:
    """The lines of the template filled, a last one that stays aside."""
    path.write_bytes(letter(opened(path), values, "Büro", DAY))
    return lines(path)


@pytest.mark.parametrize(
    ("pieces", "values", "expected"),
    [
        (["Bis {Frist}."], {"Frist": "1.1."}, ["Bis 1.1.."]),
        (["Bis {Fr", "ist", "} an {WEN}"], {"Frist": "1.1.", "Wen": "uns"}, ["Bis 1.1. an uns"]),
        (["{ frist }"], {"Frist": "1.1."}, ["1.1."]),
        (["Bis {Frist}."], {"Frist": ""}, []),  # no sentence with a hole
        (["{Offen}"], {"Offen": ["a", "b", "c"]}, ["a", "b", "c"]),
        (["{Offen}"], {"Offen": []}, []),
        (["{Name} {Frist}"], {"Name": "{Frist}", "Frist": "1.1."}, ["{Frist} 1.1."]),
        (["{Name}"], {"Name": "a\x00\x1f\u202eb\n\tc\ud800\uffff <w:t>"}, ["ab c <w:t>"]),
        (["no field {"], {}, ["no field {"]),
    ],
)
def test_fields_are_filled(
    pieces: list[str], values: dict[str, Any], expected: list[str], tmp_path: Path
) -> None:
    path = template(tmp_path / "letter.docx", pieces, ["end"])
    assert filled(path, **values) == [*expected, "end"]


def test_fields_are_filled_in_tables_headers_and_with_their_look(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{Name}"
    document.add_table(1, 1).cell(0, 0).text = "{Name}"
    document.add_paragraph("{Leer}")
    document.add_paragraph().add_run("{Name}").bold = True
    document.save(str(path))
    assert filled(path, Name="N", Leer="") == ["N"]
    again = Document(str(path))
    assert again.sections[0].header.paragraphs[0].text == again.tables[0].cell(0, 0).text == "N"
    assert again.paragraphs[0].runs[0].bold


def test_a_cell_keeps_the_paragraph_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    document = Document()
    document.add_table(1, 1).cell(0, 0).text = "{Leer}"
    document.save(str(path))
    filled(path, Leer="")
    assert [p.text for p in Document(str(path)).tables[0].cell(0, 0).paragraphs] == [""]


def test_the_same_values_give_the_same_bytes_and_name_no_person(tmp_path: Path) -> None:
    path = template(tmp_path / "letter.docx", ["{Name}"], ["{Offen}"], ["{Frist}"])
    document = opened(path)  # once for many letters, which leave nothing in it
    one, other = ({"Name": n, "Offen": [n] * 3, "Frist": f} for n, f in (("N", ""), ("M", "1.1.")))
    first, _, second = (letter(document, values, "Büro", DAY) for values in (one, other, one))
    assert first == second
    path.write_bytes(first)
    said = Document(str(path)).core_properties
    made = said.created
    assert made is not None
    assert (said.author, said.last_modified_by, made.date()) == ("Büro", "", DAY)
    with zipfile.ZipFile(path) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# ---- slips ----
@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("Bis {Frits}", 'da steht "{Frits}"; erlaubt: ', 'Did you mean "{Frist}"?'),
        ("Offen: {Offen}", "{Offen} allein in seinem Absatz", "{Offen} alone in its paragraph"),
        ("{}", 'da steht "{}"; erlaubt: ', 'it says "{}"; allowed: '),
    ],
)
def test_a_slip_in_the_template(text: str, german: str, english: str, tmp_path: Path) -> None:
    path = template(tmp_path / "letter.docx", ["{Frist}"], [text])
    with pytest.raises(DeclarationError) as refused:
        check_template(path, FIELDS, LISTS)
    for lang, said in zip(LANGUAGES, (german, english), strict=True):
        (sentence,) = refused.value.messages[lang].splitlines()
        assert sentence.startswith("letter.docx: ")
        assert said in sentence


@pytest.mark.parametrize("content", [b"", b"no document", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_document_is_a_slip(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(content)
    with pytest.raises(DeclarationError, match="kann nicht gelesen werden"):
        check_template(path, FIELDS, LISTS)


def test_the_template_of_ours_is_right_and_its_fields_are_told() -> None:
    check_letter()
    told = (HERE.parent / "docs" / "quarter.md").read_text(encoding="utf-8")
    assert [name for name in FIELDS if f"`{{{name}}}`" not in told] == []
    assert len(lines(HERE / TEMPLATE)) > len(LISTS)


def test_word_takes_a_letter(tmp_path: Path, problems: Callable[[Path], list[str]]) -> None:
    path = tmp_path / "Anschreiben.docx"
    values = {name: ["a", "b"] if name in LISTS else "x" for name in FIELDS}
    path.write_bytes(letter(opened(HERE / TEMPLATE), values, "Büro", DAY))
    assert problems(path) == []
    assert not [line for line in lines(path) if "{" in line]


# ---- the office ----
@pytest.mark.parametrize("key", ["name", "address", "mail", "answer_days"])
def test_without_an_office_nothing_is_released(key: str) -> None:
    refuse_without_office(OFFICE, "2026-Q3")
    office = changed_in(OFFICE, **{key: getattr(NO_OFFICE, key)})
    with pytest.raises(DeclarationError) as refused:
        refuse_without_office(office, "2026-Q3")
    for said in refused.value.messages.values():
        assert said.startswith(f"settings.toml, office.{key}: ")
        assert len(said.splitlines()) == 2


LATER = dt.date(2026, 11, 3)


@pytest.mark.parametrize(
    ("answer", "deadline", "said"),
    [
        (Answer("Team A", LATER, OFFICE), LATER, "bis zum 03.11.2026 an Team A (buero@"),
        (Answer(None, None, OFFICE), LATER, "innerhalb von 14 Tagen nach Erhalt an Programmbüro ("),
        (Answer("Team A", LATER, NO_OFFICE), LATER, "bis zum 03.11.2026."),  # nobody is named
        (Answer("Team A", None, NO_OFFICE), DAY, ""),
    ],
)
def test_until_when_and_whom_to_answer(answer: Answer, deadline: dt.date, said: str) -> None:
    assert answer.deadline(DAY) == deadline
    assert said in answer.text("de")
    assert bool(answer.text("en")) == bool(said)
    if said:  # after the release the day is the one of the letter
        assert f"bis zum {deadline:%d.%m.%Y}" in answer.text("de", DAY)
        assert f"by {deadline:%Y-%m-%d}" in answer.text("en", DAY)


# ---- sentences ----
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("eligible", "13 von 19 Kriterien, davon 5 ohne Gutachten; verlangt sind 12. Damit sind"),
        ("open", "13 von 19 Kriterien (offen: 2); verlangt sind 12. Ob die Anforderungen"),
        (
            "not_eligible",
            "verlangt sind 12. Damit sind die Anforderungen rechnerisch nicht erfüllt",
        ),
    ],
)
def test_each_decision_is_a_sentence_that_admits_nobody(code: str, said: str) -> None:
    row = {"decision": code, "fulfilled": 13, "fulfilled_soft": 5, "undetermined": 2}
    whole = "Der letzte Satz."
    texts = {lang: decision(row, load("go-cluster"), lang, whole) for lang in LANGUAGES}
    assert said in texts["de"]
    assert texts["de"].endswith(f". {whole}")
    assert not decision(row, load("go-cluster"), "de", "").endswith(" ")
    ends = {lang: closing(lang, APPLICANT, NO, LAST_DAY, None) for lang in LANGUAGES}
    told = [decision(row, load("go-cluster"), lang, end) for lang, end in ends.items()]
    assert max(map(len, told)) <= LONGEST


def closing(
    lang: str, role: str | None, word: str | None, informed_on: dt.date | None, since: str | None
) -> str:
    """The last sentence about the result of one cluster; since: the quarter published before."""
    whole = reviewed()
    row = {"cluster_id": "DE-0001", "decided": word, "informed_on": informed_on}
    coverage = whole.tables["coverage"].with_columns(role=pl.lit(role, pl.String))
    before = None if since is None else EarlierPeriod(since)
    return closings(
        replace(
            whole,
            context={**whole.context, "process": beside("process", [row])},
            tables={**whole.tables, "coverage": coverage},
            since=before,
        ),
        lang,
    )["DE-0001"]


TOLD, MINE, FOLLOWS = (
    "Über den Antrag ist entschieden: {}, mitgeteilt am {}.",
    "Die Entscheidung liegt beim Ministerium.",
    "Was daraus folgt, entscheidet das Ministerium.",
)
FIRST_DAY, NEXT_DAY = dt.date(2026, 7, 1), LAST_DAY + dt.timedelta(days=1)
MEMBER, APPLICANT, YES, NO = "Mitglied", "Antrag", "Aufnahme", "Ablehnung"


@pytest.mark.parametrize(
    ("role", "word", "informed_on", "since", "said"),
    [
        # told in this quarter
        (APPLICANT, NO, LAST_DAY, None, TOLD.format(NO, "30.09.2026")),
        (MEMBER, YES, FIRST_DAY, None, TOLD.format(YES, "01.07.2026")),
        (None, YES, FIRST_DAY, None, TOLD.format(YES, "01.07.2026")),
        # told before: once more only if no quarter was published since
        (MEMBER, YES, dt.date(2026, 6, 30), None, FOLLOWS),
        (MEMBER, YES, dt.date(2026, 6, 30), "2026-Q2", FOLLOWS),
        (MEMBER, YES, dt.date(2026, 6, 30), "2026-Q1", TOLD.format(YES, "30.06.2026")),
        (MEMBER, YES, dt.date(2015, 1, 6), "2026-Q2", FOLLOWS),
        (APPLICANT, NO, dt.date(2026, 3, 31), "2026-Q2", FOLLOWS),
        # not told yet, whatever the role says
        (APPLICANT, NO, NEXT_DAY, None, MINE),
        (APPLICANT, NO, None, None, MINE),
        (MEMBER, YES, NEXT_DAY, None, MINE),
        # not decided
        (APPLICANT, "offen", LAST_DAY, None, MINE),
        (APPLICANT, None, None, None, MINE),
        (None, None, None, None, MINE),
        # never applied
        (MEMBER, None, None, None, FOLLOWS),
        ("Beobachtung", None, None, None, FOLLOWS),
        # left
        ("Ausgeschieden", YES, dt.date(2015, 1, 6), None, ""),
    ],
)
def test_what_follows_the_result(
    role: str | None, word: str | None, informed_on: dt.date | None, since: str | None, said: str
) -> None:
    assert closing("de", role, word, informed_on, since) == said
    assert bool(closing("en", role, word, informed_on, since)) is bool(said)


def agreement(outcome: str, due: dt.date | None) -> dict[str, Any]:
    own = {"cluster_id": "DE-0001", "catalogue": "go-cluster", "criterion_id": "5"}
    return {**own, "agreement": "Sitz für Forschung", "outcome": outcome, "due": due}


@pytest.mark.parametrize("role", ["Mitglied", "Antrag", "Beobachtung", None, "Ausgeschieden"])
@pytest.mark.parametrize(
    ("outcome", "due", "said"),
    [
        ("kept", None, None),
        ("kept", DAY, None),
        ("running", None, "(ohne Frist)"),
        ("running", DAY, "(bis zum 20.10.2026)"),
        ("overdue", DAY, "(überfällig, Frist war der 20.10.2026)"),
    ],
)
def test_what_was_agreed_and_is_not_kept_is_in_the_letter(
    role: str | None, outcome: str, due: dt.date | None, said: str | None
) -> None:
    whole = reviewed()
    coverage = whole.tables["coverage"].with_columns(role=pl.lit(role, pl.String))
    rows = published("agreements", [agreement(outcome, due)])
    tables = {**whole.tables, "agreements": rows, "coverage": coverage}
    found = agreed(replace(whole, tables=tables), "de").get("DE-0001", ())
    is_said = said is not None and role != "Ausgeschieden"
    assert [text[text.index(": ") :] for text in found] == (
        [f": Sitz für Forschung {said}"] if is_said else []
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"errors": 1}, "Bitte antworten Sie bis zum 1.1. an Team"),
        ({"settles": "5"}, "Bitte antworten Sie bis zum 1.1. an Team"),
        ({}, "Nur wenn Sie etwas anders sehen, antworten Sie bitte bis zum 1.1."),
        ({"errors": 1, "role": "Ausgeschieden"}, "Nur wenn Sie etwas anders sehen"),
        ({"state": "missing"}, "Bitte senden Sie den Erhebungsbogen bis zum 1.1. an Team (m@x)"),
        ({"state": "quarantined"}, "Bitte senden Sie den Erhebungsbogen"),
    ],
)
def test_who_is_asked_nothing_need_not_answer(row: dict[str, Any], said: str) -> None:
    usual = {"state": "reviewed", "shown_state": "reviewed", "role": None, "errors": None}
    names = {"settles": None, "marked": "a.xlsx", "guessed_from": None}
    whole = {**usual, **names, "deadline": "1.1.", "contact": "Team", **row}
    table = pl.DataFrame([whole], schema_overrides={"errors": pl.Int64, "settles": pl.String})
    for column in ("role", "guessed_from"):
        table = table.with_columns(pl.col(column).cast(pl.String))
    answer, asked = table.select(reply("m@x", "de"), request_text("de").alias("asked")).row(0)
    assert answer.startswith(said)
    assert ("a.xlsx" in asked) is said.startswith("Bitte antworten")
    assert ("nachzureichen" in asked) is said.startswith("Nur")


def item(number: str, length: int) -> Item:
    return Item(number, f"{number} {'x' * length}", "")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], ""),
        ([item("1", 3), item("2.1", 3)], "1 xxx · 2.1 xxx"),
        ([item("1", 3), item("2.1", 300)], "1 xxx · 2.1"),
        ([item("1", 300), item("2.1", 3)], "1 · 2.1"),
    ],
)
def test_a_list_names_every_criterion(items: list[Item], expected: str) -> None:
    assert listed(items) == expected
