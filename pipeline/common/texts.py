"""Texts for our codes (schemas/texts.toml), and numbers as text."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from schemas.benchmarks import (
    CohortKind,
    Indicator,
    declared_cohort_kinds,
    declared_indicators,
)
from schemas.checked import Text, load_table, not_there
from schemas.efforts import lever_units

LANGUAGES = ("de", "en")
NBSP = "\u00a0"
# Separates the German and the English form of a detail that has both.
BETWEEN_LANGUAGES = "\x1e"


class Texts(dict[str, Mapping[str, str]]):
    """The texts of a group by code; a missing code is an error at the group's place."""

    def __init__(self, place: str, entries: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(entries)
        self.place = place

    def __missing__(self, code: str) -> Mapping[str, str]:
        """Raise an error that names the missing text."""
        raise not_there(f"{self.place}.{code}", code, list(self))


def labels(declared: Mapping[str, Indicator | CohortKind]) -> Mapping[str, Mapping[str, str]]:
    """Return the labels of what is compared, by key."""
    return {key: with_radius(entry.label) for key, entry in declared.items()}


def variants() -> Mapping[str, Mapping[str, str]]:
    """Return the names of scenarios by code: those of code, and thresholds of the settings."""
    thresholds = load_table("settings.toml", "robustness", dict[str, Any]).get("thresholds", ())
    of_settings = {one["variant"]: one["name"] for one in thresholds}
    return load_table("texts.toml", "variant", dict[str, Text]) | of_settings


# The groups whose texts stand with all that is declared of their codes: their place, and the texts.
DECLARED: Mapping[str, tuple[str, Callable[[], Mapping[str, Mapping[str, str]]]]] = {
    "indicator": ("benchmarks.toml, indicators", lambda: labels(declared_indicators())),
    "cohort_kind": ("benchmarks.toml, cohort_kinds", lambda: labels(declared_cohort_kinds())),
    "variant": ("texts.toml, variant", variants),
    "lever_unit": (
        "efforts.toml, lever_units",
        lambda: {key: unit.several for key, unit in lever_units().items()},
    ),
    "lever_unit_one": (
        "efforts.toml, lever_units",
        lambda: {key: unit.one for key, unit in lever_units().items() if unit.one},
    ),
}


@cache
def texts(group: str) -> Texts:
    """Return the texts of a group by code; of the many groups few are needed at a time."""
    if group in DECLARED:
        place, entries = DECLARED[group]
        return Texts(place, entries())
    return Texts(f"texts.toml, {group}", load_table("texts.toml", group, dict[str, Text]))


def with_radius(label: Mapping[str, str]) -> Mapping[str, str]:
    """Return a label with the radius of the settings, where it names one."""
    radius = load_table("settings.toml", "actors", dict[str, Any])["radius_km"]
    return {k: text.replace("{radius}", number(radius, 2, k)) for k, text in label.items()}


def say_count(group: str, code: str, n: int, lang: str, **parts: object) -> str:
    """Return a text with its number {n}: of one the text with the end _one, if there is one."""
    one = f"{code}_one"
    chosen = one if n == 1 and one in texts(group) else code
    return say(group, chosen, lang).format(n=number(n, 0, lang), **parts)


def say(group: str, code: str | None, lang: str) -> str:
    """Return the text of a code, nothing for no code; DeclarationError where a text is missing."""
    return "" if code is None else texts(group)[code][lang]


def say_refusal(reason: str, details: Mapping[str, str | int | float], lang: str) -> str:
    """Return the reason why a file could not be read."""
    amounts = {
        k: number(v, 0, lang) if isinstance(v, int | float) else v for k, v in details.items()
    }
    return texts("refusal")[reason][lang].format_map(amounts)


def both(german: str, english: str) -> str:
    """Return a detail in both languages as one text."""
    return german + BETWEEN_LANGUAGES + english


def in_language(detail: str, lang: str) -> str:
    """Return a detail in one language; it may have one form for both."""
    german, _, english = detail.partition(BETWEEN_LANGUAGES)
    return english or german if lang == "en" else german


def say_limit(source: str | None, lang: str) -> str:
    """Return where the limit of criterion 4.2 comes from (see `evaluate.reference_limits`)."""
    match = re.match(r"(quartile|frozen)(?: (\S+))?: (size_band|portfolio) ?(.*)$", source or "")
    if match:
        text = say("limit_source", f"{match[1]}_{match[3]}", lang)
        return text.format(name=match[4], period=match[2])
    if source and source.startswith("bands: "):
        return say("limit_source", "bands", lang).format(name=source.removeprefix("bands: "))
    return say("limit_source", "none", lang) if source in ("none", None) else ""


def say_variant(variant: str, lang: str) -> str:
    """Return what a robustness variant changes; the radii are those of the settings."""
    kind, _, km = variant.partition("_")
    if kind == "radius":
        return say("variant", kind, lang).format(km=number(float(km), 2, lang))
    return say("variant", variant, lang)


def number(value: float | None, digits: int, lang: str) -> str:
    """Return a rounded number in the language's notation, without trailing zeros."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    if digits and "." in text:
        text = text.rstrip("0").rstrip(".")
    if lang == "de":
        text = text.replace(",", "\0").replace(".", ",").replace("\0", ".")
    return text.replace("-", "−")


def percent(value: float | None, lang: str, digits: int = 1) -> str:
    """Return a share as a percentage."""
    return "–" if value is None else f"{number(100 * value, digits, lang)}{NBSP}%"


def day(value: dt.date | None, lang: str) -> str:
    """Return a date in the language's notation."""
    if value is None:
        return "–"
    return f"{value:%d.%m.%Y}" if lang == "de" else f"{value:%Y-%m-%d}"
