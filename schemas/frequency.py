"""The words of schemas/often.toml for how often a year something happens (contract 1.1)."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from schemas.checked import Above0, Declared, Filled, Filleds, load
from schemas.words import word_key

# Of a plural: "alle 2 Monate", "every 3 weeks".
ENDINGS = "(?:e|n|en|s)?"
AROUND = " .,;:()"


class FrequencyWords(Declared):
    """The whole file."""

    times: Filleds
    per: Filleds
    each: Filleds
    every: Filleds
    words: Mapping[Filled, Above0]
    rates: Mapping[Filled, Above0]
    periods: Mapping[Filled, Above0]
    once: Mapping[Filled, Above0]
    numbers: Mapping[Filled, Above0]


def frequency_words() -> FrequencyWords:
    """Return the words that are declared."""
    return load("often.toml", FrequencyWords)


def times_per_year(text: str) -> float | None:
    """Return how often a year a text states; None if it states no such thing."""
    declared, key = frequency_words(), word_key(text).strip(AROUND)
    alone = by_key(declared.words, declared.rates)
    if key in alone:
        return alone[key]
    for form in forms():
        found = re.fullmatch(form, key)
        if found is not None:
            parts = found.groupdict()
            period = by_key(declared.periods, declared.rates)[parts["period"]]
            if "apart" in parts:
                return round(period / number_of(parts["apart"]), 9)
            return round(period * number_of(parts.get("number", "1")), 9)
    return None


@cache
def forms() -> tuple[str, ...]:
    """Return the forms of "2 x pro Monat", "2x monatlich", "alle 2 Monate" and "jede Woche".

    "Jeden zweiten Monat" and "jede 2. Woche" are of the third.
    """
    declared = frequency_words()
    number = rf"\d{{1,3}}(?:[.,]\d{{1,2}})?|{any_of(declared.numbers)}"
    once, times, per = any_of(declared.once), any_of(declared.times), any_of(declared.per)
    apart = any_of((*declared.every, *declared.each))
    period = rf"(?P<period>{any_of(declared.periods)})"
    rate = rf"(?P<period>{any_of(declared.rates)})"
    return (
        rf"(?P<number>{number}|{once})(?:[ -]?(?:{times}))? ?(?:{per}) ?{period}",
        rf"(?P<number>{number})[ -]?(?:{times}) {rate}",
        rf"(?P<number>{once}) {rate}",
        rf"(?:{apart}) (?P<apart>(?!0)(?:{number}))\.? {period}{ENDINGS}",
        rf"(?:{any_of(declared.each)}) {period}",
    )


def number_of(text: str) -> float:
    """Return the number that a word or digits stand for."""
    named = by_key(frequency_words().numbers, frequency_words().once)
    return named[text] if text in named else float(text.replace(",", "."))


def by_key(*words: Mapping[str, float]) -> Mapping[str, float]:
    """Return numbers by the keys of their words."""
    return {word_key(word): number for numbers in words for word, number in numbers.items()}


def any_of(words: Iterable[str]) -> str:
    """Return the regular expression of any of the words, the longest first."""
    every = sorted({word_key(word) for word in words}, key=lambda key: (-len(key), key))
    return "|".join(re.escape(key) for key in every)
