"""Published figures that stand as thin lines in a picture: for orientation, never as limits."""

from collections.abc import Mapping
from typing import Literal

from schemas.checked import Above0, Declared, Filled, Text, load

NAME = "reference_lines.toml"


class ReferenceLine(Declared):
    """A published figure: so many actors of a cluster, or full-time equivalents of its staff."""

    figure: Literal["actors", "fte"]
    value: Above0
    label: Text
    source: Filled


SHAPE = dict[str, ReferenceLine]


def reference_lines() -> Mapping[str, ReferenceLine]:
    """Return the lines in their order."""
    return load(NAME, SHAPE)
