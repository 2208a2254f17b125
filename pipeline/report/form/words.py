"""The hidden sheet of words: which typed word has which meaning in the formulas.

Each list is a pair of names: w_<list> the words intake accepts, v_<list> their numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from pipeline.common.settings import load_settings
from pipeline.report.form.parts import Cells, sheet_data
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


@dataclass(frozen=True)
class Column:
    """A column of the sheet and the name of its values."""

    name: str
    values: Sequence[str | float]


@cache
def columns() -> tuple[Column, ...]:
    """Return the columns of the sheet: words and numbers of every list."""
    result = []
    for register in (*used_lists(), YES_NO, EMPTY):
        pairs = accepted(register)
        result.append(Column(f"w_{register}", [w for w, _ in pairs]))
        result.append(Column(f"v_{register}", [n for _, n in pairs]))
    return tuple(result)


@cache
def words_xml() -> str:
    """Return the content of the sheet: the same for every form."""
    cells: Cells = {1: {at: c.name for at, c in enumerate(columns(), 1)}}
    for at, column in enumerate(columns(), 1):
        for row, value in enumerate(column.values, 2):
            cells.setdefault(row, {})[at] = value
    return sheet_data(cells)


def define_words(file: Workbook, sheet: str) -> None:
    """Give the values of every column their name."""
    for at, column in enumerate(columns()):
        letters = xl_col_to_name(at)
        last = len(column.values) + 1
        file.define_name(column.name, f"='{sheet}'!${letters}$2:${letters}${last}")
