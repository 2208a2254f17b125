"""Catalogues of criteria: loaded and checked, so that a slip is an error at once."""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from schemas.declaration import HERE, DeclarationError, read_toml, registers

FOLDER = HERE / "catalogues"
OPERATORS = (">=", "<=")
KINDS = ("hard", "soft")
STATUSES = ("fulfilled", "not_fulfilled", "undetermined")
STAND_INS = ("quartile", "frozen", "none")
REFERENCE = "reference"
PERIOD = re.compile(r"^\d{4}-Q[1-4]$")
Text = Mapping[str, str]


@dataclass(frozen=True)
class Metric:
    """A figure that conditions may use; see schemas/metrics.toml."""

    key: str
    title: Text
    unit: str
    lever: str
    lever_unit: str
    reads: tuple[str, ...]
    months_per_unit: int = 0


@dataclass(frozen=True)
class Band:
    """A reference limit for clusters of up to so many actors (open-ended without `up_to`)."""

    limit: float
    source: str
    up_to: float = float("inf")


@dataclass(frozen=True)
class Condition:
    """A figure against a threshold; threshold None: the reference limit of criterion 4.2."""

    metric: Metric
    operator: str
    threshold: float | None
    reason: Text
    source: str
    threshold_by_technology_field: Mapping[str, float] = field(default_factory=dict)
    stand_in: str | None = None
    frozen_period: str | None = None
    reference_bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class Example:
    """Figures as (low, high), None for unknown, and the status that they give."""

    status: str
    given: Mapping[str, tuple[float, float] | None]
    limit: float | None = None


