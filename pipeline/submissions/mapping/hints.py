"""Names of sheets, fields and words in other systems, used only for proposals, not for reading."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Self

from pydantic import Field as PydanticField
from pydantic import model_validator

from schemas.checked import Declared, Filled, Filleds, load, missing, no_such_key
from schemas.declaration import Field, registers, submission, words
from schemas.words import header_key, word_key

OWN, HINT = "own", "hint"
NOTHING = "k. A."
# Of German nouns, in the plural and in the genitive.
ENDINGS = r"(?:e|s|es|n|en|in|innen)?"


@dataclass(frozen=True)
class Names:
    """Keys and what each is a name of; own says which are read without a mapping."""

    keys: tuple[str, ...]
    of: tuple[str, ...]
    own: tuple[bool, ...]


Named = dict[str, tuple[Filled, ...]]
YES_NO, OF_NOTHING = "yes_no", "nothing"


class Scale(Declared):
    """Words of headers whose figures are in thousands or more, and what those are multiplied by."""

    factor: int = PydanticField(gt=1)
    words: Filleds


class Hints(Declared):
    """schemas/mapping_hints.toml: what others call our sheets, fields and words."""

    personal_words: Filleds
    person_signs: Filleds
    names_of_persons: Filleds
    scales: tuple[Scale, ...]
    nouns: dict[str, Named]
    sheets: Named
    fields: dict[str, Named]
    words: dict[str, Named]

    @model_validator(mode="after")
    def name_what_there_is(self) -> Self:
        """Check that all of them are names of ours."""
        ours = {sheet.key: [field.key for field in sheet.fields] for sheet in submission().sheets}
        groups = {name: [e.de for e in entries] for name, entries in registers().items()}
        groups |= {YES_NO: ["ja", "nein"], OF_NOTHING: [NOTHING]}
        refuse_others(self.sheets, list(ours), "sheets")
        refuse_others(self.fields, list(ours), "fields")
        refuse_others(self.nouns, list(ours), "nouns")
        for sheet, named in self.nouns.items():
            refuse_others(named, ours[sheet], "nouns", sheet)
        refuse_others(self.words, list(groups), "words")
        for sheet, named in self.fields.items():
            refuse_others(named, ours[sheet], "fields", sheet)
        for group, named in self.words.items():
            refuse_others(named, groups[group], "words", group)
        if NOTHING not in self.words.get(OF_NOTHING, {}):
            raise missing("words", OF_NOTHING, NOTHING)
        return self


def refuse_others(named: Iterable[str], known: list[str], *at: str) -> None:
    """Check that every name is known."""
    for key in named:
        if key not in known:
            raise no_such_key(key, known, *at)


def hints() -> Hints:
    """Return the contents of schemas/mapping_hints.toml."""
    return load("mapping_hints.toml", Hints)


@cache
def sheet_names() -> Names:
    """Return the names of our sheets, of their keys."""
    rows = [(key, sheet.key, True) for sheet in submission().sheets for key in sheet.keys]
    rows += [(word_key(t), key, False) for key, texts in hints().sheets.items() for t in texts]
    return _names(rows)


@cache
def field_names(sheet: str) -> Names:
    """Return the names of a sheet's fields, of their keys."""
    fields = submission().sheet(sheet).fields
    rows = [(key, field.key, True) for field in fields for key in field.keys]
    further = hints().fields.get(sheet, {})
    rows += [(header_key(t), field, False) for field, texts in further.items() for t in texts]
    return _names(rows)


def word_names(field: Field) -> Names:
    """Return the words of a field with a list, or of yes and no, and what stands for nothing."""
    group = field.list or YES_NO
    rows = [(word_key(t), NOTHING, False) for t in hints().words[OF_NOTHING][NOTHING]]
    if field.list:
        rows += [(key, entry.de, True) for key, entry in words(field.list).items()]
    else:
        yes_no_words = submission().words
        rows += [
            (word_key(t), n, True)
            for n, w in (("ja", "yes"), ("nein", "no"))
            for t in yes_no_words[w]
        ]
    further = hints().words.get(group, {})
    rows += [(word_key(t), ours, False) for ours, texts in further.items() for t in texts]
    return _names(rows)


def _names(rows: list[tuple[str, str, bool]]) -> Names:
    """Return the rows without repeated keys; our own names come first."""
    first: dict[str, tuple[str, bool]] = {}
    for key, of, own in sorted(rows, key=lambda row: not row[2]):
        first.setdefault(key, (of, own))
    ofs, owns = zip(*first.values(), strict=True)
    return Names(tuple(first), ofs, owns)


@cache
def pattern(group: str) -> re.Pattern[str]:
    """Return what the key of a header contains that holds one of the group's words."""
    return any_of(getattr(hints(), group), ENDINGS)


def any_of(words: Iterable[str], endings: str = "") -> re.Pattern[str]:
    """Return what a key contains that holds one of the words as a whole, with its endings."""
    every = "|".join(re.escape(word_key(word)) for word in words)
    return re.compile(rf"(?<!\w)(?:{every}){endings}(?!\w)")


@cache
def nouns(sheet: str) -> dict[str, re.Pattern[str]]:
    """Return by field what long headers hold that ask for it, in the order of their weight."""
    named = hints().nouns.get(sheet, {})
    return {field: any_of(words, ENDINGS) for field, words in named.items()}


@cache
def scales() -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Return the factors and what a header contains whose figures are multiplied by them."""
    return tuple((scale.factor, any_of(scale.words)) for scale in hints().scales)


def scale_of(header: str) -> int | None:
    """Return what the figures below a header are to be multiplied by, if it says so."""
    key = word_key(header)
    return next((factor for factor, words in scales() if words.search(key)), None)
