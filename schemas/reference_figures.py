"""Published figures beside the portfolio's: for orientation, never as limits."""

from collections.abc import Mapping
from typing import Literal

from schemas.checked import Above0, Count, Declared, Text, load

NAME = "reference_figures.toml"


class ReferenceFigure(Declared):
    """A figure of a source. figure: the headline figure of the portfolio that it stands beside."""

    figure: Literal["clusters", "memberships", "distinct", "smes", "research", "technology_field"]
    value: Count
    about: bool
    label: Text
    as_of: Count
    source: Text


class ReferenceLine(Declared):
    """A thin line in a picture: so many actors of a cluster, or FTE of its management."""

    figure: Literal["actors", "fte"]
    value: Above0
    label: Text
    source: Text


class References(Declared):
    """schemas/reference_figures.toml."""

    figures: dict[str, ReferenceFigure]
    lines: dict[str, ReferenceLine]


def reference_figures() -> Mapping[str, ReferenceFigure]:
    """Return the figures by name, in the order of the file."""
    return load(NAME, References).figures


def reference_lines() -> Mapping[str, ReferenceLine]:
    """Return the lines by name, in the order of the file."""
    return load(NAME, References).lines