@dataclass(frozen=True)
class Criterion:
    """One criterion: all of its conditions must hold."""

    id: str
    category: int
    kind: str
    title: Text
    asks: Text
    conditions: tuple[Condition, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Catalogue:
    """A set of criteria and how many of them must be fulfilled."""

    id: str
    version: str
    title: Text
    source: str
    pass_mark: int
    categories: tuple[Text, ...]
    criteria: tuple[Criterion, ...]
    path: Path


class CatalogueError(DeclarationError):
    """A catalogue is written wrongly; the message names file, criterion and condition."""


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every figure that conditions may use, by its key."""
    return {
        key: Metric(key=key, **{**raw, "reads": tuple(raw["reads"])})
        for key, raw in read_toml("metrics.toml").items()
    }


def shipped() -> list[str]:
    """Return the names of the catalogues that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Catalogue:
    """Return the shipped catalogue of that name, or the one in a file; CatalogueError if wrong."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise CatalogueError(f"no catalogue {name!r}; there are {', '.join(shipped())}")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _catalogue(raw, path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
        raise CatalogueError(f"{path.name}: an entry has the wrong form ({error})") from error


def load_all(names: Iterable[str]) -> tuple[Catalogue, ...]:
    """Return the catalogues in the order asked for, each once; two must not share an id."""
    catalogues = tuple(load(name) for name in dict.fromkeys(names))
    ids = [c.id for c in catalogues]
    if len(set(ids)) < len(ids):
        raise CatalogueError(f"two catalogues have the same id: {', '.join(ids)}")
    return catalogues


def _catalogue(raw: dict[str, Any], path: Path) -> Catalogue:
    place = path.name
    criteria = tuple(_criterion(c, place) for c in _take(raw, "criteria", place, list))
    ids = [c.id for c in criteria]
    _refuse(place, len(set(ids)) < len(ids), "two criteria share an id")
    mark = _take(raw, "pass_mark", place, (int, str))
    mark = len(criteria) if mark == "all" else mark
    good = isinstance(mark, int) and 1 <= mark <= len(criteria)
    _refuse(place, not good, f'pass_mark must be "all" or 1 to {len(criteria)}, not {mark!r}')
    categories = tuple(_take(raw, "categories", place, list))
    for c in criteria:
        wrong = not 1 <= c.category <= len(categories)
        _refuse(f"{place}, criterion {c.id}", wrong, f"there is no category {c.category}")
    name = _take(raw, "id", place, str)
    _refuse(place, name != path.stem, f"id {name!r} differs from the file's name")
    for i, category in enumerate(categories, 1):
        _text({"category": category}, "category", f"{place}, category {i}")
    result = Catalogue(
        id=name,
        version=_take(raw, "version", place, str),
        title=_text(raw, "title", place),
        source=_take(raw, "source", place, str),
        pass_mark=mark,
        categories=categories,
        criteria=criteria,
        path=path,
    )
    _no_more(raw, place)
    return result


def _criterion(raw: dict[str, Any], file: str) -> Criterion:
    place = f"{file}, criterion {raw.get('id', '?')}"
    conditions = tuple(
        _condition(c, f"{place}, condition {i}")
        for i, c in enumerate(_take(raw, "conditions", place, list), 1)
    )
    _refuse(place, not conditions, "has no condition")
    examples = tuple(_example(e, place, conditions) for e in raw.pop("examples", []))
    for status in STATUSES:
        missing = all(e.status != status for e in examples)
        _refuse(place, missing, f"has no example that is {status}")
    kind = _take(raw, "kind", place, str)
    _refuse(place, kind not in KINDS, f"kind must be one of {KINDS}, not {kind!r}")
    result = Criterion(
        id=_take(raw, "id", place, str),
        category=_take(raw, "category", place, int),
        kind=kind,
        title=_text(raw, "title", place),
        asks=_text(raw, "asks", place),
        conditions=conditions,
        examples=examples,
    )
    _no_more(raw, place)
    return result


def _condition(raw: dict[str, Any], place: str) -> Condition:
    name = _take(raw, "metric", place, str)
    if name not in metrics():
        _refuse(place, True, f"unknown metric {name!r}{_nearest(name, metrics())}")
    operator = _take(raw, "operator", place, str)
    _refuse(place, operator not in OPERATORS, f"unknown operator {operator!r}")
    threshold = _take(raw, "threshold", place, (int, float, str))
    is_reference = threshold == REFERENCE
    _refuse(place, not is_reference and not _is_number(threshold), f"bad threshold {threshold!r}")
    wrong = is_reference and metrics()[name].lever != "fte"
    _refuse(place, wrong, "only actors_per_fte has a reference limit")
    by_field = raw.pop("threshold_by_technology_field", {})
    fields = {e.de for e in registers()["technology_fields"]}
    for key in by_field:
        if key not in fields:
            _refuse(place, True, f"unknown technology field {key!r}{_nearest(key, fields)}")
    reference = _reference(raw, place) if is_reference else {}
    result = Condition(
        metric=metrics()[name],
        operator=operator,
        threshold=None if is_reference else float(threshold),
        reason=_text(raw, "reason", place),
        source=_take(raw, "source", place, str),
        threshold_by_technology_field=by_field,
        **reference,
    )
    _no_more(raw, place)
    return result


def _reference(raw: dict[str, Any], place: str) -> dict[str, Any]:
    stand_in = _take(raw, "stand_in", place, str)
    _refuse(place, stand_in not in STAND_INS, f"stand_in must be one of {STAND_INS}")
    frozen = raw.pop("frozen_period", None)
    bad = not (isinstance(frozen, str) and PERIOD.match(frozen))
    _refuse(place, stand_in == "frozen" and bad, 'stand_in = "frozen" needs frozen_period')
    bands = []
    for i, band in enumerate(raw.pop("reference_bands", []), 1):
        here = f"{place}, reference band {i}"
        number = _take(band, "limit", here, (int, float))
        source = _take(band, "source", here, str)
        bands.append(Band(float(number), source, float(band.pop("up_to", "inf"))))
        _no_more(band, here)
    ends = [band.up_to for band in bands]
    _refuse(place, ends != sorted(set(ends)), "reference bands must ascend")
    return {"stand_in": stand_in, "frozen_period": frozen, "reference_bands": tuple(bands)}


def _example(raw: dict[str, Any], place: str, conditions: Iterable[Condition]) -> Example:
    here = f"{place}, example"
    status = _take(raw, "status", here, str)
    _refuse(here, status not in STATUSES, f"unknown status {status!r}")
    given = _take(raw, "given", here, dict)
    for c in conditions:
        _refuse(here, c.metric.key not in given, f"does not give {c.metric.key!r}")
    intervals = {
        k: None if v == "unknown" else (float(v[0]), float(v[1])) for k, v in given.items()
    }
    limit = raw.pop("limit", None)
    _no_more(raw, here)
    return Example(status, intervals, limit)


# ---------------------------------------------------------------------------------------- checks
def _take(raw: dict[str, Any], key: str, place: str, kind: Any) -> Any:
    if key not in raw:
        raise CatalogueError(f"{place}: {key} is missing")
    value = raw.pop(key)
    blank = isinstance(value, str) and not value.strip()
    if not isinstance(value, kind) or isinstance(value, bool) or blank:
        raise CatalogueError(f"{place}: {key} cannot be {value!r}")
    return value


def _text(raw: dict[str, Any], key: str, place: str) -> Text:
    value = _take(raw, key, place, dict)
    for lang in ("de", "en"):
        _refuse(place, not value.get(lang), f"{key}.{lang} is missing")
    return value


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _no_more(raw: dict[str, Any], place: str) -> None:
    _refuse(place, bool(raw), f"unknown entry {next(iter(raw), '')!r}")


def _refuse(place: str, wrong: bool, why: str) -> None:
    if wrong:
        raise CatalogueError(f"{place}: {why}")


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""
