"""The hidden sheet of words: which typed word has which meaning in the formulas.

Each list has two names: w_<list> the words intake accepts, t_<list> these and their numbers.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
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


@cache
def every_list() -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return the words and numbers of every list on the sheet."""
    return {register: accepted(register) for register in (*used_lists(), YES_NO, EMPTY)}


def write_words(file: Workbook, sheet: Worksheet) -> None:
    """Write the sheet, the same in every form, and name its lists."""
    for at, (register, pairs) in enumerate(every_list().items()):
        column = 2 * at
        sheet.write_string(0, column, register)
        for row, (word, meaning) in enumerate(pairs, 1):
            sheet.write_string(row, column, word)
            sheet.write_number(row, column + 1, meaning)
        first, second = xl_col_to_name(column), xl_col_to_name(column + 1)
        start, last = f"='{sheet.get_name()}'!${first}$2", len(pairs) + 1
        file.define_name(f"w_{register}", f"{start}:${first}${last}")
        file.define_name(f"t_{register}", f"{start}:${second}${last}")
