"""Figures of a source that stand beside the portfolio's: for orientation, never as limits."""

from collections.abc import Mapping
from typing import Literal

from schemas.checked import Count, Declared, Filled, Text, load

NAME = "reference_figures.toml"


class ReferenceFigure(Declared):
    """A figure of a source. figure: the headline figure of the portfolio that it stands beside."""

    figure: Literal["clusters", "memberships", "distinct", "smes", "research", "technology_field"]
    value: Count
    about: bool
    label: Text
    as_of: Count
    source: Filled


SHAPE = dict[str, ReferenceFigure]


def reference_figures() -> Mapping[str, ReferenceFigure]:
    """Return the figures in their order."""
    return load(NAME, SHAPE)
