"""What a step costs a cluster, from the least effort to the greatest (efforts.toml)."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator

from schemas.checked import Declared, Text, load, missing, one_of, twice
from schemas.slips import SlipError

NAME = "efforts.toml"
# Sections that must be there: for requests, and for criteria that an expert sees otherwise.
CELLS, OPINION = "cells", "opinion"


def known_units() -> Iterable[str]:
    """Return the units of missing amounts."""
    figures = load("metrics.toml", dict[str, Any])
    return sorted({figure["lever_unit"] for figure in figures.values() if "lever_unit" in figure})


class Effort(Declared):
    """A kind of effort: its title, and the missing amounts that ask for it."""

    title: Text
    lever_units: tuple[Annotated[str, one_of(known_units)], ...] = ()


def complete(efforts: dict[str, Effort]) -> dict[str, Effort]:
    """Check that each step has its place, and each unit exactly one."""
    for name in (CELLS, OPINION):
        if name not in efforts:
            raise missing(name)
    seen: set[str] = set()
    for name, effort in efforts.items():
        for at, unit in enumerate(effort.lever_units):
            if unit in seen:
                raise twice(unit, name, "lever_units", at)
            seen.add(unit)
    for unit in known_units():
        if unit not in seen:
            raise SlipError(
                f"{unit} steht in keinem lever_units; jede Einheit steht in genau einem.",
                f"{unit} stands in no lever_units; each unit stands in exactly one.",
            )
    return efforts


SHAPE = Annotated[dict[str, Effort], AfterValidator(complete)]


@cache
def efforts() -> Mapping[str, Effort]:
    """Return the efforts in their order."""
    return load(NAME, SHAPE)


@cache
def effort_of(lever_unit: str) -> str:
    """Return the effort that a missing amount asks for."""
    return next(name for name, one in efforts().items() if lever_unit in one.lever_units)
