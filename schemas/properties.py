"""Properties of actors of which a count and a share are figures (properties.toml)."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from schemas.checked import Declared, Filleds, Text, load, missing, no_such_key, one_of
from schemas.declaration import Entry, Field, registers, submission, values
from schemas.slips import SlipError, unknown

NAME = "properties.toml"
# The property that the table of features counts.
RESEARCH = "rnd"
TESTS = ("flag", "any_of", "none_of")


def fields() -> Mapping[str, Field]:
    """Return the fields of Akteure that may decide a property, by key."""
    every = submission().sheet("actors").fields
    return {one.key: one for one in every if one.type in ("yes_no", "choice", "country")}


class Property(Declared):
    """A property of actors: the field that decides it, and which of its words have it.

    Without flag, any_of and none_of the field is yes or no itself. empty: the word that an empty
    cell of a country stands for. column: the header of its column in tables of actors.
    """

    field: Annotated[str, one_of(fields)]
    flag: str | None = None
    any_of: Filleds = ()
    none_of: Filleds = ()
    empty: str | None = None
    column: Text | None = None

    @model_validator(mode="after")
    def fits_its_field(self) -> Self:
        """Check that the field's words are tested in one way, and that they are its words."""
        kind, tests = fields()[self.field].type, [key for key in TESTS if getattr(self, key)]
        if len(tests) != (kind != "yes_no"):
            raise SlipError(
                f"nennt {len(tests)} von {', '.join(TESTS)}; erlaubt: bei einem Ja/Nein-Feld "
                "keines, sonst genau eines.",
                f"names {len(tests)} of {', '.join(TESTS)}; allowed: with a yes/no field none, "
                "else exactly one.",
            )
        useless = {"empty": kind != "country", "flag": not flags(self.field)}
        for key, is_useless in useless.items():
            if is_useless and getattr(self, key) is not None:
                raise no_such_key(key, [k for k in type(self).model_fields if not useless.get(k)])
        known = words(self.field)
        for key in ("any_of", "none_of"):
            for at, word in enumerate(getattr(self, key)):
                if word not in known:
                    raise unknown(word, sorted(known), key, at)
        if self.empty is not None and self.empty not in known:
            raise unknown(self.empty, sorted(known), "empty")
        if self.flag is not None and not flagged(self.field, self.flag):
            raise unknown(self.flag, flags(self.field), "flag")
        return self

    @property
    def words(self) -> Sequence[str]:
        """The words that are tested: those of any_of or none_of, or those that carry the flag."""
        return self.any_of or self.none_of or flagged(self.field, self.flag or "")


def register_of(field: str) -> str:
    """Return the register of a field's words; empty for a yes/no field."""
    one = fields()[field]
    return "countries" if one.type == "country" else one.list or ""


def words(field: str) -> set[str]:
    """Return the words that a field's column may hold."""
    register = register_of(field)
    return values(register) if register else set()


def entries(field: str) -> Sequence[Entry]:
    """Return the register's entries of a field's words; none for a yes/no field."""
    register = register_of(field)
    return registers()[register] if register else ()


def flagged(field: str, flag: str) -> Sequence[str]:
    """Return the words of a field that carry a flag in their register."""
    return [entry.value for entry in entries(field) if entry.extra.get(flag) is True]


def flags(field: str) -> Sequence[str]:
    """Return the flags that words of a field carry."""
    extras = [entry.extra.items() for entry in entries(field)]
    return sorted({key for extra in extras for key, value in extra if value is True})


def complete(properties: dict[str, Property]) -> dict[str, Property]:
    """Check that the property is there that the table of features counts."""
    if RESEARCH not in properties:
        raise missing(RESEARCH)
    return properties


SHAPE = Annotated[dict[str, Property], AfterValidator(complete)]


@cache
def properties() -> Mapping[str, Property]:
    """Return the properties by key, in their order."""
    return load(NAME, SHAPE)


def shown_properties() -> Mapping[str, Mapping[str, str]]:
    """Return the headers of the properties that have a column in tables of actors, by key."""
    return {key: one.column for key, one in properties().items() if one.column is not None}
