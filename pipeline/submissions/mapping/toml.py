"""Reads a mapping's TOML and collects all of its mistakes."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any

from pipeline.submissions.mapping.model import MappingError, Problem, problem
from schemas.checked import LARGEST_BYTES, first_bytes, in_german
from schemas.slips import as_written

# How many names a message lists.
MOST_NAMES = 15
SMALLEST_FACTOR, LARGEST_FACTOR = 1e-6, 1e9
KINDS = {
    "text": {"de": "ein Text in Anführungszeichen", "en": "a text in quotation marks"},
    "texts": {"de": 'eine Liste von Texten wie ["A", "B"]', "en": 'a list such as ["A", "B"]'},
    "number": {"de": "eine ganze Zahl ab 1", "en": "a whole number from 1"},
    "yes_no": {"de": "true oder false", "en": "true or false"},
    "factor": {
        "de": "eine Zahl wie 1000, größer als 0 und höchstens 1000000000,",
        "en": "a number such as 1000, above 0 and at most 1000000000,",
    },
    "table": {"de": "ein Abschnitt in eckigen Klammern", "en": "a section in square brackets"},
    "tables": {"de": "Abschnitte wie [[sheets]]", "en": "sections such as [[sheets]]"},
}


class Section:
    """One table of the file, at its place; mistakes are added to `problems`."""

    def __init__(self, entries: dict[str, Any], place: str, problems: list[Problem]) -> None:
        self.entries, self.place, self.problems = entries, place, problems

    def wrong(self, code: str, key: str | None = None, **values: Any) -> None:
        """Note a mistake, here or at a key."""
        place = self.place if key is None else f"{self.place}, {shorten_key(key)}"
        self.problems.append(problem(place, code, **values))

    def not_wanted(self, key: str, wanted: str) -> None:
        """Note a value of another kind than wanted."""
        found = as_written(self.entries[key])
        self.wrong("wrong_type", key, wanted=KINDS[wanted], value=found)

    def only(self, *known: str) -> None:
        """Note keys that mean nothing here."""
        for key in self.entries:
            if key not in known:
                self.wrong("unknown_key", key, names=names(known, key))

    def text(self, key: str) -> str | None:
        """Return a text that is not empty, if there is one."""
        value = self._wanted(key, str, "text")
        if isinstance(value, str) and not value.strip():
            self.wrong("empty", key)
            return None
        return value

    def whole(self, key: str, most: int) -> int | None:
        """Return a whole number from 1 to most, if there is one."""
        value: int | None = self._wanted(key, int, "number")
        if value is not None and (isinstance(value, bool) or not 1 <= value <= most):
            self.not_wanted(key, "number")
            return None
        return value

    def factor(self, key: str) -> float | None:
        """Return the factor of numbers; None without one."""
        value = self._wanted(key, int | float, "factor")
        if value is None:
            return None
        if isinstance(value, bool) or not SMALLEST_FACTOR <= value <= LARGEST_FACTOR:
            self.not_wanted(key, "factor")
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        """Return whether true stands at the key."""
        return bool(self._wanted(key, bool, "yes_no"))

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, empty if there is none."""
        value = self._wanted(key, list, "texts") or []
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.not_wanted(key, "texts")
            return []
        return list(value)

    def section(self, key: str) -> "Section":
        """Return the table of that name, empty if there is none."""
        value = self._wanted(key, dict, "table") or {}
        return Section(value, f"{self.place}, {shorten_key(key)}", self.problems)

    def sections(self, key: str) -> Iterator["Section"]:
        """Yield the tables of that name."""
        value = self._wanted(key, list, "tables") or []
        for number, entries in enumerate(value, 1):
            if isinstance(entries, dict):
                yield Section(entries, f"{self.place}, [[{key}]] {number}", self.problems)
            else:
                self.not_wanted(key, "tables")

    def _wanted(self, key: str, kind: type | UnionType, wanted: str) -> Any:
        value = self.entries.get(key)
        if value is None or isinstance(value, kind):
            return value
        self.not_wanted(key, wanted)
        return None


def read_section(path: Path, name: str, problems: list[Problem]) -> tuple[Section, bytes]:
    """Return the file as a section, and its bytes; MappingError if it is no TOML."""
    try:
        data = first_bytes(path)
        if len(data) > LARGEST_BYTES:
            raise MappingError([problem(name, "too_large")])
        entries = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError([problem(name, "unreadable")]) from error
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        detail = {"de": in_german(str(error)), "en": str(error)}
        raise MappingError([problem(name, "no_toml", detail=detail)]) from error
    return Section(entries, name, problems), data


def shorten_key(text: str) -> str:
    """Return a key as messages show it."""
    return f'"{text}"'


def names(known: Iterable[str], meant: str) -> str:
    """Return the names that could have been meant: the nearest, else all of them (some)."""
    every = list(dict.fromkeys(known))
    folded = {name.casefold(): name for name in every}
    near = difflib.get_close_matches(meant.casefold(), list(folded), n=3, cutoff=0.7)
    chosen = [folded[key] for key in near] or every
    return ", ".join(chosen[:MOST_NAMES]) + (", …" if len(chosen) > MOST_NAMES else "")
