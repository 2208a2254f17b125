"""Words for nothing (contract 1.2): the declared lists by rule, where they may stand."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from pipeline.common.keys import word_key_expr
from pipeline.submissions.parse.words_for_nothing import NO_ANSWER, NONE, forms, nothing_in
from schemas.declaration import registers, submission
from tests.making.frames import MASTER
from tests.parse.making import USUAL, Answered, Done, examined, with_rows
from tests.parse.test_rows import EVERY_NAME, NO_NAMES, last_row

WORDS = submission().words
FORMS = [
    "{}",
    " {} ",
    "{}.",
    "({})",
    "- {} -",
    "{}!",
    "derzeit {}",
    "noch {}",
    "{} bekannt",
    "bisher {} geplant",
    "{} 2",
    "{}, folgt im Herbst",
    "{} (siehe Schreiben)",
    "{} [Stand 2026]",
]
PUNCTUATION = [
    "-",
    "---",
    "–",
    "—",
    "./.",
    "…",
    "?",
    "??",
    "/",
    "-/-",
    ".",
    "*",
    "_",
    "~",
    "|",
    "=",
    "+",
    "+\x11",
    "+ +",
    "$",
    "&",
]
KINDS = [e.de for name in ("evidence_kinds", "activity_kinds") for e in registers()[name]]
STAY = [
    "Keine Angst vor KI",
    "Offen für Neues",
    "Nein zur Stille",
    "Unbekannte Welten",
    "Folgt uns!",
    "Kein Stillstand",
    "Keine Messe ohne uns",
    "Nichts ist unmöglich",
    "Kein Seminar ohne Praxis",
    "Keine Projektgesellschaft",
    "Wettbewerb Nord",
    "Titel der Titel",
    "Beispielregion Emsland",
    "Weitere folgen uns",
    "Diverse Teams gewinnen",
    "Weitere Wege",
    "0,5-Liter-Flasche",
    "0 Emissionen",
    "No Limits",
    "None of the above",
    "Open Innovation",
    "Offene Labore (2026)",
    "In Arbeit und Bildung",
    "N. N. Verlag, Dresden",
    "Noch mehr Licht",
    "Bekannt aus Funk",
    "geplant",
    "vorhanden",
    "aktuell",
    "2026",
]


def said(texts: list[str]) -> list[str | None]:
    """What the texts say."""
    frame = pl.DataFrame({"text": texts})
    word = word_key_expr(pl.col("text"))
    return frame.select(nothing_in(submission(), forms(word))).to_series().to_list()


def written(name: str) -> Iterator[str]:
    """Every word of a list in every form; a number has no form but its own."""
    for word in WORDS[name]:
        yield from [word] if word in ("0", "☐") else (form.format(word) for form in FORMS)


@pytest.mark.parametrize("name", [NO_ANSWER, NONE])
def test_every_word_in_every_form(name: str) -> None:
    # "noch nicht bekannt" is also "noch nicht" with a word after it: not known is the weaker claim.
    weaker = set(written(NO_ANSWER)) if name == NONE else set[str]()
    texts = [text for text in written(name) if text not in weaker]
    wrong = {t: s for t, s in zip(texts, said(texts), strict=True) if s != name}
    assert wrong == {}


def test_capitals_and_spelled_out_umlauts_do_not_matter() -> None:
    texts = ["KEINE", "Entfaellt", "ENTFÄLLT", "k.a.", "K.A", "weiss nicht", "Wird noch geklaert"]
    assert said(texts) == [NONE, NONE, NONE, *[NO_ANSWER] * 4]


def test_punctuation_alone_is_no_answer() -> None:
    assert said(PUNCTUATION) == [NO_ANSWER] * len(PUNCTUATION)


def test_none_of_a_kind() -> None:
    nouns = [*KINDS, *WORDS["none_nouns"]]
    texts = [f"{word} {noun}" for word in WORDS["none_of"] for noun in nouns]
    texts += ["keine Messen", "Derzeit keine Wettbewerber bekannt", "no success stories"]
    texts += ["keine Clusterforen", "bisher noch keine Innovationsprojekte (in Planung)"]
    assert said(texts) == [NONE] * len(texts)


def test_what_stays_what_it_is() -> None:
    texts = STAY + [name for name in EVERY_NAME if name not in NO_NAMES]
    assert {t: s for t, s in zip(texts, said(texts), strict=True) if s is not None} == {}


# --------------------------------------------------------------------------- in every place
def with_master(**cells: Any) -> dict[str, list[list[Any]]]:
    """The usual workbook with other cells in Stammdaten, by their labels."""
    said = {label.replace("_", " "): value for label, value in cells.items()}
    return {**USUAL, "Stammdaten": [[k, v] for k, v in {**MASTER, **said}.items()]}


SOME = {NO_ANSWER: ["k.A.", "unbekannt", "---", "noch offen", "n/a, folgt"]}
SOME[NONE] = ["keine", "nein", "entfällt", "derzeit keine", "none", 0, False]
EACH = [(name, word) for name, words in SOME.items() for word in words]


def codes(seen: Done, number: int) -> list[tuple[str, str, str]]:
    found = seen.examined.findings.filter(file=number).sort("row", "column")
    found = found.filter(~pl.col("code").is_in(["missing_sheet", "unknown_postcode"]))
    rows = found.select("code", "check", "field").iter_rows()
    return [(code, check or "", field) for code, check, field in rows]


@examined
def test_a_prospect_is_unknown_or_no() -> Answered:
    seen = yield [with_master(Langfristige_Perspektive=word) for _, word in EACH]
    stated = seen.examined.master.sort("file")["long_term_prospect"].to_list()
    assert stated == [None if name == NO_ANSWER else "" for name, _ in EACH]
    told = [("no_answer", "", "long_term_prospect")]
    for number, (name, word) in enumerate(EACH):
        assert codes(seen, number) == (told if name == NO_ANSWER else []), word


LISTS = [
    ("Strategische_Handlungsfelder", "action_fields"),
    ("Exzellenzmaßnahmen", "excellence_measures"),
]


@pytest.mark.parametrize(("label", "field"), LISTS)
@examined
def test_a_list_is_unknown_or_empty(label: str, field: str) -> Answered:
    seen = yield [with_master(**{label: word}) for _, word in EACH]
    lists = seen.examined.master.sort("file")[field].to_list()
    assert lists == [None if name == NO_ANSWER else [] for name, _ in EACH]
    assert [codes(seen, number) for number in range(len(EACH))] == [[]] * len(EACH)


TITLES = {"Aktivitäten": ["Service", 1, 3, 3], "Nachweise": ["Messe", 1, None, "Anlage 1"]}


@pytest.mark.parametrize("sheet", TITLES)
@examined
def test_a_title_is_unknown_or_no_row(sheet: str) -> Answered:
    row = TITLES[sheet]
    seen = yield [with_rows(sheet, [row[0], word, *row[2:]]) for _, word in EACH]
    new = last_row(sheet) + 1
    for number, (name, word) in enumerate(EACH):
        is_row = name == NO_ANSWER
        assert codes(seen, number) == [("no_answer", "" if is_row else "no_row", "title")], word
        assert (new in seen.rows(number, sheet)) == is_row, word
        assert "title" not in (seen.column(number, sheet, "title")[2:] or [None]) or not is_row
        if is_row:
            assert seen.column(number, sheet, "title")[-1] is None


@examined
def test_other_columns_of_texts_are_empty() -> Answered:
    books = [with_rows("Gremien", [word, "Wirtschaft", 2]) for _, word in EACH]
    books += [with_rows("Management", [word, 0.5]) for _, word in EACH]
    seen = yield books
    for number in range(len(EACH)):
        assert codes(seen, number) == []
        assert seen.column(number, "Gremien", "body")[-1] is None
    for number, (name, word) in enumerate(EACH, len(EACH)):
        assert codes(seen, number) == ([("no_answer", "", "role")] if name == NO_ANSWER else [])
        assert seen.column(number, "Management", "role")[-1] is None, word
        assert seen.column(number, "Management", "fte")[-1] == 0.5


ENDS = [
    *("-", "–", "./.", "...", "keine", "keiner", "nein", "entfällt", "nichts", 0, False),
    *(form.format(word) for word in WORDS["goes_on"] for form in ("{}", "{}.", "derzeit {}")),
]
NO_ENDS = ["k. A.", "unbekannt", "wird nachgereicht", "bald", 2026, "Ende 2026"]


@examined
def test_an_end_may_be_open() -> Answered:
    head, row = ["Funktion", "VZÄ", "Ende"], ["Leitung", 1.0]
    texts = [*ENDS, *NO_ENDS, dt.date(2027, 1, 1)]
    seen = yield [{**USUAL, "Management": [head, [*row, text]]} for text in texts]
    for number, text in enumerate(texts):
        ends = seen.column(number, "Management", "until")
        bad = seen.column(number, "Management", "until_bad")
        if text in NO_ENDS and not isinstance(text, bool):
            assert codes(seen, number) == [("bad_date", "", "until")], text
            assert bad == [True]
        elif isinstance(text, dt.date):
            assert (codes(seen, number), ends) == ([], [text])
        else:
            assert codes(seen, number) == [("no_answer", "unending", "until")], text
            assert (ends, bad) == ([None], [False])


@examined
def test_a_beginning_may_not_be_open() -> Answered:
    head = ["Funktion", "VZÄ", "Beginn"]
    texts = ["laufend", "-", "keine", "offen"]
    seen = yield [{**USUAL, "Management": [head, ["Leitung", 1.0, text]]} for text in texts]
    for number in range(len(texts)):
        assert codes(seen, number) == [("bad_date", "", "from")]
