"""What a cell shows besides its value: the text in its number format, a line through its text.

The reader passes it on; what it means is decided later (see `submissions/parse/shown.py`).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import TypeVar

from pipeline.intake.cells import NUMBER, Shown, Value
from pipeline.intake.values import LONGEST_FORMAT, PLAIN, kind_shown_by

Key = TypeVar("Key", int, str)
# The parts of a number format. number: what stands for digits; a bare % multiplies by 100.
TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<sign>[<>=]{1,2})(?P<limit>-?[0-9]+(?:\.[0-9]+)?)\]|\[[^\]]*\]"
    r"|(?P<next>;)|(?P<number>general|standard|e[+-](?=[0#?])|[0#?.,/%@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lt,
    ">": gt,
    "=": eq,
    "<=": le,
    ">=": ge,
    "<>": ne,
}
# A comma behind the last digit, or before the decimal point, divides by a thousand.
DIVIDING = re.compile(r",(?=,*(?:\.|$))")
HAS_DIGITS = re.compile(r"(?i)[0#?]|general|standard")
# A text without any other sign is no unit.
ONLY_SIGNS = re.compile(r"[\s\-+()./:,;'\u2010-\u2015\u2212]*")
LONGEST_UNIT = 60
NOTHING = Shown("", 0, struck=False)


@dataclass(frozen=True)
class Section:
    """A part of a number format: for which numbers it holds, its text, its thousands."""

    holds: Callable[[float], bool]
    unit: str
    thousands: int


@dataclass(frozen=True)
class Look:
    """What the style of a cell shows: the sections of its number format, a line through its text.

    sections: empty where the format shows no text.
    """

    sections: tuple[Section, ...]
    struck: bool

    def shown(self, value: Value) -> Shown | None:
        """Return what a cell with the value shows besides it; None for nothing."""
        kind, number = value
        own = (s for s in self.sections if kind == NUMBER and s.holds(number))
        section = next(own, None)
        unit, thousands = (section.unit, section.thousands) if section else ("", 0)
        found = Shown(unit, thousands if unit else 0, self.struck)
        return None if found == NOTHING else found


def sections_of(number_format: str) -> tuple[Section, ...]:
    """Return the sections of a format of plain numbers; none where no section shows a text.

    The first section whose condition holds is that of a number. Sections without conditions are for
    numbers above, below and of 0: they show the same unit, so the first one stands for all.
    """
    if kind_shown_by(number_format) != PLAIN:
        return ()
    sections: list[Section] = []
    texts: list[str] = []
    digits = ""
    test = None

    def end_section() -> None:
        if HAS_DIGITS.search(digits):
            sections.append(section(" ".join("".join(texts).split()), digits, test))

    for token in TOKENS.finditer(number_format[:LONGEST_FORMAT]):
        if token["next"]:
            end_section()
            texts, digits, test = [], "", None
        elif token["sign"] in TESTS:
            test = token["sign"], float(token["limit"])
        elif token["number"]:
            digits += token["number"]
            texts.append(" ")
        else:
            texts += [
                part for part in token.group("quoted", "escaped", "currency", "other") if part
            ]
    end_section()
    return tuple(sections) if any(s.unit for s in sections) else ()


def section(text: str, digits: str, test: tuple[str, float] | None) -> Section:
    """Return a section; without a test it holds for all numbers."""
    unit = "" if ONLY_SIGNS.fullmatch(text) else text[:LONGEST_UNIT]
    thousands = len(DIVIDING.findall(digits.replace("%", "")))
    if test is None:
        return Section(lambda _: True, unit, thousands)
    sign, limit = test
    return Section(lambda number: TESTS[sign](number, limit), unit, thousands)


def looks_of(
    sections: Mapping[Key, tuple[Section, ...]],
    struck: Sequence[bool],
    styles: Iterable[tuple[Key, int]],
) -> dict[int, Look]:
    """Return the looks of styles by position, if they show something.

    sections: by the key of a number format. struck: whether each font has a line through the text.
    styles: the key of the number format and the position of the font (below 0: none) of each.
    """
    every = (Look(sections.get(key, ()), any(struck[font : font + 1])) for key, font in styles)
    return {at: look for at, look in enumerate(every) if look.sections or look.struck}
