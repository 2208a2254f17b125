"""Decides which formulas of a submission are kept: plain functions and references within the file.

Whatever is not known to be harmless is removed: links to other files ([1]Sheet!A1), DDE
(cmd|'…'!A1), functions with access to the outside (schemas/functions.toml lists the others),
unknown names.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from schemas.checked import Declared, load, matching, once

TOKEN = re.compile(
    r"""
      (?P<text>"(?:[^"]|"")*")
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    | (?P<quoted>'(?:[^'\[\]]|'')+'!)
    | (?P<call>[^\W\d][\w.]*\()
    | (?P<sheet>[^\W\d][\w.]*(?::[^\W\d][\w.]*)?!)
    | (?P<area>\$?\d{1,7}:\$?\d{1,7}|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.]))
    | (?P<cell>\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.\[]))
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)
    | (?P<table>[^\W\d][\w.]*)\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]
    | (?P<name>[^\W\d][\w.\\?]*)
    | (?P<sign>[-+*/^&=<>%(),;:{}@\s])
    """,
    re.VERBOSE,
)
# The row in a cell's address. A match within a text or a quoted name has no effect on the decision.
ROWS = re.compile(r"(?<![\w.$\\])(\$?[A-Za-z]{1,3}\$?)\d{1,7}(?![\w.(\[!])")
PREFIX = re.compile(r"^(?:_xlfn\.)?(?:_xlws\.)?", re.IGNORECASE)
BUILT_IN = ("_xlnm.print_area", "_xlnm.print_titles", "_xlnm._filterdatabase")
CONSTANTS = {"true", "false"}


Function = Annotated[str, matching(r"[A-Z][A-Z0-9.]*", '"SUM"')]


class Functions(Declared):
    """schemas/functions.toml."""

    plain: Annotated[tuple[Function, ...], AfterValidator(once)]


@cache
def plain_functions() -> frozenset[str]:
    """Return the functions that depend only on their arguments."""
    return frozenset(load("functions.toml", Functions).plain)


@dataclass(frozen=True)
class Harmless:
    """What a formula may refer to, in lower case: the file's sheets, defined names and tables."""

    sheets: frozenset[str]
    names: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()

    seen: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def allows(self, formula: str) -> bool:
        """Whether the formula can only calculate within its file.

        Formulas of a column differ only in their rows, which do not matter: each pattern is checked
        once.
        """
        form = ROWS.sub(r"\g<1>1", formula)
        if form not in self.seen:
            self.seen[form] = self._allows(form)
        return self.seen[form]

    def _allows(self, formula: str) -> bool:
        end, at = len(formula), 0
        while at < end:
            match = TOKEN.match(formula, at)
            if match is None or not self._knows(str(match.lastgroup), match):
                return False
            at = match.end()
        return True

    def _knows(self, kind: str, match: re.Match[str]) -> bool:
        token = match[kind].lower()
        if kind == "call":
            return PREFIX.sub("", token[:-1]).upper() in plain_functions()
        if kind == "name":
            return token in self.names or token in self.tables or token in CONSTANTS
        if kind == "table":
            return token in self.tables
        if kind == "sheet":
            return all(name in self.sheets for name in token[:-1].split(":"))
        if kind == "quoted":
            return self._knows_quoted(token[1:-2].replace("''", "'"))
        return True

    def _knows_quoted(self, name: str) -> bool:
        return name in self.sheets or all(part in self.sheets for part in name.split(":"))


def harmless_names(
    names: Mapping[str, Iterable[str]], sheets: frozenset[str], tables: frozenset[str]
) -> Harmless:
    """Return what formulas may refer to, given every defined name with its formulas.

    A name is kept if it and all the names it refers to are harmless.
    """
    formulas = {name.lower(): list(texts) for name, texts in names.items()}
    harmless = {n for n in formulas if not n.startswith(("_xlnm.", "auto_")) or n in BUILT_IN}
    while True:
        rules = Harmless(sheets, frozenset(harmless), tables)
        bad = {n for n in harmless if not all(rules.allows(text) for text in formulas[n])}
        if not bad:
            return rules
        harmless -= bad
