"""Loads what is declared as data: workbooks (sheets and fields) and registers (lists of words)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from schemas.words import header_key, word_key

HERE = Path(__file__).parent
FIELD_TYPES = {
    "text",
    "postcode",
    "country",
    "choice",
    "choices",
    "text_list",
    "number",
    "integer",
    "date",
    "yes_no",
    "criterion",
}


class DeclarationError(Exception):
    """A file under schemas/ is written wrongly; the message names the place."""


@dataclass(frozen=True)
class Field:
    """One field of a sheet: a column of a table or a label of a form."""

    key: str
    name: Mapping[str, str]
    type: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    list: str | None = None
    min: float | None = None
    max: float | None = None
    pattern: str | None = None
    decimal_point: bool = False
    unit: str | None = None
    example: str | None = None
    note: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def keys(self) -> set[str]:
        """Every key under which the field's header is found."""
        return {header_key(name) for name in (*self.name.values(), *self.aliases)}


@dataclass(frozen=True)
class Sheet:
    """One sheet: a form (label, value) or a table (header row, rows)."""

    key: str
    name: Mapping[str, str]
    layout: str
    fields: tuple[Field, ...]
    required: bool = False
    heading_column: str | None = None
    aliases: tuple[str, ...] = ()
    intro: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def keys(self) -> set[str]:
        """Every key under which the sheet is found."""
        return {word_key(name) for name in (*self.name.values(), *self.aliases)}

    def field(self, key: str) -> Field:
        """Return the field of that key; KeyError if there is none."""
        return next(f for f in self.fields if f.key == key)


@dataclass(frozen=True)
class Workbook:
    """All sheets of one kind of workbook and the words that reading them needs."""

    sheets: tuple[Sheet, ...]
    words: Mapping[str, Any]

    def sheet(self, key: str) -> Sheet:
        """Return the sheet of that key."""
        return next(s for s in self.sheets if s.key == key)


@dataclass(frozen=True)
class Entry:
    """One word of a register with its translations and whatever else the register says of it."""

    de: str
    en: str
    aliases: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def name_in(self, lang: str) -> str:
        """Return the word in a language."""
        return self.de if lang == "de" else self.en

    @cached_property
    def value(self) -> str:
        """What tables carry: the German name, or the one it is read as."""
        return self.extra.get("read_as", self.de)

    @cached_property
    def keys(self) -> set[str]:
        """Every key under which the word is found."""
        return {word_key(name) for name in (self.de, self.en, *self.aliases)}


def read_toml(name: str) -> dict[str, Any]:
    """Read a file below schemas/; DeclarationError if it is no TOML."""
    path = HERE / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{path.name}: {error}") from error


def read_toml_table(name: str, table: str) -> Mapping[str, Any]:
    """Read one table of a file of which few tables are needed; KeyError if it is not there."""
    found = _tables(name)[table]
    try:
        own: Mapping[str, Any] = tomllib.loads(found)[table]
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{name}, {table}: {error}") from error
    return own


@cache
def _tables(name: str) -> Mapping[str, str]:
    """Return the text of each table of a file, from its header to the next."""
    text = (HERE / name).read_text(encoding="utf-8")
    heads = list(re.finditer(r"^\[(\w+)\]", text, re.MULTILINE))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {head[1]: text[head.start() : end] for head, end in zip(heads, ends, strict=True)}


def _field(sheet: str, raw: dict[str, Any]) -> Field:
    place = f"sheet {sheet}, field {raw.get('key', '?')}"
    try:
        result = Field(**{**raw, "aliases": tuple(raw.get("aliases", ()))})
    except TypeError as error:
        raise DeclarationError(f"{place}: {error}") from error
    if result.type not in FIELD_TYPES:
        raise DeclarationError(f"{place}: unknown type {result.type!r}")
    if result.list is not None and result.list not in registers():
        raise DeclarationError(f"{place}: unknown list {result.list!r}")
    return result


def _sheet(raw: dict[str, Any]) -> Sheet:
    fields = tuple(_field(raw["key"], f) for f in raw.pop("fields"))
    aliases = tuple(raw.pop("aliases", ()))
    examples = tuple(raw.pop("examples", ()))
    _check_examples(raw["key"], fields, examples)
    return Sheet(**raw, fields=fields, aliases=aliases, examples=examples)


def _check_examples(
    sheet: str, fields: tuple[Field, ...], examples: tuple[Mapping[str, Any], ...]
) -> None:
    strange = {key for row in examples for key in row} - {f.key for f in fields}
    if strange:
        raise DeclarationError(f"sheet {sheet}, examples: unknown fields {sorted(strange)}")


def _workbook(name: str, words: Mapping[str, Any]) -> Workbook:
    raw = read_toml(name)
    sheets = tuple(_sheet(s) for s in raw.pop("sheets"))
    return Workbook(sheets, {**words, **raw})


@cache
def submission() -> Workbook:
    """Return the declaration of the submission (contract 1.1)."""
    return _workbook("workbook.toml", {})


@cache
def office() -> Workbook:
    """Return the declaration of the office's files (contract 1.4 and 2.4)."""
    return _workbook("office.toml", submission_words())


@cache
def views() -> Workbook:
    """Return the declaration of what is read of an analyst's workbook: views, and known ratings."""
    own = _workbook("views.toml", submission_words())
    return Workbook((*own.sheets, office().sheet("assessments")), own.words)


def submission_words() -> Mapping[str, Any]:
    """Return the words for yes, no, nothing and totals, which hold for every workbook."""
    return submission().words


def wanted_sheet_keys(workbook: Workbook) -> frozenset[str]:
    """Return the keys of all sheets worth reading."""
    never = {word_key(name) for name in workbook.words["never_read"]}
    return frozenset(key for s in workbook.sheets for key in s.keys) - never


@cache
def registers() -> Mapping[str, tuple[Entry, ...]]:
    """Return every register by name: its entries in the order of the file."""
    result: dict[str, tuple[Entry, ...]] = {}
    for path in sorted((HERE / "registers").glob("*.toml")):
        for name, entries in read_toml(f"registers/{path.name}").items():
            result[name] = tuple(_entry(e) for e in entries)
    return result


def _entry(raw: dict[str, Any]) -> Entry:
    known = {"de", "en", "aliases"}
    extra = {k: v for k, v in raw.items() if k not in known}
    return Entry(raw["de"], raw["en"], tuple(raw.get("aliases", ())), extra)


def word_in(register: str, text: str, lang: str) -> str:
    """Return the word that a text stands for, in a language; the text itself if it is none."""
    entry = words(register).get(word_key(text))
    return entry.name_in(lang) if entry else text


@cache
def words(name: str) -> dict[str, Entry]:
    """Return a register by key of every name and alias; the first entry wins."""
    result: dict[str, Entry] = {}
    for entry in registers()[name]:
        for key in entry.keys:
            result.setdefault(key, entry)
    return result
