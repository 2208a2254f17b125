"""What a step costs a cluster, from the least effort to the greatest (efforts.toml)."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.checked import Declared, Text, load, missing, twice

NAME = "efforts.toml"
# Sections that must be there: for requests, and for criteria that an expert sees otherwise.
CELLS, OPINION = "cells", "opinion"


class LeverUnit(Declared):
    """The words for a missing amount: for several, and for one where that is another word."""

    several: Text
    one: Text | None = None


class Effort(Declared):
    """A kind of effort: its title, and the units of missing amounts that ask for it."""

    title: Text
    lever_units: dict[str, LeverUnit] = Field(default_factory=dict)


def complete(efforts: dict[str, Effort]) -> dict[str, Effort]:
    """Check that the sections that must be there are, and that each unit stands once."""
    for name in (CELLS, OPINION):
        if name not in efforts:
            raise missing(name)
    seen = set[str]()
    for name, effort in efforts.items():
        for unit in effort.lever_units:
            if unit in seen:
                raise twice(unit, name, "lever_units", unit)
            seen.add(unit)
    return efforts


SHAPE = Annotated[dict[str, Effort], AfterValidator(complete)]


@cache
def efforts() -> Mapping[str, Effort]:
    """Return the efforts in their order."""
    return load(NAME, SHAPE)


@cache
def lever_units() -> Mapping[str, LeverUnit]:
    """Return the units of missing amounts by their keys."""
    return {key: unit for one in efforts().values() for key, unit in one.lever_units.items()}


@cache
def effort_of(lever_unit: str) -> str:
    """Return the effort that a missing amount asks for."""
    return next(name for name, one in efforts().items() if lever_unit in one.lever_units)
