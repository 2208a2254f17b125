"""The checks as declared in schemas/crosschecks.toml."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.declaration import DeclarationError, Workbook, office, read_toml, submission

# What a date may be compared with besides fields of its own sheet.
DAYS = ("as_of", "first_day")


@dataclass(frozen=True)
class Check:
    """One check: where its finding stands, by which rule it fires, what it says."""

    id: str
    sheet: str
    field: str
    rule: str
    message: Mapping[str, str]
    others: tuple[str, ...] = ()
    limits: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@cache
def declared() -> Mapping[str, Any]:
    """Return what the file says: checks, and the words they leave out of account."""
    return read_toml("crosschecks.toml")


@cache
def checks() -> tuple[Check, ...]:
    """Return all checks in their order; DeclarationError where one names what does not exist."""
    found = tuple(_check(raw) for raw in declared()["checks"])
    if len({c.id for c in found}) < len(found):
        raise DeclarationError("crosschecks.toml: an id stands there twice")
    return found


def checks_of(workbook: Workbook) -> list[Check]:
    """Return the checks about sheets of the workbook."""
    own = {s.key for s in workbook.sheets}
    return [c for c in checks() if c.sheet in own]


@cache
def legal_forms() -> tuple[str, ...]:
    """Return the words that do not tell two organisations apart."""
    return tuple(declared()["legal_forms"])


def _check(raw: dict[str, Any]) -> Check:
    raw = dict(raw)
    others = raw.pop("with", [])
    others = (others,) if isinstance(others, str) else tuple(others)
    try:
        check = Check(**raw, others=others)
    except TypeError as error:
        raise DeclarationError(f"crosschecks.toml, {raw.get('id', '?')}: {error}") from error
    fields = _fields().get(check.sheet, set())
    unknown = {check.field, *check.others} - fields - set(DAYS)
    if unknown:
        raise DeclarationError(f"crosschecks.toml, {check.id}: no field {sorted(unknown)}")
    return check


@cache
def _fields() -> Mapping[str, set[str]]:
    sheets = (*submission().sheets, *office().sheets)
    return {s.key: {f.key for f in s.fields} for s in sheets}
