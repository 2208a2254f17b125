"""The hidden sheet of words: which typed word has which meaning in the formulas.

Each list is the text of one cell, named w_<list>: "|ja=001|yes=001|nein=000|" holds the words that
intake accepts and their numbers. A formula finds a word in it, whatever the size of the list.
"""

from collections.abc import Mapping
from functools import cache

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.common.settings import load_settings
from pipeline.submissions.actors.places import GERMANY
from pipeline.submissions.actors.status import COMPANY
from schemas.declaration import Entry, registers, submission
from schemas.words import collapse, word_key

YES_NO, EMPTY = "yes_no", "empty"
# What a word for nothing says, and what matching it does without.
NO_ANSWER, NONE = 1, 2
NBSP = "\u00a0"
SQUEEZED = f" {NBSP}.,;:-–—/\\()[]?!*~_…|"
# How a list parts its words, and a word from its number of so many digits.
BETWEEN, BEFORE, DIGITS = "|", "=", 3
# What an actor type implies about SMEs.
NO_COMPANY, COMPANY_UNSAID, SAID_YES, SAID_NO = range(4)


def used_lists() -> list[str]:
    """Return the registers whose words may be in single cells of a submission."""
    fields = [f for s in submission().sheets for f in s.fields]
    return list(dict.fromkeys(f.list for f in fields if f.list))


def accepted(register: str) -> list[tuple[str, int]]:
    """Return every word that intake accepts for a list, in lower case, and its number."""
    if register == YES_NO:
        words = submission().words
        pairs = [(w, 1) for w in words["yes"]] + [(w, 0) for w in words["no"]]
    elif register == EMPTY:
        return nothing_words()
    else:
        entries = enumerate(registers()[register], 1)
        pairs = [(w, number(register, n, e)) for n, e in entries for w in (e.de, e.en, *e.aliases)]
    result: dict[str, int] = {}
    for word, meaning in pairs:
        lower = collapse(word).lower()
        for spelling in (lower, lower.replace("ß", "ss"), word_key(word)):
            result.setdefault(spelling, meaning)
    return list(result.items())


def nothing_words() -> list[tuple[str, int]]:
    """Return every word for nothing, in lower case and squeezed: NO_ANSWER or NONE."""
    words, result = submission().words, dict[str, int]()
    for name, meaning in (("no_answer", NO_ANSWER), ("none", NONE)):
        for word in words[name]:
            for spelling in (collapse(word).lower(), word_key(word)):
                squeezed = "".join(sign for sign in spelling if sign not in SQUEEZED)
                result.setdefault(squeezed, meaning)
    return list(result.items())


def number(register: str, position: int, entry: Entry) -> int:
    """Return the number of a word in the formulas; for most lists its position in the register."""
    settings = load_settings()
    if register == "actor_types":
        stated = entry.extra.get("sme")
        status = {True: SAID_YES, False: SAID_NO, None: COMPANY_UNSAID}[stated]
        return status if entry.value == COMPANY else NO_COMPANY
    if register == "commitments":
        return int(entry.value in settings.actors.bound_commitments)
    if register == "funding_sources":
        return int(entry.value in settings.funding.own_sources)
    if register == "countries":
        return int(entry.extra["code"] != GERMANY)
    return position


def position(register: str, german: str) -> int:
    """Return the number of a word in its register (from 1)."""
    return [e.de for e in registers()[register]].index(german) + 1


def matched_lists() -> list[str]:
    """Return the lists that formulas look words up in; a cell of several words is not looked up."""
    fields = [f for s in submission().sheets for f in s.fields]
    single = dict.fromkeys(f.list for f in fields if f.list and f.type != "choices")
    return [*single, YES_NO, EMPTY]


@cache
def every_list() -> Mapping[str, str]:
    """Return the text of every list on the sheet."""
    return {
        register: "".join([BETWEEN, *(f"{entry(*pair)}{BETWEEN}" for pair in accepted(register))])
        for register in matched_lists()
    }


def entry(word: str, number: int) -> str:
    """Return a word and its number as they stand in a list."""
    return f"{word}{BEFORE}{number:0{DIGITS}}"


def write_words(file: Workbook, sheet: Worksheet) -> None:
    """Write the sheet, the same in every form, and name its lists."""
    for row, (register, words) in enumerate(every_list().items()):
        sheet.write_string(row, 0, register)
        sheet.write_string(row, 1, words)
        file.define_name(f"w_{register}", f"='{sheet.get_name()}'!$B${row + 1}")
