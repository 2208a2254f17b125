"""The cross checks that schemas/crosschecks.toml declares, and the structure of that file."""

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from schemas.checked import (
    Above0,
    Count,
    Declared,
    Filled,
    Filleds,
    Share,
    Text,
    load,
    missing,
    no_such_key,
    one_of,
    twice,
)
from schemas.declaration import Workbook, office, registers, submission
from schemas.slips import SlipError, unknown

# What a date may be compared with besides fields of its own sheet.
DAYS = ("as_of", "first_day", "last_day")
# The rules of `crosschecks.RULES`, and the limits that each of them needs.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "at_least": ("least",),
    "before": (),
    "after": (),
    "more_than_actors": ("least",),
    "actual_of_a_future_year": (),
    "sme_against_figures": (),
    "sme_against_type": (),
    "sme_of_no_company": (),
    "after_last_day": (),
    "year_as_day": (),
    "without": (),
    "word_against_word": ("words", "others"),
    "only_these_words": ("words", "least"),
    "older_than": ("years",),
    "short_text": ("letters",),
    "no_member_by_name": (),
    "zero_of_kind": ("kinds",),
    "all_below": ("below", "least", "fte"),
    "small_for_staff": ("below", "employees"),
    "coordinates_swapped": ("km",),
    "coordinates_swapped_without_postcode": ("degrees",),
    "coordinates_off_postcode": (),
    "coordinates_outside_country": ("degrees", "except"),
    "city_off_postcode": ("km",),
    "state_off_postcode": ("km",),
    "state_off_coordinates": ("degrees",),
    "possible_duplicate": ("area_digits", "largest_block", "short_word", "long_word"),
    "total": ("share", "least"),
}
# Limits that a rule may be given besides, and the rules that need one other field, or several.
OPTIONAL = {
    "more_than_actors": ("kinds",),
    "without": ("words", "others"),
    "only_these_words": ("kinds", "others"),
}
ONE_OTHER = ("word_against_word",)
SEVERAL_OTHERS = ("before", "after", "after_last_day", "year_as_day", "without", "total")


def words() -> Iterable[str]:
    """Return the words and codes of every register."""
    for entries in registers().values():
        for entry in entries:
            yield entry.value
            yield entry.extra.get("code", entry.value)


Words = Annotated[tuple[Annotated[str, one_of(words)], ...], Field(min_length=1)]


class Limits(Declared):
    """Numbers and words that rules need."""

    least: Above0 | None = None
    kinds: Words | None = None
    words: Words | None = None
    others: Words | None = None
    km: Above0 | None = None
    years: Count | None = None
    letters: Count | None = None
    degrees: Above0 | None = None
    but: Words | None = Field(None, alias="except")
    area_digits: Count | None = None
    largest_block: Count | None = None
    short_word: Count | None = None
    long_word: Count | None = None
    share: Share | None = None
    below: Above0 | None = None
    fte: Above0 | None = None
    employees: Count | None = None


class Check(Declared):
    """One check: where its finding stands, by which rule it fires, what it says."""

    id: Filled
    sheet: str
    field: str
    rule: Annotated[str, one_of(lambda: NEEDED)]
    message: Text
    others: Annotated[
        tuple[str, ...],
        BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
    ] = Field((), alias="with")
    given: Limits | None = Field(None, alias="limits")

    @cached_property
    def limits(self) -> Mapping[str, Any]:
        """The limits that are given, by their names."""
        return self.given.model_dump(by_alias=True, exclude_unset=True) if self.given else {}

    @model_validator(mode="after")
    def names_what_there_is(self) -> Self:
        """Check sheet and fields."""
        if self.sheet not in fields():
            raise unknown(self.sheet, fields(), "sheet")
        known = fields()[self.sheet]
        if self.field not in known:
            raise unknown(self.field, known, "field")
        for other in self.others:
            if other not in (*known, *DAYS):
                raise unknown(other, (*known, *DAYS), "with")
        return self

    @model_validator(mode="after")
    def has_what_its_rule_needs(self) -> Self:
        """Check other fields and limits."""
        least, most = (1, 1) if self.rule in ONE_OTHER else (0, 0)
        if self.rule in SEVERAL_OTHERS:
            least, most = 1, len(fields()[self.sheet])
        if not least <= len(self.others) <= most:
            raise SlipError(
                f"nennt {len(self.others)} andere Felder; erlaubt bei dieser Regel: {least} bis "
                f"{most}.",
                f"names {len(self.others)} other fields; allowed with this rule: {least} to "
                f"{most}.",
                "with",
            )
        needed = NEEDED[self.rule]
        for name in needed:
            if name not in self.limits:
                raise missing("limits", name)
        for name in self.limits:
            allowed = [*needed, *OPTIONAL.get(self.rule, ())]
            if name not in allowed:
                raise no_such_key(name, allowed, "limits")
        return self


def each_once(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Check that every id is declared only once."""
    seen = set[str]()
    for at, check in enumerate(checks):
        if check.id in seen:
            raise twice(check.id, at, "id")
        seen.add(check.id)
    return checks


class CrossChecks(Declared):
    """schemas/crosschecks.toml: checks, and the words they leave out of account."""

    common_place_words: Filleds
    legal_forms: Filleds
    checks: Annotated[tuple[Check, ...], AfterValidator(each_once)]


def declared() -> CrossChecks:
    """Return what the file says; DeclarationError where it names what does not exist."""
    return load("crosschecks.toml", CrossChecks)


def checks() -> tuple[Check, ...]:
    """Return all checks in their order."""
    return declared().checks


def checks_of(workbook: Workbook) -> list[Check]:
    """Return the checks about sheets of the workbook."""
    own = {s.key for s in workbook.sheets}
    return [c for c in checks() if c.sheet in own]


def legal_forms() -> tuple[str, ...]:
    """Return the legal forms, which do not distinguish two organisations."""
    return declared().legal_forms


@cache
def fields() -> Mapping[str, list[str]]:
    """Return the fields of every sheet to which checks may refer."""
    sheets = (*submission().sheets, *office().sheets)
    return {s.key: [f.key for f in s.fields] for s in sheets}
