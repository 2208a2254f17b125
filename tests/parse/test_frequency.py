"""How often a year, in words (contract 1.1): every declared word, and what is none."""

import pytest

from schemas.frequency import frequency_words, times_per_year

READ = {
    "laufend": 52,
    "ständig": 52,
    "permanent": 52,
    "täglich": 52,
    "wöchentlich": 52,
    "monatlich": 12,
    "quartalsweise": 4,
    "jährlich": 1,
    "2 x pro Monat": 24,
    "2x im Monat": 24,
    "2×/Monat": 24,
    "zweimal im Monat": 24,
    "2 pro Monat": 24,
    "1x pro Woche": 52,
    "4x jährlich": 4,
    "zweimal jährlich": 2,
    "3 mal pro Quartal": 12,
    "einmal im Jahr": 1,
    "once a year": 1,
    "twice per month": 24,
    "1,5 x im Jahr": 1.5,
    "alle 2 Monate": 6,
    "alle zwei Jahre": 0.5,
    "alle 3 Wochen": 17.333333333,
    "every 2 weeks": 26,
    "jede Woche": 52,
    "jedes Jahr": 1,
    "Monatlich.": 12,
    " MONATLICH ": 12,
    "14-tägig": 26,
    "mtl.": 12,
    "2-mal jährlich": 2,
    "3-mal pro Quartal": 12,
    "jeden zweiten Monat": 6,
    "jede 2. Woche": 26,
    "every other week": 26,
    "semi-annually": 2,
    "1x mtl.": 12,
    "wöchentl.": 52,
    "2 x p. a.": 2,
    "3 p.a.": 3,
    "6/a": 6,
    "twice per annum": 2,
    "6 Termine pro Jahr": 6,
    "4 Sitzungen/Jahr": 4,
    "2 meetings a month": 24,
}
UNREAD = [
    *(
        "12",
        "12x",
        "6 Termine",
        "zweiten",
        "jede 0. Woche",
        "other",
        "p. a.",
        "mtl. außer August",
        "2 x",
        "nach Bedarf",
        "unregelmäßig",
        "ca. monatlich",
        "1-2x im Jahr",
        "2 Monate",
    ),
    *(
        "alle 0 Monate",
        "12 monatlich",
        "monatlich oder jährlich",
        "im Monat",
        "x",
        "",
        "2x",
        "laufend neu",
    ),
]


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str) -> None:
    assert times_per_year(text) == READ[text]


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_not(text: str) -> None:
    assert times_per_year(text) is None


def test_every_declared_word() -> None:
    declared = frequency_words()
    for words in (declared.words, declared.rates):
        assert {word: times_per_year(word.upper()) for word in words} == dict(words)
    for period, number in declared.periods.items():
        for per in declared.per:
            assert times_per_year(f"3 x {per} {period}") == 3 * number
        for word, times in declared.once.items():
            assert times_per_year(f"{word} pro {period}") == times * number
